/**
 * One scalar as order-preserving, self-delimiting bytes: byte order is value order, no component is a prefix of another,
 * so components laid side by side sort as a tuple, and each can be decoded again.
 *
 * | Kind | Bytes |
 * |---|---|
 * | bool | 1: `00` or `01` |
 * | int64, timestamp | 8, big-endian, sign bit flipped |
 * | uint64 | 8, big-endian |
 * | float64 | 8, big-endian; all bits flipped when negative, else the sign bit; −0 as +0, every NaN as the one that sorts last |
 * | uuid | 16 |
 * | string (UTF-8), bytes | content with `00` written as `00 FF`, closed by `00 00` |
 *
 * Reading accepts exactly what writing makes. Nothing here throws: the callers know whose fault a refusal is.
 */
import type { IntegerMode } from "../collection/collection-state.ts";
import type { ScalarKind, Value } from "../schema/types.ts";
import { isBytes } from "../validate/shapes.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { INTEGER_HALVES, joinInteger, splitInteger } from "./integers.ts";
import { readUtf8 } from "./text.ts";
import { uuidText, writeUuid } from "./uuid.ts";

/** Follows a `00` that is content. */
const ESCAPED = 0xff;
/** Follows the `00` that closes a whole content. */
export const CLOSED: number = 0x00;
/** Follows the `00` that closes the beginning of a content that was cut; its hash follows. */
export const CLOSED_CUT: number = 0x01;
/** Length of the hash behind a cut content. */
export const CUT_HASH_BYTES: number = 16;

const floats = new DataView(new ArrayBuffer(8));

/** Bytes a component of this kind always takes; 0 when it varies. */
export function fixedWidth(kind: ScalarKind): 0 | 1 | 8 | 16 {
  switch (kind) {
    case "bool":
      return 1;
    case "string":
    case "bytes":
      return 0;
    case "uuid":
      return 16;
    default:
      return 8;
  }
}

/** Appends a value; false (with part of it perhaps appended) when it is no value of this kind. */
export function writeComponent(writer: ByteWriter, kind: ScalarKind, value: unknown): boolean {
  switch (kind) {
    case "string":
      if (typeof value !== "string" || writeTextContent(writer, value, Number.POSITIVE_INFINITY) < 0)
        return false;
      close(writer);
      return true;
    case "bytes":
      if (!isBytes(value)) return false;
      writeBytesContent(writer, value);
      close(writer);
      return true;
    default:
      return writeFixed(writer, kind, value);
  }
}

function writeFixed(
  writer: ByteWriter,
  kind: Exclude<ScalarKind, "string" | "bytes">,
  value: unknown,
): boolean {
  writer.reserve(16);
  const { bytes, at } = writer;
  switch (kind) {
    case "int64":
    case "timestamp":
    case "uint64": {
      if (!splitInteger(kind, value)) return false;
      const high = INTEGER_HALVES[1] as number;
      writeHalves(writer, kind === "uint64" ? high : high ^ 0x80000000, INTEGER_HALVES[0] as number);
      return true;
    }
    case "float64": {
      if (typeof value !== "number") return false;
      floats.setFloat64(0, value === 0 ? 0 : value);
      const high = floats.getInt32(0);
      if (Number.isNaN(value)) writeHalves(writer, 0xfff80000, 0);
      else if (high < 0) writeHalves(writer, ~high, ~floats.getInt32(4));
      else writeHalves(writer, high ^ 0x80000000, floats.getInt32(4));
      return true;
    }
    case "bool":
      if (typeof value !== "boolean") return false;
      bytes[at] = value ? 1 : 0;
      writer.at = at + 1;
      return true;
    case "uuid":
      if (!writeUuid(value, bytes, at)) return false;
      writer.at = at + 16;
      return true;
  }
}

/** Appends 8 bytes, for which there is room. */
function writeHalves(writer: ByteWriter, high: number, low: number): void {
  const { bytes, at } = writer;
  bytes[at] = high >>> 24;
  bytes[at + 1] = high >>> 16;
  bytes[at + 2] = high >>> 8;
  bytes[at + 3] = high;
  bytes[at + 4] = low >>> 24;
  bytes[at + 5] = low >>> 16;
  bytes[at + 6] = low >>> 8;
  bytes[at + 7] = low;
  writer.at = at + 8;
}

/**
 * Appends the escaped content of a text, unclosed, and keeps room to close it.
 * @returns its UTF-8 length; -1 when it has a lone surrogate; infinity, given up halfway, when it is longer than `contentMax`.
 */
