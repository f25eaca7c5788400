/** The options of `defineModel` and what they must be. What only types would catch is caught here too. */
import { refuseUnknownOptions } from "@modelvault/core";
import { type FieldShape, fieldAt, fieldsIn } from "../convert/shape.ts";
import type { RowPathsOf, ScalarPathsOf } from "../types/paths.ts";
import { argumentInvalid } from "./arguments.ts";
import type { IndexSpec } from "./index-spec.ts";
import type { Generate } from "./model.ts";

export interface ModelOptions<
  Row,
  Key extends string,
  Generated extends Generate | undefined = Generate | undefined,
> {
  /** A field that every row has: text (not an enum), a number, a boolean, a bigint, a date or bytes. */
  readonly primaryKey: Key;
  /** Makes keys for rows that come without one. */
  readonly generate?: Generated;
  /** Made with `index` and `unique`. */
  readonly indexes?: readonly IndexSpec<{ [P in ScalarPathsOf<Row>]: P }[ScalarPathsOf<Row>]>[];
  /** The name that the collection had before this one: a plan renames it and keeps its rows. */
  readonly renamedFrom?: string;
  /**
   * Former dotted paths of fields by their dotted paths of now: a plan renames them and keeps their values. Fields of a list's elements are
   * named `lines.[].count`; they stay in their list.
   */
  readonly renamedFields?: { readonly [Path in RowPathsOf<Row>]?: string } & {
    readonly [path: `${string}.[].${string}`]: string;
  };
}

const OPTION_NAMES: readonly string[] = ["primaryKey", "generate", "indexes", "renamedFrom", "renamedFields"];

/** @throws argument_invalid */
export function checkOptions(options: unknown): void {
  if (!isObject(options)) throw argumentInvalid("options", "an object with primaryKey", options);
  refuseUnknownOptions(options, OPTION_NAMES);
  const { primaryKey, generate, indexes, renamedFrom, renamedFields } = options;
  if (typeof primaryKey !== "string")
    throw argumentInvalid("options.primaryKey", "the name of a field", primaryKey);
  if (generate !== undefined && generate !== "uuidv7" && generate !== "autoincrement")
    throw argumentInvalid("options.generate", '"uuidv7" or "autoincrement"', generate);
  if (renamedFrom !== undefined && (typeof renamedFrom !== "string" || renamedFrom === ""))
    throw argumentInvalid("options.renamedFrom", "the former name of the collection", renamedFrom);
  if (renamedFields !== undefined && (!isObject(renamedFields) || Array.isArray(renamedFields)))
    throw argumentInvalid("options.renamedFields", "an object of former paths by path", renamedFields);
  if (indexes !== undefined) checkIndexes(indexes);
}

/** The way to make keys must be one for keys of their type. @throws argument_invalid */
export function checkGenerated(
  fields: readonly FieldShape[],
  primaryKey: string,
  generate: Generate | undefined,
): void {
  const kind = fields.find(({ name }) => name === primaryKey)?.shape.kind;
  if (generate === undefined || kind === undefined) return;
  const kinds: readonly string[] = generate === "uuidv7" ? ["uuid", "string"] : ["int64", "bigint"];
  if (kinds.includes(kind)) return;
  const what = generate === "uuidv7" ? "a uuid or a text" : "a whole number or a bigint";
  throw argumentInvalid(
    "options.generate",
    `left out: "${generate}" makes ${what}, and the key is ${kind}`,
    generate,
  );
}

function checkIndexes(indexes: unknown): void {
  if (!Array.isArray(indexes))
    throw argumentInvalid("options.indexes", "an array made with index() and unique()", indexes);
  for (const [position, spec] of indexes.entries()) {
    if (isObject(spec) && typeof spec.path === "string" && typeof spec.unique === "boolean") continue;
    throw argumentInvalid(
      `options.indexes[${position}]`,
      'an index such as index("year") or unique("title")',
      spec,
    );
  }
}

/** Former paths by path: each path is one of the model's, no two come from one, and none change places. @throws argument_invalid */
export function checkRenamedFields(
  fields: readonly FieldShape[],
  renamedFields: { readonly [path: string]: string | undefined } = {},
): { readonly [path: string]: string } {
  const renames: [path: string, former: string][] = [];
  for (const [path, former] of Object.entries(renamedFields)) {
    if (former === undefined) continue;
    const argument = `options.renamedFields[${JSON.stringify(path)}]`;
    if (!hasPath(fields, path))
      throw argumentInvalid(argument, "left out: the model has no such path", former);
    if (typeof former !== "string" || former.split(".").includes(""))
      throw argumentInvalid(argument, "the path that the field had before", former);
    if (former === path || renames.some(([, other]) => other === former))
      throw argumentInvalid(argument, "a path that is neither its own nor the former one of another", former);
    if (listsIn(former) !== listsIn(path))
      throw argumentInvalid(argument, "a path through the same lists: values stay in theirs", former);
    renames.push([path, former]);
  }
  refuseCycles(new Map(renames));
  return Object.freeze(Object.fromEntries(renames));
}

/** Of names that change places nobody could tell whether it was done already, so it never would be. @throws argument_invalid */
function refuseCycles(renames: ReadonlyMap<string, string>): void {
  for (const [path, former] of renames) {
    let earlier: string | undefined = former;
    for (let hops = 0; earlier !== undefined && earlier !== path && hops < renames.size; hops++)
      earlier = renames.get(earlier);
    if (earlier === path)
      throw argumentInvalid(
        `options.renamedFields[${JSON.stringify(path)}]`,
        "no part of a circle: names that change places go by way of a third name, in two versions of the model",
        former,
      );
  }
}

/** Whether a model has a path; `[]` stands for the elements of a list. */
function hasPath(fields: readonly FieldShape[], path: string): boolean {
  const end = path.indexOf(".[].");
  if (end < 0) return fieldAt(fields, path) !== undefined;
  let shape = fieldAt(fields, path.slice(0, end))?.shape;
  let rest = path.slice(end + 1);
  for (; rest.startsWith("[]."); rest = rest.slice(3)) {
    if (shape?.kind !== "list") return false;
    shape = shape.element.shape;
  }
  return shape !== undefined && hasPath(fieldsIn(shape) ?? [], rest);
}

function listsIn(path: string): number {
  return path.split(".").filter((name) => name === "[]").length;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
