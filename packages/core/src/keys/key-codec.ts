/**
 * Keys of the two ordered keyspaces. A primary key is one component (`key-component.ts`); an index key is the component of the
 * indexed value followed by that primary key.
 *
 * A store's keys are bounded, an indexed text is not. More than 255 content bytes are therefore cut:
 *
 *     first 255 content bytes, escaped | 00 01 | 16 bytes of SHA-256 of the whole content | primary key
 *
 * Equal values are still equal bytes, and byte order is still value order, except among values that begin with the same
 * 255 bytes: those stand together, in the order of their hashes.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { IntegerMode } from "../collection/collection-state.ts";
import { assert } from "../errors/assert.ts";
import { ModelVaultError } from "../errors/error.ts";
import { describeValue } from "../schema/describe-value.ts";
import type { ScalarKind, Value } from "../schema/types.ts";
import { isBytes } from "../validate/shapes.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  CLOSED,
  CLOSED_CUT,
  CUT_HASH_BYTES,
  close,
  contentEnd,
  fixedWidth,
  readComponent,
  writeBytesContent,
  writeComponent,
  writeTextContent,
} from "./key-component.ts";
import { utf8Bytes } from "./text.ts";

/** Content bytes (before escaping) of a string or bytes value that an index key holds; what is longer is cut. */
export const INDEX_VALUE_BYTES_MAX: number = 255;

/** Most bytes an index key has beside its primary key: a cut value of zeros, each escaped, its closing and its hash. */
export const INDEX_KEY_OVERHEAD_BYTES_MAX: number = 2 * INDEX_VALUE_BYTES_MAX + 2 + CUT_HASH_BYTES;

const writer = new ByteWriter();

/**
 * Key bytes of a primary key. Integers may be `number` (safe) or `bigint`, uuids have any letter case.
 * @throws primary_key_invalid when the value is not of this kind, or not finite, or text with a lone surrogate
 */
export function encodeKey(kind: ScalarKind, value: Value): Uint8Array {
  const finite = kind !== "float64" || Number.isFinite(value);
  if (finite && writeComponent(writer, kind, value)) return writer.finish();
  writer.discard();
  throw new ModelVaultError(
    "primary_key_invalid",
    `A primary key of type ${kind} was expected, not ${describeValue(value)}.`,
    {
      expected: kind,
      actual: describeValue(value),
    },
  );
}

/**
 * The value of primary key bytes.
 * @throws key_invalid when `encodeKey` cannot have made them; integer_unsafe in mode "number"
 */
export function decodeKey(kind: ScalarKind, bytes: Uint8Array, integers: IntegerMode): Value {
  const read = readComponent(kind, bytes, 0, integers);
  if (typeof read === "string") throw keyInvalid(kind, bytes, read);
  if (read.end !== bytes.length)
    throw keyInvalid(kind, bytes, `is followed by ${bytes.length - read.end} bytes too many`);
  return read.value === undefined ? refuseUnsafe(kind, bytes) : read.value;
}

/**
 * The bytes that every primary key beginning with this text or byte string begins with, and no other.
 * @throws primary_key_invalid
 */
export function encodeKeyPrefix(kind: "string" | "bytes", prefix: Value): Uint8Array {
  if (writeContent(kind, prefix, Number.POSITIVE_INFINITY) >= 0) return writer.finish();
  writer.discard();
  throw new ModelVaultError(
    "primary_key_invalid",
    `The beginning of a ${kind} key was expected, not ${describeValue(prefix)}.`,
    {
      expected: kind,
      actual: describeValue(prefix),
    },
  );
}

/** The value component of an index key: with {@link prefixSuccessor} the range of all entries of one value. @throws index_value_invalid */
export function encodeIndexValue(kind: ScalarKind, value: Value): Uint8Array {
  writeIndexValue(kind, value);
  return writer.finish();
}

/** The index key of a value in the row with this primary key. @throws index_value_invalid */
export function encodeIndexKey(kind: ScalarKind, value: Value, primaryKey: Uint8Array): Uint8Array {
  writeIndexValue(kind, value);
  writer.raw(primaryKey);
  return writer.finish();
}

/**
 * The bytes that the index key of every value beginning with `prefix` begins with. When `exact` is false the prefix was
 * longer than what an index key holds, and other values may begin with these bytes too.
 * @throws index_value_invalid
 */
export function encodeIndexPrefix(
  kind: "string" | "bytes",
  prefix: Value,
): { readonly bytes: Uint8Array; readonly exact: boolean } {
  const length = writeContent(kind, prefix, INDEX_VALUE_BYTES_MAX);
  if (length >= 0 && length <= INDEX_VALUE_BYTES_MAX) return { bytes: writer.finish(), exact: true };
  writer.discard();
  const content = contentOf(kind, prefix);
  if (content === undefined) throw indexValueInvalid(kind, prefix);
  writeBytesContent(writer, content.subarray(0, INDEX_VALUE_BYTES_MAX));
  return { bytes: writer.finish(), exact: false };
}

