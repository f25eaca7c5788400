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
  /** The schema version it was written under. */
  readonly version: number;
}

export interface CollectionOf {
  readonly name: string;
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

/** Brings a state back to a copy of it; the maps in use stay the same ones. */
function restoreState(state: State, copy: State): void {
  for (const name of [...state.keys()]) if (!copy.has(name)) state.delete(name);
  for (const [name, { version, schema, rows }] of copy) {
    const collection = state.get(name) as CollectionOf;
    collection.version = version;
    collection.schema = schema;
    collection.rows.clear();
    for (const [id, held] of rows) collection.rows.set(id, held);
  }
}

/** What is kept of a vault between its openings. */
export class Ground {
  readonly state: State = new Map();
  /** Transactions open inside each other. */
  depth = 0;

  /** Runs work that leaves nothing behind when it throws. */
  atomically<T>(work: () => T): T {
    const before = copyState(this.state);
    this.depth++;
    try {
      return work();
    } catch (error) {
      restoreState(this.state, before);
      throw error;
    } finally {
      this.depth--;
    }
  }
}

/** Where a handle reads and writes. */
export interface Frame {
  /** @throws OracleError when the handle has ended */
  state(): State;
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
