/** What opening a vault found and did. */
import type { RefusedSchema } from "./log-catalog.ts";

/** What was wrong with a vault file when it was opened, and what was done about it; told by the driver value after `open`. */
export interface RecoveryInfo {
  readonly path: string;
  /** Format minor of the file as it was found. */
  readonly formatMinor: number;
  /** Committed transactions in the log; where a checkpoint of ours spared reading what is before it, those behind. */
  readonly transactions: number;
  /** Nothing at all was wrong. */
  readonly clean: boolean;
  /** Bytes behind the last commit that were cut off, or passed over where the file was not opened for writing. */
  readonly cutBytes: number;
  /** Where they began. */
  readonly cutOffset?: number;
  /** Why they were no part of the log: "short", "past_end", "uncommitted", "magic", "payload_checksum" and the like. */
  readonly cutReason?: string;
  /** The file that keeps them; absent when they were all zero. */
  readonly cutFile?: string;
  /** Why a checkpoint was passed over and the log replayed whole. */
  readonly checkpointIgnored?: string;
  /** Schema entries in the log that never came into force (upstream writes some that it refuses). */
  readonly refusedSchemas: readonly RefusedSchema[];
  /** Transactions that were begun, never committed, and followed by others. */
  readonly abandonedTransactions: number;
  /** What was mended in place: "superblock", "manifest", "creation", "tail". Empty where the file was not opened for writing. */
  readonly repairs: readonly string[];
}
