/**
 * The state of a vault in memory: a store of core's, filled from the log. Rows and catalogue are there at once; the entries of an
 * index are made from the rows when somebody first looks at it or begins to write, for most openings are followed by neither.
 */
import {
  CATALOG_SPACE,
  catalogKey,
  encodeIndexKey,
  type Keyspace,
  MemoryStore,
  valueAt,
} from "@modelvault/core";
import type { LogCatalog, LogCollection } from "./log-catalog.ts";
import type { ReplayTarget } from "./replay.ts";

const NOTHING = new Uint8Array(0);

export class Image {
  readonly store: MemoryStore;
  catalog: LogCatalog;
  /** Collections whose indexes have no entries yet. */
  readonly #unbuilt: Map<number, LogCollection>;
  /** Open snapshots that were taken before all indexes were made. */
  readonly #watching = new Set<{ renew(): void }>();

  private constructor(store: MemoryStore, catalog: LogCatalog) {
    this.store = store;
    this.catalog = catalog;
    this.#unbuilt = new Map(
      [...catalog.collections].filter(([, { numbering }]) => numbering.indexes.length > 0),
    );
  }

  /** Fills a new image: the catalogue first, then whatever `fill` puts into it; its revision is the given one. */
  static fill(catalog: LogCatalog, revision: number, fill: (rows: ReplayTarget) => void): Image {
    const store = new MemoryStore();
    const transaction = store.begin();
    catalog.payloads.forEach((payload, index) => {
      transaction.put(CATALOG_SPACE, catalogKey(index + 1), payload);
    });
    fill(transaction);
    transaction.commit(revision);
    return new Image(store, catalog);
  }

  /** Whether a read of this keyspace would find an index without entries. */
  lacks(space: Keyspace): boolean {
    return space.kind === "index" && this.#unbuilt.has(space.collection);
  }

  /** Makes the entries of all indexes of a collection, or of every collection. Not while a transaction is open. */
  build(collection?: number): void {
    const chosen = collection === undefined ? [...this.#unbuilt.keys()] : [collection];
    for (const id of chosen) {
      const unbuilt = this.#unbuilt.get(id);
      if (unbuilt === undefined) continue;
      buildIndexes(this.store, unbuilt);
      this.#unbuilt.delete(id);
      for (const snapshot of this.#watching) snapshot.renew();
    }
    if (this.#unbuilt.size === 0) this.#watching.clear();
  }

  /** Has a snapshot told of indexes that are made after it was taken. */
  watch(snapshot: { renew(): void }): void {
    if (this.#unbuilt.size > 0) this.#watching.add(snapshot);
  }

  unwatch(snapshot: { renew(): void }): void {
    this.#watching.delete(snapshot);
  }
}

function buildIndexes(store: MemoryStore, { state }: LogCollection): void {
  const paths = state.indexes.map(({ definition }) => definition.path);
  const decode = state.decoder("exact", paths);
  const transaction = store.begin();
  try {
    for (const [key, payload] of store.scan(state.rows)) {
      const row = decode(payload);
      for (const { definition, kind, space } of state.indexes) {
        const value = valueAt(row, definition.path);
        if (value !== null) transaction.put(space, encodeIndexKey(kind, value, key), NOTHING);
      }
    }
    // The state is the same as before, and so is its revision.
    transaction.commit(store.revision());
  } catch (error) {
    transaction.abort();
    throw error;
  }
}

/** Rows of all collections. */
export function liveRows({ store, catalog }: Image): number {
  let rows = 0;
  for (const id of catalog.collections.keys()) rows += store.count({ kind: "rows", collection: id });
  return rows;
}
