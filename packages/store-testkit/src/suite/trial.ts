/**
 * What a check works with: places of its own, handles that are closed for it whatever happens, and everyday writes.
 * Nothing is shared between two checks.
 */
import type { Keyspace, Store, StoreTraits, StoreTransaction } from "@modelvault/core";
import { Random } from "../bytes/random.ts";
import type { OpenOptions, StoreHarness } from "../harness/harness.ts";
import type { Entry } from "../model/plain-map.ts";

export class Trial {
  readonly harness: StoreHarness;
  readonly random: Random;
  readonly #places: unknown[] = [];
  readonly #stores: Store[] = [];

  constructor(harness: StoreHarness, seed: number) {
    this.harness = harness;
    this.random = new Random(seed);
  }

  /** A new place. */
  place(): unknown {
    return this.adopt(this.harness.newLocation());
  }

  /** Takes over a place that was made otherwise, to remove it in the end. */
  adopt(place: unknown): unknown {
    this.#places.push(place);
    return place;
  }

  /** Opens a place, by default a new one. */
  open(place: unknown = this.place(), options?: OpenOptions): Store {
    const store = options === undefined ? this.harness.open(place) : this.harness.open(place, options);
    this.#stores.push(store);
    return store;
  }

  /** Closes every handle, then removes every place. The first error is thrown when all is done. */
  async end(): Promise<void> {
    const errors: unknown[] = [];
    for (const store of this.#stores.splice(0)) {
      try {
        store.close();
      } catch (error) {
        errors.push(error);
      }
    }
    for (const place of this.#places.splice(0)) {
      try {
        await this.harness.dispose(place);
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}

/** Runs `work` in a transaction and commits it; aborts when it throws. Returns the revision after the commit. */
export function write(store: Store, work: (transaction: StoreTransaction) => void): number {
  const transaction = store.begin();
  try {
    work(transaction);
  } catch (error) {
    transaction.abort();
    throw error;
  }
  return transaction.commit();
}

/** Commits entries in one transaction. */
export function putAll(store: Store, space: Keyspace, entries: Iterable<Entry>): number {
  return write(store, (transaction) => {
    for (const [key, value] of entries) transaction.put(space, key, value);
  });
}

/** Whether work takes less than so many milliseconds, in one of several attempts: a machine may stand still during any. */
export function takesLessThan(ms: number, work: () => void, attempts: number = 3): boolean {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const started = performance.now();
    work();
    if (performance.now() - started < ms) return true;
  }
  return false;
}

/** The end of the present synchronous run: what others committed in it is visible to every read after this. */
export function nextRun(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}

/** The longest key, or value, that a check of ordinary size may use. */
export function roomFor(bytes: number, limit: StoreTraits["keyBytesMax"]): number {
  return limit === undefined ? bytes : Math.min(bytes, limit);
}