/** Where the value of an index key ends and whether it was cut. @throws key_invalid */
export function splitIndexKey(
  kind: ScalarKind,
  key: Uint8Array,
): { readonly valueEnd: number; readonly cut: boolean } {
  return { valueEnd: indexValueEnd(kind, key), cut: isCutIndexValue(kind, key) };
}

/** Whether an index key, or the value component of one, holds only the beginning of its value. @throws key_invalid */
export function isCutIndexValue(kind: ScalarKind, key: Uint8Array): boolean {
  if (fixedWidth(kind) > 0) return false;
  return key[closingOf(kind, key) + 1] === CLOSED_CUT;
}

/** The primary key of an index key: a view on its bytes. @throws key_invalid */
export function primaryKeyOf(kind: ScalarKind, key: Uint8Array): Uint8Array {
  const end = indexValueEnd(kind, key);
  return new Uint8Array(key.buffer, key.byteOffset + end, key.length - end);
}

/** The value of an index key; undefined when it was cut. @throws key_invalid, integer_unsafe */
export function decodeIndexValue(
  kind: ScalarKind,
  key: Uint8Array,
  integers: IntegerMode,
): Value | undefined {
  if (isCutIndexValue(kind, key)) return undefined;
  const read = readComponent(kind, key, 0, integers);
  if (typeof read === "string") throw keyInvalid(kind, key, read);
  return read.value === undefined ? refuseUnsafe(kind, key) : read.value;
}

/** The smallest byte string above every one that begins with `bytes`; undefined when there is none. */
export function prefixSuccessor(bytes: Uint8Array): Uint8Array | undefined {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const successor = new Uint8Array(bytes.subarray(0, length));
  successor[length - 1] = (successor[length - 1] as number) + 1;
  return successor;
}

function writeIndexValue(kind: ScalarKind, value: Value): void {
  if (kind !== "string" && kind !== "bytes") {
    if (writeComponent(writer, kind, value)) return;
    writer.discard();
    throw indexValueInvalid(kind, value);
  }
  const length = writeContent(kind, value, INDEX_VALUE_BYTES_MAX);
  if (length >= 0 && length <= INDEX_VALUE_BYTES_MAX) {
    close(writer);
    return;
  }
  writer.discard();
  const content = contentOf(kind, value);
  if (content === undefined) throw indexValueInvalid(kind, value);
  writeBytesContent(writer, content.subarray(0, INDEX_VALUE_BYTES_MAX));
  close(writer);
  writer.bytes[writer.at - 1] = CLOSED_CUT;
  writer.raw(sha256(content).subarray(0, CUT_HASH_BYTES));
}

/** Content length; -1 when the value is not of this kind; above `contentMax` when nothing usable was written. */
function writeContent(kind: "string" | "bytes", value: Value, contentMax: number): number {
  if (kind === "string") return typeof value === "string" ? writeTextContent(writer, value, contentMax) : -1;
  if (!isBytes(value)) return -1;
  if (value.length <= contentMax) writeBytesContent(writer, value);
  return value.length;
}

function contentOf(kind: "string" | "bytes", value: Value): Uint8Array | undefined {
  if (kind === "string") return typeof value === "string" ? utf8Bytes(value) : undefined;
  return isBytes(value) ? value : undefined;
}

function indexValueEnd(kind: ScalarKind, key: Uint8Array): number {
  const width = fixedWidth(kind);
  const closing = width > 0 ? 0 : closingOf(kind, key);
  const end = width > 0 ? width : closing + 2 + (key[closing + 1] === CLOSED_CUT ? CUT_HASH_BYTES : 0);
  if (end > key.length) throw keyInvalid(kind, key, `takes ${end} bytes, and there are ${key.length}`);
  return end;
}

function closingOf(kind: ScalarKind, key: Uint8Array): number {
  const end = contentEnd(key, 0);
  if (end < 0) throw keyInvalid(kind, key, "is not closed");
  const how = key[end + 1] as number;
  if (how !== CLOSED && how !== CLOSED_CUT)
    throw keyInvalid(kind, key, "is closed by neither 00 00 nor a hash");
  return end;
}

function keyInvalid(kind: ScalarKind, bytes: Uint8Array, reason: string): ModelVaultError {
  const shown = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return new ModelVaultError("key_invalid", `A stored key of type ${kind} ${reason}.`, {
    expected: kind,
    reason,
    key: bytes.length > 16 ? `${shown}…` : shown,
  });
}

function refuseUnsafe(kind: ScalarKind, bytes: Uint8Array): never {
  const read = readComponent(kind, bytes, 0, "bigint");
  assert(typeof read === "object", "a key that was decoded in one integer mode is decoded in another");
  throw new ModelVaultError(
    "integer_unsafe",
    `The key ${String(read.value)} does not fit a JavaScript number.`,
    { key: read.value },
  );
}

function indexValueInvalid(kind: ScalarKind, value: Value): ModelVaultError {
  return new ModelVaultError(
    "index_value_invalid",
    `An indexed value of type ${kind} was expected, not ${describeValue(value)}.`,
    {
      expected: kind,
      actual: describeValue(value),
    },
  );
}
