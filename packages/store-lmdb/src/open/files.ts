/** The files of a vault, as the file system sees them: the vault itself and LMDB's lock file beside it. */
import { accessSync, constants, existsSync, rmSync, type Stats, statSync } from "node:fs";
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

export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs an attempt to open; a lock file that only the attempt made goes with its failure. */
export function withoutLitter<T>(path: string, attempt: () => T): T {
  const lock = lockPathOf(path);
  const wasThere = existsSync(lock);
  try {
    return attempt();
  } catch (error) {
    if (!wasThere) rmSync(lock, { force: true });
    throw error;
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
