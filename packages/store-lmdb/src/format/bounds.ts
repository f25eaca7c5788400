/** The bounds of a scan as keys of the tree, both of them always there: a keyspace is a stretch of it. */
import { checkRange, type KeyRange } from "@modelvault/core";
import { EXCLUSIVE_START, INCLUSIVE_END, REVERSE } from "../native/cursor-flags.ts";
import { type Space, writeBytes, writePrefix } from "./keys.ts";

/** Memory of a cursor for its two bounds. LMDB looks at the end in every step: its length in four bytes, then the key. */
export interface BoundSlot {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where LMDB finds the end. */
  readonly address: number;
  /** Where the start stands; its room is as large as that of the end. */
  readonly startAt: number;
}

export interface Bounds {
  readonly prefixLength: number;
  /** Length of the start in the slot. */
  readonly startLength: number;
  /** How LMDB is to take the two. */
  readonly flags: number;
}

const END_AT = 4;

/**
 * Writes both bounds to the slot: the cursor starts at the lower one, or in reverse at the upper one. A bound longer than any key is cut to
 * the longest one: what lies above the whole bound lies above its cut form, and what lies below it lies below or at it.
 * @throws store_range_invalid
 */
export function writeBounds(
  slot: BoundSlot,
  space: Space,
  range: KeyRange | undefined,
  keyBytesMax: number,
): Bounds {
  const { bytes, startAt } = slot;
  if (range === undefined) {
    const prefixLength = writePrefix(bytes, startAt, space) - startAt;
    writeEnd(bytes, writeAfter(bytes, END_AT, space));
    return { prefixLength, startLength: prefixLength, flags: 0 };
  }
  checkRange(range);
  const { gt, gte = gt, lt, lte = lt, reverse = false } = range;
  const [lowAt, highAt] = reverse ? [END_AT, startAt] : [startAt, END_AT];
  const prefixLength = writePrefix(bytes, lowAt, space) - lowAt;
  const room = keyBytesMax - prefixLength;
  const lowEnd = gte === undefined ? lowAt + prefixLength : writeKey(bytes, lowAt + prefixLength, gte, room);
  const highEnd =
    lte === undefined
      ? writeAfter(bytes, highAt, space)
      : writeKey(bytes, writePrefix(bytes, highAt, space), lte, room);
  const lowOpen = gt !== undefined || (gte !== undefined && gte.length > room);
  const highClosed = lte !== undefined && (lt === undefined || lte.length > room);
  if (reverse) {
    writeEnd(bytes, lowEnd);
    const flags = REVERSE | (highClosed ? 0 : EXCLUSIVE_START) | (lowOpen ? 0 : INCLUSIVE_END);
    return { prefixLength, startLength: highEnd - startAt, flags };
  }
  writeEnd(bytes, highEnd);
  const flags = (lowOpen ? EXCLUSIVE_START : 0) | (highClosed ? INCLUSIVE_END : 0);
  return { prefixLength, startLength: lowEnd - startAt, flags };
}

/** The first bytes above every key that begins with the prefix, whose last byte is below 128. */
function writeAfter(bytes: Uint8Array, at: number, space: Space): number {
  const end = writePrefix(bytes, at, space);
  bytes[end - 1] = (bytes[end - 1] as number) + 1;
  return end;
}

function writeKey(bytes: Uint8Array, at: number, key: Uint8Array, room: number): number {
  return writeBytes(bytes, at, key.length > room ? key.subarray(0, room) : key);
}

function writeEnd(bytes: Uint8Array, end: number): void {
  const length = end - END_AT;
  bytes[0] = length & 0xff;
  bytes[1] = length >> 8;
}

/** The end that stands in a slot, as bytes of their own. */
export function boundsEnd(bytes: Uint8Array): Uint8Array {
  return bytes.slice(END_AT, END_AT + ((bytes[0] as number) | ((bytes[1] as number) << 8)));
}
