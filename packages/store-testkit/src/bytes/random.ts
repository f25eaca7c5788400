/** Random bytes from a seed (mulberry32), for checks that try more than a person would think of. */

/** Bytes that sorting and comparing get wrong: ends of the range, the sign bit, escapes. */
const nastyBytes = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 to `end` - 1. */
  below(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  /** One of the values. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** Bytes of a length up to `lengthMax`, often from few different bytes, so that prefixes and runs are common. */
  bytes(lengthMax: number): Uint8Array {
    const bytes = new Uint8Array(this.below(lengthMax + 1));
    const nasty = this.below(4) > 0;
    for (let at = 0; at < bytes.length; at++) bytes[at] = nasty ? this.pick(nastyBytes) : this.below(256);
    return bytes;
  }

  /** The values in another order. */
  shuffle<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
    }
    return shuffled;
  }
}
