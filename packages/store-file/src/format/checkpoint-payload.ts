/**
 * Checkpoint payloads: the whole state in one segment.
 *
 *     u16 version 0 | u64 offset from which to replay | u32 count | catalog payloads | u32 count | record payloads | index payload
 *
 * Each payload inside is `u32` length and bytes. The replay offset is the end of the checkpoint's own segment.
 */
import { ENTRIES_MAX, PAYLOAD_BYTES_MAX } from "./layout.ts";
import type { PayloadReader } from "./payload-reader.ts";

/** Where the parts of a checkpoint lie; the bytes are views. */
export interface CheckpointParts {
  readonly replayFrom: bigint;
  readonly catalog: readonly Buffer[];
  readonly records: readonly Buffer[];
  readonly indexes: Buffer;
}

/** Splits a payload. @throws PayloadProblem */
export function readCheckpointPayload(reader: PayloadReader): CheckpointParts {
  const version = reader.u16();
  if (version !== 0) reader.fail(`checkpoint version ${version} is unknown`);
  const replayFrom = reader.u64();
  const catalog = readList(reader, "catalog entries");
  const records = readList(reader, "records");
  const indexes = reader.prefixed(PAYLOAD_BYTES_MAX, "an index payload");
  reader.finish();
  return { replayFrom, catalog, records, indexes };
}

function readList(reader: PayloadReader, what: string): Buffer[] {
  const count = reader.count(ENTRIES_MAX, 4, what);
  const items: Buffer[] = [];
  for (let index = 0; index < count; index++) items.push(reader.prefixed(PAYLOAD_BYTES_MAX, what));
  return items;
}
