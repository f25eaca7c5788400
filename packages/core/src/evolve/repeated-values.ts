/**
 * Finds out which values occur more than once in a stream too long to be remembered. The first pass keeps 53 bits of hash of each
 * value, 16 to 32 bytes per value in all; values whose hash came up before are candidates. The second pass, needed only where there
 * are any, compares candidates byte by byte, and remembers those alone.
 */

/** Slots of the table at first. A power of two, as every later size is. */
const SLOTS_MIN = 1024;

/** The first pass. */
export class HashCollector {
  /** Hashes, each plus one; 0 is an empty slot. */
  #slots: Float64Array = new Float64Array(SLOTS_MIN);
  #used = 0;
  readonly #repeated = new Set<number>();

  add(value: Uint8Array): void {
    const hash = hash53(value);
    if (!this.#insert(hash)) this.#repeated.add(hash);
    else if (this.#used * 2 > this.#slots.length) this.#grow();
  }

  /** What the second pass needs; undefined when no value came twice. */
  candidates(): RepeatFinder | undefined {
    return this.#repeated.size === 0 ? undefined : new RepeatFinder(this.#repeated);
  }

  /** False when it is there already. */
  #insert(hash: number): boolean {
    const mark = hash + 1;
    const mask = this.#slots.length - 1;
    let slot = (hash % 0x1_0000_0000) & mask;
    for (;;) {
      const found = this.#slots[slot];
      if (found === mark) return false;
      if (found === 0) break;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = mark;
    this.#used++;
    return true;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    this.#used = 0;
    for (const mark of old) if (mark !== 0) this.#insert(mark - 1);
  }
}

/** The second pass. */
export class RepeatFinder {
  readonly #hashes: ReadonlySet<number>;
  readonly #holders = new Map<string, Uint8Array>();

  constructor(hashes: ReadonlySet<number>) {
    this.#hashes = hashes;
  }

  /** The key under which this very value came first; undefined when it comes for the first time. */
  holderOf(value: Uint8Array, key: Uint8Array): Uint8Array | undefined {
    if (!this.#hashes.has(hash53(value))) return undefined;
    const text = latin1(value);
    const holder = this.#holders.get(text);
    if (holder === undefined) this.#holders.set(text, key);
    return holder;
  }
}

/** A text that only these bytes have. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Two rounds of FNV-1a with different primes, mixed; 53 bits. Equal bytes have equal hashes, and that is all that rests on it. */
function hash53(bytes: Uint8Array): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x85ebca6b);
    high ^= high >>> 13;
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b);
  low ^= low >>> 13;
  high = Math.imul(high ^ (high >>> 16) ^ low, 0xc2b2ae35);
  high ^= high >>> 15;
  return (high >>> 11) * 0x1_0000_0000 + (low >>> 0);
}
