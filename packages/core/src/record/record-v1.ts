/**
 * Record payload version 1, read only: the values of all fields of one path segment but the primary key, in the order of the
 * schema, each a tagged scalar.
 *
 *     … key | u32 field count | tagged scalar × field count
 */
import type { Value } from "../schema/types.ts";
import { keyKind, type RowPlan } from "./read-plan.ts";
import type { RecordReader } from "./record-reader.ts";
import { type ReadField, readFieldsV2 } from "./record-v2.ts";

/** Reads the fields into their slots. */
export function readFieldsV1(reader: RecordReader, plan: RowPlan, slots: Value[], read: ReadField): void {
  for (const { path, type } of plan.fields) {
    if (type.kind === "json" || keyKind(type) !== undefined) continue;
    reader.trail.push(path[0] as string);
    reader.fail("type_mismatch", `payload version 1 holds scalars, not ${type.kind}`);
  }
  readFieldsV2(reader, plan, slots, read);
}
