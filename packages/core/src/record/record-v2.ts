/**
 * Record payload version 2: the values of all fields of one path segment but the primary key, in the order of the schema.
 *
 *     … key | u32 field count | value × field count
 *
 * A value is a tagged scalar, or without a tag: optional, one byte 0 (absent) or 1 and the value · list, `u32` count and
 * the elements · object, the values of its fields in the order of its type.
 */
import type { Value } from "../schema/types.ts";
import type { ReadNode, RowPlan } from "./read-plan.ts";
import type { RecordReader } from "./record-reader.ts";

/** Takes the value of a field from the reader. */
export type ReadField = (reader: RecordReader, node: ReadNode) => Value;

/** Reads the fields into their slots. */
export function readFieldsV2(reader: RecordReader, plan: RowPlan, slots: Value[], read: ReadField): void {
  const count = readFieldCount(reader, plan);
  let wanted = plan.fields.reduce((sum, { slot }) => sum + (slot < 0 ? 0 : 1), 0);
  for (let index = 0; index < count && (plan.whole || wanted > 0); index++) {
    const field = plan.fields[index];
    if (field === undefined) return;
    reader.trail.push(field.path[0] as string);
    const value = read(reader, field.node);
    reader.trail.pop();
    if (field.slot < 0) continue;
    slots[field.slot] = value;
    wanted--;
  }
}

/** The field count, checked against the plan. */
export function readFieldCount(reader: RecordReader, plan: RowPlan): number {
  const start = reader.at;
  const count = reader.u32();
  const expected = plan.fields.length;
  if (plan.exact ? count !== expected : count > expected) {
    reader.fail("field_count", `it holds ${count} fields, not ${expected}`, start);
  }
  return count;
}
