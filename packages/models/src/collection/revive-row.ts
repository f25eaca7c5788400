/**
 * Rows of the engine as rows of the model. The engine stores one null for what is absent and what is null; the model says which
 * it was: a field that need not be there is left out, one that may be null is null (and one that may be either is null). Integers
 * come as numbers, however the vault hands them out.
 */
import { ModelVaultError, type Row, type Value } from "@modelvault/core";
import type { ElementShape, FieldShape, Shape } from "../convert/shape.ts";

/** Makes a model's row, or part of one, from the engine's. Rows that need no change are returned as they are. */
export type Reviver = (row: Row) => Row;

/** A change to one value; undefined for shapes whose values never need one. */
type Change = (value: Value) => Value;

interface FieldChange {
  readonly name: string;
  /** Whether a null means that the field is absent. */
  readonly absent: boolean;
  readonly change: Change | undefined;
}

export function compileReviver(fields: readonly FieldShape[]): Reviver {
  const changes = fields.flatMap((field): FieldChange[] => {
    const absent = !field.required && !field.nullable;
    const change = changeOf(field.shape);
    return absent || change !== undefined ? [{ name: field.name, absent, change }] : [];
  });
  if (changes.length === 0) return (row) => row;
  return (row) => {
    let changed: Map<string, Value | undefined> | undefined;
    for (const { name, absent, change } of changes) {
      const value = row[name];
      // A function is what a part of a row inherits under a name such as "constructor".
      if (value === undefined || typeof value === "function" || (value === null && !absent)) continue;
      const after = value === null ? undefined : change === undefined ? value : change(value);
      if (after === value) continue;
      changed ??= new Map();
      changed.set(name, after);
    }
    return changed === undefined ? row : rebuild(row, changed);
  };
}

/** A copy with some values changed, and those that are undefined left out. (Deleting from a copy would make a slow object.) */
function rebuild(row: Row, changed: ReadonlyMap<string, Value | undefined>): Row {
  const copy: Record<string, Value> = {};
  for (const name of Object.keys(row)) {
    const value = changed.has(name) ? changed.get(name) : row[name];
    if (value !== undefined) copy[name] = value;
  }
  return copy;
}

function changeOf(shape: Shape): Change | undefined {
  switch (shape.kind) {
    case "int64":
      return toNumber;
    case "list":
      return listChange(shape.element);
    case "object": {
      const revive = compileReviver(shape.fields);
      return (value) => revive(value as Row);
    }
    default:
      return undefined;
  }
}

function listChange({ shape }: ElementShape): Change | undefined {
  const change = changeOf(shape);
  if (change === undefined) return undefined;
  return (value) => {
    const list = value as readonly Value[];
    const changed = list.map((element) => (element === null ? null : change(element)));
    return changed.every((element, position) => element === list[position]) ? list : changed;
  };
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
