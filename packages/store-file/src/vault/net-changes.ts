/**
 * What a transaction comes to: the difference between the committed state and the transaction's. A key that was put and deleted again is
 * no change; of a row that was written twice only the last state counts. It is found by comparing the two states, which share
 * everything that was not written.
 */
import type { EntryPlace, KeyspaceDifference, MemoryStore } from "@modelvault/core";
import { misuse } from "./index-changes.ts";
import type { LogCatalog, LogCollection } from "./log-catalog.ts";

/** A state in memory: a store, or a transaction on it. */
export type MemoryState = MemoryStore | ReturnType<MemoryStore["begin"]>;

/** What may differ in one rows or index keyspace. */
export interface SpaceChange {
  readonly collection: LogCollection;
  /** Number of the index; 0 for rows. */
  readonly index: number;
  readonly visit: KeyspaceDifference["visit"];
}

export interface NetChanges {
  readonly schemas: readonly Uint8Array[];
  /** The catalogue with those schemas. */
  readonly catalog: LogCatalog;
  readonly indexes: readonly SpaceChange[];
  readonly rows: readonly SpaceChange[];
}

/**
 * Undefined when the transaction wrote nothing. One that wrote what was there already changes keyspaces in which nothing differs.
 * @throws catalog_payload_invalid for schemas that the format cannot hold
 */
export function netChanges(
  before: MemoryState,
  after: MemoryState,
  catalogBefore: LogCatalog,
): NetChanges | undefined {
  const differences = after.differencesFrom(before);
  if (differences.length === 0) return undefined;
  const schemas: Uint8Array[] = [];
  for (const { space, visit } of differences)
    if (space.kind === "catalog") schemas.push(...newSchemas(visit));
  const catalog = catalogBefore.with(schemas);
  const refused = catalog.refused[catalogBefore.refused.length];
  if (refused !== undefined)
    throw misuse(`version ${refused.version} of collection ${refused.collection}: ${refused.reason}`);
  const indexes: SpaceChange[] = [];
  const rows: SpaceChange[] = [];
  for (const { space, visit } of differences) {
    if (space.kind === "catalog") continue;
    const collection = catalog.collections.get(space.collection);
    if (collection === undefined) throw misuse(`there is no collection ${space.collection}`);
    if (space.kind === "index") indexes.push({ collection, index: space.index, visit });
    else rows.push({ collection, index: 0, visit });
  }
  return { schemas, catalog, indexes, rows };
}

/** Whether any key differs. */
export function isNothing({ schemas, indexes, rows }: NetChanges): boolean {
  if (schemas.length > 0) return false;
  let found = 0;
  const count = (): void => {
    found++;
  };
  for (const { visit } of [...rows, ...indexes]) visit({ put: count, removed: count });
  return found === 0;
}

function newSchemas(visit: KeyspaceDifference["visit"]): Uint8Array[] {
  const schemas: Uint8Array[] = [];
  const changed = (): never => {
    throw misuse("a committed catalogue entry cannot be replaced or deleted");
  };
  visit({
    put: ({ valueBytes, valueStart, valueEnd }: EntryPlace, replaced: EntryPlace | undefined) => {
      if (replaced !== undefined) changed();
      schemas.push(new Uint8Array(valueBytes.subarray(valueStart, valueEnd)));
    },
    removed: changed,
  });
  return schemas;
}
