/**
 * Puts a freshly written file in the place of a vault: written beside, synced, locked, renamed over. At every instant there is a live file at
 * the vault's path, and it is locked.
 */
import { ModelVaultError } from "@modelvault/core";
import type { FilePort, OpenFile } from "../port/file-port.ts";
import { nameBeside } from "../vault/create-file.ts";

/** How far a swap got. */
export type SwapState = "old" | "new" | "unknown";

/**
 * Writes and swaps. The caller closes the old file.
 * @param write fills the new file; undefined: the old one is to stay
 * @param onSwapped called once the new file is in place, before its folder is synced: from here on it is the vault
 * @param onFailed called before an error is thrown, with the file that is the vault now; "unknown" when even that cannot be told
 */
export function swapFile<T>(
  port: FilePort,
  path: string,
  write: (file: OpenFile) => T | undefined,
  onSwapped: (file: OpenFile, written: T) => void,
  onFailed: (state: SwapState) => void,
): void {
  const target = port.canonical(path);
  const temporary = nameBeside(target, "compact");
  const file = port.open(temporary, "create");
  let state: SwapState = "old";
  try {
    port.copyMode(target, temporary);
    const written = write(file);
    if (written === undefined) {
      discard(port, file, temporary);
      return;
    }
    file.syncData();
    if (file.lock("exclusive") === false) {
      throw new ModelVaultError("store_io", `The new file "${temporary}" was locked by another process.`, {
        path: temporary,
        operation: "lock",
      });
    }
    state = "unknown";
    port.rename(temporary, target);
    state = "new";
    onSwapped(file, written);
    port.syncFolderOf(target);
  } catch (error) {
    if (state === "unknown") state = whichIsThere(port, target, file);
    if (state !== "new") discard(port, file, temporary);
    onFailed(state);
    throw error;
  }
}

/** After a rename that failed: whether it was done all the same. */
function whichIsThere(port: FilePort, target: string, file: OpenFile): SwapState {
  try {
    return port.stat(target)?.id === file.identity().id ? "unknown" : "old";
  } catch {
    return "unknown";
  }
}

function discard(port: FilePort, file: OpenFile, temporary: string): void {
  file.close();
  try {
    port.remove(temporary);
  } catch {
    // What made the writing fail may forbid this too; a leftover beside the vault does no harm.
  }
}
