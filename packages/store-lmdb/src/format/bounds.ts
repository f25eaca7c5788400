/** The bounds of a scan as keys of the tree, both of them always there: a keyspace is a stretch of it. */
import { checkRange, type KeyRange } from "@modelvault/core";
import { EXCLUSIVE_START, INCLUSIVE_END, REVERSE } from "../native/environment.ts";
import { prefixBytes, type Space } from "./keys.ts";

export interface Bounds {
  readonly prefixLength: number;
  /** Where the cursor starts: the lower bound, or in reverse the upper one. */
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  /** How LMDB is to take the two. */
  readonly flags: number;
}

/**
 * A bound longer than any key is cut to the longest one: what lies above the whole bound lies above its cut form, and what lies
 * below it lies below or at it.
 * @throws store_range_invalid
 */
export function boundsOf(space: Space, range: KeyRange | undefined, keyBytesMax: number): Bounds {
  const prefix = prefixBytes(space);
  if (range === undefined)
    return { prefixLength: prefix.length, start: prefix, end: after(prefix), flags: 0 };
  checkRange(range);
  const room = keyBytesMax - prefix.length;
  const lower = range.gt ?? range.gte;
  const upper = range.lt ?? range.lte;
  const low = lower === undefined ? prefix : joined(prefix, lower, room);
  const high = upper === undefined ? after(prefix) : joined(prefix, upper, room);
  const lowOpen = lower !== undefined && (range.gt !== undefined || lower.length > room);
  const highClosed = upper !== undefined && (range.lte !== undefined || upper.length > room);
  if (range.reverse) {
    const flags = REVERSE | (highClosed ? 0 : EXCLUSIVE_START) | (lowOpen ? 0 : INCLUSIVE_END);
    return { prefixLength: prefix.length, start: high, end: low, flags };
  }
  const flags = (lowOpen ? EXCLUSIVE_START : 0) | (highClosed ? INCLUSIVE_END : 0);
  return { prefixLength: prefix.length, start: low, end: high, flags };
}

/** The first bytes above every key that begins with a prefix. The last byte of a prefix is below 128. */
function after(prefix: Uint8Array): Uint8Array {
  const next = prefix.slice();
  next[next.length - 1] = (next[next.length - 1] as number) + 1;
  return next;
}

function joined(prefix: Uint8Array, key: Uint8Array, room: number): Uint8Array {
  const length = Math.min(key.length, room);
  const bytes = new Uint8Array(prefix.length + length);
  bytes.set(prefix);
  bytes.set(length === key.length ? key : key.subarray(0, length), prefix.length);
  return bytes;
}
