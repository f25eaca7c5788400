/**
 * Where LMDB copies values to, and where the bytes handed out live. One array buffer: the first {@link TARGET_BYTES} are the target
 * of the addon, overwritten by the next read; what is handed out of a read is moved behind them, to bytes that are never written again.
 * A full slab is dropped and a new one begun, so bytes handed out keep at most {@link SLAB_BYTES} in memory. Long values get a buffer of
 * their own.
 */
import type { NativeCompression } from "./addon.ts";

const SLAB_BYTES = 65_536;
const TARGET_BYTES = 16_384;
/** Longer values are not moved within the slab, which few of them would fill. */
const MOVED_BYTES_MAX = 2_048;
/** Up to here `slice` makes arrays without a buffer of their own, which costs less than a view. */
const SLICED_BYTES_MAX = 64;

const EMPTY: Uint8Array = new Uint8Array(0);
const NO_DICTIONARY = new Uint8Array(0);

export class ValueSlab {
  readonly #target: NativeCompression;
  #bytes: Uint8Array<ArrayBuffer>;
  #at = TARGET_BYTES;
  /** How long a value the target can take. */
  capacity: number = TARGET_BYTES;

  constructor(target: NativeCompression) {
    this.#target = target;
    this.#bytes = this.#begin(SLAB_BYTES, TARGET_BYTES);
  }

  /** The value that was copied to the target last, as bytes that stay. */
  take(length: number): Uint8Array {
    if (length === 0) return EMPTY;
    const bytes = this.#bytes;
    if (length <= SLICED_BYTES_MAX) return bytes.slice(0, length);
    if (length > MOVED_BYTES_MAX || this.capacity !== TARGET_BYTES) {
      const copy = bytes.slice(0, length);
      if (this.capacity !== TARGET_BYTES) this.#reset();
      return copy;
    }
    let at = this.#at;
    if (at + length > SLAB_BYTES) {
      // The value lies in the old target: it is moved over before the addon is told of the new one.
      this.#bytes = this.#begin(SLAB_BYTES, TARGET_BYTES);
      this.#bytes.set(bytes.subarray(0, length), TARGET_BYTES);
      at = TARGET_BYTES;
    } else {
      bytes.copyWithin(at, 0, length);
    }
    this.#at = at + length;
    return new Uint8Array(this.#bytes.buffer, at, length);
  }

  /** Makes room for a value of this length; it is to be read again. */
  grow(length: number): void {
    this.#bytes = this.#begin(length, length);
    this.capacity = length;
  }

  #reset(): void {
    this.#bytes = this.#begin(SLAB_BYTES, TARGET_BYTES);
    this.#at = TARGET_BYTES;
    this.capacity = TARGET_BYTES;
  }

  #begin(length: number, capacity: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(new ArrayBuffer(length));
    this.#target.setBuffer(bytes.buffer, 0, capacity, NO_DICTIONARY, 0);
    return bytes;
  }
}
