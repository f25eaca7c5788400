/**
 * Reads a payload by walking its plan. This is the reference: it reads every layout, in any order of fields, and it alone
 * says what is wrong with a payload. Generated code is for the common case, and comes here when something is not as expected.
 */
import type { IntegerMode } from "../collection/collection-state.ts";
import type { Row, Type, Value } from "../schema/types.ts";
import type { ReadNode, RowPlan, RowShape } from "./read-plan.ts";
import { KEY_OFFSET, storedScalar, widthMin } from "./record-layout.ts";
import { RecordReader } from "./record-reader.ts";
import { readFieldsV1 } from "./record-v1.ts";
import { readFieldsV2 } from "./record-v2.ts";
import { readFieldsV3 } from "./record-v3.ts";

const FIELD_READERS = { 1: readFieldsV1, 2: readFieldsV2, 3: readFieldsV3 } as const;

/** The row of a payload whose layout and schema version are the plan's. @throws record_payload_invalid, integer_unsafe */
export function interpretPlan(plan: RowPlan, integers: IntegerMode, payload: Uint8Array): Row {
  const reader = new RecordReader(payload, KEY_OFFSET);
  const slots = new Array<Value>(plan.slotCount).fill(null);
  const { name, kind, slot } = plan.primary;
  reader.trail.push(name);
  if (kind === undefined) return reader.fail("primary_key", "the collection has no primary key");
  if (slot < 0) reader.skipScalar(kind);
  else slots[slot] = reader.scalar(kind, integers);
  reader.trail.pop();
  FIELD_READERS[plan.layout](reader, plan, slots, (from, node) => readNode(from, node, integers));
  if (plan.whole) reader.end();
  return buildRow(plan.shape, slots);
}

function readNode(reader: RecordReader, node: ReadNode, integers: IntegerMode): Value {
  switch (node.op) {
    case "skip":
      skipValue(reader, node.type);
      return null;
    case "scalar":
      return reader.scalar(node.kind, integers);
    case "json":
      return readJson(reader);
    case "optional":
      return reader.present() ? readNode(reader, node.inner, integers) : null;
    case "list": {
      const length = reader.listLength(node.elementWidthMin);
      const list: Value[] = [];
      for (let index = 0; index < length; index++) {
        reader.trail.push(index);
        list.push(readNode(reader, node.element, integers));
        reader.trail.pop();
      }
      return list;
    }
    case "object": {
      const object: Record<string, Value> = {};
      for (const name of node.names) setOwn(object, name, null);
      for (const member of node.members) {
        reader.trail.push(member.name);
        const value = readNode(reader, member.node, integers);
        reader.trail.pop();
        if (member.node.op !== "skip") setOwn(object, member.name, value);
      }
      return object;
    }
  }
}

function readJson(reader: RecordReader): Value {
  const start = reader.at;
  const text = reader.scalar("string", "exact") as string;
  const value = parseJson(text);
  return value === undefined ? reader.fail("json", "a text is not JSON", start) : value;
}

/** The value of a JSON text; undefined when it is none. */
export function parseJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function skipValue(reader: RecordReader, type: Type): void {
  switch (type.kind) {
    case "optional":
      if (reader.present()) skipValue(reader, type.inner);
      return;
    case "list": {
      const length = reader.listLength(widthMin(type.element));
      for (let index = 0; index < length; index++) skipValue(reader, type.element);
      return;
    }
    case "object":
      for (const field of type.fields) skipValue(reader, field.type);
      return;
    default:
      reader.skipScalar(storedScalar(type) ?? "bool");
  }
}

function buildRow(shape: RowShape, slots: readonly Value[]): Row {
  const row: Record<string, Value> = {};
  for (const part of shape) {
    setOwn(row, part.name, "slot" in part ? (slots[part.slot] ?? null) : buildRow(part.children, slots));
  }
  return row;
}

/** Sets a property as plain data even where the name is `__proto__`. */
function setOwn(object: Record<string, Value>, name: string, value: Value): void {
  if (name !== "__proto__") object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}
