/**
 * Reads the pieces of a catalog payload: little-endian integers, `u32`-counted texts and lists. Every read is checked against
 * the end, and no count is believed before the bytes for it are there.
 */
import { ModelVaultError } from "../errors/error.ts";
import { exactInteger } from "../keys/integers.ts";
import { readUtf8 } from "../keys/text.ts";

/** What can be wrong with a payload; found in `details.reason`. */
export type CatalogPayloadProblem =
  | "truncated"
  | "trailing"
  | "utf8"
  | "limit"
  | "empty_name"
  | "empty_path"
  | "unknown_version"
  | "unknown_kind"
  | "unknown_tag";

export class CatalogPayloadReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#bytes = payload;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  i64(): bigint {
    const at = this.#take(8);
    return exactInteger("int64", this.#view.getInt32(at + 4, true), this.#view.getInt32(at, true));
  }

  u64(): bigint {
    const at = this.#take(8);
    return exactInteger("uint64", this.#view.getInt32(at + 4, true), this.#view.getInt32(at, true));
  }

  text(): string {
    const length = this.u32();
    const at = this.#take(length);
    return readUtf8(this.#bytes, at, at + length) ?? this.fail("utf8", "a text is not UTF-8", at);
  }

  /** A text of 1 to `bytesMax` bytes. */
  name(what: string, bytesMax: number): string {
    const name = this.optionalName(what, bytesMax);
    return name === "" ? this.fail("empty_name", `the ${what} is empty`) : name;
  }

  /** A text of at most `bytesMax` bytes. */
  optionalName(what: string, bytesMax: number): string {
    const length = this.#view.getUint32(this.#peek(4), true);
    if (length > bytesMax) this.fail("limit", `the ${what} takes ${length} bytes, more than ${bytesMax}`);
    return this.text();
  }

  /** A counted list of things that take at least `bytesMin` bytes each. */
  list<T>(what: string, countMax: number, bytesMin: number, read: () => T): T[] {
    const count = this.u32();
    if (count > countMax) this.fail("limit", `there are ${count} ${what}, more than ${countMax}`);
    if (count * bytesMin > this.#bytes.length - this.#at)
      this.fail("truncated", `there is no room for ${count} ${what}`);
    const list: T[] = [];
    for (let index = 0; index < count; index++) list.push(read());
    return list;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) this.fail("trailing", `${left} bytes follow its end`);
  }

  /** Throws `catalog_payload_invalid`. */
  fail(reason: CatalogPayloadProblem, sentence: string, offset: number = this.#at): never {
    throw new ModelVaultError(
      "catalog_payload_invalid",
      `A stored schema cannot be decoded: ${sentence} (offset ${offset}).`,
      {
        reason,
        offset,
      },
    );
  }

  #peek(count: number): number {
    if (count > this.#bytes.length - this.#at) this.fail("truncated", "it ends too early");
    return this.#at;
  }

  #take(count: number): number {
    const at = this.#peek(count);
    this.#at += count;
    return at;
  }
}
