/**
 * A schema library's schema, read for the engine: the shape of what it gives out (which is what is stored), after a look at what
 * it takes in. A stored row is validated again when it is updated, so a schema must take what it gives.
 */
import { ModelVaultError } from "@modelvault/core";
import { insteadOf } from "./advice.ts";
import { convertRow } from "./convert.ts";
import { Conversion, fieldPath, type Unenforced, type Unsupported } from "./notes.ts";
import type { FieldShape, Shape } from "./shape.ts";
import { describeSchema, type ModelSchema } from "./vendor.ts";

export interface ReadSchema {
  readonly fields: readonly FieldShape[];
  readonly unenforced: readonly Unenforced[];
}

/**
 * The fields of a model's rows. `model` is its name, for messages.
 * @throws model_unsupported with every part of the schema that cannot be stored, by path
 */
export function readSchema(model: string, schema: ModelSchema): ReadSchema {
  const output = convertSide(model, schema, "output");
  const fields = convertRow(output);
  const unsupported = [...output.unsupported];
  if (fields !== undefined && unsupported.length === 0) {
    // What is wrong with the input alone (a union, say) is for the schema: it never reaches the engine.
    const taken = convertRow(convertSide(model, schema, "input"));
    if (taken !== undefined) unsupported.push(...changedKinds(taken, fields, ""));
  }
  if (fields === undefined || unsupported.length > 0) throw modelUnsupported(model, unsupported);
  return { fields, unenforced: output.unenforced };
}

function convertSide(model: string, schema: ModelSchema, side: "input" | "output"): Conversion {
  try {
    const { root, patterns } = describeSchema(schema, side);
    return new Conversion(root, patterns);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw modelUnsupported(model, [{ path: "", found, instead: "use types that JSON can hold" }], cause);
  }
}

/** Fields whose values are of one type going in and of another coming out. */
function changedKinds(
  taken: readonly FieldShape[],
  given: readonly FieldShape[],
  path: string,
): Unsupported[] {
  return given.flatMap((field) => {
    const before = taken.find(({ name }) => name === field.name);
    return before === undefined ? [] : changedShape(before.shape, field.shape, fieldPath(path, field.name));
  });
}

function changedShape(taken: Shape, given: Shape, path: string): Unsupported[] {
  if (taken.kind === "json") return [];
  if (taken.kind === "object" && given.kind === "object")
    return changedKinds(taken.fields, given.fields, path);
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
