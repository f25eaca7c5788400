/**
 * Writing single rows: check everything first, then touch the store, so that a refused row leaves the
 * transaction as it was. Each function works on one collection state and one writer.
 */
import { ModelVaultError } from "../errors/error.ts";
import { refusePromise } from "../errors/refuse-promise.ts";
import { changeIndexEntries, type StoreWriter, sameBytes, show } from "../index/index-entries.ts";
import type { Row, Value } from "../schema/types.ts";
import type { CollectionState, IntegerMode } from "./collection-state.ts";
import { mergePatch } from "./merge-patch.ts";

/** A row's change on its way to the store. */
export interface RowWrite {
  readonly writer: StoreWriter;
  readonly state: CollectionState;
  /** Longest value of the store in bytes; absent: no limit. */
  readonly valueBytesMax?: number | undefined;
  /** Whether `state` is still the collection's; absent: it cannot change meanwhile. Asked after code of the caller ran. */
  readonly isCurrent?: () => boolean;
}

/** Stores a new row; returns its key bytes. @throws validation_failed, row_exists, unique_violation, row_too_large, primary_key_invalid */
export function insertRow(write: RowWrite, candidate: unknown): Uint8Array {
  const { writer, state } = write;
  const row = copyRow(write, candidate);
  const key = state.encodeKey(row[state.schema.primaryKey] as Value);
  if (writer.get(state.rows, key) !== undefined) {
    throw new ModelVaultError(
      "row_exists",
      `"${state.name}" has a row with the key ${show(row[state.schema.primaryKey] as Value)} already; use put to replace it.`,
      { collection: state.name, key: row[state.schema.primaryKey] },
    );
  }
  storeRow(write, key, undefined, row);
  return key;
}

/** Stores a row, new or not; returns whether one was replaced. @throws as {@link insertRow}, but for row_exists */
export function putRow(write: RowWrite, candidate: unknown): boolean {
  const { writer, state } = write;
  const row = copyRow(write, candidate);
  const key = state.encodeKey(row[state.schema.primaryKey] as Value);
  const before = writer.get(state.rows, key);
  storeRow(write, key, before, row);
  return before !== undefined;
}

/** Removes a row; returns whether there was one. */
export function deleteRow(write: RowWrite, key: Uint8Array): boolean {
  const { writer, state } = write;
  const before = writer.get(state.rows, key);
  if (before === undefined) return false;
  const row = decodeIndexed(state, before);
  changeWhole(write, key, before, row, undefined, undefined);
  return true;
}

/** The changes of one row. Errors foreseen are thrown before the first one; any other leaves a transaction that cannot be committed. */
function changeWhole(
  { writer, state }: RowWrite,
  key: Uint8Array,
  before: Uint8Array | undefined,
  rowBefore: Row | undefined,
  after: Uint8Array | undefined,
  rowAfter: Row | undefined,
): void {
  const { operations } = writer;
  writer.enter();
  try {
    if (state.indexes.length > 0) changeIndexEntries(writer, state, key, rowBefore, rowAfter);
    writer.change(state.rows, key, before, after);
  } catch (error) {
    if (writer.operations === operations) writer.leave();
    throw error;
  }
  writer.leave();
}

/** A patch that is merged into a row, or a function that makes the new row from the old one. */
export type RowChange = Row | ((row: Row) => Row);

/**
 * Changes the row under a key; returns its new payload, or undefined when there is no such row.
 * @throws validation_failed, primary_key_changed, unique_violation, row_too_large
 */