export function writeTextContent(writer: ByteWriter, text: string, contentMax: number): number {
  const length = text.length;
  if (length > contentMax) return Number.POSITIVE_INFINITY;
  writer.reserve(3 * length + 2 + CUT_HASH_BYTES);
  const { bytes } = writer;
  const from = writer.at;
  let to = from;
  let escapes = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) {
      bytes[to++] = unit;
      if (unit === 0) {
        bytes[to++] = ESCAPED;
        escapes++;
      }
    } else if (unit < 0x800) {
      bytes[to++] = 0xc0 | (unit >> 6);
      bytes[to++] = 0x80 | (unit & 63);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      bytes[to++] = 0xe0 | (unit >> 12);
      bytes[to++] = 0x80 | ((unit >> 6) & 63);
      bytes[to++] = 0x80 | (unit & 63);
    } else {
      const next = text.charCodeAt(++index);
      if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return -1;
      const point = 0x10000 + ((unit & 0x3ff) << 10) + (next & 0x3ff);
      bytes[to++] = 0xf0 | (point >> 18);
      bytes[to++] = 0x80 | ((point >> 12) & 63);
      bytes[to++] = 0x80 | ((point >> 6) & 63);
      bytes[to++] = 0x80 | (point & 63);
    }
  }
  const content = to - from - escapes;
  if (content > contentMax) return Number.POSITIVE_INFINITY;
  writer.at = to;
  return content;
}

/** Appends the escaped content of a byte string, unclosed, and keeps room to close it. */
export function writeBytesContent(writer: ByteWriter, content: Uint8Array): void {
  writer.reserve(2 * content.length + 2 + CUT_HASH_BYTES);
  const { bytes } = writer;
  let to = writer.at;
  for (let index = 0; index < content.length; index++) {
    const byte = content[index] as number;
    bytes[to++] = byte;
    if (byte === 0) bytes[to++] = ESCAPED;
  }
  writer.at = to;
}

/** Closes a content. */
export function close(writer: ByteWriter): void {
  const { bytes, at } = writer;
  bytes[at] = 0;
  bytes[at + 1] = CLOSED;
  writer.at = at + 2;
}

/**
 * Position of the `00` that closes a content starting at `from`; -1 when none does. The byte behind it, which is there,
 * tells how.
 */
export function contentEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    if (bytes[at] !== 0) continue;
    if (bytes[at + 1] !== ESCAPED) return at;
    at++;
  }
  return -1;
}

/** A value and where its bytes end; the value is undefined when an integer does not fit the mode. */
export interface ReadComponent {
  readonly value: Value | undefined;
  readonly end: number;
}

/** Reads the component at `from`. A text is a sentence about what is wrong with it. */
export function readComponent(
  kind: ScalarKind,
  bytes: Uint8Array,
  from: number,
  integers: IntegerMode,
): ReadComponent | string {
  const width = fixedWidth(kind);
  if (from + width > bytes.length) return `takes ${width} bytes, and ${bytes.length - from} are left`;
  const end = from + width;
  switch (kind) {
    case "bool": {
      const byte = bytes[from] as number;
      return byte > 1 ? "is neither 00 nor 01" : { value: byte === 1, end };
    }
    case "int64":
    case "timestamp":
    case "uint64": {
      const high = readHalf(bytes, from);
      return {
        value: joinInteger(
          kind,
          kind === "uint64" ? high : high ^ 0x80000000,
          readHalf(bytes, from + 4),
          integers,
        ),
        end,
      };
    }
    case "float64":
      return readFloat(readHalf(bytes, from), readHalf(bytes, from + 4), end);
    case "uuid":
      return { value: uuidText(bytes, from), end };
    default:
      return readContent(kind, bytes, from);
  }
}

function readHalf(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function readFloat(high: number, low: number, end: number): ReadComponent | string {
  const negative = high >= 0;
  floats.setInt32(0, negative ? ~high : high ^ 0x80000000);
  floats.setInt32(4, negative ? ~low : low);
  const value = floats.getFloat64(0);
  if (Number.isNaN(value))
    return high === (0xfff80000 | 0) && low === 0
      ? { value, end }
      : "is a NaN in another form than the one written";
  return Object.is(value, -0) ? "is a negative zero" : { value, end };
}

function readContent(kind: "string" | "bytes", bytes: Uint8Array, from: number): ReadComponent | string {
  const end = contentEnd(bytes, from);
  if (end < 0) return "is not closed by 00 00";
  if (bytes[end + 1] !== CLOSED) return "is closed by neither 00 00 nor a hash";
  const content = unescaped(bytes, from, end);
  if (kind === "bytes") return { value: content ?? new Uint8Array(bytes.subarray(from, end)), end: end + 2 };
  const text = content === undefined ? readUtf8(bytes, from, end) : readUtf8(content, 0, content.length);
  return text === undefined ? "is not UTF-8" : { value: text, end: end + 2 };
}

/** The content without its escapes; undefined when it has none. */
function unescaped(bytes: Uint8Array, from: number, end: number): Uint8Array | undefined {
  const first = bytes.indexOf(0, from);
  if (first >= end) return undefined;
  const content = new Uint8Array(end - from - 1);
  let length = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number;
    content[length++] = byte;
    if (byte === 0) at++;
  }
  return content.slice(0, length);
}
