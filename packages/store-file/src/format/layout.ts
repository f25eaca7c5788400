/**
 * The `.modelvault` file at a glance. All integers are little-endian, nothing is aligned or padded.
 *
 *     0      file header, 32 bytes, magic TDB0
 *     32     superblock slot A, 4096 bytes, magic TSB0
 *     4128   superblock slot B, 4096 bytes
 *     8224   the log: segments back to back up to the end of the file, each 32 bytes of header (magic TSG0) and a payload
 *
 * The state is what the committed transactions of the log say, in order. Superblocks only point into it.
 */

export const HEADER_BYTES = 32;
export const SLOT_BYTES = 4096;
export const SLOT_A_OFFSET: number = HEADER_BYTES;
export const SLOT_B_OFFSET: number = HEADER_BYTES + SLOT_BYTES;
/** Where the log begins. */
export const LOG_START: number = HEADER_BYTES + 2 * SLOT_BYTES;
export const SEGMENT_HEADER_BYTES = 32;

/** Format minor that is written; {@link FORMAT_MINOR_MIN} and later are read. */
export const FORMAT_MINOR = 6;
export const FORMAT_MINOR_MIN = 2;

/** Longest payload of a segment that upstream's reader accepts. */
export const PAYLOAD_BYTES_MAX = 67_108_864;
/** Most entries of an index payload, and most records and catalog entries of a checkpoint. */
export const ENTRIES_MAX = 1_048_576;
/** Longest index name, index key or primary key in an index entry. */
export const FIELD_BYTES_MAX = 16_777_216;

/** Segment types by name. */
export const SEGMENT = {
  schema: 1,
  record: 2,
  manifest: 3,
  checkpoint: 4,
  index: 5,
  begin: 6,
  commit: 7,
  abort: 8,
  temp: 9,
} as const;

const SEGMENT_NAMES: readonly string[] = [
  "unknown",
  "Schema",
  "Record",
  "Manifest",
  "Checkpoint",
  "Index",
  "TxnBegin",
  "TxnCommit",
  "TxnAbort",
  "Temp",
];

/** Name of a segment type, for messages. */
export function segmentName(type: number): string {
  return SEGMENT_NAMES[type] ?? "unknown";
}
