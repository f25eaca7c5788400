/**
 * From ordered key components straight to the canonical bytes of index payloads, without an object on the way. What an ordered component
 * does not hold whole (text that was cut, which NaN it was) is refused: only the row knows it.
 */
import type { ScalarKind } from "@modelvault/core";
import type { ByteSink } from "./byte-sink.ts";

const TAG_BOOL = 0;
const TAG_FLOAT64 = 3;
const TAG_STRING = 4;
const TAG_BYTES = 5;

/** The component cannot be written from the key alone. */
export const INCOMPLETE = -1;

/**
 * Appends the canonical bytes of the ordered component that begins at `start` of `bytes`, `u32` length before them.
 * @param end where the key ends; the component may end before
 * @returns where the component ends; {@link INCOMPLETE}, with nothing appended, when the key does not hold it whole
 */
export function writeCanonical(
  sink: ByteSink,
  kind: ScalarKind,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  switch (kind) {
    case "string":
    case "bytes":
      return writeText(sink, bytes, start, end);
    case "bool": {
      if (start >= end) return INCOMPLETE;
      const at = startField(sink, 2);
      sink.bytes[at] = 0;
      sink.bytes[at + 1] = bytes[start] as number;
      return start + 1;
    }
    case "uuid": {
      if (start + 16 > end) return INCOMPLETE;
      const at = startField(sink, 16);
      const to = sink.bytes;
      for (let index = 0; index < 16; index++) to[at + index] = bytes[start + index] as number;
      return start + 16;
    }
    case "uint64":
      return writeReversed(sink, bytes, start, end, 0, 0);
    case "float64": {
      const first = bytes[start] as number;
      if (first === 0xff && bytes[start + 1] === 0xf8) return INCOMPLETE;
      return first & 0x80
        ? writeReversed(sink, bytes, start, end, 0x80, 0)
        : writeReversed(sink, bytes, start, end, 0xff, 0xff);
    }
    default:
      return writeReversed(sink, bytes, start, end, 0x80, 0);
  }
}

/** Appends the canonical bytes of the tagged scalar `bytes[start..end)`, which is whole, `u32` length before them. */
export function writeCanonicalOfTagged(sink: ByteSink, bytes: Uint8Array, start: number, end: number): void {
  const tag = bytes[start] as number;
  if (tag === TAG_BOOL) {
    const at = startField(sink, 2);
    sink.bytes[at] = 0;
    sink.bytes[at + 1] = bytes[start + 1] === 0 ? 0 : 1;
    return;
  }
  const from = tag === TAG_STRING || tag === TAG_BYTES ? start + 5 : start + 1;
  const at = startField(sink, end - from);
  const to = sink.bytes;
  for (let index = from; index < end; index++) to[at + index - from] = bytes[index] as number;
  if (tag === TAG_FLOAT64 && isMinusZero(to, at)) to[at + 7] = 0;
}

function isMinusZero(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 7] !== 0x80) return false;
  for (let index = 0; index < 7; index++) if (bytes[at + index] !== 0) return false;
  return true;
}

/** Writes a `u32` length and makes room for the bytes; returns where they go. */
function startField(sink: ByteSink, length: number): number {
  const at = sink.take(4 + length);
  const { bytes } = sink;
  bytes[at] = length;
  bytes[at + 1] = length >>> 8;
  bytes[at + 2] = length >>> 16;
  bytes[at + 3] = length >>> 24;
  return at + 4;
}

/** Eight big-endian bytes as little-endian ones; the first of them is changed by `flip`, the others by `flipRest`. */
function writeReversed(
  sink: ByteSink,
  bytes: Uint8Array,
  start: number,
  end: number,
  flip: number,
  flipRest: number,
): number {
  if (start + 8 > end) return INCOMPLETE;
  const at = startField(sink, 8);
  const to = sink.bytes;
  for (let index = 1; index < 8; index++) to[at + 7 - index] = (bytes[start + index] as number) ^ flipRest;
  to[at + 7] = (bytes[start] as number) ^ flip;
  return start + 8;
}

/** Content with `00` as `00 FF`, closed by `00 00`; closed otherwise it was cut. */
function writeText(sink: ByteSink, bytes: Uint8Array, start: number, end: number): number {
  let close = start;
  let escapes = 0;
  while (close < end && (bytes[close] !== 0 || bytes[close + 1] === 0xff)) {
    if (bytes[close] === 0) {
      escapes++;
      close++;
    }
    close++;
  }
  if (close + 2 > end || bytes[close + 1] !== 0) return INCOMPLETE;
  let at = startField(sink, close - start - escapes);
  const to = sink.bytes;
  for (let index = start; index < close; index++) {
    const byte = bytes[index] as number;
    to[at++] = byte;
    if (byte === 0) index++;
  }
  return close + 2;
}
