/**
 * Writes a row by walking its plan: the reference for generated code, and the one that says which value is too large.
 */
import type { ByteWriter } from "../keys/byte-writer.ts";
import { textBytesMax } from "../schema/limits.ts";
import type { Row, Type } from "../schema/types.ts";
import { type EncodePlan, jsonText, member } from "./encode-plan.ts";
import { storedScalar, widthMin } from "./record-layout.ts";
import { RecordWriter } from "./record-writer.ts";

/** Appends the payload of a validated row. @throws row_too_large; internal when the row is not what validation promises */
export function interpretEncoding(plan: EncodePlan, row: Row, out: ByteWriter): void {
  const writer: RecordWriter = new RecordWriter(out);
  const { name, kind } = plan.primary;
  writer.trail.push(name);
  if (kind === undefined) writer.mismatch("a scalar primary key");
  writer.raw(plan.beginning);
  writer.scalar(kind, member(row, name));
  writer.u32(plan.fields.length);
  for (const { path, type, pathBytes } of plan.fields) {
    writer.trail.length = 0;
    writer.trail.push(...path);
    if (pathBytes === undefined) writer.pathTooLong();
    writer.raw(pathBytes);
    let value: unknown = row;
    for (const segment of path) {
      if (value === null || value === undefined) break;
      if (typeof value !== "object") writer.mismatch("an object on the way");
      value = member(value, segment);
    }
    writeValue(writer, type, value);
    writer.checkSize();
  }
}

function writeValue(writer: RecordWriter, type: Type, value: unknown): void {
  switch (type.kind) {
    case "optional":
      writer.u8(value === null || value === undefined ? 0 : 1);
      if (value !== null && value !== undefined) writeValue(writer, type.inner, value);
      break;
    case "list":
      if (!Array.isArray(value)) writer.mismatch("a list");
      writer.listLength(value.length, widthMin(type.element));
      for (let index = 0; index < value.length; index++) {
        writer.trail.push(index);
        writeValue(writer, type.element, value[index]);
        writer.trail.pop();
      }
      break;
    case "object":
      if (typeof value !== "object" || value === null) writer.mismatch("an object");
      for (const field of type.fields) {
        writer.trail.push(field.name);
        writeValue(writer, field.type, member(value, field.name));
        writer.trail.pop();
      }
      break;
    case "json":
      writer.scalar("string", textOf(writer, value));
      break;
    default:
      writer.scalar(storedScalar(type) ?? "bool", value);
  }
}

function textOf(writer: RecordWriter, value: unknown): string {
  let text: string | undefined;
  try {
    text = jsonText(value);
  } catch (cause) {
    // The engine's longest string is far longer than the longest text of a row.
    if (cause instanceof RangeError) writer.tooLarge("bytes at least", textBytesMax + 1, textBytesMax);
    writer.mismatch("a JSON value", cause);
  }
  return text ?? writer.mismatch("a JSON value");
}
