/** Options of `fileStore`, checked, with their defaults. */
import { checkOptions, type OptionChecks } from "@modelvault/core";
import { checkPath } from "./check-path.ts";

export interface FileStoreOptions {
  /**
   * - `"write"` (default): the one writer. Excludes every other writer and reader of either engine, but followers.
   * - `"read"`: reads, and keeps writers out meanwhile, as upstream's read-only mode does.
   * - `"follow"`: reads without a lock, also while another process writes; shows the commit it was opened at until `refresh`.
   */
  readonly mode?: "write" | "read" | "follow";
  /**
   * `"auto"` (default): a torn tail is cut (kept in a file beside), stale pointers are mended, and whatever loses no commit is forgiven.
   * `"strict"`: anything unclean is an error, and nothing is changed.
   */
  readonly recovery?: "auto" | "strict";
  /**
   * What a commit waits for. `"full"` (default): the medium; a crash loses nothing acknowledged. `"batched"`: the medium, at the latest
   * `batchMs` later; a loss of power may take the commits since, all of the torn part and never half a transaction. `"none"`: `close`
   * or the operating system. A crash of the process alone loses nothing in any of them.
   */
  readonly durability?: "full" | "batched" | "none";
  /** Longest delay of a sync in milliseconds, for `"batched"`. Default 50. */
  readonly batchMs?: number;
  /** Whether a missing file is made, by a writer. Default true; else it is `store_io` with errno ENOENT. */
  readonly createIfMissing?: boolean;
  /**
   * When a commit is followed by a compaction: the log has at least `logBytesMin` bytes and this share of its records is dead. Default
   * 16 MiB and 0.75; false: never.
   */
  readonly autoCompact?: false | { readonly logBytesMin?: number; readonly deadRatioMin?: number };
  /** Bytes of log since the last checkpoint after which a commit is followed by one. Default false: never. */
  readonly autoCheckpoint?: false | { readonly logBytes: number };
}

export interface CheckedFileOptions {
  readonly mode: "write" | "read" | "follow";
  readonly strict: boolean;
  readonly durability: "full" | "batched" | "none";
  readonly batchMs: number;
  readonly createIfMissing: boolean;
  readonly autoCompact: { readonly logBytesMin: number; readonly deadRatioMin: number } | undefined;
  readonly autoCheckpointBytes: number | undefined;
}

const CHECKS: OptionChecks<FileStoreOptions> = {
  mode: ['"write", "read" or "follow"', (value) => ["write", "read", "follow"].includes(value as string)],
  recovery: ['"auto" or "strict"', (value) => value === "auto" || value === "strict"],
  durability: [
    '"full", "batched" or "none"',
    (value) => ["full", "batched", "none"].includes(value as string),
  ],
  batchMs: ["milliseconds above 0", (value) => typeof value === "number" && value > 0],
  createIfMissing: ["a boolean", (value) => typeof value === "boolean"],
  autoCompact: [
    "false or { logBytesMin, deadRatioMin }",
    (value) => value === false || hasNumbers(value, ["logBytesMin", "deadRatioMin"]),
  ],
  autoCheckpoint: [
    "false or { logBytes }",
    (value) =>
      value === false ||
      (hasNumbers(value, ["logBytes"]) && (value as { logBytes?: unknown }).logBytes !== undefined),
  ],
};

/** @throws argument_invalid */
export function checkFileOptions(path: unknown, options: unknown): CheckedFileOptions {
  checkPath("path", path);
  const { mode, recovery, durability, batchMs, createIfMissing, autoCompact, autoCheckpoint } = checkOptions(
    CHECKS,
    options,
  );
  return {
    mode: mode ?? "write",
    strict: recovery === "strict",
    durability: durability ?? "full",
    batchMs: batchMs ?? 50,
    createIfMissing: createIfMissing ?? true,
    autoCompact:
      autoCompact === false
        ? undefined
        : {
            logBytesMin: autoCompact?.logBytesMin ?? 16_777_216,
            deadRatioMin: autoCompact?.deadRatioMin ?? 0.75,
          },
    autoCheckpointBytes: autoCheckpoint ? autoCheckpoint.logBytes : undefined,
  };
}

function hasNumbers(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(
    ([name, entry]) => names.includes(name) && typeof entry === "number" && entry >= 0,
  );
}
