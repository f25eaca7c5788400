/**
 * What a row breaks, said the plain way: one recursive reading of the rules, slow and without words. The oracle for the compiled
 * validator. Answers are `rule at path`.
 */

import { isDeepStrictEqual } from "node:util";
import { RE2JS } from "re2js";
import type { Constraint, Field, ObjectField, Schema, Type } from "../../src/schema/types.ts";

const isMissing = (value: unknown): boolean => value === null || value === undefined;

export function naiveIssues(schema: Schema, row: unknown): string[] {
  const found: string[] = [];
  const add = (rule: string, path: readonly (string | number)[]): void => {
    found.push(`${rule} at ${JSON.stringify(path)}`);
  };
  checkLevel(schema.fields, 0, row, []);
  return found;

  function checkLevel(
    fields: readonly Field[],
    depth: number,
    value: unknown,
    path: readonly (string | number)[],
  ): void {
    if (!isObject(value)) {
      add("type", path);
      return;
    }
    const names = new Set(fields.map((field) => field.path[depth] as string));
    for (const name of names) {
      const below = fields.filter((field) => field.path[depth] === name);
      const content = own(value, name);
      const [only] = below;
      if (only !== undefined && only.path.length === depth + 1) checkField(only, content, [...path, name]);
      else if (!isMissing(content)) checkLevel(below, depth + 1, content, [...path, name]);
      else {
        for (const field of below) {
          if (field.type.kind !== "optional") add("required", [...path, ...field.path.slice(depth)]);
        }
      }
    }
    checkKeys(value, names, path);
  }

  function checkKeys(value: object, names: ReadonlySet<string>, path: readonly (string | number)[]): void {
    for (const name of Object.keys(value)) if (!names.has(name)) add("unknown_field", [...path, name]);
    if (Object.getOwnPropertySymbols(value).length > 0) add("unknown_field", path);
  }

  function checkField(
    { path: [name], path: { length }, type, constraints }: Field,
    value: unknown,
    path: readonly (string | number)[],
  ): void {
    const clean = checkValue(type, constraints, value, path);
    if (
      clean &&
      length === 1 &&
      name === schema.primaryKey &&
      typeof value === "number" &&
      !Number.isFinite(value)
    ) {
      add("primary_key", path);
    }
  }

  function checkValue(
    type: Type,
    constraints: readonly Constraint[],
    value: unknown,
    path: readonly (string | number)[],
  ): boolean {
    const before = found.length;
    if (type.kind === "optional") {
      if (!isMissing(value)) checkValue(type.inner, constraints, value, path);
    } else if (isMissing(value)) add("required", path);
    else {
      checkType(type, value, path);
      if (found.length === before) {
        for (const constraint of constraints) if (!meets(constraint, value)) add(constraint.kind, path);
      }
    }
    return found.length === before;
  }

  function checkType(type: Type, value: unknown, path: readonly (string | number)[]): void {
    if (type.kind === "list") checkList(type.element, value, path);
    else if (type.kind === "object") checkObject(type.fields, value, path);
    else if (type.kind === "enum") {
      if (!type.variants.includes(value as string)) add("enum", path);
    } else if (type.kind === "json") checkJson(value, path);
    else if (!isScalar(type.kind, value)) add("type", path);
  }

  function checkList(element: Type, value: unknown, path: readonly (string | number)[]): void {
    if (!Array.isArray(value)) {
      add("type", path);
      return;
    }
    for (let index = 0; index < value.length; index++) {
      if (index in value) checkValue(element, [], value[index], [...path, index]);
      else add("type", [...path, index]);
    }
  }

  function checkObject(
    fields: readonly ObjectField[],
    value: unknown,
    path: readonly (string | number)[],
  ): void {
    if (!isObject(value)) {
      add("type", path);
      return;
    }
    for (const { name, type, constraints } of fields)
      checkValue(type, constraints, own(value, name), [...path, name]);
    checkKeys(value, new Set(fields.map(({ name }) => name)), path);
  }

  function checkJson(value: unknown, path: readonly (string | number)[]): void {
    if (!survivesJson(value)) add("type", path);
  }
}

function survivesJson(value: unknown): boolean {
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") return false;
  try {
    return isDeepStrictEqual(plain(value), JSON.parse(JSON.stringify(value)));
  } catch {
    return false;
  }
}

/** JSON loses -0 and properties that are undefined; nothing else is forgiven, and lone surrogates are not though JSON could hold them. */
function plain(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value === "string") return hasSurrogate(value) ? undefined : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const entries = Object.entries(value).filter(([, content]) => content !== undefined);
  if (entries.some(([key]) => hasSurrogate(key))) return undefined;
  return Object.fromEntries(entries.map(([key, content]) => [key, plain(content)]));
}

function hasSurrogate(text: string): boolean {
  return /\p{Surrogate}/u.test(text);
}

function own(value: object, name: string): unknown {
  return Object.keys(value).includes(name) ? (value as Record<string, unknown>)[name] : undefined;
}

function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Object]";
}

function isScalar(kind: Type["kind"], value: unknown): boolean {
  switch (kind) {
    case "bool":
      return value === true || value === false;
    case "int64":
    case "timestamp":
      return isInteger(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value);
    case "uint64":
      return isInteger(value) && BigInt.asUintN(64, BigInt(value)) === BigInt(value);
    case "float64":
      return typeof value === "number";
    case "string":
      return typeof value === "string" && !hasSurrogate(value);
    case "bytes":
      return value instanceof Uint8Array;
    case "uuid":
      return typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
    default:
      throw new Error(`${kind} is no scalar`);
  }
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function meets(constraint: Constraint, value: unknown): boolean {
  const length =
    typeof value === "string" ? new TextEncoder().encode(value).length : (value as { length: number }).length;
  switch (constraint.kind) {
    case "min_i64":
    case "min_u64":
      return BigInt(value as number) >= constraint.value;
    case "max_i64":
    case "max_u64":
      return BigInt(value as number) <= constraint.value;
    case "min_f64":
      return Number.isNaN(value) || (value as number) >= constraint.value;
    case "max_f64":
      return Number.isNaN(value) || (value as number) <= constraint.value;
    case "min_length":
      return BigInt(length) >= constraint.value;
    case "max_length":
      return BigInt(length) <= constraint.value;
    case "nonempty":
      return length > 0;
    case "email":
      return /@/.test(value as string) && /\./.test(value as string);
    case "url":
      return (value as string).startsWith("http://") || (value as string).startsWith("https://");
    case "regex":
      return meetsPattern(constraint.pattern, value as string);
  }
}

/** The sample patterns in JavaScript's own words, where RE2's ASCII classes would say something else. */
const inJavaScript: ReadonlyMap<string, RegExp> = new Map([
  ["\\d", /\p{Nd}/u],
  ["^\\w+$", /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+$/u],
  ["[\\W_]", /[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]|_/u],
]);

function meetsPattern(pattern: string, text: string): boolean {
  return (inJavaScript.get(pattern) ?? RE2JS.compile(pattern)).test(text);
}
