/**
 * The beginning of every record payload, whatever its layout:
 *
 *     0 u16 layout 1 to 3 | 2 u32 collection | 6 u32 schema version | 10 u8 operation | 11 tagged primary key | …
 *
 * Operation 3 deletes; every other one stores the row. Values are core's to decode.
 */
import type { ByteSink } from "./byte-sink.ts";
import { PayloadProblem } from "./payload-reader.ts";
import { orderedOfTagged, taggedEnd } from "./scalar-keys.ts";

export const OPERATION_OFFSET = 10;
export const KEY_OFFSET = 11;
export const OP_INSERT = 1;
export const OP_REPLACE = 2;
export const OP_DELETE = 3;

export interface RecordHead {
  readonly collection: number;
  readonly version: number;
  readonly deletes: boolean;
  /** Tag of the primary key. */
  readonly keyTag: number;
  /** The store's key. */
  readonly key: Uint8Array;
}

/** Reads the head of the payload `bytes[at..end)`. @throws PayloadProblem */
export function readRecordHead(bytes: Buffer, at: number, end: number): RecordHead {
  if (end - at < KEY_OFFSET) throw new PayloadProblem("it ends too early", end - at);
  const layout = bytes.readUInt16LE(at);
  if (layout < 1 || layout > 3) throw new PayloadProblem(`record layout ${layout} is unknown`, 0);
  const keyAt = at + KEY_OFFSET;
  const keyEnd = taggedEnd(bytes, keyAt, end);
  const deletes = bytes[at + OPERATION_OFFSET] === OP_DELETE;
  if (deletes && (end - keyEnd !== 4 || bytes.readUInt32LE(keyEnd) !== 0)) {
    throw new PayloadProblem("a deletion holds values", keyEnd - at);
  }
  return {
    collection: bytes.readUInt32LE(at + 2),
    version: bytes.readUInt32LE(at + 6),
    deletes,
    keyTag: bytes[keyAt] as number,
    key: orderedOfTagged(bytes, keyAt, keyEnd),
  };
}

/** Writes the deletion of a row. */
export function writeDeletion(
  sink: ByteSink,
  layout: 2 | 3,
  collection: number,
  version: number,
  taggedKey: Uint8Array,
): void {
  sink.u16(layout);
  sink.u32(collection);
  sink.u32(version);
  sink.u8(OP_DELETE);
  sink.raw(taggedKey);
  sink.u32(0);
}