export function updateRow(
  write: RowWrite,
  key: Uint8Array,
  change: RowChange,
  integers: IntegerMode,
): Uint8Array | undefined {
  const { writer, state } = write;
  // Copied before the row is read: reading a patch may run code of the caller.
  const patch = typeof change === "function" ? undefined : copyOf(write, change);
  const read = writer.get(state.rows, key);
  if (read === undefined) return undefined;
  const { row, before } =
    typeof change === "function"
      ? changedRow(write, key, read, change, integers)
      : { row: checkRow(state, mergePatch(state.schema, state.decoder("exact")(read), patch)), before: read };
  const keyAfter = state.encodeKey(row[state.schema.primaryKey] as Value);
  if (!sameBytes(key, keyAfter)) {
    throw new ModelVaultError(
      "primary_key_changed",
      `An update cannot change the primary key "${state.schema.primaryKey}" of "${state.name}"; insert a new row and delete the old one.`,
      { collection: state.name, field: state.schema.primaryKey, value: row[state.schema.primaryKey] },
    );
  }
  return storeRow(write, key, before, row);
}

/**
 * The row that a function makes of the one that was read, and what is stored by then. The function, and getters of what it returns, may have used
 * the database.
 */
function changedRow(
  write: RowWrite,
  key: Uint8Array,
  read: Uint8Array,
  change: (row: Row) => Row,
  integers: IntegerMode,
): { readonly row: Row; readonly before: Uint8Array } {
  const { writer, state } = write;
  const after = copyOf(
    write,
    refusePromise(
      change(state.decoder(integers)(read)),
      "change",
      "The update function returned a promise; it must return the new row.",
    ),
  );
  // What they changed elsewhere stands; this very row must be as it was read.
  const before = writer.get(state.rows, key);
  if (before === undefined || !sameRow(state, before, read)) {
    throw new ModelVaultError(
      "update_reentrant",
      `The update function changed the row of "${state.name}" that it was given to change.`,
      {
        collection: state.name,
      },
    );
  }
  return { row: checkRow(state, after), before };
}

/** Whether two payloads hold the same row: one written again after a new schema version has other bytes. */
function sameRow(state: CollectionState, a: Uint8Array, b: Uint8Array): boolean {
  if (sameBytes(a, b)) return true;
  const decode = state.decoder("exact");
  return sameBytes(state.encode(decode(a)), state.encode(decode(b)));
}

/** A private copy of what the caller gave. Making it may run getters of the caller, which may use the database. */
function copyOf({ state, isCurrent }: RowWrite, candidate: unknown): unknown {
  const copy = state.copy(candidate);
  if (isCurrent === undefined || isCurrent()) return copy;
  throw new ModelVaultError(
    "update_reentrant",
    `The schema of "${state.name}" was changed by code that the write of a row called.`,
    { collection: state.name },
  );
}

function copyRow(write: RowWrite, candidate: unknown): Row {
  return checkRow(write.state, copyOf(write, candidate));
}

/** Fills in defaults, in place, and refuses a row with problems. What a patch was merged into says `null` where it had nothing. */
function checkRow(state: CollectionState, row: unknown): Row {
  state.fill?.(row);
  const issues = state.validate(row);
  if (issues.length === 0) return row as Row;
  const summary = issues.map((issue) => issue.message).join(" ");
  throw new ModelVaultError(
    "validation_failed",
    `The row for "${state.name}" has ${issues.length === 1 ? "a problem" : `${issues.length} problems`}: ${summary}`,
    { collection: state.name },
    { issues },
  );
}

function storeRow(write: RowWrite, key: Uint8Array, before: Uint8Array | undefined, row: Row): Uint8Array {
  const { state, valueBytesMax } = write;
  const payload = state.encode(row);
  if (valueBytesMax !== undefined && payload.length > valueBytesMax) {
    throw new ModelVaultError(
      "row_too_large",
      `The row for "${state.name}" takes ${payload.length} bytes; this store allows ${valueBytesMax}.`,
      { collection: state.name, valueBytes: payload.length, valueBytesMax },
    );
  }
  const rowBefore = before === undefined ? undefined : decodeIndexed(state, before);
  changeWhole(write, key, before, rowBefore, payload, row);
  return payload;
}

function decodeIndexed(state: CollectionState, payload: Uint8Array): Row | undefined {
  return state.indexes.length === 0 ? undefined : state.decoder("exact", state.indexedPaths)(payload);
}
