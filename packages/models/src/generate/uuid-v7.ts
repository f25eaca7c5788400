/**
 * UUIDs of version 7: 48 bits of milliseconds, a counter of 12 bits that makes those of one generator grow within a millisecond, and
 * 62 random bits. Where the clock stands still or goes back, they grow all the same.
 */

const COUNTER_MAX = 0xfff;
/** The counter begins in the lower half, so that there is room to count. */
const COUNTER_START_MAX = 0x7ff;
const RANDOM_BYTES = 10;

export class UuidV7 {
  readonly #now: () => number;
  readonly #random: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #bytes = new Uint8Array(RANDOM_BYTES);
  #milliseconds = -1;
  #counter = 0;

  /** `now` is a clock in milliseconds since 1970, `random` fills an array with random bytes. */
  constructor(now: () => number, random: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#now = now;
    this.#random = random;
  }

  next(): string {
    const bytes = this.#bytes;
    this.#random(bytes);
    const now = Math.floor(this.#now());
    if (now > this.#milliseconds) this.#begin(now);
    else if (this.#counter < COUNTER_MAX) this.#counter++;
    else this.#begin(this.#milliseconds + 1);
    const time = this.#milliseconds.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    const tail = Array.from(bytes.subarray(2), (byte, position) =>
      (position === 0 ? (byte & 0x3f) | 0x80 : byte).toString(16).padStart(2, "0"),
    ).join("");
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
  }

  #begin(milliseconds: number): void {
    const [high = 0, low = 0] = this.#bytes;
    this.#milliseconds = milliseconds;
    this.#counter = ((high << 8) | low) & COUNTER_START_MAX;
  }
}

/** The one generator of this process, or of this thread. */
export const uuids: UuidV7 = new UuidV7(
  () => Date.now(),
  (bytes) => {
    crypto.getRandomValues(bytes);
  },
);
