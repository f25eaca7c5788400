/** By how much a transaction has changed the number of entries of each keyspace. */
import type { Keyspace } from "@modelvault/core";

export interface CountChange {
  readonly space: Keyspace;
  change: number;
}

export class EntryCounts {
  #catalog: CountChange | undefined;
  readonly #rows: Map<number, CountChange> = new Map();
  readonly #indexes: Map<number, Map<number, CountChange>> = new Map();

  /** The change of a keyspace, to be read and added to. */
  of(space: Keyspace): CountChange {
    switch (space.kind) {
      case "catalog":
        this.#catalog ??= { space: { kind: "catalog" }, change: 0 };
        return this.#catalog;
      case "rows":
        return this.#ofRows(space.collection);
      case "index":
        return this.#ofIndex(space.collection, space.index);
    }
  }

  /** How many keyspaces were touched, at most. */
  get size(): number {
    let size = 1 + this.#rows.size;
    for (const indexes of this.#indexes.values()) size += indexes.size;
    return size;
  }

  *changed(): IterableIterator<CountChange> {
    if (this.#catalog !== undefined && this.#catalog.change !== 0) yield this.#catalog;
    for (const each of this.#rows.values()) if (each.change !== 0) yield each;
    for (const indexes of this.#indexes.values())
      for (const each of indexes.values()) if (each.change !== 0) yield each;
  }

  #ofRows(collection: number): CountChange {
    let found = this.#rows.get(collection);
    if (found === undefined) {
      found = { space: { kind: "rows", collection }, change: 0 };
      this.#rows.set(collection, found);
    }
    return found;
  }

  #ofIndex(collection: number, index: number): CountChange {
    let indexes = this.#indexes.get(collection);
    if (indexes === undefined) {
      indexes = new Map();
      this.#indexes.set(collection, indexes);
    }
    let found = indexes.get(index);
    if (found === undefined) {
      found = { space: { kind: "index", collection, index }, change: 0 };
      indexes.set(index, found);
    }
    return found;
  }
}
