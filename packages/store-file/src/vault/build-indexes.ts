/**
 * Makes the entries of indexes from the rows of their collection: one pass over the rows, which takes the indexed values as they lie in
 * the payloads, then each index sorted and filled. What is unusual (a row of an earlier version, a long text) is decoded.
 */
import {
  encodeIndexKey,
  INDEX_VALUE_BYTES_MAX,
  type IndexState,
  type MemoryStore,
  type Row,
  valueAt,
} from "@modelvault/core";
import { OrderedKey } from "../format/ordered-key.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import { kindOfTag } from "../format/scalar-keys.ts";
import { ABSENT, ScalarLocator } from "../format/scalar-locator.ts";
import { KeyList } from "./key-list.ts";
import type { LogCollection } from "./log-catalog.ts";
import { versionAt } from "./replay.ts";

/** Bytes before the content of a tagged text. */
const TEXT_HEAD_BYTES = 5;

/** @throws record_payload_invalid; nothing was changed then */
export function buildIndexes(
  store: MemoryStore,
  collection: LogCollection,
  indexes: readonly IndexState[],
): void {
  const lists = indexes.map(() => new KeyList());
  gather(store, collection, indexes, lists);
  const transaction = store.begin();
  try {
    for (const [at, { space }] of indexes.entries()) (lists[at] as KeyList).fill(transaction.filler(space));
    // The state is the same as before, and so is its revision.
    transaction.commit(store.revision());
  } catch (error) {
    transaction.abort();
    throw error;
  }
}

function gather(
  store: MemoryStore,
  { state, schema, version }: LogCollection,
  indexes: readonly IndexState[],
  lists: readonly KeyList[],
): void {
  const paths = indexes.map(({ definition }) => definition.path);
  const locator = new ScalarLocator(schema.fields, schema.primaryKey, paths);
  const key = new OrderedKey();
  const decode = state.decoder("exact", paths);
  store.visit(state.rows, ({ keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd }) => {
    const located =
      versionAt(valueBytes, valueStart) === version && tryLocate(locator, valueBytes, valueStart, valueEnd);
    let row: Row | undefined;
    for (let at = 0; at < indexes.length; at++) {
      const { kind, definition } = indexes[at] as IndexState;
      const list = lists[at] as KeyList;
      const start = locator.starts[at] as number;
      const end = locator.ends[at] as number;
      if (located && start === ABSENT) continue;
      const text = kind === "string" || kind === "bytes";
      if (
        located &&
        kindOfTag(valueBytes[start] as number) === kind &&
        !(text && end - start - TEXT_HEAD_BYTES > INDEX_VALUE_BYTES_MAX)
      ) {
        key.clear();
        key.add(valueBytes, start, end);
        key.addRaw(keyBytes, keyStart, keyEnd);
        list.add(key.bytes, key.length);
        continue;
      }
      row ??= decode(valueBytes.subarray(valueStart, valueEnd));
      const value = valueAt(row, definition.path);
      if (value === null) continue;
      const entry = encodeIndexKey(kind, value, keyBytes.subarray(keyStart, keyEnd));
      list.add(entry, entry.length);
    }
  });
}

/** False when the payload is not made up as its fields say: then decoding it says so. */
function tryLocate(locator: ScalarLocator, bytes: Uint8Array, at: number, end: number): boolean {
  try {
    locator.locate(bytes, at, end);
    return true;
  } catch (error) {
    if (error instanceof PayloadProblem) return false;
    throw error;
  }
}
