/**
 * A position in a record payload and the checked reads from there. Whatever is wrong becomes `record_payload_invalid` with
 * `details.reason`, `details.offset` and, inside a field, `details.field`. No length is believed before its bytes are there.
 */
import type { IntegerMode } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { exactInteger, type IntegerKind, joinInteger } from "../keys/integers.ts";
import { readUtf8 } from "../keys/text.ts";
import { uuidText } from "../keys/uuid.ts";
import { listElementsMax, textBytesMax } from "../schema/limits.ts";
import type { ScalarKind, Value } from "../schema/types.ts";
import { KEY_OFFSET, SCALAR_BY_TAG, taggedWidth, tagOf } from "./record-layout.ts";

/** What can be wrong with a payload. */
export type RecordProblem =
  | "truncated"
  | "trailing"
  | "type_mismatch"
  | "utf8"
  | "json"
  | "limit"
  | "field_count"
  | "field_path"
  | "delete"
  | "unknown_version"
  | "schema_version"
  | "primary_key";

const float = new DataView(new ArrayBuffer(8));

export class RecordReader {
  readonly bytes: Uint8Array;
  at: number;
  /** Names and list positions down to the value being read, for messages. */
  readonly trail: (string | number)[] = [];
  /** List elements without bytes that may still come. */
  #emptyElements: number = listElementsMax;

  constructor(payload: Uint8Array, at: number = 0) {
    this.bytes = payload;
    this.at = at;
  }

  u8(): number {
    const at = this.take(1);
    return this.bytes[at] as number;
  }

  u16(): number {
    const at = this.take(2);
    return (this.bytes[at] as number) | ((this.bytes[at + 1] as number) << 8);
  }

  u32(): number {
    return this.#half(this.take(4)) >>> 0;
  }

  /** A tagged scalar. @throws integer_unsafe in mode "number", naming field and key */
  scalar(kind: ScalarKind, integers: IntegerMode): Value {
    const start = this.at;
    this.tag(kind);
    switch (kind) {
      case "bool":
        return this.u8() !== 0;
      case "int64":
      case "uint64":
      case "timestamp":
        return this.#integer(kind, integers, start);
      case "float64": {
        const at = this.take(8);
        float.setInt32(0, this.#half(at), true);
        float.setInt32(4, this.#half(at + 4), true);
        return float.getFloat64(0, true);
      }
      case "string":
        return this.#text(this.#length());
      case "bytes": {
        const length = this.#length();
        const at = this.take(length);
        return copyBytes(this.bytes, at, length);
      }
      case "uuid":
        return uuidText(this.bytes, this.take(16));
    }
  }

  /** Passes a tagged scalar. */
  skipScalar(kind: ScalarKind): void {
    this.tag(kind);
    this.take(kind === "string" || kind === "bytes" ? this.#length() : taggedWidth(kind) - 1);
  }

  /** The tag of a scalar, which must be this. */
  tag(kind: ScalarKind): void {
    const tag = this.u8();
    if (tag === tagOf(kind)) return;
    const found = SCALAR_BY_TAG[tag] ?? `tag ${tag}`;
    this.fail("type_mismatch", `${kind} was expected, not ${found}`, this.at - 1);
  }

  /** The presence byte of an optional. */
  present(): boolean {
    const byte = this.u8();
    if (byte > 1) this.fail("type_mismatch", `a presence byte is ${byte}`, this.at - 1);
    return byte === 1;
  }

  /** The length of a list whose elements take at least `elementWidthMin` bytes each. */
  listLength(elementWidthMin: number): number {
    const start = this.at;
    const count = this.u32();
    if (elementWidthMin === 0) this.#emptyElements -= count;
    if (count > listElementsMax || this.#emptyElements < 0)
      this.fail("limit", `a list has ${count} elements`, start);
    if (count * elementWidthMin > this.bytes.length - this.at)
      this.fail("truncated", `a list of ${count} elements is cut`, start);
    return count;
  }

  /** Moves on, to where `count` bytes ended; returns where they started. */
  take(count: number): number {
    const { at } = this;
    if (count > this.bytes.length - at) this.fail("truncated", "it ends too early", this.bytes.length);
    this.at = at + count;
    return at;
  }

  end(): void {
    const left = this.bytes.length - this.at;
    if (left > 0) this.fail("trailing", `${left} bytes follow its end`);
  }

  /** Throws `record_payload_invalid`. */
  fail(reason: RecordProblem, sentence: string, offset: number = this.at): never {
    const field = this.trail.length === 0 ? undefined : this.trail.join(".");
    const place = field === undefined ? `offset ${offset}` : `field "${field}", offset ${offset}`;
    throw new ModelVaultError(
      "record_payload_invalid",
      `A stored row cannot be decoded: ${sentence} (${place}).`,
      {
        reason,
        offset,
        ...(field === undefined ? {} : { field }),
      },
    );
  }

  #half(at: number): number {
    const b = this.bytes;
    return (
      (b[at] as number) |
      ((b[at + 1] as number) << 8) |
      ((b[at + 2] as number) << 16) |
      ((b[at + 3] as number) << 24)
    );
  }

  #integer(kind: IntegerKind, integers: IntegerMode, start: number): number | bigint {
    const at = this.take(8);
    const [low, high] = [this.#half(at), this.#half(at + 4)];
    const value = joinInteger(kind, high, low, integers);
    if (value !== undefined) return value;
    const exact = exactInteger(kind, high, low);
    const field = this.trail.join(".");
    const key = start === KEY_OFFSET ? exact : keyOf(this.bytes);
    throw new ModelVaultError(
      "integer_unsafe",
      `The value ${exact} of "${field}" in the row ${String(key)} does not fit a JavaScript number; open the database with integers: "bigint".`,
      { field, key, value: exact },
    );
  }

  #length(): number {
    const start = this.at;
    const length = this.u32();
    if (length > textBytesMax) this.fail("limit", `a value has ${length} bytes`, start);
    return length;
  }

  #text(length: number): string {
    const at = this.take(length);
    const text = readUtf8(this.bytes, at, at + length);
    return text === undefined ? this.fail("utf8", "a text is not UTF-8", at) : text;
  }
}

/** The primary key of a payload whose header was read before. */
function keyOf(payload: Uint8Array): Value {
  const kind = SCALAR_BY_TAG[payload[KEY_OFFSET] ?? -1] ?? "bool";
  return new RecordReader(payload, KEY_OFFSET).scalar(kind, "exact");
}

/** A plain Uint8Array of its own, whatever class the source has. */
export function copyBytes(source: Uint8Array, at: number, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  if (length > 32) copy.set(source.subarray(at, at + length));
  else for (let index = 0; index < length; index++) copy[index] = source[at + index] as number;
  return copy;
}
