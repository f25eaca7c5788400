/**
 * Keys that are gathered in any order and taken out sorted: the entries of an index that is being built. They lie one behind another in
 * one array; sorted are numbers that hold the first bytes in which the keys differ and where each key is.
 */
import type { EntryFiller } from "@modelvault/core";

const NOTHING = new Uint8Array(0);
/** Whole numbers up to 2^53 are exact. */
const MARK_BITS = 32;
const NUMBER_BITS_MAX = 53 - MARK_BITS;

export class KeyList {
  #bytes: Uint8Array = new Uint8Array(65_536);
  /** Where each key begins; and, behind the last, where the next would. */
  #starts: Uint32Array = new Uint32Array(4096);
  #count = 0;
  #used = 0;

  /** Appends `from[0..length)`. */
  add(from: Uint8Array, length: number): void {
    if (this.#used + length > this.#bytes.length) this.#growBytes(length);
    if (this.#count + 1 >= this.#starts.length) this.#growStarts();
    const bytes = this.#bytes;
    const at = this.#used;
    for (let index = 0; index < length; index++) bytes[at + index] = from[index] as number;
    this.#used = at + length;
    this.#count++;
    this.#starts[this.#count] = this.#used;
  }

  /** Puts the keys into a keyspace, with empty values, in their order. */
  fill(filler: EntryFiller): void {
    for (const index of this.#sorted()) {
      const start = this.#starts[index] as number;
      filler.put(this.#bytes, start, this.#starts[index + 1] as number, NOTHING, 0, 0);
    }
  }

  /** Positions of the keys in their order. */
  #sorted(): Uint32Array {
    const count = this.#count;
    const order = new Uint32Array(count);
    const numberBits = Math.max(1, 32 - Math.clz32(count));
    // The mark is cut where there are more keys than the rest of a number can tell apart.
    const shift = Math.max(0, numberBits - NUMBER_BITS_MAX);
    const scale = 2 ** numberBits;
    const shared = this.#sharedBytes();
    const marks = new Float64Array(count);
    for (let index = 0; index < count; index++)
      marks[index] = (this.#mark(index, shared) >>> shift) * scale + index;
    marks.sort();
    for (let index = 0; index < count; index++) order[index] = (marks[index] as number) % scale;
    this.#sortTies(order, marks, scale);
    return order;
  }

  /** Keys with one mark stand in the order in which they were added; where that is not theirs, they are compared. */
  #sortTies(order: Uint32Array, marks: Float64Array, scale: number): void {
    for (let start = 0; start < order.length; ) {
      const next = (Math.floor((marks[start] as number) / scale) + 1) * scale;
      let end = start + 1;
      let sorted = true;
      while (end < order.length && (marks[end] as number) < next) {
        sorted &&= this.#compare(order[end - 1] as number, order[end] as number) < 0;
        end++;
      }
      if (!sorted) order.subarray(start, end).sort((a, b) => this.#compare(a, b));
      start = end;
    }
  }

  /** How many leading bytes all keys share. */
  #sharedBytes(): number {
    let shared = this.#count === 0 ? 0 : (this.#starts[1] as number);
    for (let index = 1; index < this.#count && shared > 0; index++) {
      const start = this.#starts[index] as number;
      shared = Math.min(shared, (this.#starts[index + 1] as number) - start);
      for (let at = 0; at < shared; at++) if (this.#bytes[start + at] !== this.#bytes[at]) shared = at;
    }
    return shared;
  }

  /** Four bytes of a key behind the first `skip`, as a number; bytes behind its end count as 0. */
  #mark(index: number, skip: number): number {
    const end = this.#starts[index + 1] as number;
    const bytes = this.#bytes;
    let mark = 0;
    for (let at = (this.#starts[index] as number) + skip, stop = at + 4; at < stop; at++)
      mark = (mark << 8) | (at < end ? (bytes[at] as number) : 0);
    return mark >>> 0;
  }

  /** Below zero: key `a` comes first. */
  #compare(a: number, b: number): number {
    const bytes = this.#bytes;
    const aStart = this.#starts[a] as number;
    const bStart = this.#starts[b] as number;
    const aLength = (this.#starts[a + 1] as number) - aStart;
    const bLength = (this.#starts[b + 1] as number) - bStart;
    const common = Math.min(aLength, bLength);
    for (let index = 0; index < common; index++) {
      const difference = (bytes[aStart + index] as number) - (bytes[bStart + index] as number);
      if (difference !== 0) return difference;
    }
    return aLength - bLength;
  }

  #growBytes(length: number): void {
    const grown = new Uint8Array(Math.max(this.#used + length, 2 * this.#bytes.length));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }

  #growStarts(): void {
    const grown = new Uint32Array(2 * this.#starts.length);
    grown.set(this.#starts);
    this.#starts = grown;
  }
}
