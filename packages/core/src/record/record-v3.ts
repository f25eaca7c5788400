/**
 * Record payload version 3, for schemas with paths of several segments: every field but the primary key, with its path.
 * Written in the order of the schema, read in any.
 *
 *     … key | u32 field count | (path | value) × field count
 *     path: u8 segment count, then per segment u16 length | UTF-8
 *
 * Values are those of version 2.
 */
import { readUtf8, utf8Bytes } from "../keys/text.ts";
import { pathSegmentsMax, segmentBytesMax } from "../schema/limits.ts";
import type { FieldPath, Value } from "../schema/types.ts";
import { pathKey, type RowPlan, type StoredField } from "./read-plan.ts";
import type { RecordReader } from "./record-reader.ts";
import { type ReadField, readFieldCount } from "./record-v2.ts";

const positions = new WeakMap<RowPlan, ReadonlyMap<string, number>>();

/** Reads the fields into their slots. */
export function readFieldsV3(reader: RecordReader, plan: RowPlan, slots: Value[], read: ReadField): void {
  const count = readFieldCount(reader, plan);
  const seen = new Set<StoredField>();
  let wanted = plan.fields.reduce((sum, { slot }) => sum + (slot < 0 ? 0 : 1), 0);
  for (let index = 0; index < count && (plan.whole || wanted > 0); index++) {
    const start = reader.at;
    const path = readPath(reader);
    const field = plan.fields[positionsOf(plan).get(pathKey(path)) ?? -1];
    if (field === undefined)
      reader.fail("field_path", `the schema has no field ${JSON.stringify(path.join("."))}`, start);
    if (seen.has(field))
      reader.fail("field_path", `the field ${JSON.stringify(path.join("."))} comes twice`, start);
    seen.add(field);
    reader.trail.push(...path);
    const value = read(reader, field.node);
    reader.trail.length = 0;
    if (field.slot < 0) continue;
    slots[field.slot] = value;
    wanted--;
  }
}

/** The bytes of a path; undefined when it has too many segments or too long ones, so that no payload can hold it. */
export function encodePath(path: FieldPath): Uint8Array | undefined {
  if (path.length > pathSegmentsMax) return undefined;
  const bytes: number[] = [path.length];
  for (const segment of path) {
    const text = utf8Bytes(segment);
    if (text === undefined || text.length > segmentBytesMax) return undefined;
    bytes.push(text.length & 255, text.length >> 8);
    for (const byte of text) bytes.push(byte);
  }
  return new Uint8Array(bytes);
}

function readPath(reader: RecordReader): string[] {
  const path: string[] = [];
  const segments = reader.u8();
  if (segments === 0) reader.fail("field_path", "a field path is empty", reader.at - 1);
  for (let segment = 0; segment < segments; segment++) {
    const length = reader.u16();
    const at = reader.take(length);
    const text = readUtf8(reader.bytes, at, at + length);
    if (text === undefined || text === "")
      return reader.fail("field_path", "a segment of a field path is empty or not UTF-8", at);
    path.push(text);
  }
  return path;
}

function positionsOf(plan: RowPlan): ReadonlyMap<string, number> {
  let known = positions.get(plan);
  if (known === undefined) {
    known = new Map(plan.fields.map(({ path }, index) => [pathKey(path), index]));
    positions.set(plan, known);
  }
  return known;
}
