/**
 * Builds byte strings in a shared chunk and hands each out as a view, without a copy. A typed array above 64 bytes of its
 * own costs about a microsecond on V8, a view 30 nanoseconds; rows and keys are made by the million.
 *
 * What is handed out never changes again, but its `buffer` holds neighbours too: copy it before transferring it to
 * another thread.
 */

const CHUNK_BYTES = 65_536;

export class ByteWriter {
  /** The current chunk. Read it anew after every call that may reserve. */
  bytes: Uint8Array = new Uint8Array(CHUNK_BYTES);
  /** Where the next byte goes. Writers that have reserved room store at `bytes[at]` and move it themselves. */
  at = 0;
  #start = 0;

  /** How many bytes the present string has. */
  get length(): number {
    return this.at - this.#start;
  }

  /** Position of the present string's first byte in `bytes`; moves when room is reserved. */
  get start(): number {
    return this.#start;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count > this.bytes.length) this.#grow(count);
  }

  /** Appends bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Ends the present string and hands it out; the next byte starts a new one. */
  finish(): Uint8Array {
    const { bytes, at } = this;
    const start = this.#start;
    if (bytes.length > CHUNK_BYTES) {
      // A chunk that one long string made large is not kept alive by short ones.
      const copy = bytes.slice(start, at);
      this.bytes = new Uint8Array(CHUNK_BYTES);
      this.#start = this.at = 0;
      return copy;
    }
    this.#start = at;
    return new Uint8Array(bytes.buffer, start, at - start);
  }

  /** Drops the present string. Also right at the start, to recover from a failure in the middle of one. */
  discard(): void {
    if (this.bytes.length > CHUNK_BYTES) {
      this.bytes = new Uint8Array(CHUNK_BYTES);
      this.#start = 0;
    }
    this.at = this.#start;
  }

  #grow(count: number): void {
    const length = this.at - this.#start;
    const grown = new Uint8Array(
      Math.max(CHUNK_BYTES, length + count > CHUNK_BYTES ? 2 * (length + count) : 0),
    );
    grown.set(this.bytes.subarray(this.#start, this.at));
    this.bytes = grown;
    this.#start = 0;
    this.at = length;
  }
}
