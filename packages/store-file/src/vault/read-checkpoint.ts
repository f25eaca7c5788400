/** Checkpoints as a starting point for replay, and the places in a log that a superblock points at. */
import { ModelVaultError } from "@modelvault/core";
import { type CheckpointParts, readCheckpointPayload } from "../format/checkpoint-payload.ts";
import { crc32c } from "../format/crc32c.ts";
import { LOG_START, SEGMENT, SEGMENT_HEADER_BYTES } from "../format/layout.ts";
import { PayloadProblem, PayloadReader } from "../format/payload-reader.ts";
import { header, readSegmentHeader } from "../format/segment.ts";
import type { Superblock } from "../format/superblock.ts";
import type { FileWindow } from "../log/file-window.ts";
import type { Positions } from "../log/positions.ts";
import type { LogContents } from "../log/scan.ts";

/** The checkpoint that a state was loaded from. */
export interface LoadedCheckpoint {
  readonly offset: number;
  readonly parts: CheckpointParts;
  /** What stands before this offset of the log is in the checkpoint. */
  readonly replayFrom: number;
}

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
  // Whoever writes a checkpoint has written before it what it holds, unless the file began with it.
  const held = contents.schemas.length > 0 && contents.schemas.offset(0) < offset;
  if (strict || !held) {
    throw new ModelVaultError(
      "checkpoint_invalid",
      `The checkpoint of "${path}" at offset ${offset} cannot be used: ${loaded}.${held ? "" : " The log before it holds nothing to replace it."}`,
      { path, offset, reason: loaded },
    );
  }
  return { ignored: loaded };
}

/** The checkpoint at an offset, or why there is none. */
export function readCheckpoint(
  window: FileWindow,
  contents: LogContents,
  offset: number,
): LoadedCheckpoint | string {
  const { checkpoints } = contents;
  let bytes = -1;
  for (let index = 0; index < checkpoints.length; index++) {
    if (checkpoints.offset(index) === offset) bytes = checkpoints.bytes(index);
  }
  if (bytes < 0) return "there is no checkpoint at this offset";
  const headerAt = window.locate(offset, SEGMENT_HEADER_BYTES);
  if (headerAt < 0 || readSegmentHeader(window.bytes, headerAt) !== undefined) return "it has no header";
  const { payloadCrc } = header;
  const payload = window.view(offset + SEGMENT_HEADER_BYTES, bytes);
  if (payload === undefined || crc32c(payload) !== payloadCrc) return "its checksum does not match";
  try {
    const parts = readCheckpointPayload(new PayloadReader(payload));
    const end = offset + SEGMENT_HEADER_BYTES + bytes;
    if (parts.replayFrom < BigInt(end)) return "it replays from inside itself";
    if (parts.replayFrom > BigInt(contents.end)) return "it replays from behind the end of the log";
    return { offset, parts, replayFrom: Number(parts.replayFrom) };
  } catch (error) {
    if (error instanceof PayloadProblem) return error.message;
    throw error;
  }
}

/** Whether a manifest pointer is 0 or leads to a manifest before the end of the log. */
export function pointsAtManifest(window: FileWindow, offset: number, end: number): boolean {
  if (offset === 0) return true;
  if (offset < LOG_START || offset >= end) return false;
  const at = window.locate(offset, SEGMENT_HEADER_BYTES);
  return at >= 0 && readSegmentHeader(window.bytes, at) === undefined && header.type === SEGMENT.manifest;
}

/** Calls `visit` with each payload from an offset of the file on, in order. The bytes are a view that `visit` may change. */
export function forEachFrom(
  window: FileWindow,
  places: Positions,
  from: number,
  visit: (bytes: Buffer, at: number, end: number, offset: number) => void,
): void {
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
