/** What LMDB answers when it cannot: its return codes, and the coded errors they become. */
import { constants } from "node:os";
import { isModelVaultError, ModelVaultError } from "@modelvault/core";

export const NOT_FOUND = -30798;
export const KEY_EXISTS = -30799;
/** The length of a value did not fit the answer and stands in the key area instead. */
export const LENGTH_BESIDE = -30000;
export const SHARED_VALUE = -30001;

export const PANIC = -30795;
const VERSION_MISMATCH = -30794;
const INVALID = -30793;
const MAP_FULL = -30792;
const READERS_FULL = -30790;
const PAGE_NOT_FOUND = -30797;
const CORRUPTED = -30796;
const BAD_TXN = -30782;
const PROBLEM = -30779;

const LMDB_NAMES: ReadonlyMap<number, string> = new Map([
  [KEY_EXISTS, "MDB_KEYEXIST"],
  [NOT_FOUND, "MDB_NOTFOUND"],
  [PAGE_NOT_FOUND, "MDB_PAGE_NOTFOUND"],
  [CORRUPTED, "MDB_CORRUPTED"],
  [PANIC, "MDB_PANIC"],
  [VERSION_MISMATCH, "MDB_VERSION_MISMATCH"],
  [INVALID, "MDB_INVALID"],
  [MAP_FULL, "MDB_MAP_FULL"],
  [READERS_FULL, "MDB_READERS_FULL"],
  [-30788, "MDB_TXN_FULL"],
  [-30785, "MDB_MAP_RESIZED"],
  [-30783, "MDB_BAD_RSLOT"],
  [BAD_TXN, "MDB_BAD_TXN"],
  [-30781, "MDB_BAD_VALSIZE"],
  [-30780, "MDB_BAD_DBI"],
  [PROBLEM, "MDB_PROBLEM"],
]);

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, code]) => [code, name]),
);

/** Errors of the medium that mean that it has no room: nothing of the transaction was kept, and the next may succeed. */
const FULL: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG", "MDB_MAP_FULL"]);

/** The name of a code as errors tell it: "ENOSPC", "MDB_PANIC", "LMDB -30001". */
export function codeName(code: number): string {
  return LMDB_NAMES.get(code) ?? ERRNO_NAMES.get(Math.abs(code)) ?? `LMDB ${code}`;
}

/** The numeric code of an error that the addon threw. */
export function codeOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}

/**
 * Whether a commit that failed so has left the file as it was: LMDB's own codes come before its pages are written, or at least before the page that makes
 * them the state; only errors of the system come from there. After a panic it takes no more writes.
 */
export function wasGivenUp({ code, details }: ModelVaultError): boolean {
  return code === "store_full" || (code === "store_io" && String(details.errno).startsWith("MDB_"));
}

/** A refusal of LMDB as a coded error. Coded errors stay what they are. */
export function lmdbError(failure: unknown, path: string, operation: string): ModelVaultError {
  if (isModelVaultError(failure)) return failure;
  const code = typeof failure === "number" ? failure : codeOf(failure);
  const errno = code === undefined ? undefined : codeName(code);
  const said = failure instanceof Error ? failure.message : (errno ?? String(failure));
  const details = { path, operation, ...(errno === undefined ? {} : { errno }) };
  const options = failure instanceof Error ? { cause: failure } : {};
  if (errno !== undefined && FULL.has(errno)) {
    return new ModelVaultError(
      "store_full",
      `There is no room to ${operation} "${path}": ${said}.`,
      details,
      options,
    );
  }
  switch (code) {
    case INVALID:
      return new ModelVaultError(
        "file_not_vault",
        `"${path}" is no LMDB file, or its first pages are damaged.`,
        details,
        options,
      );
    case VERSION_MISMATCH:
      return new ModelVaultError(
        "file_version_unsupported",
        `"${path}" is an LMDB file in a data format that this version of lmdb cannot read: another program or another version made it.`,
        details,
        options,
      );
    case READERS_FULL:
      return new ModelVaultError(
        "store_readers_full",
        `All reader slots of "${path}" are taken by open snapshots, views and iterations, of this process and others: close some, or open the vault with a larger readersMax where nobody else has it open.`,
        details,
        options,
      );
    case constants.errno.EAGAIN:
      return new ModelVaultError(
        "store_io",
        `Could not ${operation} "${path}": another process with the id ${process.pid} has it open, one in another container. LMDB tells processes apart by their ids: give the containers that share a vault a common space of process ids.`,
        details,
        options,
      );
    case PANIC:
      return new ModelVaultError(
        "store_poisoned",
        `LMDB takes no more writes to "${path}": an earlier write of this process failed at its last step, or a thread died in a transaction. Close every handle of the process and open the vault again.`,
        details,
        options,
      );
    case PROBLEM:
    case BAD_TXN:
    // While it keeps its list of free pages LMDB may look at a page of that which is just being split.
    case NOT_FOUND:
    case CORRUPTED:
    case PAGE_NOT_FOUND:
      if (code !== PROBLEM && code !== BAD_TXN && operation !== "commit to") break;
      return new ModelVaultError(
        "store_io",
        `LMDB could not ${operation} "${path}" and gave the transaction up (${errno}): nothing of it is kept, and it may be run again. If it fails again, verify the vault.`,
        details,
        options,
      );
  }
  return new ModelVaultError("store_io", `Could not ${operation} "${path}": ${said}.`, details, options);
}
