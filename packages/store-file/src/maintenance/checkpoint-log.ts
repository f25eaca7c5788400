/**
 * Checkpoints: the whole state in one segment, which the superblock then points at. The next open loads it and replays what follows. The
 * format allows 64 MiB and about a million rows in one; what is larger is refused before a byte is written, for upstream could
 * never open the file again.
 */
import { ModelVaultError } from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { writeIndexPayload } from "../format/index-payload.ts";
import { ENTRIES_MAX, PAYLOAD_BYTES_MAX, SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { writeSegmentHeader } from "../format/segment.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import { type Image, liveRows } from "../vault/image.ts";
import type { LogFile } from "../vault/log-file.ts";
import { atLastVersion, insertsOf } from "./write-image.ts";

/** Appends a checkpoint of the image and publishes it. @throws checkpoint_too_large, store_io, store_full, store_poisoned */
export function checkpointLog(log: LogFile, image: Image): void {
  log.refusePoisoned();
  const offset = log.end;
  const sink = new ByteSink();
  sink.take(SEGMENT_HEADER_BYTES);
  const payloadBytes = writePayload(log.path, image, sink, offset);
  writeSegmentHeader(sink.bytes, 0, SEGMENT.checkpoint, payloadBytes);
  sink.bytes.writeBigUInt64LE(BigInt(offset + sink.length), SEGMENT_HEADER_BYTES + 2);
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

function writePayload(path: string, image: Image, sink: ByteSink, offset: number): number {
  const start = sink.length;
  const refuse = (what: string, is: number, max: number): never => {
    throw new ModelVaultError(
      "checkpoint_too_large",
      `A checkpoint of "${path}" would hold ${is} ${what}; the file format allows ${max}. compact() makes opening cheap as well.`,
      { path, what, is, max },
    );
  };
  const checkSize = (): void => {
    if (sink.length - start > PAYLOAD_BYTES_MAX)
      refuse("bytes or more", sink.length - start, PAYLOAD_BYTES_MAX);
  };
  sink.u16(0);
  const replayFrom = sink.take(8);
  sink.bytes.writeBigUInt64LE(BigInt(offset), replayFrom);
  const { payloads, collections } = image.catalog;
  sink.u32(payloads.length);
  for (const payload of payloads) sink.prefixed(payload);
  const rows = liveRows(image);
  if (rows > ENTRIES_MAX) refuse("rows", rows, ENTRIES_MAX);
  sink.u32(rows);
  const deltas = [];
  for (const collection of collections.values()) {
    const taken = new Set<string>();
    for (const [key, payload] of image.store.scan({ kind: "rows", collection: collection.id })) {
      sink.prefixed(atLastVersion(collection, payload));
      deltas.push(...insertsOf(collection, [[key, payload]], taken));
      checkSize();
    }
  }
  if (deltas.length > ENTRIES_MAX) refuse("index entries", deltas.length, ENTRIES_MAX);
  const length = sink.take(4);
  const indexStart = sink.length;
  writeIndexPayload(sink, deltas);
  sink.bytes.writeUInt32LE(sink.length - indexStart, length);
  checkSize();
  return sink.length - start;
}
