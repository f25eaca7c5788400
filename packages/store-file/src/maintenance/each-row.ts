/**
 * Goes over the rows of a collection as a vault that is written anew says them: each under the last schema version, together with its index
 * entries, which are taken from the payload as it lies.
 */
import { type FieldPath, ModelVaultError } from "@modelvault/core";
import type { ByteSink } from "../format/byte-sink.ts";
import { writeCanonicalOfTagged } from "../format/canonical-writer.ts";
import type { DeltaList } from "../format/delta-list.ts";
import { indexDeltaPrefix } from "../format/index-payload.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import { KEY_OFFSET } from "../format/record-head.ts";
import { ABSENT, ScalarLocator } from "../format/scalar-locator.ts";
import type { LogCollection } from "../vault/log-catalog.ts";
import type { MemoryState } from "../vault/net-changes.ts";
import { versionAt } from "../vault/replay.ts";

/** Takes the row `bytes[start..end)`, good until the call returns. Its index entries are in the list already. */
export type RowVisitor = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * Shows every row, in the order of the keys.
 * @param inserts takes the index entries
 * @throws record_payload_invalid
 */
export function eachRow(
  rows: MemoryState,
  collection: LogCollection,
  inserts: DeltaList,
  show: RowVisitor,
): void {
  const entries = new RowEntries(collection, inserts);
  rows.visit(collection.state.rows, ({ valueBytes, valueStart, valueEnd }) => {
    if (versionAt(valueBytes, valueStart) === collection.version && valueBytes[valueStart] !== 1) {
      entries.add(valueBytes, valueStart, valueEnd);
      show(valueBytes, valueStart, valueEnd);
      return;
    }
    const payload = atLastVersion(collection, valueBytes.subarray(valueStart, valueEnd));
    entries.add(payload, 0, payload.length);
    show(payload, 0, payload.length);
  });
}

/** A row as the last schema version writes it. */
export function atLastVersion(collection: LogCollection, payload: Uint8Array): Uint8Array {
  if (versionAt(payload, 0) === collection.version && payload[0] !== 1) return payload;
  return collection.state.encode(collection.state.decoder("exact")(payload));
}

interface IndexOfRows {
  readonly prefix: Uint8Array;
  /**
   * Unique values so far; undefined for a plain index. Where two rows share one, which only a file of another writer can hold, the
   * first has it.
   */
  readonly taken: Set<string> | undefined;
}

/** Index entries of rows of the last version. */
class RowEntries {
  readonly #collection: LogCollection;
  readonly #list: DeltaList;
  readonly #indexes: readonly IndexOfRows[];
  readonly #locator: ScalarLocator;

  constructor(collection: LogCollection, list: DeltaList) {
    const { schema, numbering } = collection;
    this.#collection = collection;
    this.#list = list;
    this.#indexes = numbering.indexes.map(({ definition: { unique, name } }) => ({
      prefix: indexDeltaPrefix(collection.id, unique, true, name),
      taken: unique ? new Set<string>() : undefined,
    }));
    const paths: readonly FieldPath[] = numbering.indexes.map(({ definition }) => definition.path);
    this.#locator = new ScalarLocator(schema.fields, schema.primaryKey, paths);
  }

  add(bytes: Uint8Array, at: number, end: number): void {
    const indexes = this.#indexes;
    if (indexes.length === 0) return;
    this.#locate(bytes, at, end);
    const { starts, ends, keyEnd } = this.#locator;
    const { sink } = this.#list;
    for (let index = 0; index < indexes.length; index++) {
      const start = starts[index] as number;
      if (start === ABSENT) continue;
      const { prefix, taken } = indexes[index] as IndexOfRows;
      const entry = sink.length;
      sink.raw(prefix);
      writeCanonicalOfTagged(sink, bytes, start, ends[index] as number);
      if (taken !== undefined && !takes(taken, sink, entry + prefix.length)) {
        sink.length = entry;
        continue;
      }
      writeCanonicalOfTagged(sink, bytes, at + KEY_OFFSET, keyEnd);
      this.#list.added(entry);
    }
  }

  #locate(bytes: Uint8Array, at: number, end: number): void {
    try {
      this.#locator.locate(bytes, at, end);
    } catch (error) {
      if (!(error instanceof PayloadProblem)) throw error;
      const { name } = this.#collection;
      throw new ModelVaultError(
        "record_payload_invalid",
        `A row of "${name}" cannot be written anew: ${error.message}.`,
        { collection: name, reason: error.message },
      );
    }
  }
}

/** Notes the value that a sink ends with, as taken; false when it was already. */
function takes(taken: Set<string>, sink: ByteSink, start: number): boolean {
  const value = sink.bytes.toString("latin1", start, sink.length);
  if (taken.has(value)) return false;
  taken.add(value);
  return true;
}
