/** The files of a vault, as the file system sees them: the vault itself and LMDB's lock file beside it. */
import { randomUUID } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ModelVaultError } from "@modelvault/core";

/** LMDB's table of readers and its lock. Written by readers too, never shrunk, and made again when it is missing. */
export function lockPathOf(path: string): string {
  return `${path}-lock`;
}

/** The file at a path, or nothing. @throws store_io */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw fileError(error, path, "open");
  }
}

/**
 * Where a file is, or will be made, with all links followed: the lock file lies beside the file itself, whatever name it is opened under. Links are
 * followed here, for one that points to nothing yet has no real path that the system would tell.
 * @throws store_io
 */
export function realPathOf(path: string): string {
  try {
    let at = resolve(path);
    for (;;) {
      const inFolder = join(realpathSync(dirname(at)), basename(at));
      if (!lstatSync(inFolder, { throwIfNoEntry: false })?.isSymbolicLink()) return inFolder;
      at = resolve(dirname(inFolder), readlinkSync(inFolder));
    }
  } catch (error) {
    throw fileError(error, path, "open");
  }
}

/** A name beside a file that nothing has, and nothing will have by chance. */
export function temporaryBeside(path: string, purpose: string): string {
  const name = Array.from(basename(path)).slice(0, 40).join("");
  return join(dirname(path), `${name}.${purpose}.${randomUUID().slice(0, 8)}.tmp`);
}

/** Removes what may be there; what cannot be removed stays. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is a temporary file, and something else is being told of.
  }
}

/** The file, the file again to sync through, the lock file, and one to spare. */
const LMDB_FILES = 4;

/** Makes sure that LMDB can open the files it needs, for lmdb 3.5.6 ends the process when it cannot. @throws store_io */
export function refuseTooManyFiles(path: string): void {
  const files: number[] = [];
  try {
    while (files.length < LMDB_FILES) files.push(openSync(process.execPath, "r"));
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code;
    if (errno === "EMFILE" || errno === "ENFILE") throw fileError(error, path, "open");
  } finally {
    for (const file of files) closeSync(file);
  }
}

/** Why this process may not use a file or folder so, as the error of the file system; undefined: it may. */
export function refusal(path: string, use: "read" | "write"): NodeJS.ErrnoException | undefined {
  try {
    accessSync(path, use === "read" ? constants.R_OK : constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

/** Room that must be left beside the lock file for LMDB to make a vault in. */
const VAULT_BYTES_MIN = 65_536;

/**
 * Makes the lock file where there is none, with room for all readers: LMDB maps it, and a process that writes to a map for which the disk has no
 * room is ended. It appears whole, for another process may open the vault at the same time.
 * @throws store_io, store_full
 */
export function makeLockFile(path: string, readersMax: number): void {
  const lock = lockPathOf(path);
  if (existsSync(lock)) return;
  const temporary = temporaryBeside(path, "lock");
  const bytes = READER_BYTES * (readersMax + 3);
  try {
    writeFileSync(temporary, new Uint8Array(bytes + VAULT_BYTES_MIN), { mode: 0o664 });
    truncateSync(temporary, bytes);
    linkOrRename(temporary, lock);
  } catch (error) {
    throw fileError(error, lock, "write");
  } finally {
    removeQuietly(temporary);
  }
}

/** LMDB's head of the lock file takes less than two readers. */
const READER_BYTES = 64;

function linkOrRename(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const errno = (error as NodeJS.ErrnoException).code;
    // Somebody else made it meanwhile.
    if (errno === "EEXIST") return;
    // Some file systems know no second names.
    if (errno !== "EPERM" && errno !== "ENOTSUP" && errno !== "ENOSYS") throw error;
    if (!existsSync(to)) renameSync(from, to);
  }
}

/** An error of Node's file system as a coded one. */
export function fileError(error: unknown, path: string, operation: string): ModelVaultError {
  const errno =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : undefined;
  const reason = error instanceof Error ? error.message : String(error);
  const full = errno === "ENOSPC" || errno === "EDQUOT" || errno === "EFBIG";
  return new ModelVaultError(
    full ? "store_full" : "store_io",
    `Could not ${operation} "${path}": ${reason}.`,
    { path, operation, ...(errno === undefined ? {} : { errno }) },
    { cause: error },
  );
}
