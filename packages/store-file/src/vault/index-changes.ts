/**
 * Index entries of the store as index changes of the log. They are not translated blindly: the log identifies an index by name, spells
 * keys in another form than the store, and cannot say where a text was cut; what the key does not hold is read from the row.
 */
import {
  type EntryPlace,
  type FieldPath,
  type IndexState,
  ModelVaultError,
  type StoreReader,
  splitIndexKey,
} from "@modelvault/core";
import { INCOMPLETE, writeCanonical } from "../format/canonical-writer.ts";
import type { DeltaList } from "../format/delta-list.ts";
import { type IndexDelta, indexDeltaPrefix } from "../format/index-payload.ts";
import { canonicalOfOrdered, canonicalOfTagged, isOrderedNaN } from "../format/scalar-keys.ts";
import { ABSENT, ScalarLocator } from "../format/scalar-locator.ts";
import type { LogCollection } from "./log-catalog.ts";
import { versionOf } from "./replay.ts";

/** Appends entries of one index, all inserted or all deleted, to a list. */
export class IndexChangeWriter {
  readonly #list: DeltaList;
  readonly #collection: LogCollection;
  readonly #indexId: number;
  readonly #insert: boolean;
  readonly #rows: StoreReader;
  readonly #index: IndexState;
  readonly #prefix: Uint8Array;

  /** @param rows where the rows of the entries can be read */
  constructor(
    list: DeltaList,
    collection: LogCollection,
    indexId: number,
    insert: boolean,
    rows: StoreReader,
  ) {
    this.#list = list;
    this.#collection = collection;
    this.#indexId = indexId;
    this.#insert = insert;
    this.#rows = rows;
    this.#index = indexOf(collection, indexId);
    const { name, unique } = this.#index.definition;
    this.#prefix = indexDeltaPrefix(collection.id, unique, insert, name);
  }

  write({ keyBytes, keyStart, keyEnd }: EntryPlace): void {
    const { sink } = this.#list;
    const start = sink.length;
    sink.raw(this.#prefix);
    let end = writeCanonical(sink, this.#index.kind, keyBytes, keyStart, keyEnd);
    if (end !== INCOMPLETE) end = writeCanonical(sink, this.#collection.primaryKind, keyBytes, end, keyEnd);
    if (end === keyEnd) {
      this.#list.added(start);
      return;
    }
    sink.length = start;
    const key = keyBytes.subarray(keyStart, keyEnd);
    this.#list.add(entryDelta(this.#collection, this.#indexId, key, this.#insert, this.#rows));
  }
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
  const { definition, kind } = indexOf(collection, indexId);
  const { valueEnd, cut } = splitIndexKey(kind, key);
  const primaryKey = canonicalOfOrdered(collection.primaryKind, key, valueEnd, key.length);
  const incomplete = cut || (kind === "float64" && isOrderedNaN(key, 0));
  const value = incomplete
    ? canonicalInRow(collection, definition.path, rows, key.subarray(valueEnd))
    : canonicalOfOrdered(kind, key, 0, valueEnd);
  const { name, unique } = definition;
  return { collection: collection.id, unique, insert, name, key: value, primaryKey };
}

function indexOf(collection: LogCollection, indexId: number): IndexState {
  const index = collection.indexesEver.get(indexId);
  if (index === undefined) throw misuse(`"${collection.name}" has no index ${indexId}`);
  return index;
}

/** The canonical bytes of an indexed value, from its row. */
function canonicalInRow(
  collection: LogCollection,
  path: FieldPath,
  rows: StoreReader,
  key: Uint8Array,
): Uint8Array {
  const payload = rows.get({ kind: "rows", collection: collection.id }, key);
  if (payload !== undefined) {
    const fields = collection.history.get(versionOf(payload)) ?? collection.schema.fields;
    const locator = new ScalarLocator(fields, collection.schema.primaryKey, [path]);
    locator.locate(payload, 0, payload.length);
    const [start, end] = [locator.starts[0] as number, locator.ends[0] as number];
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (start !== ABSENT) return canonicalOfTagged(bytes, start, end);
  }
  throw misuse(`an index entry of "${collection.name}" has no row`);
}

/** Core never writes what this refuses; a program that uses the store by itself may. */
export function misuse(reason: string): ModelVaultError {
  return new ModelVaultError(
    "catalog_payload_invalid",
    `This transaction cannot be written to a vault file: ${reason}.`,
    { reason },
  );
}
