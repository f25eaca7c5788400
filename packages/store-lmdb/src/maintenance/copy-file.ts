/**
 * A state as a vault file of its own, compacted: entries are appended in key order, so that pages are full. It is written under another
 * name and put in place when it is on the medium: it appears there whole or not at all.
 */
import { closeSync, fsyncSync, linkSync, openSync, renameSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { type MaintenanceProgress, ModelVaultError } from "@modelvault/core";
import { TREE } from "../format/keys.ts";
import { Environment } from "../native/environment.ts";
import { FileRoom, longPagesOf } from "../native/file-room.ts";
import {
  fileError,
  lockPathOf,
  makeLockFile,
  refuseTooManyFiles,
  removeQuietly,
  statOf,
  temporaryBeside,
} from "../open/files.ts";
import { wholeTree } from "./whole-tree.ts";

/** After as many bytes what was appended is handed to the operating system; the last transaction waits for the medium. */
const BATCH_BYTES = 8_388_608;
const MAP_BYTES = 67_108_864;
const READERS_MAX = 4;

/**
 * Copies what a read transaction shows.
 * @param bytesTotal what the progress is measured by: about the bytes in use
 * @throws argument_invalid when something is at the destination; store_io, store_full
 */
export function copyFile(
  source: Environment,
  txn: number,
  destination: string,
  bytesTotal: number,
  onProgress?: (progress: MaintenanceProgress) => void,
): void {
  if (statOf(destination) !== undefined) throw taken(destination);
  // Never the name of a copy that was interrupted, whose entries would be taken for this one's.
  const temporary = temporaryBeside(destination, "copy");
  try {
    fillFile(source, txn, temporary, bytesTotal, onProgress);
    putInPlace(temporary, destination);
    syncFolderOf(destination);
  } finally {
    for (const path of [temporary, lockPathOf(temporary)]) removeQuietly(path);
  }
}

function fillFile(
  source: Environment,
  txn: number,
  path: string,
  bytesTotal: number,
  onProgress?: (progress: MaintenanceProgress) => void,
): void {
  makeLockFile(path, READERS_MAX);
  refuseTooManyFiles(path);
  const target = new Environment({
    path,
    readOnly: false,
    mapBytes: MAP_BYTES,
    readersMax: READERS_MAX,
    readAhead: true,
  });
  const room = new FileRoom(target);
  let isOpen = false;
  let bytes = 0;
  try {
    let done = 0;
    let batch = 0;
    let operations = 0;
    let longPages = 0;
    let treePagesBefore = 0;
    const commit = (): void => {
      room.ensure({ operations, longPages, treePagesBefore, appends: true });
      treePagesBefore = target.treePages();
      longPages = 0;
      isOpen = false;
      target.commit();
    };
    target.begin(false);
    isOpen = true;
    for (const [key, value] of wholeTree(source, txn)) {
      target.append(TREE, key, value);
      operations++;
      longPages += longPagesOf(value.length);
      batch += key.length + value.length;
      if (batch < BATCH_BYTES) continue;
      commit();
      done = Math.min(done + batch, bytesTotal);
      batch = 0;
      onProgress?.({ done, total: bytesTotal, unit: "bytes" });
      target.begin(false);
      isOpen = true;
    }
    commit();
    const { lastPage, pageBytes } = target.extent();
    bytes = (lastPage + 1) * pageBytes;
    onProgress?.({ done: bytesTotal, total: bytesTotal, unit: "bytes" });
  } finally {
    if (isOpen) target.abort();
    room.close();
    target.close();
  }
  trimPath(path, bytes);
  syncPath(path);
}

/** What was made longer than it had to be is cut off. */
function trimPath(path: string, bytes: number): void {
  try {
    if (statSync(path).size > bytes) truncateSync(path, bytes);
  } catch (error) {
    throw fileError(error, path, "write to");
  }
}

/** Never replaces a file. */
function putInPlace(temporary: string, destination: string): void {
  try {
    linkSync(temporary, destination);
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code;
    if (errno === "EEXIST") throw taken(destination);
    // Some file systems know no second names.
    if (errno !== "EPERM" && errno !== "ENOTSUP" && errno !== "ENOSYS")
      throw fileError(error, destination, "copy to");
    renameSync(temporary, destination);
  }
}

function syncFolderOf(path: string): void {
  // Windows cannot open folders, and keeps names by itself.
  if (process.platform !== "win32") syncPath(dirname(path));
}

function syncPath(path: string): void {
  try {
    const file = openSync(path, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw fileError(error, path, "sync");
  }
}

function taken(destination: string): ModelVaultError {
  return new ModelVaultError(
    "argument_invalid",
    `destination must be a place without a file; "${destination}" exists. Only restore replaces a vault, with { overwrite: true }.`,
    { argument: "destination", expected: "a place without a file", actual: destination },
  );
}
