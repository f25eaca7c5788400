/**
 * UUIDs of version 7: 48 bits of milliseconds, a counter of 12 bits that makes those of one generator grow within a millisecond, and
 * 62 random bits. Where the clock stands still or goes back, they grow all the same.
 */

const COUNTER_MAX = 0xfff;
/** The counter begins in the lower half, so that there is room to count. */
const COUNTER_START_MAX = 0x7ff;
/** Random bytes of one uuid, and of those that are asked for at once: to ask costs more than to get. */
const RANDOM_BYTES = 10;
const POOL_BYTES = 100 * RANDOM_BYTES;

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class UuidV7 {
  readonly #now: () => number;
  readonly #random: (bytes: Uint8Array<ArrayBuffer>) => void;
  readonly #pool = new Uint8Array(POOL_BYTES);
  #used = POOL_BYTES;
  #milliseconds = -1;
  #counter = 0;

  /** `now` is a clock in milliseconds since 1970, `random` fills an array with random bytes. */
  constructor(now: () => number, random: (bytes: Uint8Array<ArrayBuffer>) => void) {
    this.#now = now;
    this.#random = random;
  }

  next(): string {
    if (this.#used === POOL_BYTES) {
      this.#random(this.#pool);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += RANDOM_BYTES;
    const now = Math.floor(this.#now());
    if (now > this.#milliseconds) this.#begin(now, at);
    else if (this.#counter < COUNTER_MAX) this.#counter++;
    else this.#begin(this.#milliseconds + 1, at);
    const time = this.#milliseconds.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    const variant = HEX[((this.#pool[at + 2] as number) & 0x3f) | 0x80] as string;
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${this.#hex(at + 3, 1)}-${this.#hex(at + 4, 6)}`;
  }

  #begin(milliseconds: number, at: number): void {
    this.#milliseconds = milliseconds;
    this.#counter = (((this.#pool[at] as number) << 8) | (this.#pool[at + 1] as number)) & COUNTER_START_MAX;
  }

  #hex(from: number, length: number): string {
    let text = "";
    for (let at = from; at < from + length; at++) text += HEX[this.#pool[at] as number] as string;
    return text;
  }
}

/** The one generator of this process, or of this thread. */
export const uuids: UuidV7 = new UuidV7(
  () => Date.now(),
  (bytes) => {
    crypto.getRandomValues(bytes);
  },
);
