/**
 * Keys of the store, made from tagged scalars in a buffer that is used again and again: replay makes one per record, an index that is
 * built one per row. The same bytes as `orderedOfTagged` gives.
 */

/** What {@link OrderedKey.add} answers when there is no whole scalar. */
export const NO_SCALAR = -1;

const BYTES_AT_FIRST = 256;

// Tags of tagged scalars.
const BOOL = 0;
const UINT64 = 2;
const FLOAT64 = 3;
const STRING = 4;
const BYTES = 5;
const UUID = 6;
const TIMESTAMP = 7;

export class OrderedKey {
  /** The key is `bytes[0..length)`. Read it anew after every {@link add}. */
  bytes: Uint8Array = new Uint8Array(BYTES_AT_FIRST);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /**
   * Appends the component of the tagged scalar at `at`.
   * @returns where the scalar ends; {@link NO_SCALAR}, with nothing appended, when there is no whole one before `end`
   */
  add(from: Uint8Array, at: number, end: number): number {
    const tag = at < end ? (from[at] as number) : NO_SCALAR;
    if (tag === STRING || tag === BYTES) return this.#addText(from, at, end);
    if (tag === BOOL) {
      if (end - at < 2) return NO_SCALAR;
      const to = this.#take(1);
      this.bytes[to] = from[at + 1] === 0 ? 0 : 1;
      return at + 2;
    }
    if (tag === UUID) {
      if (end - at < 17) return NO_SCALAR;
      this.addRaw(from, at + 1, at + 17);
      return at + 17;
    }
    if (tag < 0 || tag > TIMESTAMP || end - at < 9) return NO_SCALAR;
    const to = this.#take(8);
    const { bytes } = this;
    for (let index = 0; index < 8; index++) bytes[to + 7 - index] = from[at + 1 + index] as number;
    if (tag === FLOAT64) orderFloat(bytes, to);
    else if (tag !== UINT64) bytes[to] = (bytes[to] as number) ^ 0x80;
    return at + 9;
  }

  /** Appends bytes as they are. */
  addRaw(from: Uint8Array, start: number, end: number): void {
    const to = this.#take(end - start);
    const { bytes } = this;
    for (let index = 0; index < end - start; index++) bytes[to + index] = from[start + index] as number;
  }

  /** Content with `00` as `00 FF`, closed by `00 00`. */
  #addText(from: Uint8Array, at: number, end: number): number {
    if (end - at < 5) return NO_SCALAR;
    const length =
      ((from[at + 1] as number) |
        ((from[at + 2] as number) << 8) |
        ((from[at + 3] as number) << 16) |
        ((from[at + 4] as number) << 24)) >>>
      0;
    const start = at + 5;
    if (length > end - start) return NO_SCALAR;
    let to = this.#take(2 * length + 2);
    const { bytes } = this;
    for (let index = start; index < start + length; index++) {
      const byte = from[index] as number;
      bytes[to++] = byte;
      if (byte === 0) bytes[to++] = 0xff;
    }
    bytes[to] = 0;
    bytes[to + 1] = 0;
    this.length = to + 2;
    return start + length;
  }

  #take(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, at));
      this.bytes = grown;
    }
    return at;
  }
}

/** Eight big-endian bytes of a float in place: −0.0 as +0.0, all NaNs as one, which sorts last. */
function orderFloat(bytes: Uint8Array, at: number): void {
  const first = bytes[at] as number;
  const exponent = ((first & 0x7f) << 4) | ((bytes[at + 1] as number) >>> 4);
  let fraction = (bytes[at + 1] as number) & 0x0f;
  for (let index = 2; index < 8; index++) fraction |= bytes[at + index] as number;
  if (exponent === 0x7ff && fraction !== 0) {
    bytes.fill(0, at, at + 8);
    bytes[at] = 0xff;
    bytes[at + 1] = 0xf8;
  } else if (exponent === 0 && fraction === 0) {
    bytes[at] = 0x80;
  } else if (first < 0x80) bytes[at] = first ^ 0x80;
  else for (let index = 0; index < 8; index++) bytes[at + index] = (bytes[at + index] as number) ^ 0xff;
}
