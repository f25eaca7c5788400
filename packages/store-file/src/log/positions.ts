/** Places of payloads in a file, twelve bytes each: a log of a million records is remembered without a million objects. */

export class Positions {
  #offsets = new Float64Array(64);
  #lengths = new Uint32Array(64);
  length = 0;

  push(offset: number, length: number): void {
    if (this.length === this.#offsets.length) this.#grow();
    this.#offsets[this.length] = offset;
    this.#lengths[this.length] = length;
    this.length++;
  }

  /** Offset of the payload in the file. */
  offset(index: number): number {
    return this.#offsets[index] as number;
  }

  /** Bytes of the payload. */
  bytes(index: number): number {
    return this.#lengths[index] as number;
  }

  /** Forgets what came after the first `length` places. */
  cut(length: number): void {
    this.length = length;
  }

  #grow(): void {
    const offsets = new Float64Array(2 * this.length);
    offsets.set(this.#offsets);
    this.#offsets = offsets;
    const lengths = new Uint32Array(2 * this.length);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}
