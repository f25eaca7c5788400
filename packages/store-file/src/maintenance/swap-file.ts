/**
 * Puts a freshly written file in the place of a vault: written beside, synced, locked, renamed over. At every instant there is a live file at
 * the vault's path, and it is locked.
 */
import { ModelVaultError } from "@modelvault/core";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { nameBeside } from "../vault/create-file.ts";

/**
 * Writes and swaps. The caller closes the old file.
 * @param write fills the new file
 * @param onSwapped called once the new file is in place, before its folder is synced: from here on it is the vault
 */
export function swapFile<T>(
  port: FilePort,
  path: string,
  write: (file: OpenFile) => T,
  onSwapped: (file: OpenFile, written: T) => void,
): void {
  const target = port.canonical(path);
  const temporary = nameBeside(target, "compact");
  const file = port.open(temporary, "create");
  try {
    port.copyMode(target, temporary);
    const written = write(file);
    file.syncData();
    if (file.lock("exclusive") === false) {
      throw new ModelVaultError("store_io", `The new file "${temporary}" was locked by another process.`, {
        path: temporary,
        operation: "lock",
      });
    }
    port.rename(temporary, target);
    onSwapped(file, written);
  } catch (error) {
    // After the rename the new file is the vault; what failed then is for the caller to judge.
    if (port.stat(target)?.id !== file.identity().id) discard(port, file, temporary);
    throw error;
  }
  port.syncFolderOf(target);
}

function discard(port: FilePort, file: OpenFile, temporary: string): void {
  file.close();
  try {
    port.remove(temporary);
  } catch {
    // What made the writing fail may forbid this too; a leftover beside the vault does no harm.
  }
}
