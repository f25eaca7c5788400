/**
 * Looks behind the place where a log stops being readable, for segments that are intact all the same. What is found there
 * decides: nothing committed means a torn tail, which is cut; a committed transaction means damage in the middle, which is not.
 *
 * A tail that was written by one unsynced write may have lost any of its pages, so a torn transaction can end in a sound
 * TxnCommit; only a transaction that *begins* behind the damage counts. Transactions of ours that were not synced on
 * their own may be torn several at once, and are told by their markers.
 */
import { crc32c } from "../format/crc32c.ts";
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { type Marker, readMarker } from "../format/marker.ts";
import { header, readSegmentHeader, SEGMENT_MAGIC } from "../format/segment.ts";
import type { FileWindow } from "./file-window.ts";

const STEP_BYTES = 1_048_576;

/** What is intact behind a damaged place. */
export interface Beyond {
  /** Offset of the first intact segment; undefined when there is none. */
  readonly nextSegment: number | undefined;
  /** Whole committed transactions. */
  readonly transactions: number;
  /** Those that a loss of power cannot explain: not ours, or synced on their own. */
  readonly syncedTransactions: number;
  /** Data segments outside of transactions, as old engines wrote them. */
  readonly unframed: number;
  /** Transaction markers of any kind. */
  readonly markers: number;
}

/** Offset of the next segment with a sound header and payload, from `from` on; -1 when there is none. */
export function findSegment(window: FileWindow, from: number): number {
  let position = from;
  while (position + SEGMENT_HEADER_BYTES <= window.length) {
    const count = Math.min(STEP_BYTES, window.length - position);
    const start = window.locate(position, count);
    if (start < 0) return -1;
    const found = window.bytes.subarray(start, start + count).indexOf(SEGMENT_MAGIC);
    if (found < 0) {
      position += Math.max(1, count - SEGMENT_MAGIC.length + 1);
      continue;
    }
    position += found;
    if (segmentEnd(window, position) >= 0) return position;
    position++;
  }
  return -1;
}

/** End of the segment at a position, its type left in `header`; -1 when it is not intact. */
export function segmentEnd(window: FileWindow, position: number): number {
  const at = window.locate(position, SEGMENT_HEADER_BYTES);
  if (at < 0 || readSegmentHeader(window.bytes, at) !== undefined) return -1;
  const { type, payloadBytes, payloadCrc } = header;
  const payloadAt = window.locate(position + SEGMENT_HEADER_BYTES, payloadBytes);
  if (payloadAt < 0) return -1;
  const checked = type !== SEGMENT.temp;
  if (checked && crc32c(window.bytes, payloadAt, payloadAt + payloadBytes) !== payloadCrc) return -1;
  return position + SEGMENT_HEADER_BYTES + payloadBytes;
}

export function lookBeyond(window: FileWindow, from: number): Beyond {
  let nextSegment: number | undefined;
  let transactions = 0;
  let syncedTransactions = 0;
  let unframed = 0;
  let markers = 0;
  let open: Marker | undefined;
  let expected = -1;
  for (let at = findSegment(window, from); at >= 0; at = findSegment(window, expected)) {
    nextSegment ??= at;
    if (at !== expected) open = undefined;
    expected = segmentEnd(window, at);
    const { type, payloadBytes } = header;
    if (type === SEGMENT.begin || type === SEGMENT.commit) {
      markers++;
      const markerAt = window.locate(at + SEGMENT_HEADER_BYTES, payloadBytes);
      const marker = readMarker(window.bytes, markerAt, payloadBytes);
      if (type === SEGMENT.commit && open !== undefined && marker?.id === open.id) {
        transactions++;
        if (!open.unsynced) syncedTransactions++;
      }
      open = type === SEGMENT.begin ? marker : undefined;
    } else if (
      open === undefined &&
      (type === SEGMENT.schema || type === SEGMENT.record || type === SEGMENT.index)
    ) {
      unframed++;
    }
  }
  return { nextSegment, transactions, syncedTransactions, unframed, markers };
}
