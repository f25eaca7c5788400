/**
 * Salvage: what can still be read of a damaged vault, written as a sound vault of its own. How it is read is `salvage-vault.ts`; this is
 * what a user sees of it.
 */
import type { MaintenanceProgress } from "@modelvault/core";
import { nodePort } from "../port/node-port.ts";
import type { SalvageReport } from "./salvage-report.ts";
import { salvageVault } from "./salvage-vault.ts";

/**
 * Copies what is intact in a damaged vault to a place without a file, and tells what was lost. Rows may be older than the last commit
 * where the later one was lost.
 * @throws argument_invalid when the destination exists; store_busy, store_io, store_full
 * @example
 * const { lost } = salvage("app.modelvault", "rescued.modelvault");
 */
export function salvage(
  path: string,
  destination: string,
  onProgress?: (progress: MaintenanceProgress) => void,
): SalvageReport {
  return salvageVault(nodePort, path, destination, onProgress);
}
