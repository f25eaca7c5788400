/**
 * One scalar, four spellings:
 *
 * - *tagged*, inside record payloads: a tag byte 0 to 7 and little-endian bytes, text with a `u32` length before it;
 * - *canonical*, inside index payloads: the little-endian bytes alone, bool in two bytes, −0.0 as +0.0;
 * - *ordered*, in the store's keys: core's order-preserving component (`@modelvault/core`, keys);
 * - the value itself, which this file never makes: 64-bit integers and NaN bits go from bytes to bytes.
 *
 * Ordered keys fold all NaNs into one and cut long text, so canonical bytes cannot always be had from them: then the row is asked.
 */
import type { ScalarKind } from "@modelvault/core";
import { PayloadProblem } from "./payload-reader.ts";

const KINDS: readonly ScalarKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

/** The kind a tag stands for; undefined for other tags. */
export function kindOfTag(tag: number): ScalarKind | undefined {
  return KINDS[tag];
}

/** Where a tagged scalar ends. @throws PayloadProblem */
export function taggedEnd(bytes: Buffer, at: number, end: number): number {
  const kind = at < end ? KINDS[bytes[at] as number] : undefined;
  if (kind === undefined) throw new PayloadProblem("a scalar has an unknown tag", at);
  const text = kind === "string" || kind === "bytes";
  if (text && end - at < 5) throw new PayloadProblem("it ends too early", at);
  const width = text ? 5 + bytes.readUInt32LE(at + 1) : kind === "bool" ? 2 : kind === "uuid" ? 17 : 9;
  if (width > end - at) throw new PayloadProblem("it ends too early", at);
  return at + width;
}

/** The ordered key of a tagged scalar that {@link taggedEnd} found whole. Bytes of its own. */
export function orderedOfTagged(bytes: Buffer, at: number, end: number): Uint8Array {
  const kind = KINDS[bytes[at] as number];
  switch (kind) {
    case "string":
    case "bytes":
      return escapeText(bytes, at + 5, end);
    case "bool":
      return Uint8Array.of(bytes[at + 1] === 0 ? 0 : 1);
    case "uuid":
      return new Uint8Array(bytes.subarray(at + 1, end));
    case "uint64":
      return bigEndian(bytes, at + 1, 0);
    case "float64":
      return orderedFloat(bytes, at + 1);
    default:
      return bigEndian(bytes, at + 1, 0x80);
  }
}

/** The canonical bytes of a tagged scalar. A view where they stand as they are. */
export function canonicalOfTagged(bytes: Buffer, at: number, end: number): Uint8Array {
  const kind = KINDS[bytes[at] as number];
  switch (kind) {
    case "string":
    case "bytes":
      return bytes.subarray(at + 5, end);
    case "bool":
      return Uint8Array.of(0, bytes[at + 1] === 0 ? 0 : 1);
    case "float64": {
      const raw = bytes.subarray(at + 1, end);
      return isMinusZero(raw) ? new Uint8Array(8) : raw;
    }
    default:
      return bytes.subarray(at + 1, end);
  }
}

/** The canonical bytes of an ordered component `key[start..end)` that is neither cut nor NaN. */
export function canonicalOfOrdered(
  kind: ScalarKind,
  key: Uint8Array,
  start: number,
  end: number,
): Uint8Array {
  switch (kind) {
    case "string":
    case "bytes":
      return unescapeText(key, start, end - 2);
    case "bool":
      return Uint8Array.of(0, key[start] as number);
    case "uuid":
      return key.subarray(start, end);
    case "uint64":
      return littleEndian(key, start, 0);
    case "float64": {
      const flip = (key[start] as number) & 0x80 ? 0x80 : 0xff;
      const plain = littleEndian(key, start, flip);
      if (flip === 0xff)
        for (let index = 0; index < 7; index++) plain[index] = (plain[index] as number) ^ 0xff;
      return plain;
    }
    default:
      return littleEndian(key, start, 0x80);
  }
}

/** Whether an ordered float64 component is the one all NaNs share. */
export function isOrderedNaN(key: Uint8Array, start: number): boolean {
  return key[start] === 0xff && key[start + 1] === 0xf8;
}

/** The tagged scalar of an ordered primary key. −0.0 and NaN, which keys do not tell apart, become +0.0 and one NaN. */
export function taggedOfOrdered(kind: ScalarKind, key: Uint8Array): Uint8Array {
  const canonical = canonicalOfOrdered(kind, key, 0, key.length);
  const text = kind === "string" || kind === "bytes";
  const content = kind === "bool" ? canonical.subarray(1) : canonical;
  const tagged = Buffer.alloc((text ? 5 : 1) + content.length);
  tagged[0] = KINDS.indexOf(kind);
  if (text) tagged.writeUInt32LE(content.length, 1);
  tagged.set(content, text ? 5 : 1);
  return tagged;
}

function isMinusZero(raw: Uint8Array): boolean {
  if (raw[7] !== 0x80) return false;
  for (let index = 0; index < 7; index++) if (raw[index] !== 0) return false;
  return true;
}

function orderedFloat(bytes: Buffer, at: number): Uint8Array {
  const value = bytes.readDoubleLE(at);
  if (value === 0) return Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0);
  if (Number.isNaN(value)) return Uint8Array.of(0xff, 0xf8, 0, 0, 0, 0, 0, 0);
  const ordered = bigEndian(bytes, at, 0);
  if ((ordered[0] as number) < 0x80) ordered[0] = (ordered[0] as number) ^ 0x80;
  else for (let index = 0; index < 8; index++) ordered[index] = (ordered[index] as number) ^ 0xff;
  return ordered;
}

/** Eight little-endian bytes as big-endian ones, the first of them (sign and exponent) changed by `flip`. */
function bigEndian(bytes: Uint8Array, at: number, flip: number): Uint8Array {
  const result = new Uint8Array(8);
  for (let index = 0; index < 8; index++) result[7 - index] = bytes[at + index] as number;
  result[0] = (result[0] as number) ^ flip;
  return result;
}

/** Eight big-endian bytes as little-endian ones, the last of them (sign and exponent) changed by `flip`. */
function littleEndian(bytes: Uint8Array, at: number, flip: number): Uint8Array {
  const result = new Uint8Array(8);
  for (let index = 0; index < 8; index++) result[7 - index] = bytes[at + index] as number;
  result[7] = (result[7] as number) ^ flip;
  return result;
}

/** Content with `00` as `00 FF`, closed by `00 00`. */
function escapeText(bytes: Buffer, start: number, end: number): Uint8Array {
  let zeros = 0;
  for (let at = start; at < end; at++) if (bytes[at] === 0) zeros++;
  const result = new Uint8Array(end - start + zeros + 2);
  if (zeros === 0) {
    result.set(bytes.subarray(start, end));
    return result;
  }
  let to = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    result[to++] = byte;
    if (byte === 0) result[to++] = 0xff;
  }
  return result;
}

function unescapeText(key: Uint8Array, start: number, end: number): Uint8Array {
  let zeros = 0;
  for (let at = start; at < end; at++) if (key[at] === 0) zeros++;
  if (zeros === 0) return key.subarray(start, end);
  const result = new Uint8Array(end - start - zeros);
  let to = 0;
  for (let at = start; at < end; at++) {
    result[to++] = key[at] as number;
    if (key[at] === 0) at++;
  }
  return result;
}
