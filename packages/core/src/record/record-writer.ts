/**
 * Checked writes of a record payload. A value over a limit of the format becomes `row_too_large`, naming its path; a value that
 * is not what validation promises is a defect of ModelVault and becomes `internal`, so that wrong bytes are never stored.
 */
import { ModelVaultError } from "../errors/error.ts";
import type { ByteWriter } from "../keys/byte-writer.ts";
import { INTEGER_HALVES, splitInteger } from "../keys/integers.ts";
import { writeUtf8 } from "../keys/text.ts";
import { writeUuid } from "../keys/uuid.ts";
import { listElementsMax, pathSegmentsMax, segmentBytesMax, textBytesMax } from "../schema/limits.ts";
import type { ScalarKind } from "../schema/types.ts";
import { isBytes } from "../validate/shapes.ts";
import { PAYLOAD_BYTES_MAX, tagOf } from "./record-layout.ts";

const float = new DataView(new ArrayBuffer(8));

export class RecordWriter {
  /** Names and list positions down to the value being written, for messages. */
  readonly trail: (string | number)[] = [];
  readonly #out: ByteWriter;
  #emptyElements: number = listElementsMax;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#out.raw(bytes);
  }

  u8(value: number): void {
    this.#room(1);
    this.#out.bytes[this.#out.at++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    const { bytes, at } = this.#out;
    bytes[at] = value;
    bytes[at + 1] = value >>> 8;
    bytes[at + 2] = value >>> 16;
    bytes[at + 3] = value >>> 24;
    this.#out.at = at + 4;
  }

  /** A tagged scalar. */
  scalar(kind: ScalarKind, value: unknown): void {
    this.u8(tagOf(kind));
    switch (kind) {
      case "bool":
        if (typeof value !== "boolean") this.mismatch(kind);
        this.u8(value ? 1 : 0);
        break;
      case "int64":
      case "uint64":
      case "timestamp":
        if (!splitInteger(kind, value)) this.mismatch(kind);
        this.u32(INTEGER_HALVES[0] as number);
        this.u32(INTEGER_HALVES[1] as number);
        break;
      case "float64":
        if (typeof value !== "number") this.mismatch(kind);
        float.setFloat64(0, value, true);
        this.u32(float.getInt32(0, true));
        this.u32(float.getInt32(4, true));
        break;
      case "string":
        this.#text(value);
        break;
      case "bytes":
        if (!isBytes(value)) this.mismatch(kind);
        if (value.length > textBytesMax) this.tooLarge("bytes", value.length, textBytesMax);
        this.u32(value.length);
        this.raw(value);
        break;
      case "uuid":
        this.#room(16);
        if (!writeUuid(value, this.#out.bytes, this.#out.at)) this.mismatch(kind);
        this.#out.at += 16;
        break;
    }
  }

  listLength(count: number, elementWidthMin: number): void {
    if (elementWidthMin === 0) this.#emptyElements -= count;
    if (count > listElementsMax || this.#emptyElements < 0) this.tooLarge("elements", count, listElementsMax);
    this.u32(count);
  }

  /** To be called at the end, too. */
  checkSize(): void {
    const { length } = this.#out;
    if (length > PAYLOAD_BYTES_MAX) this.tooLarge("bytes in the whole row", length, PAYLOAD_BYTES_MAX);
  }

  /** Throws `row_too_large`. */
  tooLarge(what: string, actual: number, max: number): never {
    const path = [...this.trail];
    const place = path.length === 0 ? "The row" : `"${path.join(".")}"`;
    throw new ModelVaultError("row_too_large", `${place} has ${actual} ${what}; the format allows ${max}.`, {
      path: path.join("."),
      what,
      size: actual,
      max,
    });
  }

  /** Throws `row_too_large`: only a schema that another program stored can have such a path. */
  pathTooLong(): never {
    throw new ModelVaultError(
      "row_too_large",
      `No row can hold a field path of more than ${pathSegmentsMax} segments, or with one of more than ${segmentBytesMax} bytes.`,
      { path: this.trail.join("."), what: "field path", max: segmentBytesMax },
    );
  }

  /** Throws `internal`: what stands at this place should not have passed validation. */
  mismatch(expected: string, cause?: unknown): never {
    const sentence = `a row that is encoded was validated before, so "${this.trail.join(".")}" holds ${expected}`;
    throw new ModelVaultError(
      "internal",
      `ModelVault met a state it thought impossible: not that ${sentence}.`,
      { sentence },
      { cause },
    );
  }

  #text(value: unknown): void {
    if (typeof value !== "string") this.mismatch("string");
    if (value.length > textBytesMax) this.tooLarge("bytes at least", value.length, textBytesMax);
    this.#room(4 + 3 * value.length);
    const out = this.#out;
    const from = out.at + 4;
    const to = writeUtf8(value, out.bytes, from);
    if (to < 0) this.mismatch("text without lone surrogates");
    if (to - from > textBytesMax) this.tooLarge("bytes", to - from, textBytesMax);
    this.u32(to - from);
    out.at = to;
  }

  #room(count: number): void {
    if (this.#out.at + count <= this.#out.bytes.length) return;
    this.checkSize();
    this.#out.reserve(count);
  }
}
