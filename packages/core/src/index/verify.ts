/**
 * Verification: whether a vault says the same thing everywhere. Every row must decode, satisfy its schema and lie under
 * its own key; every index must hold exactly the entries its rows give; kept counts must be the counted ones.
 * Nothing is changed and nothing is thrown for what is found.
 */
import type { Catalog } from "../catalog/catalog.ts";
import type { CollectionState, IndexState } from "../collection/collection-state.ts";
import { isModelVaultError } from "../errors/error.ts";
import { compareValues } from "../keys/compare-values.ts";
import { decodeKey, encodeIndexKey, primaryKeyOf } from "../keys/key-codec.ts";
import type { Pause, Steps } from "../query/pause.ts";
import type { Row, Value } from "../schema/types.ts";
import type { StoreReader } from "../store/store.ts";
import { sameBytes, show, valueAt } from "./index-entries.ts";

/** One thing that is wrong. */
export interface Problem {
  readonly rule:
    | "row_undecodable"
    | "row_invalid"
    | "row_misplaced"
    | "index_entry_missing"
    | "index_entry_stale"
    | "unique_duplicate"
    | "count_wrong"
    | "store";
  readonly message: string;
  readonly collection?: string;
  readonly index?: string;
  /** Primary key of the row, where it can be told. */
  readonly key?: Value;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** Rows of user code. */
  readonly rowsChecked: number;
  readonly indexEntriesChecked: number;
}

/** What is told of a store in which nothing more may be read. */
export function unreadable(message: string): VerifyReport {
  return { ok: false, problems: [{ rule: "store", message }], rowsChecked: 0, indexEntriesChecked: 0 };
}

/** Checks everything one reader shows. Memory does not grow with the data, only with the problems. */
export function* verifyAll(
  reader: StoreReader,
  catalog: Catalog,
  storeProblems: readonly string[],
  pause: Pause | undefined,
): Steps<VerifyReport> {
  const problems: Problem[] = storeProblems.map((message) => ({ rule: "store", message }));
  let rowsChecked = 0;
  let indexEntriesChecked = 0;
  for (const state of catalog.all) {
    const rows = yield* verifyRows(reader, state, problems, pause);
    // The system collection is checked like any other, but nobody stored its rows.
    if (state !== catalog.system) rowsChecked += rows;
    for (const index of state.indexes)
      indexEntriesChecked += yield* verifyIndex(reader, state, index, problems, pause);
  }
  return { ok: problems.length === 0, problems, rowsChecked, indexEntriesChecked };
}

function* verifyRows(
  reader: StoreReader,
  state: CollectionState,
  problems: Problem[],
  pause: Pause | undefined,
): Steps<number> {
  const collection = state.name;
  const decode = state.decoder("exact");
  let rows = 0;
  for (const [key, payload] of reader.scan(state.rows)) {
    rows++;
    if (pause?.due() === true) {
      yield;
      pause.resume();
    }
    let row: Row;
    try {
      row = decode(payload);
    } catch (error) {
      if (!isModelVaultError(error)) throw error;
      problems.push({
        rule: "row_undecodable",
        message: error.message,
        collection,
        ...keyIfReadable(state, key),
      });
      continue;
    }
    const place = keyIfReadable(state, key);
    for (const issue of state.validate(row))
      problems.push({ rule: "row_invalid", message: issue.message, collection, ...place });
    if (!liesUnder(state, row, key)) {
      problems.push({
        rule: "row_misplaced",
        message: `A row of "${collection}" lies under another key than its own.`,
        collection,
        ...place,
      });
    }
    for (const index of state.indexes) {
      const value = valueAt(row, index.definition.path);
      if (value === null) continue;
      if (reader.get(index.space, encodeIndexKey(index.kind, value, key)) === undefined) {
        problems.push({
          rule: "index_entry_missing",
          message: `The index "${index.definition.name}" of "${collection}" lacks the entry of the row ${show(place.key ?? null)}.`,
          collection,
          index: index.definition.name,
          ...place,
        });
      }
    }
  }
  verifyCount(reader.count(state.rows), rows, `rows of "${collection}"`, { collection }, problems);
  return rows;
}

function* verifyIndex(
  reader: StoreReader,
  state: CollectionState,
  index: IndexState,
  problems: Problem[],
  pause: Pause | undefined,
): Steps<number> {
  const place = { collection: state.name, index: index.definition.name };
  const decode = state.decoder("exact", state.indexedPaths);
  let entries = 0;
  let previous: Value = null;
  for (const [entry] of reader.scan(index.space)) {
    entries++;
    if (pause?.due() === true) {
      yield;
      pause.resume();
    }
    let primaryKey: Uint8Array | undefined;
    let value: Value = null;
    try {
      primaryKey = primaryKeyOf(index.kind, entry);
      const payload = reader.get(state.rows, primaryKey);
      if (payload !== undefined) value = valueAt(decode(payload), index.definition.path);
    } catch (error) {
      if (!isModelVaultError(error)) throw error;
    }
    const key = primaryKey === undefined ? {} : keyIfReadable(state, primaryKey);
    if (
      primaryKey === undefined ||
      value === null ||
      !sameBytes(encodeIndexKey(index.kind, value, primaryKey), entry)
    ) {
      const message = `The index "${index.definition.name}" of "${state.name}" has an entry that no row gives.`;
      problems.push({ rule: "index_entry_stale", message, ...place, ...key });
      continue;
    }
    if (index.definition.unique && previous !== null && compareValues(index.kind, previous, value) === 0) {
      const message = `The unique index "${index.definition.name}" of "${state.name}" holds ${show(value)} twice.`;
      problems.push({ rule: "unique_duplicate", message, ...place, ...key });
    }
    previous = value;
  }
  verifyCount(
    reader.count(index.space),
    entries,
    `entries of the index "${index.definition.name}"`,
    place,
    problems,
  );
  return entries;
}

function verifyCount(
  kept: number,
  counted: number,
  what: string,
  place: Pick<Problem, "collection" | "index">,
  problems: Problem[],
): void {
  if (kept === counted) return;
  problems.push({
    rule: "count_wrong",
    message: `The store counts ${kept} ${what} and holds ${counted}.`,
    ...place,
  });
}

function liesUnder(state: CollectionState, row: Row, key: Uint8Array): boolean {
  try {
    return sameBytes(state.encodeKey(row[state.schema.primaryKey] ?? null), key);
  } catch (error) {
    if (isModelVaultError(error)) return false;
    throw error;
  }
}

function keyIfReadable(state: CollectionState, key: Uint8Array): { readonly key?: Value } {
  try {
    return { key: decodeKey(state.primaryKind, key, "exact") };
  } catch (error) {
    if (isModelVaultError(error)) return {};
    throw error;
  }
}
