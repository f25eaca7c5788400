/** Arbitrary defaults for the fields of a schema, valid and in the form that checking gives them. */
import type { GeneratorValue } from "fast-check";
import fc from "fast-check";
import { checkDefault } from "../../src/schema/check-default.ts";
import { Problems } from "../../src/schema/problems.ts";
import type { Constraint, Schema, Type, Value } from "../../src/schema/types.ts";
import { arbitraryValue } from "./values.ts";

interface Defaultable {
  readonly type: Type;
  readonly constraints: readonly Constraint[];
  readonly default?: Value;
}

/** The schema with a default on some of its fields, inner ones too; `gen` is fast-check's `fc.gen()`. The primary key has none. */
export function withDefaults(gen: GeneratorValue, schema: Schema): Schema {
  return {
    ...schema,
    fields: schema.fields.map((field) =>
      field.path.length === 1 && field.path[0] === schema.primaryKey ? field : withDefault(gen, field),
    ),
  };
}

function withDefault<T extends Defaultable>(gen: GeneratorValue, field: T): T {
  const type = typeWithDefaults(gen, field.type);
  const { default: _dropped, ...rest } = field;
  if (gen(fc.boolean)) return { ...rest, type } as T;
  const value = checkDefault(
    new Problems("The default"),
    "default",
    gen(() => arbitraryValue(type, field.constraints)),
    type,
    field.constraints,
  );
  return (value === undefined ? { ...rest, type } : { ...rest, type, default: value }) as T;
}

function typeWithDefaults(gen: GeneratorValue, type: Type): Type {
  switch (type.kind) {
    case "optional":
      return { kind: "optional", inner: typeWithDefaults(gen, type.inner) };
    case "list":
      return { kind: "list", element: typeWithDefaults(gen, type.element) };
    case "object":
      return { kind: "object", fields: type.fields.map((field) => withDefault(gen, field)) };
    default:
      return type;
  }
}
