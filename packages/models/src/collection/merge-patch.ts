/** Merging a patch into a model's row, by the model's shape: objects field by field, everything else whole. */
import type { FieldShape } from "../convert/shape.ts";

import { argumentInvalid } from "../define/arguments.ts";

type PlainObject = { readonly [key: string]: unknown };

/**
 * The row with the patch merged in; neither is changed. `undefined` leaves a field as it is; `null` empties it, which for a field that
 * may be absent and not null means leaving it out. Names that the model does not know are kept, for the schema to judge.
 */
export function mergePatch(fields: readonly FieldShape[], row: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const merged: Record<string, unknown> = isPlainObject(row) ? { ...row } : {};
  for (const name of Object.keys(patch)) {
    const change = patch[name];
    if (change === undefined) continue;
    const field = fields.find((candidate) => candidate.name === name);
    if (change === null && field !== undefined && !field.required && !field.nullable) delete merged[name];
    else if (field?.shape.kind === "object")
      define(merged, name, mergePatch(field.shape.fields, merged[name], change));
    else define(merged, name, change);
  }
  return merged;
}

/** Assigns as plain data even where the name is `__proto__`. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

/** Built-in objects (Date, Map, Promise, arrays…) have their content elsewhere than in fields, so nothing of it would be merged. */
function isPlainObject(value: unknown): value is PlainObject {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** @throws argument_invalid */
export function checkChange<Change>(change: Change): Change {
  if (typeof change === "function" || isPlainObject(change)) return change;
  throw argumentInvalid("change", "a patch (an object of fields) or a function of the row", change);
}
