/**
 * Cursors of one environment: bounds in, keys and values out. The start of a range passes through the key area of the environment; a cursor leaves
 * the key it found there at 32 and the length of the value at 0.
 */
import type { BoundSlot } from "../format/bounds.ts";
import { type NativeCursor, type NativeDbi, native } from "./addon.ts";
import { lmdbError, NOT_FOUND } from "./codes.ts";
import type { ValueSlab } from "./value-slab.ts";

const FOUND_KEY_AT = 32;

export class Cursors {
  readonly #dbi: NativeDbi;
  readonly #area: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #slab: ValueSlab;
  readonly #path: string;
  readonly #keyBytesMax: number;

  /** @param area that the environment was opened with. @param slab where values are copied to */
  constructor(
    dbi: NativeDbi,
    area: Uint8Array<ArrayBuffer>,
    slab: ValueSlab,
    path: string,
    keyBytesMax: number,
  ) {
    this.#dbi = dbi;
    this.#area = area;
    this.#words = new Uint32Array(area.buffer, 0, 1);
    this.#slab = slab;
    this.#path = path;
    this.#keyBytesMax = keyBytesMax;
  }

  /** One in the transaction at an address, to be closed before that ends. */
  make(txn: number): NativeCursor {
    try {
      return new native.Cursor(this.#dbi, txn);
    } catch (error) {
      throw lmdbError(error, this.#path, "read");
    }
  }

  /** Memory for the bounds of a cursor. */
  newSlot(): BoundSlot {
    const endBytes = 4 + this.#keyBytesMax;
    const bytes = new Uint8Array(new ArrayBuffer(endBytes + this.#keyBytesMax));
    return { bytes, address: native.getAddress(bytes.buffer), startAt: endBytes };
  }

  /** The length of the key found, prefix included; 0 when there is none. */
  position(cursor: number, flags: number, slot: BoundSlot, startLength: number): number {
    const area = this.#area;
    const { bytes, startAt } = slot;
    for (let i = 0; i < startLength; i++) area[i] = bytes[startAt + i] as number;
    return this.#found(native.position(cursor, flags, 0, startLength, slot.address));
  }

  /** Goes to the first key of the tree, and will go on to the last. */
  positionFirst(cursor: number, flags: number): number {
    return this.#found(native.position(cursor, flags, 0, 0, 0));
  }

  next(cursor: number): number {
    return this.#found(native.iterate(cursor));
  }

  #found(answer: number): number {
    if (answer >= 0) return answer;
    if (answer === NOT_FOUND) return 0;
    throw lmdbError(answer, this.#path, "read");
  }

  /** Whether the tree has no entry at all. */
  isEmpty(txn: number): boolean {
    const cursor = this.make(txn);
    try {
      return this.positionFirst(cursor.address, 0) === 0;
    } finally {
      cursor.close();
    }
  }

  /** The key that a cursor found, without its prefix. */
  foundKey(prefixLength: number, keyLength: number): Uint8Array {
    return this.#area.slice(FOUND_KEY_AT + prefixLength, FOUND_KEY_AT + keyLength);
  }

  /** The value that the cursor found. */
  foundValue(cursor: number): Uint8Array {
    const length = this.#words[0] as number;
    if (length > this.#slab.capacity) {
      this.#slab.grow(length);
      this.#found(native.getCurrentValue(cursor));
    }
    return this.#slab.take(length);
  }
}
