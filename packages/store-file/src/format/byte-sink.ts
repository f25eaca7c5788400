/** A buffer that grows at its end: what a commit, a checkpoint or a compaction is put together in. */

const START_BYTES = 4096;
/** A larger buffer is given back after use, so that one large transaction does not hold its memory for ever. */
const KEPT_BYTES_MAX = 1_048_576;
/** A view and a call of `set` cost about as much as copying this many bytes one by one. */
const COPIED_ONE_BY_ONE_MAX = 48;

export class ByteSink {
  /** Read it anew after every call that may reserve. */
  bytes: Buffer;
  length = 0;

  /** @param capacity bytes to have room for at first */
  constructor(capacity: number = START_BYTES) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Makes room for `count` more bytes and returns where they go; the caller fills all of them. */
  take(count: number): number {
    const at = this.length;
    this.length = at + count;
    if (this.length > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(this.length, 2 * this.bytes.length));
      this.bytes.copy(grown, 0, 0, at);
      this.bytes = grown;
    }
    return at;
  }

  u8(value: number): void {
    const at = this.take(1);
    this.bytes[at] = value;
  }

  u16(value: number): void {
    const at = this.take(2);
    this.bytes.writeUInt16LE(value, at);
  }

  u32(value: number): void {
    const at = this.take(4);
    this.bytes.writeUInt32LE(value, at);
  }

  raw(bytes: Uint8Array): void {
    this.copy(bytes, 0, bytes.length);
  }

  /** Appends `from[start..end)`. */
  copy(from: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const at = this.take(length);
    const { bytes } = this;
    if (length > COPIED_ONE_BY_ONE_MAX) bytes.set(from.subarray(start, end), at);
    else for (let index = 0; index < length; index++) bytes[at + index] = from[start + index] as number;
  }

  /** `u32` length and the bytes. */
  prefixed(bytes: Uint8Array): void {
    this.u32(bytes.length);
    this.raw(bytes);
  }

  /** What was put in; valid until the next change. */
  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES_MAX) this.bytes = Buffer.allocUnsafeSlow(START_BYTES);
  }
}
