/** What a file store can do beyond reading and writing: checkpoint, compact, copy, verify, figures. */
import type { MaintenanceProgress, StoreMaintenance } from "@modelvault/core";
import { FileWindow } from "../log/file-window.ts";
import { withIoErrors } from "../port/io-error.ts";
import { nodePort } from "../port/node-port.ts";
import { liveRows } from "../vault/image.ts";
import type { Vault } from "../vault/vault.ts";
import { copyImage } from "./copy-vault.ts";
import { imageBytes } from "./snapshot-bytes.ts";
import { verifyVault } from "./verify-vault.ts";

/** @param refuseTransaction throws while a transaction is open */
export function fileMaintenance(vault: Vault, refuseTransaction: () => void): StoreMaintenance {
  const prepared = <T>(operation: string, call: () => T): T => {
    // A closed store says so.
    vault.image.store.revision();
    refuseTransaction();
    return withIoErrors(vault.path, operation, call);
  };
  return {
    checkpoint: () => prepared("checkpoint", () => vault.checkpoint()),
    compact: (onProgress?: (progress: MaintenanceProgress) => void) =>
      prepared("compact", () => vault.compact(onProgress)),
    copyTo: (destination: string, onProgress?: (progress: MaintenanceProgress) => void) =>
      // What is in memory is copied to the disk.
      prepared("copy", () =>
        copyImage(vault.port.persistent ? vault.port : nodePort, vault.image, destination, onProgress),
      ),
    snapshotBytes: (onProgress?: (progress: MaintenanceProgress) => void) =>
      prepared("copy", () => imageBytes(vault.image, onProgress)),
    verify: () => prepared("verify", () => verifyVault(vault)),
    stats: () => prepared("measure", () => statsOf(vault)),
  };
}

/** Names say their unit; those that end in nothing are counts. */
function statsOf(vault: Vault): Readonly<Record<string, number>> {
  const { log, file } = vault;
  const open = log?.file ?? file;
  const fileBytes = open === undefined ? 0 : new FileWindow(open).length;
  if (log === undefined) return { fileBytes, liveRows: liveRows(vault.image) };
  let records = 0;
  for (const count of log.counts.values()) records += count;
  return {
    fileBytes,
    logBytes: log.end,
    deadBytesEstimate: Math.round(log.end * vault.deadRatio()),
    bytesSinceCheckpoint: log.end - log.checkpointEnd,
    records,
    liveRows: liveRows(vault.image),
    transactions: log.transactions,
    automaticMaintenanceFailures: vault.autoFailures,
  };
}
