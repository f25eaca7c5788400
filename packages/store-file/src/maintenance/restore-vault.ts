/**
 * Restoring: a saved vault becomes the vault at a place. The saved one is read whole and checked first; then its state is written beside the
 * destination, synced and put there under its name, so that at every instant the destination is the old vault, whole, or the new one. A
 * destination that anybody has open is refused, for its handle would go on acknowledging writes to a file that is no longer there.
 */
import { countRowsByName, type MaintenanceProgress, ModelVaultError } from "@modelvault/core";
import { lockForWriting } from "../lock/vault-locks.ts";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { withIoErrors } from "../port/io-error.ts";
import { memoryPort } from "../port/memory-port.ts";
import { readWhileWritten } from "../vault/follow.ts";
import type { Image } from "../vault/image.ts";
import { copyImage } from "./copy-vault.ts";
import type { RestoreReport } from "./restore-report.ts";
import { swapFile } from "./swap-file.ts";
import { writeImage } from "./write-image.ts";

export interface RestoreSettings {
  readonly overwrite: boolean;
  readonly strict: boolean;
  readonly onProgress: ((progress: MaintenanceProgress) => void) | undefined;
}

/** Restores on any file system. */
export function restoreVault(
  port: FilePort,
  source: string | Uint8Array,
  destination: string,
  { overwrite, strict, onProgress }: RestoreSettings,
  now: Date,
): RestoreReport {
  const image = readSource(port, source, strict);
  try {
    const { store } = image;
    const rows = countRowsByName(store, store.traits);
    withIoErrors(destination, "restore", () => {
      if (overwrite && port.stat(destination) !== undefined)
        replace(port, image, destination, onProgress, now);
      else copyImage(port, image, destination, onProgress);
    });
    return { revision: store.revision(), rows };
  } finally {
    image.store.close();
  }
}

function readSource(port: FilePort, source: string | Uint8Array, strict: boolean): Image {
  const path = typeof source === "string" ? source : "snapshot";
  return withIoErrors(path, "read", () => {
    const file =
      typeof source === "string"
        ? port.open(path, "read")
        : memoryPort(path, Uint8Array.prototype.slice.call(source)).open(path, "read");
    try {
      if (file.identity().bytes === 0) throw emptySource(path);
      return readWhileWritten(file, strict).image;
    } finally {
      file.close();
    }
  });
}

/** The error for a source without a byte. */
export function emptySource(path: string): ModelVaultError {
  return new ModelVaultError(
    "file_not_vault",
    `"${path}" is empty; what was saved of a vault holds at least an empty one.`,
    { path, fileBytes: 0 },
  );
}

function replace(
  port: FilePort,
  image: Image,
  destination: string,
  onProgress: RestoreSettings["onProgress"],
  now: Date,
): void {
  const { file: old, locks } = lockForWriting(port, destination, now, () => port.open(destination, "write"));
  let fresh: OpenFile | undefined;
  try {
    swapFile(
      port,
      destination,
      (file) => writeImage(file, image.store, image.catalog, image.store.revision(), onProgress),
      (file) => {
        fresh = file;
      },
      () => undefined,
    );
  } finally {
    fresh?.close();
    old.close();
    locks.release();
  }
}
