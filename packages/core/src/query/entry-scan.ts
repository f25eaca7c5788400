/** The entries of a keyspace that lie in a key set, in key order or backwards, one scan for each range of the set. */
import type { KeyRange, Keyspace, StoreReader, StoreScan } from "../store/store.ts";
import type { KeyInterval, KeySet } from "./key-set.ts";

const NO_VALUE = new Uint8Array(0);

export class EntryScan {
  /** The value of the entry that `next` returned last. */
  value: Uint8Array = NO_VALUE;
  readonly #reader: StoreReader;
  readonly #space: Keyspace;
  readonly #keys: KeySet;
  readonly #reverse: boolean;
  #started = 0;
  #scan: StoreScan | undefined;

  constructor(reader: StoreReader, space: Keyspace, keys: KeySet, reverse: boolean) {
    this.#reader = reader;
    this.#space = space;
    this.#keys = keys;
    this.#reverse = reverse;
  }

  /** The next key; undefined at the end. */
  next(): Uint8Array | undefined {
    for (;;) {
      if (this.#scan === undefined) {
        const interval = this.#nextInterval();
        if (interval === undefined) return undefined;
        this.#scan = this.#reader.scan(this.#space, rangeOf(interval, this.#reverse));
      }
      const step = this.#scan.next();
      if (step.done !== true) {
        this.value = step.value[1];
        return step.value[0];
      }
      this.#scan = undefined;
    }
  }

  /** Releases the scan; there are no entries after it. */
  close(): void {
    this.#started = this.#keys.length;
    this.#scan?.return?.();
    this.#scan = undefined;
  }

  #nextInterval(): KeyInterval | undefined {
    const position = this.#started++;
    return this.#keys[this.#reverse ? this.#keys.length - 1 - position : position];
  }
}

/** The bounds of one interval as a store takes them. */
export function rangeOf({ from, to }: KeyInterval, reverse: boolean): KeyRange {
  if (from !== undefined && to !== undefined) return { gte: from, lt: to, reverse };
  if (from !== undefined) return { gte: from, reverse };
  return to !== undefined ? { lt: to, reverse } : { reverse };
}
