/**
 * One collection on one memory store, without a database around it: queries run on a state and a reader, and so do
 * these tests. `everyPlan` gives all plans of a query, not only the one the planner likes best.
 */
import { isModelVaultError, type Row, type Schema, type Value } from "@modelvault/core";
import { expect } from "vitest";
import type { CollectionState } from "../../src/collection/collection-state.ts";
import { compileState, numberIndexes } from "../../src/collection/compile-state.ts";
import { insertRow } from "../../src/collection/write-rows.ts";
import { decodeKey } from "../../src/keys/key-codec.ts";
import { encodeCursor } from "../../src/query/cursor.ts";
import type { RunContext } from "../../src/query/key-walk.ts";
import type { Goal, Plan } from "../../src/query/plan.ts";
import { planQuery } from "../../src/query/planner.ts";
import { Query } from "../../src/query/query.ts";
import type { QueryHost, QueryReport } from "../../src/query/query-host.ts";
import type { QuerySpec } from "../../src/query/query-spec.ts";
import { resolveQuery } from "../../src/query/resolve.ts";
import { countRows, openKeys, openRows } from "../../src/query/run.ts";
import { positionReader } from "../../src/query/total-order.ts";
import { checkCollection } from "../../src/schema/check-collection.ts";
import type { CollectionDescriptor } from "../../src/schema/descriptors.ts";
import { memoryStore } from "../../src/store/memory-store.ts";
import type { Store } from "../../src/store/store.ts";
import { UndoJournal } from "../../src/transaction/undo-journal.ts";

export interface Table {
  readonly state: CollectionState;
  readonly store: Store;
  /** The rows that were stored: all but those a unique index refused. */
  readonly rows: readonly Row[];
  readonly reports: QueryReport[];
  readonly host: QueryHost;
  /** An empty query. */
  query(): Query;
}

/** A table of a described collection. */
export function tableOf(
  descriptor: Omit<CollectionDescriptor, "name">,
  rows: readonly Record<string, unknown>[],
): Table {
  return tableFrom(checkCollection({ name: "things", ...descriptor }).schema, rows as readonly Row[]);
}

/** A table of a checked schema. */
export function tableFrom(schema: Schema, rows: readonly Row[]): Table {
  const store = memoryStore().open();
  const state = compileState({
    id: 1,
    name: "things",
    version: 1,
    schema,
    history: new Map([[1, schema.fields]]),
    numbering: numberIndexes(1, schema),
  });
  const stored = write(store, (writer) => rows.filter((row) => inserts(writer, state, row)));
  const reports: QueryReport[] = [];
  const host = hostOf(store, state, reports);
  return { state, store, rows: stored, reports, host, query: () => new Query(host, {}) };
}

function inserts(writer: UndoJournal, state: CollectionState, row: Row): boolean {
  try {
    insertRow({ writer, state }, row);
    return true;
  } catch (error) {
    if (isModelVaultError(error, "unique_violation")) return false;
    throw error;
  }
}

/** Runs work in a transaction of its own. */
export function write<T>(store: Store, work: (writer: UndoJournal) => T): T {
  const transaction = store.begin();
  const result = work(new UndoJournal(transaction));
  transaction.commit();
  return result;
}

export function hostOf(store: Store, state: CollectionState, reports?: QueryReport[]): QueryHost {
  let clock = 0;
  const refuse = (): never => {
    throw new Error("this host only reads");
  };
  return {
    integers: "bigint",
    read: (work) => work({ reader: store, state }),
    open() {
      const snapshot = store.snapshot();
      return { reader: snapshot, state, frozen: true, close: () => snapshot.close() };
    },
    deleteAll: refuse,
    updateAll: refuse,
    now: () => clock++,
    ...(reports === undefined ? {} : { onQuery: (report): void => void reports.push(report) }),
  };
}

/** Every plan that gives the right answer for a goal, not only the one the planner would choose. */
export function everyPlan({ state, store }: Table, spec: QuerySpec, goal: Goal): readonly Plan[] {
  let all: readonly Plan[] | undefined;
  const chosen = planQuery(resolveQuery(state, spec), store, goal, (plans) => {
    all = plans;
    return plans[0] as Plan;
  });
  return all ?? [chosen];
}

/** The goal of a terminal that takes rows in order. */
export function rowsGoal(spec: QuerySpec): Goal {
  return {
    ordered: true,
    wanted: (spec.limit ?? Number.POSITIVE_INFINITY) + (spec.offset ?? 0),
    keysOnly: false,
  };
}

/** Primary keys of the rows a plan gives. */
export function keysByPlan(table: Table, spec: QuerySpec, plan: Plan): Value[] {
  const { state } = table;
  const query = resolveQuery(state, spec);
  const walk = openRows(query, plan, contextOf(table), query.limit);
  const keys: Value[] = [];
  while (keys.length < query.limit && walk.next(query.limit - keys.length)) {
    const key = decodeKey(state.primaryKind, walk.key, "exact");
    expect(keyOf(state, state.decoder("exact")(walk.payload))).toEqual(key);
    keys.push(key);
  }
  walk.close();
  return keys;
}

/** The same without fetching rows where keys suffice. */
export function keysOnlyByPlan(table: Table, spec: QuerySpec, plan: Plan): Value[] {
  const { state } = table;
  const query = resolveQuery(state, spec);
  const walk = openKeys(query, plan, contextOf(table), query.limit);
  const keys: Value[] = [];
  while (keys.length < query.limit) {
    const key = walk.next();
    if (key === undefined) break;
    keys.push(decodeKey(state.primaryKind, key, "exact"));
  }
  walk.close();
  return keys;
}

export function countByPlan(table: Table, spec: QuerySpec, plan: Plan): number {
  const query = resolveQuery(table.state, spec);
  const found = countRows(query, plan, contextOf(table), query.limit);
  if (typeof found === "number") return found;
  let count = 0;
  while (count < query.limit && found.next() !== undefined) count++;
  found.close();
  return count;
}

/** The cursor behind the row with this primary key. */
export function cursorBehind({ state, store }: Table, spec: QuerySpec, key: Value): string {
  const { where, order } = resolveQuery(state, spec);
  const keyBytes = state.encodeKey(key);
  const values = positionReader(state, order)(store.get(state.rows, keyBytes) as Uint8Array);
  return encodeCursor(state, where, order, { values, key: keyBytes });
}

function contextOf({ store, state }: Table): RunContext {
  return { reader: store, state, examined: { keys: 0, rows: 0 } };
}

/** Primary key of a row; -0 and 0 are one key. */
export function keyOf({ schema }: CollectionState, row: Row): Value {
  const key = row[schema.primaryKey] as Value;
  return key === 0 ? 0 : key;
}
