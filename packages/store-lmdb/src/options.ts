/** Options of `lmdbStore`, checked, with their defaults. */
import { argumentInvalid, checkOptions, type OptionChecks } from "@modelvault/core";

export interface LmdbStoreOptions {
  /** `"write"` (default): reads and writes, beside any number of others. `"read"`: never writes, and needs no permission to. */
  readonly mode?: "write" | "read";
  /** Whether a missing file is made, in mode `"write"`. Default true; else it is `store_io` with errno ENOENT. */
  readonly createIfMissing?: boolean;
  /**
   * How many milliseconds a snapshot, view or iteration may be held before it is ended and its reads throw `snapshot_expired`. While one is
   * open the file can only grow. Default 600,000; false: for ever.
   */
  readonly snapshotAgeMsMax?: number | false;
  /** About how many bytes the pages in use may take; a put beyond them is `store_full`. Default false: as many as the disk has. */
  readonly dataBytesMax?: number | false;
  /**
   * Whether the system reads pages ahead. Scans gain by it; reads of single rows of a vault that does not fit into memory lose. By default it
   * does so unless the file is larger than half of the machine's memory.
   */
  readonly readAhead?: boolean;
  /**
   * How many snapshots and readers all processes together may have open, 4 to 65,536. Settled by whoever opens the file first; a lock file that has room
   * for more keeps it. Default 4,096.
   */
  readonly readersMax?: number;
}

export interface CheckedLmdbOptions {
  readonly mode: "write" | "read";
  readonly createIfMissing: boolean;
  readonly snapshotAgeMsMax: number | undefined;
  readonly dataBytesMax: number | undefined;
  readonly readAhead: boolean | undefined;
  readonly readersMax: number;
}

const SNAPSHOT_AGE_MS = 600_000;
const READERS = 4_096;
/** What one handle takes: to read, beside it to iterate, and to tell its figures meanwhile. */
const READERS_MIN = 4;

const isCount = (value: unknown, least: number): boolean =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

const CHECKS: OptionChecks<LmdbStoreOptions> = {
  mode: ['"write" or "read"', (value) => value === "write" || value === "read"],
  createIfMissing: ["a boolean", (value) => typeof value === "boolean"],
  snapshotAgeMsMax: ["false or whole milliseconds above 0", (value) => value === false || isCount(value, 1)],
  dataBytesMax: ["false or bytes, 65,536 at least", (value) => value === false || isCount(value, 65_536)],
  readAhead: ["a boolean", (value) => typeof value === "boolean"],
  readersMax: [
    "a whole number from 4 to 65,536",
    (value) => isCount(value, READERS_MIN) && (value as number) <= 65_536,
  ],
};

/** @throws argument_invalid */
export function checkPath(argument: string, path: unknown): asserts path is string {
  if (typeof path !== "string" || path === "" || path.includes("\0"))
    throw argumentInvalid(argument, "the path of a file", path);
}

/** @throws argument_invalid */
export function checkLmdbOptions(path: unknown, options: unknown): CheckedLmdbOptions {
  checkPath("path", path);
  const { mode, createIfMissing, snapshotAgeMsMax, dataBytesMax, readAhead, readersMax } = checkOptions(
    CHECKS,
    options,
  );
  return {
    mode: mode ?? "write",
    createIfMissing: createIfMissing ?? true,
    snapshotAgeMsMax: snapshotAgeMsMax === false ? undefined : (snapshotAgeMsMax ?? SNAPSHOT_AGE_MS),
    dataBytesMax: dataBytesMax || undefined,
    readAhead,
    readersMax: readersMax ?? READERS,
  };
}
