/** Merging a patch into a model's row, by the model's shape: objects field by field, everything else whole. */
import type { RowShape, Shape, UnionShape } from "../convert/shape.ts";
import { argumentInvalid } from "../define/arguments.ts";

type PlainObject = { readonly [key: string]: unknown };

/**
 * The row with the patch merged in; neither is changed. `undefined` leaves a field as it is; `null` empties it, which for a field that
 * may be absent and not null means leaving it out. Names that the model does not know are kept, for the schema to judge. A patch that makes
 * another variant of a union leaves out what that variant does not have, or has otherwise.
 */
export function mergePatch(shape: RowShape, row: unknown, patch: unknown): unknown {
  if (!isPlainObject(patch)) return patch;
  const base = shape.kind === "union" ? asVariant(shape, row, patch) : row;
  const merged: Record<string, unknown> = isPlainObject(base) ? { ...base } : {};
  for (const name of Object.keys(patch)) {
    const change = patch[name];
    if (change === undefined) continue;
    const field = shape.fields.find((candidate) => candidate.name === name);
    if (change === null && field !== undefined && !field.required && !field.nullable) delete merged[name];
    else if (field !== undefined && isRowShape(field.shape))
      define(merged, name, mergePatch(field.shape, merged[name], change));
    else define(merged, name, change);
  }
  return merged;
}

function isRowShape(shape: Shape): shape is RowShape {
  return shape.kind === "object" || shape.kind === "union";
}

/** What a row keeps when a patch makes it another variant: the fields that both have alike. */
function asVariant({ tag, variants }: UnionShape, row: unknown, patch: PlainObject): unknown {
  const text = patch[tag];
  if (!isPlainObject(row) || text === undefined || text === row[tag]) return row;
  const [before, after] = [row[tag], text].map((each) =>
    variants.find(({ tags }) => tags.some((known) => known === each)),
  );
  if (before === undefined || after === undefined || before === after) return row;
  const kept: Record<string, unknown> = {};
  for (const { name, shape } of after.fields) {
    const former = before.fields.find((field) => field.name === name);
    if (former !== undefined && Object.hasOwn(row, name) && spell(former.shape) === spell(shape))
      define(kept, name, row[name]);
  }
  return kept;
}

/** A shape as text, for comparing. */
function spell(shape: Shape): string {
  return JSON.stringify(shape, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
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
