/**
 * Puts one transaction together as the bytes that are appended to the log: TxnBegin, Schema, Index, Record segments, TxnCommit. Segments
 * stay far below the limit of the format; index changes are split into as many as it takes.
 */
import type { ByteSink } from "../format/byte-sink.ts";
import { type IndexDelta, indexDeltaBytes, writeIndexPayload } from "../format/index-payload.ts";
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { MARKER_BYTES, writeMarker } from "../format/marker.ts";
import { OPERATION_OFFSET, writeDeletion } from "../format/record-head.ts";
import { writeSegmentHeader } from "../format/segment.ts";

const INDEX_SEGMENT_BYTES = 4_194_304;
const INDEX_SEGMENT_ENTRIES = 65_536;

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

  /** Index changes, in this order. */
  deltas(deltas: readonly IndexDelta[]): void {
    for (let start = 0; start < deltas.length; ) {
      let end = start;
      let bytes = 0;
      while (end < deltas.length && end - start < INDEX_SEGMENT_ENTRIES) {
        bytes += indexDeltaBytes(deltas[end] as IndexDelta);
        if (bytes > INDEX_SEGMENT_BYTES && end > start) break;
        end++;
      }
      const from = start;
      this.#segment(SEGMENT.index, () => writeIndexPayload(this.#sink, deltas, from, end));
      start = end;
    }
  }

  /** A row, as it is stored, under another operation. */
  record(payload: Uint8Array, operation: number): void {
    this.#segment(SEGMENT.record, () => {
      const at = this.#sink.length;
      this.#sink.raw(payload);
      this.#sink.bytes[at + OPERATION_OFFSET] = operation;
    });
  }

  deletion(layout: 2 | 3, collection: number, version: number, taggedKey: Uint8Array): void {
    this.#segment(SEGMENT.record, () => writeDeletion(this.#sink, layout, collection, version, taggedKey));
  }

  /** Ends the transaction. */
  commit(): void {
    this.#marker(SEGMENT.commit);
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
