/**
 * What the driver's own rows count, the revision and the entries of each keyspace, and by how much the open transaction changes it. Numbers that were
 * read or committed are kept: while the transactions of LMDB that this store gets follow one another, nobody else has changed them.
 */
import type { Keyspace } from "@modelvault/core";
import { countKey, REVISION_KEY, readNumber, writeNumber } from "../format/own-rows.ts";
import { type Environment, WRITER } from "../native/environment.ts";

interface Count {
  readonly key: Uint8Array;
  /** As of the last commit; to be read when it was kept before others committed. */
  committed: number;
  /** What was known when it was kept. */
  knownSince: number;
  /** By the open transaction. */
  change: number;
  isTouched: boolean;
}

export class OwnNumbers {
  readonly #env: Environment;
  readonly #rows: Map<number, Count> = new Map();
  readonly #indexes: Map<number, Map<number, Count>> = new Map();
  readonly #catalog: Count = newCount({ kind: "catalog" });
  /** Those that the open transaction has changed. */
  readonly #touched: Count[] = [];
  /** LMDB's number of the open transaction, and of the one whose end is the last state known. */
  #open = 0;
  #known = -1;
  /** Changes when what was kept is worth nothing any more. */
  #since = 0;
  #revision = -1;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** @param transaction number that LMDB gave to the transaction that was begun */
  begin(transaction: number): void {
    this.#open = transaction;
    // An aborted transaction leaves its number to the next one.
    if (transaction !== this.#known + 1) this.#forget();
    this.#known = transaction - 1;
  }

  /** The revision that the open transaction builds on. */
  get revision(): number {
    if (this.#revision < 0) this.#revision = readNumber(this.#env, REVISION_KEY, WRITER);
    return this.#revision;
  }

  /** How many entries a keyspace has, as the open transaction sees it. */
  count(space: Keyspace): number {
    const count = this.#of(space);
    return this.#committed(count) + count.change;
  }

  add(space: Keyspace, entries: number): void {
    const count = this.#of(space);
    count.change += entries;
    if (count.isTouched) return;
    count.isTouched = true;
    this.#touched.push(count);
  }

  /** How many rows {@link write} writes, at most. */
  get rowsTouched(): number {
    return this.#touched.length + 1;
  }

  /** Writes what has changed, within the open transaction; returns the new revision. */
  write(): number {
    const env = this.#env;
    for (const count of this.#touched)
      if (count.change !== 0) writeNumber(env, count.key, this.#committed(count) + count.change);
    const revision = this.revision + 1;
    writeNumber(env, REVISION_KEY, revision);
    return revision;
  }

  /** The transaction is over, and what {@link write} wrote is committed. */
  committed(): void {
    for (const count of this.#touched) count.committed += count.change;
    this.#revision++;
    this.#known = this.#open;
    this.#letGo();
  }

  /** The transaction is over and has changed nothing. */
  aborted(): void {
    this.#letGo();
  }

  /** The transaction is over; what became of it is not known. */
  failed(): void {
    this.#letGo();
    this.#forget();
    this.#known = -1;
  }

  #letGo(): void {
    for (const count of this.#touched) {
      count.change = 0;
      count.isTouched = false;
    }
    this.#touched.length = 0;
  }

  #forget(): void {
    this.#since++;
    this.#revision = -1;
  }

  #committed(count: Count): number {
    if (count.knownSince !== this.#since) {
      count.committed = readNumber(this.#env, count.key, WRITER);
      count.knownSince = this.#since;
    }
    return count.committed;
  }

  #of(space: Keyspace): Count {
    switch (space.kind) {
      case "catalog":
        return this.#catalog;
      case "rows":
        return this.#rows.get(space.collection) ?? this.#makeRows(space);
      case "index":
        return this.#indexes.get(space.collection)?.get(space.index) ?? this.#makeIndex(space);
    }
  }

  #makeRows(space: Keyspace & { readonly kind: "rows" }): Count {
    const count = newCount(space);
    this.#rows.set(space.collection, count);
    return count;
  }

  #makeIndex(space: Keyspace & { readonly kind: "index" }): Count {
    const count = newCount(space);
    const indexes = this.#indexes.get(space.collection);
    if (indexes === undefined) this.#indexes.set(space.collection, new Map([[space.index, count]]));
    else indexes.set(space.index, count);
    return count;
  }
}

function newCount(space: Keyspace): Count {
  return { key: countKey(space), committed: 0, knownSince: -1, change: 0, isTouched: false };
}
