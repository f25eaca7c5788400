/**
 * Writes a state as a vault file of its own: header, superblocks, the catalogue with its true history in one transaction, then all rows
 * in transactions of bounded size, each with its index changes. Rows of earlier schema versions are written under the last one, so
 * that the file holds nothing an older schema could be blamed for.
 */
import type { MaintenanceProgress } from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { DeltaList } from "../format/delta-list.ts";
import { encodeFileHeader } from "../format/file-header.ts";
import { LOG_START } from "../format/layout.ts";
import { OP_INSERT } from "../format/record-head.ts";
import { EMPTY_SUPERBLOCK, encodeSlot } from "../format/superblock.ts";
import { FrameWriter, writeRecord } from "../log/frame-writer.ts";
import type { OpenFile } from "../port/file-port.ts";
import type { LogCatalog } from "../vault/log-catalog.ts";
import type { MemoryState } from "../vault/net-changes.ts";
import { eachRow } from "./each-row.ts";

/** Rows and bytes after which a transaction ends, so that damage to one takes little along. */
const FRAME_ROWS_MAX = 10_000;
const FRAME_BYTES_MAX = 2_097_152;

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
  rows: MemoryState,
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
    sink.length = 0;
  };
  const first = new FrameWriter(sink, revision, false);
  for (const payload of catalog.payloads) first.schema(payload);
  flush(first);
  const collections = [...catalog.collections.values()];
  const counts = new Map(collections.map(({ id, state }) => [id, rows.count(state.rows)]));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let done = 0;
  const inserts = new DeltaList();
  const records = new ByteSink();
  let inFrame = 0;
  const endFrame = (): void => {
    if (inFrame === 0) return;
    const frame = new FrameWriter(sink, revision, false);
    frame.deltas([inserts]);
    sink.copy(records.bytes, 0, records.length);
    flush(frame);
    inserts.reset();
    records.length = 0;
    done += inFrame;
    inFrame = 0;
    onProgress?.({ done, total, unit: "rows" });
  };
  for (const collection of collections) {
    eachRow(rows, collection, inserts, (row, start, end) => {
      writeRecord(records, row, start, end, OP_INSERT);
      inFrame++;
      if (inFrame >= FRAME_ROWS_MAX || records.length >= FRAME_BYTES_MAX) endFrame();
    });
  }
  endFrame();
  return { bytes: Math.max(bytes, LOG_START), counts, transactions };
}
