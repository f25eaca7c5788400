/**
 * Puts one transaction together as the bytes that are appended to the log: TxnBegin, Schema, Index, Record segments, TxnCommit. Segments
 * stay far below the limit of the format; index changes are split into as many as it takes.
 */
import type { ByteSink } from "../format/byte-sink.ts";
import { copyWithCrc32c } from "../format/crc32c.ts";
import { type DeltaList, INDEX_SEGMENT_BYTES, INDEX_SEGMENT_ENTRIES } from "../format/delta-list.ts";
import { INDEX_HEAD_BYTES, writeIndexHead } from "../format/index-payload.ts";
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { MARKER_BYTES, writeMarker } from "../format/marker.ts";
import { OPERATION_OFFSET, writeDeletion } from "../format/record-head.ts";
import { writeSegmentHeader } from "../format/segment.ts";

/** Appends the Record segment of a row, as it is stored in `bytes[start..end)`, under another operation. */
export function writeRecord(
  sink: ByteSink,
  bytes: Uint8Array,
  start: number,
  end: number,
  operation: number,
): void {
  const at = sink.take(SEGMENT_HEADER_BYTES + end - start);
  const payload = at + SEGMENT_HEADER_BYTES;
  let checksum: number | undefined = copyWithCrc32c(bytes, start, end, sink.bytes, payload);
  if (bytes[start + OPERATION_OFFSET] !== operation) {
    sink.bytes[payload + OPERATION_OFFSET] = operation;
    checksum = undefined;
  }
  writeSegmentHeader(sink.bytes, at, SEGMENT.record, end - start, checksum);
}

export class FrameWriter {
  readonly #sink: ByteSink;
  readonly #id: bigint;
  readonly #unsynced: boolean;

  /** Begins a transaction at the end of the sink. @param unsynced it is acknowledged before it is synced */
  constructor(sink: ByteSink, revision: number, unsynced: boolean) {
    this.#sink = sink;
    this.#id = BigInt(revision);
    this.#unsynced = unsynced;
    this.#marker(SEGMENT.begin);
  }

  schema(payload: Uint8Array): void {
    this.#segment(SEGMENT.schema, () => this.#sink.raw(payload));
  }

  /** Index changes, those of each list in its order, one list after another. @param between called after each segment */
  deltas(lists: readonly DeltaList[], between: () => void = () => undefined): void {
    let open = -1;
    let count = 0;
    for (const list of lists) {
      for (const piece of list.pieces()) {
        const bytes = piece.end - piece.start;
        if (
          open >= 0 &&
          (this.#sink.length - open + bytes > INDEX_SEGMENT_BYTES ||
            count + piece.count > INDEX_SEGMENT_ENTRIES)
        ) {
          this.#endDeltas(open, count);
          between();
          open = -1;
        }
        if (open < 0) {
          open = this.#sink.take(SEGMENT_HEADER_BYTES);
          writeIndexHead(this.#sink, 0);
          count = 0;
        }
        this.#sink.copy(list.sink.bytes, piece.start, piece.end);
        count += piece.count;
      }
    }
    if (open < 0) return;
    this.#endDeltas(open, count);
    between();
  }

  /** A row, as it is stored in `bytes[start..end)`, under another operation. */
  record(bytes: Uint8Array, start: number, end: number, operation: number): void {
    writeRecord(this.#sink, bytes, start, end, operation);
  }

  deletion(layout: 2 | 3, collection: number, version: number, taggedKey: Uint8Array): void {
    this.#segment(SEGMENT.record, () => writeDeletion(this.#sink, layout, collection, version, taggedKey));
  }

  /** Ends the transaction. */
  commit(): void {
    this.#marker(SEGMENT.commit);
  }

  #endDeltas(at: number, count: number): void {
    const sink = this.#sink;
    sink.bytes.writeUInt32LE(count, at + SEGMENT_HEADER_BYTES + INDEX_HEAD_BYTES - 4);
    writeSegmentHeader(sink.bytes, at, SEGMENT.index, sink.length - at - SEGMENT_HEADER_BYTES);
  }

  #marker(type: number): void {
    this.#segment(type, () => {
      const at = this.#sink.take(MARKER_BYTES);
      writeMarker(this.#sink.bytes, at, this.#id, this.#unsynced);
    });
  }

  #segment(type: number, writePayload: () => void): void {
    const sink = this.#sink;
    const at = sink.take(SEGMENT_HEADER_BYTES);
    writePayload();
    writeSegmentHeader(sink.bytes, at, type, sink.length - at - SEGMENT_HEADER_BYTES);
  }
}
