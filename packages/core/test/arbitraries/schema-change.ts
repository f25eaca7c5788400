/** Arbitrary changes of a schema: the next version of a collection, valid again, near the one before. */
import fc, { type GeneratorValue } from "fast-check";
import { checkSchema } from "../../src/schema/check-collection.ts";
import { schemaToDescriptors } from "../../src/schema/to-descriptors.ts";
import type { Constraint, Field, IndexDefinition, Schema, Type } from "../../src/schema/types.ts";
import { arbitraryConstraints, arbitraryName, arbitraryType, indexablePaths } from "./schema.ts";

/** A schema made from another by a few edits; `gen` is fast-check's `fc.gen()`. Undefined when the edits leave no valid schema. */
export function changedSchema(gen: GeneratorValue, schema: Schema): Schema | undefined {
  let changed = schema;
  const edits = gen(fc.integer, { min: 1, max: 3 });
  for (let edit = 0; edit < edits; edit++) changed = editSchema(gen, changed);
  try {
    return checkSchema(schemaToDescriptors(changed));
  } catch {
    return undefined;
  }
}

function pick<T>(gen: GeneratorValue, values: readonly T[]): T {
  return values[gen(fc.nat, { max: values.length - 1 })] as T;
}

function draw<T>(gen: GeneratorValue, arbitrary: fc.Arbitrary<T>): T {
  return gen(() => arbitrary);
}

function editSchema(gen: GeneratorValue, schema: Schema): Schema {
  const edit = pick(gen, ["fields", "fields", "fields", "fields", "indexes", "key"] as const);
  if (edit === "fields") return { ...schema, fields: editFields(gen, schema.fields, (name) => [name]) };
  if (edit === "indexes") return { ...schema, indexes: editIndexes(gen, schema) };
  const single = schema.fields
    .filter((field) => field.path.length === 1)
    .map((field) => field.path[0] as string);
  return single.length === 0 ? schema : { ...schema, primaryKey: pick(gen, single) };
}

/** Edits one field of a list, or adds, removes or moves one. */
function editFields(
  gen: GeneratorValue,
  fields: readonly Field[],
  pathOf: (name: string) => readonly string[],
): readonly Field[] {
  const list = [...fields];
  if (list.length === 0) return list;
  const at = gen(fc.nat, { max: list.length - 1 });
  const field = list[at] as Field;
  switch (
    pick(gen, ["type", "type", "type", "constraints", "constraints", "add", "remove", "move"] as const)
  ) {
    case "type":
      list[at] = { ...field, type: editType(gen, field.type) };
      break;
    case "constraints":
      list[at] = { ...field, constraints: editConstraints(gen, field.constraints, field.type) };
      break;
    case "add": {
      const type = draw(gen, arbitraryType(1));
      const optional: Type = pick(gen, [true, true, false]) ? { kind: "optional", inner: type } : type;
      list.splice(at, 0, { path: pathOf(draw(gen, arbitraryName())), type: optional, constraints: [] });
      break;
    }
    case "remove":
      list.splice(at, 1);
      break;
    case "move":
      list.splice(at, 1);
      list.splice(gen(fc.nat, { max: list.length }), 0, field);
      break;
  }
  return list;
}

function editConstraints(
  gen: GeneratorValue,
  constraints: readonly Constraint[],
  type: Type,
): readonly Constraint[] {
  switch (pick(gen, ["drop", "reverse", "repeat", "replace"] as const)) {
    case "drop":
      return constraints.slice(1);
    case "reverse":
      return [...constraints].reverse();
    case "repeat":
      return [...constraints, ...constraints.slice(0, 1)];
    case "replace":
      return draw(gen, arbitraryConstraints(type));
  }
}

function editType(gen: GeneratorValue, type: Type): Type {
  switch (pick(gen, ["inside", "inside", "wrap", "unwrap", "replace"] as const)) {
    case "wrap":
      return { kind: "optional", inner: type };
    case "unwrap":
      return type.kind === "optional" ? type.inner : type;
    case "replace":
      return draw(gen, arbitraryType(1));
    case "inside":
      return editInside(gen, type);
  }
}

function editInside(gen: GeneratorValue, type: Type): Type {
  switch (type.kind) {
    case "optional":
      return { kind: "optional", inner: editType(gen, type.inner) };
    case "list":
      return { kind: "list", element: editType(gen, type.element) };
    case "enum": {
      const variants = [...type.variants];
      const what = pick(gen, ["grow", "shrink", "reverse"] as const);
      if (what === "grow") variants.unshift("grown");
      else if (what === "shrink") variants.pop();
      else variants.reverse();
      return { kind: "enum", variants };
    }
    case "object": {
      const fields = type.fields.map(({ name, ...rest }): Field => ({ path: [name], ...rest }));
      const edited = editFields(gen, fields, (name) => [name]);
      return {
        kind: "object",
        fields: edited.map(({ path: [name], ...rest }) => ({ name: name as string, ...rest })),
      };
    }
    default:
      return draw(gen, arbitraryType(0));
  }
}

function editIndexes(gen: GeneratorValue, { fields, indexes }: Schema): readonly IndexDefinition[] {
  const paths = indexablePaths(fields);
  if (paths.length === 0) return [];
  const fresh: IndexDefinition = {
    name: pick(gen, ["i", "j"]),
    path: pick(gen, paths),
    unique: pick(gen, [true, false]),
  };
  return pick(gen, [true, false])
    ? [...indexes.filter(({ name }) => name !== fresh.name), fresh]
    : indexes.slice(1);
}
