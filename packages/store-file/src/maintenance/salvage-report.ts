/** What a salvage found and what it could not use. */
import type { RefusedSchema } from "../vault/log-catalog.ts";

/** A stretch of the log that could not be used. */
export interface LostStretch {
  readonly offset: number;
  readonly bytes: number;
  /** What was wrong where it begins: "payload_checksum", "magic" and the like. */
  readonly reason: string;
  /** Type of the damaged segment, where its header could be read. */
  readonly segment: string;
}

/** A record that is intact and cannot be used, for instance because its schema was lost. */
export interface UnusableRecord {
  readonly offset: number;
  readonly reason: string;
}

export interface SalvageReport {
  /** Committed transactions that were kept. */
  readonly transactions: number;
  /** Rows in the new vault by collection. */
  readonly rows: Readonly<Record<string, number>>;
  readonly lost: readonly LostStretch[];
  readonly unusable: readonly UnusableRecord[];
  readonly refusedSchemas: readonly RefusedSchema[];
  /** Offset of the checkpoint that the state was taken from. */
  readonly checkpointOffset?: number;
}
