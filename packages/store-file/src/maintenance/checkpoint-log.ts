/**
 * Checkpoints: the whole state in one segment, which the superblock then points at. The next open loads it and replays what follows. The
 * format allows 64 MiB and about a million rows in one; what is larger is refused before a byte is written, for upstream could
 * never open the file again.
 */
import { ModelVaultError } from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { DeltaList } from "../format/delta-list.ts";
import { INDEX_HEAD_BYTES, writeIndexHead } from "../format/index-payload.ts";
import { ENTRIES_MAX, PAYLOAD_BYTES_MAX, SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { writeSegmentHeader } from "../format/segment.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import { type Image, liveRows } from "../vault/image.ts";
import type { LogFile } from "../vault/log-file.ts";
import { eachRow } from "./each-row.ts";

/** Appends a checkpoint of the image and publishes it. @throws checkpoint_too_large, store_io, store_full, store_poisoned */
export function checkpointLog(log: LogFile, image: Image): void {
  log.refusePoisoned();
  const offset = log.end;
  // What is never written to costs no memory.
  const sink = new ByteSink(Math.min(offset, PAYLOAD_BYTES_MAX));
  sink.take(SEGMENT_HEADER_BYTES);
  const payloadBytes = writePayload(log.path, image, sink, offset);
  writeSegmentHeader(sink.bytes, 0, SEGMENT.checkpoint, payloadBytes);
  const replayFrom = offset + sink.length;
  // An empty transaction of ours behind it keeps the revision, which a checkpoint cannot say. It is written together with the checkpoint
  // and marked so: one found behind a torn checkpoint is no sign of damage in the middle of the log.
  new FrameWriter(sink, image.store.revision(), true).commit();
  log.append(sink.view());
  log.sync();
  log.publish({ checkpointOffset: offset, checkpointBytes: payloadBytes });
  log.checkpointEnd = replayFrom;
}

function writePayload(path: string, image: Image, sink: ByteSink, logEnd: number): number {
  const start = sink.length;
  const inserts = new DeltaList();
  const refuse = (what: string, size: number, max: number): never => {
    throw new ModelVaultError(
      "checkpoint_too_large",
      `A checkpoint of "${path}" would hold ${size} ${what}; the file format allows ${max}. compact() makes opening cheap as well.`,
      { path, what, size, max },
    );
  };
  const checkSize = (): void => {
    const bytes = sink.length - start + inserts.sink.length;
    if (bytes > PAYLOAD_BYTES_MAX) refuse("bytes or more", bytes, PAYLOAD_BYTES_MAX);
  };
  sink.u16(0);
  const replayFrom = sink.take(8);
  const { payloads, collections } = image.catalog;
  sink.u32(payloads.length);
  for (const payload of payloads) sink.prefixed(payload);
  const rows = liveRows(image);
  if (rows > ENTRIES_MAX) refuse("rows", rows, ENTRIES_MAX);
  sink.u32(rows);
  for (const collection of collections.values()) {
    eachRow(image.store, collection, inserts, (row, from, to) => {
      sink.u32(to - from);
      sink.copy(row, from, to);
      checkSize();
    });
  }
  if (inserts.count > ENTRIES_MAX) refuse("index entries", inserts.count, ENTRIES_MAX);
  sink.u32(INDEX_HEAD_BYTES + inserts.sink.length);
  writeIndexHead(sink, inserts.count);
  sink.copy(inserts.sink.bytes, 0, inserts.sink.length);
  checkSize();
  // The segment begins the sink, and the sink goes to the end of the log.
  sink.bytes.writeBigUInt64LE(BigInt(logEnd + sink.length), replayFrom);
  return sink.length - start;
}
