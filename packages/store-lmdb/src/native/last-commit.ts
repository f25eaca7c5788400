/**
 * Puts right what lmdb 3.5.6 does wrong when a process opens a file that others write to. LMDB keeps the number of the last commit in the lock
 * file; whoever opens the file reads that number from the file, and a moment later writes it there (`mdb_env_open2`), without a lock. What was
 * committed in between is hidden from then on: readers see the state before it, and the next writer begins from that, so that a commit which was
 * acknowledged is gone. The file itself still tells of it, in its first two pages. So every transaction looks whether there is a later commit than
 * the one it begins from, and every opening whether it has hidden one; the number is then written anew, by whoever has the write lock.
 *
 *   lock file   magic 4 · format 4 · number of the last commit 8 · …
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { ModelVaultError } from "@modelvault/core";
import { fileError, lockPathOf } from "../open/files.ts";
import { MAGIC } from "../pages/page-format.ts";

const NUMBER_AT = 8;
const HEAD_BYTES = 16;
/** Where the system does not list them, open files are looked for up to this number. */
const FILES_MAX = 4_096;

/**
 * Writes the number of the last commit to the lock file. The caller has the write lock.
 * @param path of the vault
 * @param last the number of the last commit
 * @throws store_io
 */
export function showLastCommit(path: string, last: number): void {
  const lock = lockPathOf(path);
  try {
    const { dev, ino } = statSync(lock, { bigint: true });
    for (const file of filesOpen()) {
      if (isFile(file, dev, ino) && rewrite(file, last)) return;
    }
    // Where locks belong to a process and not to an open file, closing the lock file again would lose them.
    if (process.platform === "win32" && rewriteByPath(lock, last)) return;
  } catch (error) {
    throw fileError(error, lock, "write");
  }
  throw new ModelVaultError(
    "store_io",
    `"${path}" cannot be written to: a process that opened it has hidden the last commit, and "${lock}" cannot be put right. Close the vault in all processes and open it again.`,
    { path, operation: "write to", errno: "MDB_PROBLEM" },
  );
}

/** Numbers that may be of open files of this process; LMDB has the lock file open. */
function filesOpen(): number[] {
  try {
    return readdirSync("/dev/fd").map(Number);
  } catch {
    return Array.from({ length: FILES_MAX }, (_, file) => file);
  }
}

function isFile(file: number, dev: bigint, ino: bigint): boolean {
  try {
    const stats = fstatSync(file, { bigint: true });
    return stats.dev === dev && stats.ino === ino;
  } catch {
    return false;
  }
}

/** False when this is not what is known of a lock file. */
function rewrite(file: number, last: number): boolean {
  const head = Buffer.alloc(HEAD_BYTES);
  if (readSync(file, head, 0, HEAD_BYTES, 0) < HEAD_BYTES || head.readUInt32LE(0) !== MAGIC) return false;
  if (head.readBigUInt64LE(NUMBER_AT) >= BigInt(last)) return true;
  head.writeBigUInt64LE(BigInt(last), NUMBER_AT);
  return writeSync(file, head, NUMBER_AT, 8, NUMBER_AT) === 8;
}

function rewriteByPath(lock: string, last: number): boolean {
  const file = openSync(lock, constants.O_RDWR);
  try {
    return rewrite(file, last);
  } finally {
    closeSync(file);
  }
}
