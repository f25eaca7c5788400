/**
 * From committed records to rows. Records are taken in the order of the log, each under the schema version it was written with;
 * only the last state of a row is kept, so what older versions of it would say about the present schema never matters.
 */
import { type Field, ModelVaultError, type Row, type StoreTransaction, type Value } from "@modelvault/core";
import { SEGMENT, segmentName } from "../format/layout.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import { OP_INSERT, OPERATION_OFFSET, type RecordHead, readRecordHead } from "../format/record-head.ts";
import type { LogCatalog, LogCollection } from "./log-catalog.ts";

/** Records in the log by collection id, deletions included. */
export type RecordCounts = Map<number, number>;

/** Applies records to the rows of a store that is being filled. */
export class RowReplay {
  readonly #catalog: LogCatalog;
  readonly #rows: StoreTransaction;
  readonly #path: string;
  readonly #counts: RecordCounts;

  constructor(catalog: LogCatalog, rows: StoreTransaction, path: string, counts: RecordCounts) {
    this.#catalog = catalog;
    this.#rows = rows;
    this.#path = path;
    this.#counts = counts;
  }

  /**
   * Applies the payload `bytes[at..end)`, which stands at `offset` of the file. Its operation byte becomes the one that stored rows have; the bytes are not kept.
   * @throws record_payload_invalid
   */
  apply(bytes: Buffer, at: number, end: number, offset: number): void {
    const head = this.#read(bytes, at, end, offset);
    const collection = this.#catalog.collections.get(head.collection);
    if (collection === undefined) throw this.#invalid(`there is no collection ${head.collection}`, offset);
    if (collection.schema.primaryKey === "")
      throw this.#invalid(`the collection "${collection.name}" has no primary key`, offset);
    if (head.version > collection.version)
      throw this.#invalid(
        `it has version ${head.version} of "${collection.name}", the last is ${collection.version}`,
        offset,
      );
    this.#counts.set(collection.id, (this.#counts.get(collection.id) ?? 0) + 1);
    const rows = { kind: "rows", collection: collection.id } as const;
    if (head.deletes) {
      this.#rows.delete(rows, head.key);
      return;
    }
    bytes[at + OPERATION_OFFSET] = OP_INSERT;
    const payload = bytes.subarray(at, end);
    if (head.version < collection.version) {
      const earlier = this.#rows.get(rows, head.key);
      if (earlier !== undefined && versionOf(earlier) > head.version) {
        this.#rows.put(rows, head.key, mergeOlder(collection, earlier, payload, head.version));
        return;
      }
    }
    this.#rows.put(rows, head.key, payload);
  }

  #read(bytes: Buffer, at: number, end: number, offset: number): RecordHead {
    try {
      return readRecordHead(bytes, at, end);
    } catch (error) {
      if (error instanceof PayloadProblem) throw this.#invalid(error.message, offset + error.offset);
      throw error;
    }
  }

  #invalid(reason: string, offset: number): ModelVaultError {
    return new ModelVaultError(
      "record_payload_invalid",
      `A record of "${this.#path}" at offset ${offset} cannot be used: ${reason}.`,
      { path: this.#path, offset, segment: segmentName(SEGMENT.record), reason },
    );
  }
}

/** Schema version of a stored payload. */
export function versionOf(payload: Uint8Array): number {
  return new DataView(payload.buffer, payload.byteOffset, payload.byteLength).getUint32(6, true);
}

/**
 * A record of an older version that follows one of a newer version: it replaces the fields it knows and leaves the later ones as they are.
 */
function mergeOlder(
  collection: LogCollection,
  earlier: Uint8Array,
  later: Uint8Array,
  version: number,
): Uint8Array {
  const decode = collection.state.decoder("exact");
  const known = new Set(
    (collection.history.get(version) ?? []).map((field: Field) => field.path[0] as string),
  );
  const merged: Record<string, Value> = { ...decode(earlier) };
  for (const [name, value] of Object.entries(decode(later) as Row)) if (known.has(name)) merged[name] = value;
  return collection.state.encode(merged);
}
