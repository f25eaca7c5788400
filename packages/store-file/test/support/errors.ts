import { isModelVaultError, type ModelVaultError } from "@modelvault/core";

/** The error a call throws; fails the test when it throws none or a foreign one. */
export function errorOf(call: () => unknown): ModelVaultError {
  try {
    call();
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    return error;
  }
  throw new Error("expected the call to throw");
}
