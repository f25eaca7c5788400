/**
 * Rows of the engine as rows of the model. The engine stores one null for what is absent and what is null; the model says which
 * it was: a field that need not be there is left out, one that may be null is null (and one that may be either is null). Integers
 * come as numbers or bigints as the model has them, timestamps as dates, unions with the fields of the variant that they are.
 */
import { ModelVaultError, type Row, type Value } from "@modelvault/core";
import { type ElementShape, type FieldShape, fieldsIn, type RowShape, type Shape } from "../convert/shape.ts";
import type { ModelRow, ModelValue } from "./model-value.ts";
import { toDate } from "./timestamps.ts";

/** Makes a model's row, or part of one, from the engine's. Rows that need no change are returned as they are. */
export type Reviver = (row: Row) => ModelRow;

/** A change to one value, or undefined to leave it out. */
type Change = (value: Value) => ModelValue | undefined;

/** What a model has in place of a value of the engine. */
type Convert = (value: Value) => ModelValue;

const leaveOut: Change = () => undefined;

interface FieldChange {
  readonly name: string;
  /** Whether a null means that the field is absent. */
  readonly absent: boolean;
  readonly change: Change | undefined;
}

export function compileReviver(shape: RowShape): Reviver {
  return rowReviver(shape, shape.fields);
}

/** `stored` are the fields that the engine has: more than the shape's own where other variants of a union share the place. */
function rowReviver(shape: RowShape, stored: readonly FieldShape[]): Reviver {
  if (shape.kind === "object") return fieldsReviver(shape.fields, stored);
  // The variant is what the tag says. Without it (a query selected other fields) the fields are those of any variant.
  const any = fieldsReviver(shape.fields, stored);
  const byTag = new Map<unknown, Reviver>();
  for (const { tags, fields } of shape.variants) {
    const revive = fieldsReviver(fields, stored);
    for (const text of tags) byTag.set(text, revive);
  }
  const { tag } = shape;
  return (row) => (byTag.get(row[tag]) ?? any)(row);
}

function fieldsReviver(fields: readonly FieldShape[], stored: readonly FieldShape[]): Reviver {
  const changes = stored.flatMap(({ name, shape }): FieldChange[] => {
    const field = fields.find((own) => own.name === name);
    if (field === undefined) return [{ name, absent: true, change: leaveOut }];
    const absent = !field.required && !field.nullable;
    const change = changeOf(field.shape, shape);
    return absent || change !== undefined ? [{ name, absent, change }] : [];
  });
  if (changes.length === 0) return (row) => row;
  const byName = new Map(changes.map((change) => [change.name, change]));
  return (row) => {
    let copy: Record<string, ModelValue> | undefined;
    for (const change of changes) {
      const value = row[change.name];
      // A function is what a part of a row inherits under a name such as "constructor".
      if (value === undefined || typeof value === "function") continue;
      const after = changed(change, value);
      if (after === undefined) return rebuild(row, byName);
      if (after === value) continue;
      copy ??= { ...row };
      copy[change.name] = after;
    }
    return copy ?? row;
  };
}

function changed({ absent, change }: FieldChange, value: Value): ModelValue | undefined {
  if (value === null) return absent ? undefined : null;
  return change === undefined ? value : change(value);
}

/** A copy with some values changed, and those that are undefined left out. (Deleting from a copy would make a slow object.) */
function rebuild(row: Row, changes: ReadonlyMap<string, FieldChange>): ModelRow {
  const copy: Record<string, ModelValue> = {};
  for (const name of Object.keys(row)) {
    const value = row[name] ?? null;
    const change = changes.get(name);
    const after = change === undefined ? value : changed(change, value);
    if (after !== undefined) copy[name] = after;
  }
  return copy;
}

/** Undefined for shapes whose values never need a change. */
export function changeOf(shape: Shape, stored: Shape = shape): Convert | undefined {
  switch (shape.kind) {
    case "int64":
      return toNumber;
    case "bigint":
      return toBigint;
    case "timestamp":
      return toDate;
    case "list":
      return listChange(shape.element, stored);
    case "object":
    case "union": {
      const revive = rowReviver(shape, fieldsIn(stored) ?? shape.fields);
      return (value) => revive(value as Row);
    }
    default:
      return undefined;
  }
}

function listChange({ shape }: ElementShape, stored: Shape): Convert | undefined {
  const change = changeOf(shape, stored.kind === "list" ? stored.element.shape : shape);
  if (change === undefined) return undefined;
  return (value) => {
    const list = value as readonly Value[];
    const changed = list.map((element) => (element === null ? null : change(element)));
    return changed.every((element, position) => element === list[position]) ? list : changed;
  };
}

function toBigint(value: Value): Value {
  return typeof value === "number" ? BigInt(value) : value;
}

/** An integer as a number, anything else as it is. @throws integer_unsafe */
export function toNumber(value: Value): Value {
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ModelVaultError(
    "integer_unsafe",
    `The stored integer ${value} does not fit a JavaScript number, which the model says it is.`,
    {
      value,
    },
  );
}
