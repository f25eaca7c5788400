/**
 * A mutant is a correct store with one thing done wrong. Most are wrappers that replace a few methods of the log store's
 * readers; some sit on a sick disk, or lie in their traits. Each names the checks that must find it out.
 */
import type {
  KeyRange,
  Keyspace,
  Store,
  StoreEntry,
  StoreReader,
  StoreScan,
  StoreSnapshot,
  StoreTraits,
  StoreTransaction,
} from "@modelvault/core";
import type { StoreHarness } from "@modelvault/store-testkit";
import type { DiskFaults } from "../support/fake-disk.ts";
import { logHarness } from "../support/log-harness.ts";
import type { LogStore } from "../support/log-store.ts";

export interface Mutant {
  /** What is wrong with it. */
  readonly name: string;
  readonly harness: StoreHarness<string>;
  /** The checks that must fail, as `section: name`. */
  readonly caughtBy: readonly string[];
  /** Whether one of those checks is a heavy one. */
  readonly heavy?: boolean;
  /** Whether the model-based test must find it too. */
  readonly model?: boolean;
}

export type ReaderKind = "store" | "snapshot" | "transaction";

/** Methods to put in the place of the correct ones, made anew for each reader. */
export interface Parts {
  /** For the readers of all three kinds, before the more specific ones. */
  readonly read?: (reader: StoreReader, kind: ReaderKind) => Partial<StoreReader>;
  readonly store?: (store: Store) => Partial<Store>;
  readonly snapshot?: (snapshot: StoreSnapshot) => Partial<StoreSnapshot>;
  readonly transaction?: (transaction: StoreTransaction) => Partial<StoreTransaction>;
}

interface Recipe {
  /** Makes the parts for one handle; what it closes over is the handle's own. */
  readonly parts?: (store: LogStore) => Parts;
  readonly faults?: DiskFaults;
  readonly traits?: Partial<StoreTraits>;
  readonly heavy?: boolean;
  readonly model?: boolean;
}

/** A mutant by what is wrong, how that is done, and which checks find it. */
export function mutant(name: string, recipe: Recipe, caughtBy: readonly string[]): Mutant {
  const { parts, faults, traits, heavy = false, model = false } = recipe;
  const harness = logHarness(name, {
    ...(faults && { faults }),
    ...(traits && { traits }),
    ...(parts && { wrap: (store: LogStore) => wrapped(store, parts(store)) }),
  });
  return { name, harness, caughtBy, heavy, model };
}

/** A mutant whose every reader reads wrongly. */
export function misreader(
  name: string,
  read: NonNullable<Parts["read"]>,
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(name, { parts: () => ({ read }), model }, caughtBy);
}

/** A mutant whose transactions are wrong. `store` is the correct store below. */
export function miswriter(
  name: string,
  transaction: (transaction: StoreTransaction, store: LogStore) => Partial<StoreTransaction>,
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(
    name,
    { parts: (store) => ({ transaction: (inner) => transaction(inner, store) }), model },
    caughtBy,
  );
}

/** The store with parts replaced, in everything it hands out. */
export function wrapped(store: LogStore, parts: Parts): Store {
  const outer: Store = {
    ...reads(store, "store", parts),
    traits: store.traits,
    maintenance: store.maintenance,
    revision: () => store.revision(),
    close: () => store.close(),
    begin: (options) => {
      const transaction = store.begin(options);
      return {
        ...reads(transaction, "transaction", parts),
        put: (space, key, value) => transaction.put(space, key, value),
        delete: (space, key) => transaction.delete(space, key),
        commit: () => transaction.commit(),
        abort: () => transaction.abort(),
        ...parts.transaction?.(transaction),
      };
    },
    snapshot: () => {
      const snapshot = store.snapshot();
      return {
        ...reads(snapshot, "snapshot", parts),
        revision: snapshot.revision,
        close: () => snapshot.close(),
        ...parts.snapshot?.(snapshot),
      };
    },
  };
  return { ...outer, ...parts.store?.(outer) };
}

function reads(reader: StoreReader, kind: ReaderKind, parts: Parts): StoreReader {
  const replaced = parts.read?.(reader, kind) ?? {};
  const get = replaced.get ?? ((space: Keyspace, key: Uint8Array) => reader.get(space, key));
  return {
    get,
    // As core derives it, so that a wrong `get` shows here too.
    getMany: (space, keys) => keys.map((key) => get(space, key)),
    scan: (space, range) => reader.scan(space, range),
    count: (space) => reader.count(space),
    countRange: (space, range) => [...reader.scan(space, range)].length,
    ...replaced,
  };
}

/** Hands out entries as a scan, asking `check` before each step as a reader would. */
export function scanOf(entries: Iterable<StoreEntry>, check: () => void = () => undefined): StoreScan {
  const iterator = entries[Symbol.iterator]();
  let over = false;
  const scan: StoreScan = {
    next: () => {
      if (over) return { done: true, value: undefined };
      check();
      const step = iterator.next();
      return step.done ? { done: true, value: undefined } : { done: false, value: step.value };
    },
    return: () => {
      over = true;
      return { done: true, value: undefined };
    },
    [Symbol.iterator]: () => scan,
  };
  return scan;
}

/** A check that throws as the reader does once it has ended. */
export function aliveCheck(reader: StoreReader): () => void {
  return () => {
    reader.count({ kind: "catalog" });
  };
}

/** A reader whose scans are made over: `change` gets the entries that are right. */
export function rescanned(
  change: (entries: StoreEntry[], range: KeyRange, space: Keyspace) => StoreEntry[],
): NonNullable<Parts["read"]> {
  return (reader) => ({
    scan: (space, range = {}) =>
      scanOf(change([...reader.scan(space, range)], range, space), aliveCheck(reader)),
  });
}

/** A reader whose ranges are made over before they are looked up. */
export function reranged(change: (range: KeyRange) => KeyRange): NonNullable<Parts["read"]> {
  return (reader) => ({
    scan: (space, range) => reader.scan(space, range === undefined ? undefined : change(range)),
  });
}

/** One write of a transaction, with the very buffers of the caller beside copies. */
export interface Written {
  readonly space: Keyspace;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
  readonly keyCopy: Uint8Array;
  readonly valueCopy: Uint8Array | undefined;
}

/** Records what a transaction writes while it writes it; `last` is run before the commit with all that was recorded. */
export function recording(
  transaction: StoreTransaction,
  last: (written: readonly Written[]) => void,
): Pick<StoreTransaction, "put" | "delete" | "commit"> {
  const written: Written[] = [];
  return {
    put: (space, key, value) => {
      transaction.put(space, key, value);
      written.push({ space, key, value, keyCopy: Uint8Array.from(key), valueCopy: Uint8Array.from(value) });
    },
    delete: (space, key) => {
      transaction.delete(space, key);
      written.push({ space, key, value: undefined, keyCopy: Uint8Array.from(key), valueCopy: undefined });
    },
    commit: () => {
      last(written);
      return transaction.commit();
    },
  };
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The last of several values, all of them computed in their order. */
export function lastOf<T>(_first: unknown, last: T): T {
  return last;
}
