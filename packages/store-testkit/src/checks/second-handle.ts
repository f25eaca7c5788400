/** A second handle of one place in the same process, where the driver allows one. */
import { isModelVaultError, type Store } from "@modelvault/core";
import { broken } from "../suite/expectations.ts";
import type { Trial } from "../suite/trial.ts";

/** The handle, or undefined when the driver refuses it as it should: by a coded error. */
export function openSecond(trial: Trial, place: unknown): Store | undefined {
  try {
    return trial.open(place);
  } catch (error) {
    if (isModelVaultError(error) && ["store_in_use", "store_busy"].some((code) => code === error.code))
      return undefined;
    return broken(
      `a second handle of one place was refused with ${String(error)}; it should be refused with store_in_use or store_busy`,
    );
  }
}
