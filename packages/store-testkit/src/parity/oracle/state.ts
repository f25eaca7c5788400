/**
 * What the oracle remembers: collections with their rows in plain maps, copied whole at each savepoint, and the frames through which
 * database, transactions and views look at it.
 */
import { OracleError } from "../outcome.ts";
import { compare, identity, type Kind } from "./order.ts";
import type { StoredRow } from "./rows.ts";
import { kindOf, type SchemaOf, slotAt } from "./shape.ts";

export interface Held {
  readonly key: unknown;
  readonly row: StoredRow;
}

export interface CollectionOf {
  /** Grows with every collection there ever was. */
  readonly id: number;
  name: string;
  /** Another one after each change of schema or name: who keeps it can tell whether there was one. */
  identity: object;
  version: number;
  schema: SchemaOf;
  /** Its rows are on their way to a new version, and nobody may look at them. */
  rewriting?: boolean;
  /** By the identity of the primary key. */
  readonly rows: Map<string, Held>;
}

export type State = Map<string, CollectionOf>;

export function copyState(state: State): State {
  return new Map(
    Array.from(state, ([name, collection]) => [name, { ...collection, rows: new Map(collection.rows) }]),
  );
}

/** Remembers a state, and brings it back on demand: the very same collections, with what they were. */
function rememberState(state: State): () => void {
  const remembered = Array.from(state, ([, collection]) => ({
    collection,
    was: { ...collection, rows: new Map(collection.rows) },
  }));
  return () => {
    state.clear();
    for (const { collection, was } of remembered) {
      const { rows, ...rest } = was;
      Object.assign(collection, rest);
      collection.rows.clear();
      for (const [id, held] of rows) collection.rows.set(id, held);
      state.set(collection.name, collection);
    }
  };
}

/** Collections in the order of their creation. */
export function collectionsOf(state: State): readonly CollectionOf[] {
  return [...state.values()].sort((a, b) => a.id - b.id);
}

/** What is kept of a vault between its openings. */
export class Ground {
  readonly state: State = new Map();
  #ids = 0;
  /** Transactions open inside each other. */
  depth = 0;
  /** Outermost transactions so far. */
  #transactions = 0;

  nextId(): number {
    return ++this.#ids;
  }

  /** Runs work that leaves nothing behind when it throws. */
  atomically<T>(work: () => T): T {
    const restore = rememberState(this.state);
    if (this.depth === 0) this.#transactions++;
    this.depth++;
    try {
      return work();
    } catch (error) {
      restore();
      throw error;
    } finally {
      this.depth--;
    }
  }

  /** Throws once the transaction has ended that is open now; never when none is. */
  untilTransactionEnds(): () => void {
    if (this.depth === 0) return () => undefined;
    const now = this.#transactions;
    return () => {
      if (this.depth === 0 || this.#transactions !== now) throw new OracleError("transaction_closed");
    };
  }
}

/** Where a handle reads and writes. */
export interface Frame {
  /** @throws OracleError when the handle has ended */
  state(): State;
  /** Makes what an iteration that begins now asks before each row. */
  iteration(): () => void;
  /** @throws OracleError when the handle has ended or takes no writes */
  write<T>(work: () => T): T;
}

/** Whether text may name this collection. @throws OracleError argument_invalid */
export function find(state: State, name: unknown): CollectionOf | undefined {
  if (typeof name !== "string") throw new OracleError("argument_invalid");
  return state.get(name) ?? state.get(name.trim());
}

export function collectionNamed(state: State, name: unknown): CollectionOf {
  const found = find(state, name);
  if (found === undefined) throw new OracleError("collection_unknown", { collection: name });
  if (found.rewriting === true) throw new OracleError("update_reentrant");
  return found;
}

export function keyKindOf({ primaryKey, root }: SchemaOf): Kind {
  return kindOf(slotAt(root, [primaryKey])) as Kind;
}

/** Rows by primary key, ascending. */
export function sortedRows(collection: CollectionOf): Held[] {
  const kind = keyKindOf(collection.schema);
  return [...collection.rows.values()].sort((a, b) => compare(kind, a.key, b.key));
}

export function identityOfKey(collection: CollectionOf, key: unknown): string {
  return identity(keyKindOf(collection.schema), key);
}
