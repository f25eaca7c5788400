/** Stores for tests that need more than one handle, or one that misbehaves on purpose. */
import { memoryStore, type Store, type StoreDriver } from "@modelvault/core";

/** The store with some of its parts replaced. */
export function withParts(store: Store, parts: Partial<Store>): Store {
  return {
    traits: store.traits,
    get: (space, key) => store.get(space, key),
    scan: (space, range) => store.scan(space, range),
    count: (space) => store.count(space),
    begin: (options) => store.begin(options),
    snapshot: () => store.snapshot(),
    revision: () => store.revision(),
    close: () => store.close(),
    ...parts,
  };
}

/** A driver that opens a given store. */
export function driverOf(store: Store): StoreDriver {
  return { ...memoryStore(), open: () => store };
}

/** A driver that opens one and the same memory store each time, as if it were a place that outlives its handles. */
export function lastingStore(): { readonly driver: StoreDriver; readonly store: Store } {
  const store = memoryStore().open();
  return { store, driver: { ...memoryStore(), open: () => withParts(store, { close: () => undefined }) } };
}
