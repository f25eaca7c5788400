/**
 * What a transaction comes to: the difference between the committed state and the transaction's, as the log says it. A key that was put
 * and deleted again is no change; of a row that was written twice only the last state counts.
 *
 * Index entries are not translated blindly. The log identifies an index by name, spells keys in another form than the store, and
 * cannot say where a text was cut; what the key does not hold is read from the row.
 */
import { ModelVaultError, type StoreReader, splitIndexKey } from "@modelvault/core";
import type { IndexDelta } from "../format/index-payload.ts";
import { locateScalar } from "../format/locate-scalar.ts";
import { PayloadReader } from "../format/payload-reader.ts";
import { canonicalOfOrdered, canonicalOfTagged, isOrderedNaN } from "../format/scalar-keys.ts";
import type { LogCatalog, LogCollection } from "./log-catalog.ts";
import { versionOf } from "./replay.ts";
import type { TouchedKeys } from "./touched-keys.ts";

/** A row that was put (with its payload) or deleted. */
export interface RowChange {
  readonly collection: LogCollection;
  readonly key: Uint8Array;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

export interface NetChanges {
  readonly schemas: readonly Uint8Array[];
  /** The catalogue with those schemas. */
  readonly catalog: LogCatalog;
  readonly deletes: readonly IndexDelta[];
  readonly inserts: readonly IndexDelta[];
  readonly rows: readonly RowChange[];
}

/** @throws catalog_payload_invalid for schemas or rows that the format cannot hold */
export function netChanges(
  touched: TouchedKeys,
  before: StoreReader,
  after: StoreReader,
  catalogBefore: LogCatalog,
): NetChanges {
  const schemas = newSchemas(touched, before, after);
  const catalog = catalogBefore.with(schemas);
  const refused = catalog.refused[catalogBefore.refused.length];
  if (refused !== undefined)
    throw misuse(`version ${refused.version} of collection ${refused.collection}: ${refused.reason}`);
  const find = (id: number): LogCollection => {
    const collection = catalog.collections.get(id);
    if (collection === undefined) throw misuse(`there is no collection ${id}`);
    return collection;
  };
  const deletes: IndexDelta[] = [];
  const inserts: IndexDelta[] = [];
  for (const { space, keys } of touched.of("index")) {
    const wasEmpty = before.count(space) === 0;
    for (const { key, present } of keys) {
      const had = !wasEmpty && before.get(space, key) !== undefined;
      if (had === present) continue;
      // Not before: what a savepoint took back may belong to a collection that never came to be.
      const collection = find(space.collection);
      const delta = entryDelta(collection, space.index, key, present, present ? after : before);
      (present ? inserts : deletes).push(delta);
    }
  }
  const rows: RowChange[] = [];
  for (const { space, keys } of touched.of("rows")) {
    const wasEmpty = before.count(space) === 0;
    for (const { key, present } of keys) {
      const was = wasEmpty ? undefined : before.get(space, key);
      const is = present ? after.get(space, key) : undefined;
      if (was === undefined ? is !== undefined : is === undefined || !sameBytes(was, is)) {
        rows.push({ collection: find(space.collection), key, before: was, after: is });
      }
    }
  }
  return { schemas, catalog, deletes, inserts, rows };
}

function newSchemas(touched: TouchedKeys, before: StoreReader, after: StoreReader): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (const { space, keys: catalogKeys } of touched.of("catalog")) {
    for (const { key } of catalogKeys) {
      const was = before.get(space, key);
      const is = after.get(space, key);
      if (was === undefined && is === undefined) continue;
      if (was !== undefined && is !== undefined && sameBytes(was, is)) continue;
      if (was !== undefined) throw misuse("a committed catalogue entry cannot be replaced or deleted");
      keys.push(key);
    }
  }
  keys.sort(Buffer.compare);
  return keys.map((key) => new Uint8Array(after.get({ kind: "catalog" }, key) as Uint8Array));
}

/**
 * One index entry of the store as a change of the log.
 * @param rows where the row of the entry can be read
 */
export function entryDelta(
  collection: LogCollection,
  indexId: number,
  key: Uint8Array,
  insert: boolean,
  rows: StoreReader,
): IndexDelta {
  const index = collection.indexesEver.get(indexId);
  if (index === undefined) throw misuse(`"${collection.name}" has no index ${indexId}`);
  const { definition, kind } = index;
  const { valueEnd, cut } = splitIndexKey(kind, key);
  const primaryKey = canonicalOfOrdered(collection.primaryKind, key, valueEnd, key.length);
  const incomplete = cut || (kind === "float64" && isOrderedNaN(key, 0));
  const value = incomplete
    ? canonicalInRow(collection, definition.path, rows, key.subarray(valueEnd))
    : canonicalOfOrdered(kind, key, 0, valueEnd);
  const { name, unique } = definition;
  return { collection: collection.id, unique, insert, name, key: value, primaryKey };
}

/** The canonical bytes of an indexed value, from its row. */
function canonicalInRow(
  collection: LogCollection,
  path: readonly string[],
  rows: StoreReader,
  key: Uint8Array,
): Uint8Array {
  const payload = rows.get({ kind: "rows", collection: collection.id }, key);
  const found = payload === undefined ? undefined : canonicalAt(collection, path, payload);
  if (found === undefined) throw misuse(`an index entry of "${collection.name}" has no row`);
  return found;
}

/** The canonical bytes of the scalar at a path of a row; undefined when it is absent. */
export function canonicalAt(
  collection: LogCollection,
  path: readonly string[],
  payload: Uint8Array,
): Uint8Array | undefined {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const fields = collection.history.get(versionOf(payload)) ?? collection.schema.fields;
  const place = locateScalar(new PayloadReader(bytes), fields, collection.schema.primaryKey, path);
  return place === undefined ? undefined : canonicalOfTagged(bytes, place.start, place.end);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Core never writes these; a program that uses the store by itself may. */
function misuse(reason: string): ModelVaultError {
  return new ModelVaultError(
    "catalog_payload_invalid",
    `This transaction cannot be written to a vault file: ${reason}.`,
    { reason },
  );
}
