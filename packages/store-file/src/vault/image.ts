/**
 * The state of a vault in memory: a store of core's, filled from the log. Rows and catalogue are there at once; the entries of an
 * index are made from the rows when somebody first looks at it or begins to write, for most openings are followed by neither.
 */
import { CATALOG_SPACE, catalogKey, type Keyspace, MemoryStore } from "@modelvault/core";
import { buildIndexes } from "./build-indexes.ts";
import type { LogCatalog } from "./log-catalog.ts";
import type { ReplayTarget } from "./replay.ts";

export class Image {
  readonly store: MemoryStore;
  catalog: LogCatalog;
  /** Numbers of the indexes that have no entries yet, by collection. */
  readonly #unbuilt: Map<number, Set<number>>;
  /** Open snapshots that were taken before all indexes were made. */
  readonly #watching = new Set<{ renew(): void }>();

  private constructor(store: MemoryStore, catalog: LogCatalog) {
    this.store = store;
    this.catalog = catalog;
    this.#unbuilt = new Map();
    for (const [id, { numbering }] of catalog.collections) {
      if (numbering.indexes.length > 0)
        this.#unbuilt.set(id, new Set(numbering.indexes.map((index) => index.id)));
    }
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
    return space.kind === "index" && this.#unbuilt.get(space.collection)?.has(space.index) === true;
  }

  /** Whether all indexes have their entries. */
  get whole(): boolean {
    return this.#unbuilt.size === 0;
  }

  /** Makes the entries of one index, or of all. Not while a transaction is open. */
  build(space?: Keyspace): void {
    for (const [id, missing] of this.#unbuilt) {
      const collection = this.catalog.collections.get(id);
      if (collection === undefined) continue;
      const indexes = collection.numbering.indexes.filter(
        (index) => missing.has(index.id) && (space === undefined || isSame(index.space, space)),
      );
      if (indexes.length === 0) continue;
      buildIndexes(this.store, collection, indexes);
      for (const index of indexes) missing.delete(index.id);
      if (missing.size === 0) this.#unbuilt.delete(id);
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

/** Rows of all collections. */
export function liveRows({ store, catalog }: Image): number {
  let rows = 0;
  for (const id of catalog.collections.keys()) rows += store.count({ kind: "rows", collection: id });
  return rows;
}

function isSame(a: Keyspace, b: Keyspace): boolean {
  return a.kind === "index" && b.kind === "index" && a.collection === b.collection && a.index === b.index;
}
