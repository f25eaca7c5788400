/**
 * From committed records to rows. Records are taken in the order of the log, each under the schema version it was written with;
 * only the last state of a row is kept, so what older versions of it would say about the present schema never matters.
 */
import {
  type EntryFiller,
  type Field,
  type Keyspace,
  type MemoryStore,
  ModelVaultError,
  type Row,
  type StoreTransaction,
  type Value,
} from "@modelvault/core";
import { SEGMENT, segmentName } from "../format/layout.ts";
import { NO_SCALAR, OrderedKey } from "../format/ordered-key.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import {
  KEY_OFFSET,
  OP_DELETE,
  OP_INSERT,
  OPERATION_OFFSET,
  type RecordHead,
  readRecordHead,
} from "../format/record-head.ts";
import type { LogCatalog, LogCollection } from "./log-catalog.ts";

/** Records in the log by collection id, deletions included. */
export type RecordCounts = Map<number, number>;

/** Rows that are being filled: a transaction, best one that can take entries where they lie. */
export type ReplayTarget = StoreTransaction & Partial<Pick<ReturnType<MemoryStore["begin"]>, "filler">>;

/** What replay needs of a collection, at hand for the next record of it. */
interface CollectionReplay {
  readonly collection: LogCollection;
  readonly rows: Keyspace;
  readonly filler: EntryFiller | undefined;
  records: number;
}

/** Applies records to the rows of a store that is being filled. */
export class RowReplay {
  readonly #catalog: LogCatalog;
  readonly #rows: ReplayTarget;
  readonly #path: string;
  readonly #collections = new Map<number, CollectionReplay>();
  readonly #key = new OrderedKey();
  #last: CollectionReplay | undefined;

  constructor(catalog: LogCatalog, rows: ReplayTarget, path: string) {
    this.#catalog = catalog;
    this.#rows = rows;
    this.#path = path;
  }

  /** Adds the records applied so far to `counts`. */
  countInto(counts: RecordCounts): void {
    for (const [id, { records }] of this.#collections) counts.set(id, (counts.get(id) ?? 0) + records);
  }

  /**
   * Applies the payload `bytes[at..end)`, which stands at `offset` of the file. Its operation byte becomes the one that stored rows have; the bytes are not kept.
   * @throws record_payload_invalid
   */
  apply(bytes: Buffer, at: number, end: number, offset: number): void {
    if (this.#applyUsual(bytes, at, end)) return;
    const head = this.#read(bytes, at, end, offset);
    const replay = this.#collection(head.collection, offset);
    const { collection, rows } = replay;
    if (head.version > collection.version)
      throw this.#invalid(
        `it has version ${head.version} of "${collection.name}", the last is ${collection.version}`,
        offset,
      );
    replay.records++;
    this.#last = replay;
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

  /** A row of the last version, of the same collection as the record before: nearly all of them. False when it is not one. */
  #applyUsual(bytes: Buffer, at: number, end: number): boolean {
    const last = this.#last;
    const filler = last?.filler;
    if (last === undefined || filler === undefined || end - at < KEY_OFFSET) return false;
    const { id, version } = last.collection;
    const layout = bytes[at] as number;
    if (layout < 1 || layout > 3 || bytes[at + 1] !== 0) return false;
    if (u32(bytes, at + 2) !== id || u32(bytes, at + 6) !== version) return false;
    if (bytes[at + OPERATION_OFFSET] === OP_DELETE) return false;
    const key = this.#key;
    key.clear();
    if (key.add(bytes, at + KEY_OFFSET, end) === NO_SCALAR) return false;
    bytes[at + OPERATION_OFFSET] = OP_INSERT;
    last.records++;
    filler.put(key.bytes, 0, key.length, bytes, at, end);
    return true;
  }

  #collection(id: number, offset: number): CollectionReplay {
    const known = this.#collections.get(id);
    if (known !== undefined) return known;
    const collection = this.#catalog.collections.get(id);
    if (collection === undefined) throw this.#invalid(`there is no collection ${id}`, offset);
    if (collection.schema.primaryKey === "")
      throw this.#invalid(`the collection "${collection.name}" has no primary key`, offset);
    const rows: Keyspace = { kind: "rows", collection: id };
    const replay: CollectionReplay = { collection, rows, filler: this.#rows.filler?.(rows), records: 0 };
    this.#collections.set(id, replay);
    return replay;
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
  return versionAt(payload, 0);
}

/** Schema version of the stored payload at a position. */
export function versionAt(bytes: Uint8Array, at: number): number {
  return u32(bytes, at + 6);
}

function u32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
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
