/**
 * Index maintenance: which entries a row has, which change when a row changes, and the uniqueness check. An entry is a
 * key made of the indexed value and the primary key, with an empty value; null and absent have none.
 */
import type { CollectionState, IndexState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { compareValues } from "../keys/compare-values.ts";
import {
  decodeKey,
  encodeIndexKey,
  encodeIndexValue,
  isCutIndexValue,
  prefixSuccessor,
  primaryKeyOf,
} from "../keys/key-codec.ts";
import type { FieldPath, Row, Value } from "../schema/types.ts";
import type { Keyspace, StoreReader } from "../store/store.ts";

export const EMPTY: Uint8Array = new Uint8Array(0);

/** A store that can be written by those who know what stands there: core's journal around a transaction. */
export interface StoreWriter extends StoreReader {
  /** Changes so far. */
  readonly operations: number;
  /** Begins several changes that only make sense together; `leave` ends them, done or not begun. */
  enter(): void;
  leave(): void;
  /** Brings the value under a key from `before`, which stands there now, to `after`; undefined means none. */
  change(
    space: Keyspace,
    key: Uint8Array,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
  ): void;
}

/** The value at a path of a row; null where anything on the way is missing. */
export function valueAt(row: Row, path: FieldPath): Value {
  let value: Value | undefined = row;
  for (const segment of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return null;
    value = (value as Row)[segment];
  }
  return value ?? null;
}

/**
 * Brings the indexes from one row to the next and refuses a taken unique value before anything is written.
 * `before` and `after` are undefined where the row is new or goes away.
 * @throws unique_violation
 */
export function changeIndexEntries(
  writer: StoreWriter,
  state: CollectionState,
  primaryKey: Uint8Array,
  before: Row | undefined,
  after: Row | undefined,
): void {
  const changes: { readonly index: IndexState; readonly from: Value; readonly to: Value }[] = [];
  for (const index of state.indexes) {
    const from = before === undefined ? null : valueAt(before, index.definition.path);
    const to = after === undefined ? null : valueAt(after, index.definition.path);
    if (from === null && to === null) continue;
    if (from !== null && to !== null && compareValues(index.kind, from, to) === 0) continue;
    if (to !== null && index.definition.unique) refuseTakenValue(writer, state, index, primaryKey, to);
    changes.push({ index, from, to });
  }
  for (const { index, from, to } of changes) {
    if (from !== null)
      writer.change(index.space, encodeIndexKey(index.kind, from, primaryKey), EMPTY, undefined);
    if (to !== null) writer.change(index.space, encodeIndexKey(index.kind, to, primaryKey), undefined, EMPTY);
  }
}

/** The key of another row that holds this value in an index, or undefined. */
export function findHolder(
  reader: StoreReader,
  state: CollectionState,
  index: IndexState,
  value: Value,
  except?: Uint8Array,
): Uint8Array | undefined {
  const prefix = encodeIndexValue(index.kind, value);
  const end = prefixSuccessor(prefix);
  const cut = isCutIndexValue(index.kind, prefix);
  for (const [key] of reader.scan(
    index.space,
    end === undefined ? { gte: prefix } : { gte: prefix, lt: end },
  )) {
    const holder = primaryKeyOf(index.kind, key);
    if (except !== undefined && sameBytes(holder, except)) continue;
    // A cut value is known by its beginning and a hash: only the row says whether it is the same.
    if (cut) {
      const payload = reader.get(state.rows, holder);
      if (payload === undefined) continue;
      const held = valueAt(state.decoder("exact", state.indexedPaths)(payload), index.definition.path);
      if (held === null || compareValues(index.kind, held, value) !== 0) continue;
    }
    return holder;
  }
  return undefined;
}

function refuseTakenValue(
  reader: StoreReader,
  state: CollectionState,
  index: IndexState,
  primaryKey: Uint8Array,
  value: Value,
): void {
  const holder = findHolder(reader, state, index, value, primaryKey);
  if (holder === undefined) return;
  throw uniqueViolation(state, index, value, holder, primaryKey);
}

/** The error for a value that another row holds. */
export function uniqueViolation(
  state: CollectionState,
  index: IndexState,
  value: Value,
  holder: Uint8Array,
  refused: Uint8Array,
): ModelVaultError {
  const path = index.definition.path.join(".");
  const holderKey = decodeKey(state.primaryKind, holder, "exact");
  return new ModelVaultError(
    "unique_violation",
    `The unique index "${index.definition.name}" of "${state.name}" holds ${show(value)} at "${path}" already, in the row ${show(holderKey)}.`,
    {
      collection: state.name,
      index: index.definition.name,
      path,
      value,
      holder: holderKey,
      key: decodeKey(state.primaryKind, refused, "exact"),
    },
  );
}

/** A value as short text for messages. */
export function show(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return String(value);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
