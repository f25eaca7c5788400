/**
 * Validation of a row by the model's own schema, before the engine sees it. What the schema gives out (defaults filled in, text
 * trimmed) is what is stored. Its issues become the issues of the engine's `validation_failed`, all of them at once.
 */
import { isModelVaultError, ModelVaultError, type Row, type ValidationIssue } from "@modelvault/core";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { asynchronous } from "../define/arguments.ts";
import type { Model } from "../define/model.ts";
import { expectationOf, messageOf, type SchemaIssue } from "./expectation.ts";
import { showValue } from "./show-value.ts";

/** Codes of Zod and ArkType, and types of Valibot, under the names that the engine has for the same rules. */
const RULES: ReadonlyMap<unknown, string> = new Map([
  ["invalid_type", "type"],
  ["domain", "type"],
  ["proto", "type"],
  ["invalid_value", "enum"],
  ["unit", "enum"],
  ["picklist", "enum"],
  ["literal", "enum"],
  ["unrecognized_keys", "unknown_field"],
]);

function ruleOf({ code, kind, type }: SchemaIssue): string {
  const name = kind === "schema" || kind === "validation" ? type : code;
  const known = RULES.get(name);
  if (known !== undefined) return known;
  if (kind === "schema") return "type";
  return typeof name === "string" ? name : "schema";
}

/** More problems of one row are not told of, as in the engine: a list can have a million bad elements. */
const ISSUES_MAX = 1000;

/** What the schema makes of a candidate row. @throws validation_failed, validation_async, model_schema_threw, model_schema_invalid */
export function validateRow(model: Model, candidate: unknown): Row {
  const result = runSchema(model, candidate);
  if (typeof result !== "object" || result === null) throw malformed(model, "no object");
  if (isPromise(result)) {
    // What it comes to is not news: the caller gets this error instead.
    result.then(undefined, () => undefined);
    throw whyLater(model, candidate);
  }
  if (result.issues === undefined) {
    if (typeof result.value !== "object" || result.value === null)
      throw malformed(model, "a row that is no object");
    return result.value as Row;
  }
  if (!Array.isArray(result.issues) || result.issues.length === 0)
    throw malformed(model, "issues that are no list of some");
  if (!result.issues.every(isIssue))
    throw malformed(model, "an issue without a message, or with a path that is none");
  const issues = result.issues.slice(0, ISSUES_MAX).map((issue) => describeIssue(issue, candidate));
  const summary = issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  throw new ModelVaultError(
    "validation_failed",
    `The row for "${model.name}" has ${issues.length === 1 ? "a problem" : `${issues.length} problems`}: ${summary.join("; ")}`,
    { collection: model.name },
    { issues },
  );
}

function runSchema(
  model: Model,
  candidate: unknown,
): StandardSchemaV1.Result<unknown> | PromiseLike<unknown> | null | undefined {
  try {
    return model.schema["~standard"].validate(candidate);
  } catch (cause) {
    if (isModelVaultError(cause, "validation_async")) throw asynchronous(model.name);
    throw schemaThrew(model, cause);
  }
}

function schemaThrew(model: Model, cause: unknown): ModelVaultError {
  const reason = cause instanceof Error ? cause.message : showValue(cause);
  return new ModelVaultError(
    "model_schema_threw",
    `The schema of the model "${model.name}" threw while it validated a row: ${reason}`,
    { model: model.name },
    { cause },
  );
}

/** Zod gives a promise where a check throws, too. Asked for an answer at once, it throws what the check threw, or an error of its own for what is asynchronous. */
function whyLater(model: Model, candidate: unknown): ModelVaultError {
  const { "~standard": standard, safeParse } = model.schema as Model["schema"] & {
    readonly safeParse?: unknown;
  };
  if (standard.vendor === "zod" && typeof safeParse === "function") {
    try {
      safeParse.call(model.schema, candidate);
    } catch (cause) {
      if (!(cause instanceof Error && cause.constructor.name === "$ZodAsyncError"))
        return schemaThrew(model, cause);
    }
  }
  return asynchronous(model.name);
}

/** Whether an issue is as the standard has it. Some libraries have arrays of their own kind for paths. */
function isIssue(issue: unknown): issue is SchemaIssue {
  if (typeof issue !== "object" || issue === null) return false;
  const { message, path } = issue as { readonly message?: unknown; readonly path?: unknown };
  if (typeof message !== "string") return false;
  if (path === undefined) return true;
  return (
    typeof (path as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === "function" &&
    typeof path === "object" &&
    Array.from(path as Iterable<unknown>).every(isSegment)
  );
}

function isSegment(segment: unknown): boolean {
  if (typeof segment !== "object") return isKey(segment);
  return segment !== null && isKey((segment as { readonly key?: unknown }).key);
}

function isKey(key: unknown): boolean {
  return typeof key === "string" || typeof key === "number" || typeof key === "symbol";
}

function describeIssue(issue: SchemaIssue, candidate: unknown): ValidationIssue {
  const { path = [] } = issue;
  // Some libraries have arrays of their own kind here; ours are plain.
  const keys = Array.from(path, (segment) => plainKey(typeof segment === "object" ? segment.key : segment));
  const value = valueAt(candidate, keys);
  const rule = ruleOf(issue);
  return {
    message: messageOf(issue, value),
    path: keys,
    rule: rule === "type" && value === undefined ? "required" : rule,
    expected: expectationOf(issue, value),
    actual: showValue(value),
  };
}

function plainKey(key: PropertyKey): string | number {
  return typeof key === "symbol" ? String(key) : key;
}

function valueAt(candidate: unknown, path: readonly (string | number)[]): unknown {
  let value = candidate;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string | number]: unknown })[key];
  }
  return value;
}

function malformed(model: Model, given: string): ModelVaultError {
  return new ModelVaultError(
    "model_schema_invalid",
    `The schema of the model "${model.name}" does not keep to Standard Schema: its validate function gave ${given}.`,
    { model: model.name, argument: "schema", expected: "an object with value or issues" },
  );
}

function isPromise(value: object): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>>).then === "function";
}
