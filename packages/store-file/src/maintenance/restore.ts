/** Restoring, as a user sees it; how it is done is `restore-vault.ts`. */
import type { MaintenanceProgress } from "@modelvault/core";
import { argumentInvalid, checkOptions, type OptionChecks } from "@modelvault/core";
import { checkPath } from "../check-path.ts";
import { nodePort } from "../port/node-port.ts";
import type { RestoreReport } from "./restore-report.ts";
import { restoreVault } from "./restore-vault.ts";

export interface RestoreOptions {
  /** Whether a vault that is at the destination is replaced. Default false. */
  readonly overwrite?: boolean;
  /** `"strict"` (default): a source that is not exactly what was saved is an error. `"auto"`: what opening would mend is mended. */
  readonly recovery?: "auto" | "strict";
  readonly onProgress?: (progress: MaintenanceProgress) => void;
}

const CHECKS: OptionChecks<RestoreOptions> = {
  overwrite: ["a boolean", (value) => typeof value === "boolean"],
  recovery: ['"auto" or "strict"', (value) => value === "auto" || value === "strict"],
  onProgress: ["a function", (value) => typeof value === "function"],
};

/**
 * Makes a saved vault the vault at a place: the destination is at every instant what it was or what was saved, whole. The revision is the one that
 * was saved.
 * @param source path of a vault file, or the bytes of `db.snapshotBytes()`
 * @throws argument_invalid when the destination exists and `overwrite` is not given; store_busy and store_in_use when it is open; log_unclean,
 * log_damaged, file_not_vault and the other format errors for a source that is not sound; store_io, store_full
 * @example
 * restore("backup.modelvault", "app.modelvault", { overwrite: true });
 */
export function restore(
  source: string | Uint8Array,
  destination: string,
  options?: RestoreOptions,
): RestoreReport {
  if (typeof source !== "string" && !(source instanceof Uint8Array))
    throw argumentInvalid("source", "the path of a vault file or its bytes", source);
  if (typeof source === "string") checkPath("source", source);
  checkPath("destination", destination);
  const { overwrite = false, recovery = "strict", onProgress } = checkOptions(CHECKS, options);
  const settings = { overwrite, strict: recovery === "strict", onProgress };
  return restoreVault(nodePort, source, destination, settings, new Date());
}
