/**
 * Reads what a payload says before its fields, without a schema: enough to file it under its collection and key.
 */
import { ByteWriter } from "../keys/byte-writer.ts";
import { writeComponent } from "../keys/key-component.ts";
import type { ScalarKind } from "../schema/types.ts";
import { OPERATION_DELETE, type RecordLayout, SCALAR_BY_TAG } from "./record-layout.ts";
import { RecordReader } from "./record-reader.ts";

export interface RecordHeader {
  readonly layout: RecordLayout;
  readonly collection: number;
  readonly schemaVersion: number;
  /** 1 insert, 2 replace, 3 delete; any other stores a row as well. */
  readonly operation: number;
  readonly primaryKind: ScalarKind;
  /** Key bytes of the row, as `encodeKey` makes them. */
  readonly key: Uint8Array;
  readonly fieldCount: number;
  /** Where the fields begin; the end of a delete's payload. */
  readonly fieldsOffset: number;
}

const writer = new ByteWriter();

/**
 * Reads the header. Nothing is checked against a catalogue: not the collection, nor the version, nor the key's kind.
 * @throws record_payload_invalid
 */
export function readRecordHeader(payload: Uint8Array): RecordHeader {
  const reader = new RecordReader(payload);
  const layout = reader.u16();
  if (layout !== 1 && layout !== 2 && layout !== 3)
    return reader.fail("unknown_version", `payload version ${layout} is unknown`, 0);
  const collection = reader.u32();
  const schemaVersion = reader.u32();
  const operation = reader.u8();
  const tag = reader.bytes[reader.at] ?? reader.u8();
  const primaryKind = SCALAR_BY_TAG[tag];
  if (primaryKind === undefined)
    return reader.fail("type_mismatch", `the primary key has the unknown tag ${tag}`);
  const keyOffset = reader.at;
  const value = reader.scalar(primaryKind, "exact");
  if (primaryKind === "float64" && !Number.isFinite(value))
    return reader.fail("primary_key", "the primary key is not finite", keyOffset);
  if (!writeComponent(writer, primaryKind, value))
    return reader.fail("primary_key", "the primary key is no key", keyOffset);
  const key = writer.finish();
  const fieldCount = reader.u32();
  const fieldsOffset = reader.at;
  if (operation === OPERATION_DELETE) {
    if (fieldCount !== 0) reader.fail("field_count", `a deletion has ${fieldCount} fields`, fieldsOffset - 4);
    reader.end();
  }
  return { layout, collection, schemaVersion, operation, primaryKind, key, fieldCount, fieldsOffset };
}
