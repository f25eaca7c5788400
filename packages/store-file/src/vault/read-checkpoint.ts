/**
 * Checkpoints as a starting point for replay, and the places in a log that a superblock points at. A checkpoint is the whole state in one
 * segment:
 *
 *     u16 version 0 | u64 offset from which to replay | u32 count | catalog payloads | u32 count | record payloads | index payload
 *
 * Each payload inside is `u32` length and bytes. The replay offset is the end of the checkpoint's own segment, or behind. It is read
 * through the window, piece by piece, and only its catalogue is kept.
 */
import { ModelVaultError } from "@modelvault/core";
import { crc32c } from "../format/crc32c.ts";
import { ENTRIES_MAX, LOG_START, SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { PayloadProblem } from "../format/payload-reader.ts";
import { header, readSegmentHeader } from "../format/segment.ts";
import type { Superblock } from "../format/superblock.ts";
import type { FileWindow } from "../log/file-window.ts";
import type { Positions } from "../log/positions.ts";
import type { LogContents } from "../log/scan.ts";

/** The checkpoint that a state was loaded from. Its checksum is right. */
export interface LoadedCheckpoint {
  readonly offset: number;
  /** What stands before this offset of the log is in the checkpoint. */
  readonly replayFrom: number;
  readonly catalog: readonly Buffer[];
  /** How many rows it holds, and the offset of the length of the first. */
  readonly records: number;
  readonly recordsAt: number;
  /** End of its segment. */
  readonly end: number;
}

/** Calls for one record payload, `bytes[at..end)`, which stands at `offset` of the file. It may change the bytes, but not keep them. */
export type RecordVisitor = (bytes: Buffer, at: number, end: number, offset: number) => void;

const PIECE_BYTES = 1_048_576;

/**
 * Loads the checkpoint a superblock points at. One that cannot be used is passed over when the log holds what it held.
 * @throws checkpoint_invalid when it does not, and in strict mode
 */
export function loadCheckpoint(
  path: string,
  window: FileWindow,
  contents: LogContents,
  superblock: Superblock,
  strict: boolean,
): { readonly checkpoint?: LoadedCheckpoint; readonly ignored?: string } {
  const { checkpointOffset: offset, checkpointBytes } = superblock;
  if (offset === 0 || checkpointBytes === 0) return {};
  const loaded = readCheckpoint(window, contents, offset);
  if (typeof loaded !== "string") return { checkpoint: loaded };
  refuseToIgnore(path, contents, offset, loaded, strict);
  return { ignored: loaded };
}

/** @throws checkpoint_invalid unless the log holds what a checkpoint held that cannot be used */
export function refuseToIgnore(
  path: string,
  contents: LogContents,
  offset: number,
  reason: string,
  strict: boolean,
): void {
  // Whoever writes a checkpoint has written before it what it holds, unless the file began with it.
  const held = contents.schemas.length > 0 && contents.schemas.offset(0) < offset;
  if (!strict && held) return;
  throw new ModelVaultError(
    "checkpoint_invalid",
    `The checkpoint of "${path}" at offset ${offset} cannot be used: ${reason}.${held ? "" : " The log before it holds nothing to replace it."}`,
    { path, offset, reason },
  );
}

/** The checkpoint at an offset, or why there is none. */
export function readCheckpoint(
  window: FileWindow,
  contents: LogContents,
  offset: number,
): LoadedCheckpoint | string {
  const { checkpoints } = contents;
  for (let index = 0; index < checkpoints.length; index++) {
    if (checkpoints.offset(index) === offset) return readCheckpointAt(window, offset, contents.end);
  }
  return "there is no checkpoint at this offset";
}

/** The checkpoint whose segment begins at an offset, or why it cannot be used. @param logEnd it may not replay from behind there */
export function readCheckpointAt(
  window: FileWindow,
  offset: number,
  logEnd: number,
): LoadedCheckpoint | string {
  const headerAt = window.locate(offset, SEGMENT_HEADER_BYTES);
  if (headerAt < 0 || readSegmentHeader(window.bytes, headerAt) !== undefined) return "it has no header";
  const { type, payloadBytes, payloadCrc } = header;
  if (type !== SEGMENT.checkpoint) return "there is no checkpoint at this offset";
  const payload = offset + SEGMENT_HEADER_BYTES;
  const end = payload + payloadBytes;
  if (end > window.length || checksumOf(window, payload, end) !== payloadCrc)
    return "its checksum does not match";
  try {
    const pass = new WindowPass(window, payload, end);
    const version = pass.u16();
    if (version !== 0) return `checkpoint version ${version} is unknown`;
    const replayFrom = pass.u64();
    const catalog: Buffer[] = [];
    for (let count = pass.u32(); count > 0; count--) {
      const at = pass.prefixed();
      catalog.push(Buffer.from(window.bytes.subarray(at, at + pass.length)));
    }
    const records = pass.u32();
    if (records > ENTRIES_MAX || records * 4 > end - pass.position) return `${records} records do not fit`;
    if (replayFrom < BigInt(end)) return "it replays from inside itself";
    if (replayFrom > BigInt(logEnd)) return "it replays from behind the end of the log";
    return { offset, replayFrom: Number(replayFrom), catalog, records, recordsAt: pass.position, end };
  } catch (error) {
    if (error instanceof PayloadProblem) return error.message;
    throw error;
  }
}

/** Shows every record. @throws PayloadProblem when the checkpoint is not made up as it should be */
export function forEachRecordOf(
  window: FileWindow,
  checkpoint: LoadedCheckpoint,
  visit: RecordVisitor,
): void {
  const pass = new WindowPass(window, checkpoint.recordsAt, checkpoint.end);
  for (let count = checkpoint.records; count > 0; count--) {
    const at = pass.prefixed();
    visit(window.bytes, at, at + pass.length, pass.position - pass.length);
  }
  indexesBehind(pass);
}

/** The index payload. A buffer of its own. @throws PayloadProblem as {@link forEachRecordOf} */
export function indexesOf(window: FileWindow, checkpoint: LoadedCheckpoint): Buffer {
  const pass = new WindowPass(window, checkpoint.recordsAt, checkpoint.end);
  for (let count = checkpoint.records; count > 0; count--) pass.prefixed();
  const { start, bytes } = indexesBehind(pass);
  const at = window.locate(start, bytes);
  return Buffer.from(window.bytes.subarray(at, at + bytes));
}

function indexesBehind(pass: WindowPass): { readonly start: number; readonly bytes: number } {
  const bytes = pass.u32();
  const start = pass.position;
  if (start + bytes !== pass.end)
    throw new PayloadProblem(`its index payload of ${bytes} bytes does not end with it`, start);
  return { start, bytes };
}

function checksumOf(window: FileWindow, start: number, end: number): number {
  let crc = 0;
  for (let position = start; position < end; ) {
    const count = Math.min(PIECE_BYTES, end - position);
    const at = window.locate(position, count);
    if (at < 0) return -1;
    crc = crc32c(window.bytes, at, at + count, crc);
    position += count;
  }
  return crc;
}

/** Reads forward through a window. No length is believed before its bytes are there. */
class WindowPass {
  position: number;
  readonly end: number;
  /** Bytes of the payload that {@link prefixed} found last. */
  length = 0;
  readonly #window: FileWindow;

  constructor(window: FileWindow, position: number, end: number) {
    this.#window = window;
    this.position = position;
    this.end = end;
  }

  u16(): number {
    const at = this.#take(2);
    return this.#window.bytes.readUInt16LE(at);
  }

  u32(): number {
    const at = this.#take(4);
    return this.#window.bytes.readUInt32LE(at);
  }

  u64(): bigint {
    const at = this.#take(8);
    return this.#window.bytes.readBigUInt64LE(at);
  }

  /** `u32` length, then so many bytes: where they are in the window's. */
  prefixed(): number {
    this.length = this.u32();
    return this.#take(this.length);
  }

  #take(count: number): number {
    if (count > this.end - this.position) throw new PayloadProblem("it ends too early", this.position);
    const at = this.#window.locate(this.position, count);
    if (at < 0) throw new PayloadProblem("it ends too early", this.position);
    this.position += count;
    return at;
  }
}

/** Whether a manifest pointer is 0 or leads to a manifest before the end of the log. */
export function pointsAtManifest(window: FileWindow, offset: number, end: number): boolean {
  if (offset === 0) return true;
  if (offset < LOG_START || offset >= end) return false;
  const at = window.locate(offset, SEGMENT_HEADER_BYTES);
  return at >= 0 && readSegmentHeader(window.bytes, at) === undefined && header.type === SEGMENT.manifest;
}

/** Calls `visit` with each payload from an offset of the file on, in order. */
export function forEachFrom(window: FileWindow, places: Positions, from: number, visit: RecordVisitor): void {
  for (let index = 0; index < places.length; index++) {
    const offset = places.offset(index);
    if (offset < from) continue;
    const length = places.bytes(index);
    const at = window.locate(offset, length);
    if (at < 0) {
      throw new ModelVaultError("store_io", `The file ended at offset ${offset} while it was read.`, {
        offset,
      });
    }
    visit(window.bytes, at, at + length, offset);
  }
}
