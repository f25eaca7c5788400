/** Arbitrary valid rows of a schema. */
import fc from "fast-check";
import type { Field, Row, Schema, Type, Value } from "../../src/schema/types.ts";
import { arbitraryValue, arrange, type Form } from "./values.ts";

/** A valid row. The primary key is always there and, as a float, finite. */
export function arbitraryRow(schema: Schema, form: Form = "loose"): fc.Arbitrary<Row> {
  return arbitraryLevel(schema, schema.fields, 0, form) as fc.Arbitrary<Row>;
}

/** Valid rows, no two with the same primary key. Values of unique indexes may repeat. */
export function arbitraryRows(
  schema: Schema,
  options: { readonly form?: Form; readonly minLength?: number; readonly maxLength?: number } = {},
): fc.Arbitrary<readonly Row[]> {
  const { form = "loose", minLength = 0, maxLength = 20 } = options;
  return fc
    .uniqueArray(arbitraryRow(schema, form), {
      minLength: 0,
      maxLength,
      selector: (row) => keyText(row[schema.primaryKey]),
    })
    .filter((rows) => rows.length >= minLength);
}

/** Equal exactly for values that are the same key. */
function keyText(value: Value | undefined): string {
  if (value instanceof Uint8Array) return value.join();
  return typeof value === "string" ? value.toLowerCase() : String(value);
}

/** The fields that share the first `depth` segments of their paths, as one object. */
function arbitraryLevel(
  schema: Schema,
  fields: readonly Field[],
  depth: number,
  form: Form,
): fc.Arbitrary<Value> {
  const names = [...new Set(fields.map((field) => field.path[depth] as string))];
  const values = names.map((name) => {
    const below = fields.filter((field) => field.path[depth] === name);
    const [only] = below;
    if (only !== undefined && only.path.length === depth + 1) return arbitraryField(schema, only, form);
    const level = arbitraryLevel(schema, below, depth + 1, form);
    const mayBeMissing = form === "loose" && below.every((field) => field.type.kind === "optional");
    return mayBeMissing
      ? fc.oneof({ arbitrary: level, weight: 3 }, { arbitrary: fc.constantFrom(null, undefined), weight: 1 })
      : level;
  });
  return fc.tuple(...values).chain((found) =>
    arrange(
      names.map((name, index) => [name, found[index]]),
      form,
    ),
  );
}

function arbitraryField(
  schema: Schema,
  { path, type, constraints }: Field,
  form: Form,
): fc.Arbitrary<Value | undefined> {
  const value = arbitraryValue(type, constraints, form);
  const finite = path.length === 1 && path[0] === schema.primaryKey && isFloat(type);
  return finite ? value.filter((key) => Number.isFinite(key)) : value;
}

function isFloat(type: Type): boolean {
  return type.kind === "float64";
}
