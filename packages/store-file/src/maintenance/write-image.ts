/**
 * Writes a state as a vault file of its own: header, superblocks, the catalogue with its true history in one transaction, then all rows
 * in transactions of bounded size, each with its index changes. Rows of earlier schema versions are written under the last one, so
 * that the file holds nothing an older schema could be blamed for.
 */
import type { MaintenanceProgress, StoreReader } from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { DeltaList } from "../format/delta-list.ts";
import { encodeFileHeader } from "../format/file-header.ts";
import type { IndexDelta } from "../format/index-payload.ts";
import { LOG_START } from "../format/layout.ts";
import { OP_INSERT } from "../format/record-head.ts";
import { canonicalOfOrdered } from "../format/scalar-keys.ts";
import { EMPTY_SUPERBLOCK, encodeSlot } from "../format/superblock.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import type { OpenFile } from "../port/file-port.ts";
import { canonicalAt } from "../vault/index-changes.ts";
import type { LogCatalog, LogCollection } from "../vault/log-catalog.ts";
import { versionOf } from "../vault/replay.ts";

/** Rows and bytes after which a transaction ends. */
const FRAME_ROWS_MAX = 10_000;
const FRAME_BYTES_MAX = 8_388_608;

/** What was written. */
export interface WrittenImage {
  /** Length of the file. */
  readonly bytes: number;
  /** Records by collection. */
  readonly counts: Map<number, number>;
  readonly transactions: number;
}

/** Writes all of it, unsynced. The last transaction carries the revision. */
export function writeImage(
  file: OpenFile,
  rows: StoreReader,
  catalog: LogCatalog,
  revision: number,
  onProgress?: (progress: MaintenanceProgress) => void,
): WrittenImage {
  const sink = new ByteSink();
  sink.raw(encodeFileHeader());
  sink.raw(encodeSlot({ ...EMPTY_SUPERBLOCK, generation: 1n }));
  sink.raw(encodeSlot({ ...EMPTY_SUPERBLOCK, generation: 2n }));
  let bytes = 0;
  let transactions = 0;
  const flush = (frame: FrameWriter): void => {
    frame.commit();
    transactions++;
    file.write(sink.view(), bytes);
    bytes += sink.length;
    sink.clear();
  };
  const first = new FrameWriter(sink, revision, false);
  for (const payload of catalog.payloads) first.schema(payload);
  flush(first);
  const collections = [...catalog.collections.values()];
  const total = collections.reduce((sum, { id }) => sum + rows.count({ kind: "rows", collection: id }), 0);
  let done = 0;
  const counts = new Map<number, number>();
  for (const collection of collections) {
    counts.set(collection.id, rows.count({ kind: "rows", collection: collection.id }));
    const taken = new Set<string>();
    for (const chunk of chunksOf(rows, collection)) {
      const frame = new FrameWriter(sink, revision, false);
      const list = new DeltaList();
      for (const delta of insertsOf(collection, chunk, taken)) list.add(delta);
      frame.deltas(list);
      for (const [, payload] of chunk) frame.record(payload, 0, payload.length, OP_INSERT);
      flush(frame);
      done += chunk.length;
      onProgress?.({ done, total, unit: "rows" });
    }
  }
  return { bytes: Math.max(bytes, LOG_START), counts, transactions };
}

type Chunk = (readonly [key: Uint8Array, payload: Uint8Array])[];

function* chunksOf(rows: StoreReader, collection: LogCollection): Iterable<Chunk> {
  let chunk: Chunk = [];
  let bytes = 0;
  for (const [key, payload] of rows.scan({ kind: "rows", collection: collection.id })) {
    const present = atLastVersion(collection, payload);
    chunk.push([key, present]);
    bytes += present.length;
    if (chunk.length >= FRAME_ROWS_MAX || bytes >= FRAME_BYTES_MAX) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
  }
  if (chunk.length > 0) yield chunk;
}

/** A row as the last schema version writes it. */
export function atLastVersion(collection: LogCollection, payload: Uint8Array): Uint8Array {
  if (versionOf(payload) === collection.version && payload[0] !== 1) return payload;
  return collection.state.encode(collection.state.decoder("exact")(payload));
}

/**
 * The index entries of some rows. Where two rows share a unique value, which only a file of another writer can hold, the first has it.
 * @param taken unique values so far, where a collection could share them
 */
export function insertsOf(collection: LogCollection, chunk: Chunk, taken: Set<string>): IndexDelta[] {
  const inserts: IndexDelta[] = [];
  const { indexes } = collection.numbering;
  if (indexes.length === 0) return inserts;
  for (const [key, payload] of chunk) {
    const primaryKey = canonicalOfOrdered(collection.primaryKind, key, 0, key.length);
    for (const { id, definition } of indexes) {
      const value = canonicalAt(collection, definition.path, payload);
      if (value === undefined) continue;
      const { name, unique } = definition;
      if (unique) {
        const place = `${id} ${Buffer.prototype.latin1Slice.call(value, 0, value.length)}`;
        if (taken.has(place)) continue;
        taken.add(place);
      }
      inserts.push({ collection: collection.id, unique, insert: true, name, key: value, primaryKey });
    }
  }
  return inserts;
}
