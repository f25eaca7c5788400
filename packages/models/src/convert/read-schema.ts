/**
 * A schema library's schema, read for the engine: the shape of what it gives out (which is what is stored), after a look at what
 * it takes in. A stored row is validated again when it is updated, so a schema must take what it gives.
 */
import { ModelVaultError } from "@modelvault/core";
import type { Side } from "./adapter.ts";
import { insteadOf } from "./advice.ts";
import { convertRow } from "./convert.ts";
import {
  Conversion,
  EndlessSchema,
  FILLED_IN,
  fieldPath,
  type Unenforced,
  type Unsupported,
} from "./notes.ts";
import { type FieldShape, fieldsIn, type RowShape, type Shape } from "./shape.ts";
import { type DescribedSchema, describeSchema, type ModelSchema } from "./vendor.ts";

export interface ReadSchema {
  readonly shape: RowShape;
  readonly unenforced: readonly Unenforced[];
}

/**
 * The fields of a model's rows. `model` is its name, for messages.
 * @throws model_unsupported with every part of the schema that cannot be stored, by path
 */
export function readSchema(model: string, schema: ModelSchema): ReadSchema {
  const output = convertSide(model, schema, "output");
  const shape = rowOf(model, output, "output");
  const unsupported = [...output.unsupported];
  if (shape === undefined || unsupported.length > 0) throw modelUnsupported(model, unsupported);
  // What is wrong with the input alone (a union, say) is for the schema: it never reaches the engine.
  const input = convertSide(model, schema, "input");
  const taken = rowOf(model, input, "input");
  if (taken !== undefined) unsupported.push(...changedKinds(taken.fields, shape.fields, ""));
  for (const [path, values] of output.records) {
    const before = input.records.get(path);
    if (before !== undefined) unsupported.push(...changedShape(before, values, `${path}{}`));
  }
  if (unsupported.length > 0) throw modelUnsupported(model, unsupported);
  // Some libraries tell of defaults on the side of the input only.
  const defaults = input.unenforced.filter(({ rule }) => rule === "default");
  const filled = taken === undefined ? [] : filledIn(taken.fields, shape.fields, "");
  return { shape, unenforced: unique([...output.unenforced, ...defaults, ...filled]) };
}

/** A description is an object of unknown origin, with getters that may throw. */
function rowOf(model: string, described: Conversion, side: Side): RowShape | undefined {
  try {
    return convertRow(described);
  } catch (cause) {
    if (cause instanceof EndlessSchema) throw modelUnsupported(model, [cause.problem]);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelVaultError(
      "model_schema_invalid",
      `The schema of the model "${model}" cannot be used: the JSON Schema of its ${side} cannot be read: ${reason}.`,
      { model, argument: "schema", expected: "a JSON Schema as plain data", side },
      { cause },
    );
  }
}

/** A schema that stands in several places of a union is told of once. */
function unique(notes: readonly Unenforced[]): readonly Unenforced[] {
  const seen = new Map(notes.map((note) => [JSON.stringify([note.path, note.rule, note.why]), note]));
  return [...seen.values()];
}

function convertSide(model: string, schema: ModelSchema, side: Side): Conversion {
  let described: DescribedSchema | undefined;
  try {
    described = describeSchema(schema, side);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw modelUnsupported(model, [{ path: "", found, instead: "use types that JSON can hold" }], cause);
  }
  if (described !== undefined) return new Conversion(described.root, described.patterns);
  throw new ModelVaultError(
    "model_schema_invalid",
    `The schema of the model "${model}" cannot be used: it describes its ${side} by something that is no JSON Schema.`,
    { model, argument: "schema", expected: "a JSON Schema, which is an object", side },
  );
}

/** Fields that may be left out going in and are always there coming out: the schema fills them in, whether it tells of it or not. */
function filledIn(taken: readonly FieldShape[], given: readonly FieldShape[], path: string): Unenforced[] {
  return given.flatMap((field) => {
    const before = taken.find(({ name }) => name === field.name);
    if (before === undefined) return [];
    const at = fieldPath(path, field.name);
    const own = field.required && !before.required && field.default === undefined;
    const inside = filledIn(fieldsIn(before.shape) ?? [], fieldsIn(field.shape) ?? [], at);
    return own ? [{ path: at, rule: "default", why: FILLED_IN }, ...inside] : inside;
  });
}

/** Fields whose values are of one type going in and of another coming out. */
function changedKinds(
  taken: readonly FieldShape[],
  given: readonly FieldShape[],
  path: string,
): Unsupported[] {
  const lost = taken.filter(({ name, required }) => required && !given.some((field) => field.name === name));
  const found = "a field that must be there going in and is not there coming out";
  const lostProblems = lost.map(({ name }) => ({
    path: fieldPath(path, name),
    found,
    instead: insteadOf("transform"),
  }));
  const changed = given.flatMap((field) => {
    const before = taken.find(({ name }) => name === field.name);
    return before === undefined ? [] : changedShape(before.shape, field.shape, fieldPath(path, field.name));
  });
  return [...lostProblems, ...changed];
}

function changedShape(taken: Shape, given: Shape, path: string): Unsupported[] {
  if (taken.kind === "json") return [];
  const [takenFields, givenFields] = [fieldsIn(taken), fieldsIn(given)];
  if (takenFields !== undefined && givenFields !== undefined)
    return changedKinds(takenFields, givenFields, path);
  if (taken.kind === "list" && given.kind === "list")
    return changedShape(taken.element.shape, given.element.shape, `${path}[]`);
  const [before, after] = [valueKind(taken), valueKind(given)];
  return before === after
    ? []
    : [{ path, found: `a conversion from ${before} to ${after}`, instead: insteadOf("transform") }];
}

function valueKind(shape: Shape): string {
  switch (shape.kind) {
    case "int64":
    case "float64":
      return "number";
    case "uuid":
    case "enum":
      return "string";
    case "bool":
      return "boolean";
    case "timestamp":
      return "date";
    default:
      return shape.kind;
  }
}

function modelUnsupported(model: string, problems: readonly Unsupported[], cause?: unknown): ModelVaultError {
  const sentences = problems.map(
    ({ path, found, instead }) =>
      `${path === "" ? "The row" : path}: ${found.replace(/\.$/, "")}; ${instead}.`,
  );
  return new ModelVaultError(
    "model_unsupported",
    `The model "${model}" cannot be stored. ${sentences.join(" ")}`,
    { model, problems: problems.map((problem) => ({ ...problem })) },
    cause === undefined ? {} : { cause },
  );
}
