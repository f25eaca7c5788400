/**
 * Walks the log from a segment boundary to its end: checks every header and checksum, sorts out which transactions are
 * committed, and says where and how the log stops being readable. Remembers places, not bytes.
 *
 * A transaction is TxnBegin, data segments (Schema, Index, Record), TxnCommit with the same id. Data segments before the first marker
 * of a log are committed as they are: engines before format minor 6 wrote no markers. Manifest, Checkpoint and Temp may stand anywhere.
 *
 * A Temp segment that the log ends with is room for coming commits; the log ends before it.
 *
 * More is forgiven than upstream forgives, where nothing committed is lost: a transaction that was begun and never committed is dropped
 * when another begins, and a damaged manifest is passed over, for its content follows from its place.
 */
import { crc32c } from "../format/crc32c.ts";
import { SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { MARKER_BYTES, type Marker, readMarker } from "../format/marker.ts";
import { header, readSegmentHeader } from "../format/segment.ts";
import type { FileWindow } from "./file-window.ts";
import { Positions } from "./positions.ts";

/** Why the log cannot be read on. */
export type DamageReason =
  | "short"
  | "magic"
  | "version"
  | "type"
  | "length"
  | "checksum"
  | "past_end"
  | "payload_checksum"
  | "marker"
  | "orphan_commit"
  | "id_mismatch"
  | "unframed"
  | "uncommitted";

export interface Damage {
  readonly offset: number;
  /** Type of the segment there, 0 where its header cannot be read. */
  readonly type: number;
  readonly reason: DamageReason;
  /** Where the next intact segment could begin. */
  readonly resumeAt: number;
}

/** Committed data and what else was seen. Grows with every {@link scanLog} on it. */
export class LogContents {
  readonly schemas: Positions = new Positions();
  readonly indexes: Positions = new Positions();
  readonly records: Positions = new Positions();
  readonly checkpoints: Positions = new Positions();
  /** Places of manifests whose payload is damaged. */
  readonly badManifests: Positions = new Positions();
  /** Transactions that were begun and never committed, with others behind them. */
  readonly abandoned: Positions = new Positions();
  transactions = 0;
  markersSeen = false;
  /** Revision after the last commit: the id of our last transaction, and one more for every foreign one behind it. */
  revision = 0;
  /** Whether the last committed data came from us; true for an empty log. */
  ownLast = true;
  /** End of the last segment outside of any transaction, but for Temp, or of the last commit: where the next one goes. */
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  /** Passes over the beginning of a log, for a checkpoint holds what it says. */
  startBehindCheckpoint(offset: number, end: number): void {
    this.checkpoints.push(offset, end - offset - SEGMENT_HEADER_BYTES);
    this.markersSeen = true;
    this.end = end;
  }
}

/** Whether a transaction of ours without changes stands at an offset. */
export function beginsOwnTransaction(window: FileWindow, offset: number): boolean {
  const begin = markerAt(window, offset, SEGMENT.begin);
  if (begin === undefined || !begin.own) return false;
  return markerAt(window, offset + SEGMENT_HEADER_BYTES + MARKER_BYTES, SEGMENT.commit)?.id === begin.id;
}

function markerAt(window: FileWindow, offset: number, type: number): Marker | undefined {
  const at = window.locate(offset, SEGMENT_HEADER_BYTES + MARKER_BYTES);
  if (at < 0 || readSegmentHeader(window.bytes, at) !== undefined || header.type !== type) return undefined;
  return readMarker(window.bytes, at + SEGMENT_HEADER_BYTES, header.payloadBytes);
}

/** The transaction that is being read. */
interface Open {
  readonly offset: number;
  readonly marker: Marker;
  readonly schemas: number;
  readonly indexes: number;
  readonly records: number;
}

/** Reads on from `contents.end`; undefined when the log is whole up to the end of the file. */
export function scanLog(window: FileWindow, contents: LogContents): Damage | undefined {
  let open: Open | undefined;
  let at = contents.end;
  const stop = (damage: Damage): Damage => {
    if (open !== undefined) rollBack(contents, open);
    return damage;
  };
  while (at < window.length) {
    const start = at;
    const headerAt = window.locate(at, SEGMENT_HEADER_BYTES);
    if (headerAt < 0) return stop({ offset: at, type: 0, reason: "short", resumeAt: window.length });
    const problem = readSegmentHeader(window.bytes, headerAt);
    if (problem !== undefined) return stop({ offset: at, type: 0, reason: problem, resumeAt: at + 1 });
    const { type, payloadBytes, payloadCrc } = header;
    const payload = at + SEGMENT_HEADER_BYTES;
    const end = payload + payloadBytes;
    const payloadAt = window.locate(payload, payloadBytes);
    if (payloadAt < 0) return stop({ offset: at, type, reason: "past_end", resumeAt: window.length });
    at = end;
    if (type !== SEGMENT.checkpoint && type !== SEGMENT.temp) {
      if (crc32c(window.bytes, payloadAt, payloadAt + payloadBytes) !== payloadCrc) {
        if (type !== SEGMENT.manifest)
          return stop({ offset: start, type, reason: "payload_checksum", resumeAt: end });
        contents.badManifests.push(start, payloadBytes);
      }
    }
    switch (type) {
      case SEGMENT.begin:
      case SEGMENT.commit:
      case SEGMENT.abort: {
        const marker = readMarker(window.bytes, payloadAt, payloadBytes);
        if (marker === undefined) return stop({ offset: start, type, reason: "marker", resumeAt: end });
        contents.markersSeen = true;
        if (type === SEGMENT.begin) {
          if (open !== undefined) {
            contents.abandoned.push(open.offset, start - open.offset);
            rollBack(contents, open);
          }
          open = beginAt(contents, start, marker);
          continue;
        }
        if (type === SEGMENT.abort) {
          if (open !== undefined) rollBack(contents, open);
        } else {
          if (open === undefined)
            return stop({ offset: start, type, reason: "orphan_commit", resumeAt: end });
          if (open.marker.id !== marker.id)
            return stop({ offset: open.offset, type, reason: "id_mismatch", resumeAt: end });
          commit(contents, open);
        }
        open = undefined;
        break;
      }
      case SEGMENT.schema:
      case SEGMENT.index:
      case SEGMENT.record:
        if (open === undefined && contents.markersSeen)
          return stop({ offset: start, type, reason: "unframed", resumeAt: end });
        if (open === undefined) contents.ownLast = false;
        placesOf(contents, type).push(payload, payloadBytes);
        break;
      case SEGMENT.checkpoint:
        contents.checkpoints.push(start, payloadBytes);
        break;
      case SEGMENT.temp:
        continue;
    }
    if (open === undefined) contents.end = end;
  }
  if (open === undefined) return undefined;
  return stop({ offset: open.offset, type: SEGMENT.begin, reason: "uncommitted", resumeAt: window.length });
}

function placesOf(contents: LogContents, type: number): Positions {
  if (type === SEGMENT.schema) return contents.schemas;
  return type === SEGMENT.index ? contents.indexes : contents.records;
}

function beginAt(contents: LogContents, offset: number, marker: Marker): Open {
  const { schemas, indexes, records } = contents;
  return { offset, marker, schemas: schemas.length, indexes: indexes.length, records: records.length };
}

function rollBack(contents: LogContents, open: Open): void {
  contents.schemas.cut(open.schemas);
  contents.indexes.cut(open.indexes);
  contents.records.cut(open.records);
}

function commit(contents: LogContents, { marker }: Open): void {
  contents.transactions++;
  contents.ownLast = marker.own;
  const id = marker.own && marker.id <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(marker.id) : -1;
  contents.revision = id < 0 ? contents.revision + 1 : Math.max(contents.revision, id);
}
