/**
 * Checks the field list and the primary key of a schema: every path is a path, given once, and none leads through another;
 * the primary key is a field of one segment with a scalar type.
 */
import { didYouMean } from "../errors/suggest.ts";
import { checkConstraints } from "./check-constraints.ts";
import { checkDefault } from "./check-default.ts";
import { FIELD_KEYS, SCALAR_KINDS, TypeChecker } from "./check-type.ts";
import { describeValue, quote } from "./describe-value.ts";
import { pathKey, pathText, readPath } from "./field-path.ts";
import { fieldsMax } from "./limits.ts";
import { nameProblem, trimName } from "./names.ts";
import { type Problems, place, readKeys } from "./problems.ts";
import { unwrap } from "./resolve-path.ts";
import type { Field, FieldPath } from "./types.ts";

/** Fields without problems, and where in the list each stood. */
export interface CheckedFields {
  readonly fields: readonly Field[];
  /** Paths of fields that have a problem elsewhere, so that nothing else complains that they are missing. */
  readonly brokenPaths: readonly FieldPath[];
}

/** Checks a field list. */
export function checkFields(problems: Problems, at: string, value: unknown): CheckedFields {
  const fields: Field[] = [];
  const brokenPaths: FieldPath[] = [];
  if (!Array.isArray(value)) {
    problems.wrong("schema_invalid", at, "a list of fields", value);
    return { fields, brokenPaths };
  }
  if (value.length > fieldsMax) {
    problems.wrong("schema_invalid", at, `at most ${fieldsMax} fields`, value);
    return { fields, brokenPaths };
  }
  const types = new TypeChecker(problems);
  const paths: { readonly path: FieldPath; readonly at: string }[] = [];
  const places = new Map<Field, string>();
  for (let index = 0; index < value.length; index++) {
    const inside = place(at, index);
    const keys = readKeys(problems, "schema_invalid", inside, value[index], FIELD_KEYS);
    if (keys === undefined) continue;
    const path = keys.has("path") ? checkPath(problems, place(inside, "path"), keys.get("path")) : undefined;
    const type = keys.has("type") ? types.check(place(inside, "type"), keys.get("type")) : undefined;
    const constraints = checkConstraints(
      problems,
      place(inside, "constraints"),
      keys.get("constraints"),
      type,
    );
    if (path === undefined) continue;
    paths.push({ path, at: place(inside, "path") });
    if (type === undefined) {
      brokenPaths.push(path);
      continue;
    }
    const filling = checkDefault(problems, place(inside, "default"), keys.get("default"), type, constraints);
    const field: Field = Object.freeze({
      path,
      type,
      constraints,
      ...(filling === undefined ? {} : { default: filling }),
    });
    places.set(field, inside);
    fields.push(field);
  }
  checkPathsDiffer(problems, paths);
  checkLayout(problems, fields, places);
  return { fields: Object.freeze(fields), brokenPaths };
}

/** A path of a descriptor; undefined when it is none. */
export function checkPath(problems: Problems, at: string, value: unknown): FieldPath | undefined {
  const path = readPath(value);
  if (typeof path !== "string") return path;
  problems.add("field_path_invalid", at, {
    message: `A field path ${path}; found ${describeValue(value)}.`,
    expected: `a path that ${path}`,
    actual: describeValue(value),
  });
  return undefined;
}

function checkPathsDiffer(
  problems: Problems,
  paths: readonly { readonly path: FieldPath; readonly at: string }[],
): void {
  const firstPlaces = new Map<string, string>();
  for (const { path, at } of paths) {
    const key = pathKey(path);
    const first = firstPlaces.get(key);
    if (first === undefined) firstPlaces.set(key, at);
    else {
      problems.add("field_path_invalid", at, {
        message: `The path "${pathText(path)}" is given already, at ${first}.`,
        expected: "a path given once",
        actual: pathText(path),
      });
    }
  }
  for (const { path, at } of paths) {
    for (let length = 1; length < path.length; length++) {
      const parent = path.slice(0, length);
      if (!firstPlaces.has(pathKey(parent))) continue;
      problems.add("field_path_invalid", at, {
        message: `The path "${pathText(path)}" leads through the field "${pathText(parent)}". Make that an object type that holds this field, or give both their own paths.`,
        expected: `no field "${pathText(parent)}" beside it`,
        actual: pathText(path),
      });
    }
  }
}

/**
 * Upstream treats every leaf of a row as a path where any field has several segments, so it can never store, or read back,
 * an object type beside such a field.
 */
function checkLayout(problems: Problems, fields: readonly Field[], places: ReadonlyMap<Field, string>): void {
  const nested = fields.find((field) => field.path.length > 1);
  if (nested === undefined) return;
  for (const field of fields) {
    if (unwrap(field.type).type.kind !== "object") continue;
    const name = pathText(field.path);
    problems.add("schema_invalid", place(places.get(field) ?? "", "type"), {
      message: `"${name}" is an object type beside "${pathText(nested.path)}", a path of several segments; a schema has one or the other. Write "${name}" as paths below it, or "${nested.path[0]}" as an object type.`,
      expected: "object types or paths of several segments, not both",
      actual: "both",
    });
  }
}

/** The name of the primary key, trimmed; undefined when it has problems. */
export function checkPrimaryKey(
  problems: Problems,
  at: string,
  value: unknown,
  checked: CheckedFields,
): string | undefined {
  if (typeof value !== "string") {
    problems.wrong("primary_key_field_invalid", at, "the name of a field", value);
    return undefined;
  }
  const name = trimName(value);
  const problem = nameProblem(name);
  const actual = describeValue(value);
  const add = (message: string, expected: string): undefined =>
    problems.add("primary_key_field_invalid", at, { message, expected, actual }) as undefined;
  if (problem !== undefined) return add(`The name of the primary key ${problem}.`, "the name of a field");
  const field = checked.fields.find((candidate) => candidate.path.length === 1 && candidate.path[0] === name);
  if (field === undefined) {
    if (checked.brokenPaths.some((path) => path.length === 1 && path[0] === name)) return undefined;
    if (checked.fields.some((candidate) => pathText(candidate.path) === name)) {
      return add(
        `The primary key is a field of one segment; ${quote(name)} is a path of several.`,
        "a field of one segment",
      );
    }
    const single = checked.fields
      .filter((candidate) => candidate.path.length === 1)
      .map((candidate) => candidate.path[0] ?? "");
    return add(
      `There is no field ${quote(name)} to be the primary key.${didYouMean(name, single)}`,
      single.slice(0, 20).join(", "),
    );
  }
  if ((SCALAR_KINDS as readonly string[]).includes(field.type.kind)) return name;
  const expected = SCALAR_KINDS.join(", ");
  return add(
    `The primary key ${quote(name)} is of type ${field.type.kind}; it must be one of ${expected}.`,
    expected,
  );
}
