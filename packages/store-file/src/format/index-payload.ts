/**
 * Index payloads: batches of index changes, in the order in which they apply.
 *
 *     u16 version | u32 count | count × (u32 collection | u8 kind | u8 op, not in version 1 | name | index key | primary key)
 *
 * Name and keys are `u32` length and bytes; keys are in upstream's canonical form (`canonical-key.ts`). Version 2 is written; version 1
 * only inserts.
 */
import type { ByteSink } from "./byte-sink.ts";
import { ENTRIES_MAX, FIELD_BYTES_MAX } from "./layout.ts";
import { PayloadProblem, type PayloadReader } from "./payload-reader.ts";

const KIND_UNIQUE = 1;
const KIND_PLAIN = 2;
const OP_INSERT = 1;
const OP_DELETE = 2;
const ENTRY_BYTES_MIN = 18;

/** One change of one index. */
export interface IndexDelta {
  readonly collection: number;
  readonly unique: boolean;
  readonly insert: boolean;
  readonly name: string;
  readonly key: Uint8Array;
  readonly primaryKey: Uint8Array;
}

/** Bytes before the first entry of a payload. */
export const INDEX_HEAD_BYTES = 6;

/** The head of a payload of so many entries. */
export function writeIndexHead(sink: ByteSink, count: number): void {
  sink.u16(2);
  sink.u32(count);
}

/** One entry. */
export function writeIndexDelta(sink: ByteSink, delta: IndexDelta): void {
  sink.raw(indexDeltaPrefix(delta.collection, delta.unique, delta.insert, delta.name));
  sink.prefixed(delta.key);
  sink.prefixed(delta.primaryKey);
}

/** What the entries of one index for one operation begin with; index key and primary key follow. */
export function indexDeltaPrefix(
  collection: number,
  unique: boolean,
  insert: boolean,
  name: string,
): Uint8Array {
  const nameBytes = Buffer.byteLength(name);
  const bytes = Buffer.alloc(10 + nameBytes);
  bytes.writeUInt32LE(collection, 0);
  bytes[4] = unique ? KIND_UNIQUE : KIND_PLAIN;
  bytes[5] = insert ? OP_INSERT : OP_DELETE;
  bytes.writeUInt32LE(nameBytes, 6);
  bytes.write(name, 10, nameBytes, "utf8");
  return bytes;
}

/** Calls `visit` for each delta of a payload. The keys are views. @throws PayloadProblem */
export function readIndexPayload(reader: PayloadReader, visit: (delta: IndexDelta) => void): void {
  const version = reader.u16();
  if (version !== 1 && version !== 2)
    throw new PayloadProblem(`index payload version ${version} is unknown`, 0);
  const count = reader.count(
    ENTRIES_MAX,
    version === 1 ? ENTRY_BYTES_MIN - 1 : ENTRY_BYTES_MIN,
    "index entries",
  );
  for (let index = 0; index < count; index++) {
    const collection = reader.u32();
    const kind = reader.u8();
    if (kind !== KIND_UNIQUE && kind !== KIND_PLAIN) reader.fail(`index kind ${kind} is unknown`);
    const op = version === 1 ? OP_INSERT : reader.u8();
    if (op !== OP_INSERT && op !== OP_DELETE) reader.fail(`index operation ${op} is unknown`);
    const name = reader.prefixed(FIELD_BYTES_MAX, "an index name").toString("utf8");
    if (name === "") reader.fail("an index has no name");
    const key = reader.prefixed(FIELD_BYTES_MAX, "an index key");
    const primaryKey = reader.prefixed(FIELD_BYTES_MAX, "a primary key");
    visit({ collection, unique: kind === KIND_UNIQUE, insert: op === OP_INSERT, name, key, primaryKey });
  }
  reader.finish();
}
