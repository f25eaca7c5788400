/**
 * What a schema wanted where it found something else, as a clause for people. Libraries say it in their message, in ways of their own; beside it they tell
 * bounds, formats and choices as data, of which clauses are made here. Of those that tell nothing there is nothing to say but that their check failed.
 */
import { showValue } from "./show-value.ts";

/** A schema's issue as far as the standard describes it, and the extra words that some libraries add. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** What was expected, in words: of Valibot, ArkType and some issues of Zod. */
  readonly expected?: unknown;
  /** Zod's and ArkType's. */
  readonly code?: unknown;
  /** Valibot's: whether a type was not met or a rule on it, and which. */
  readonly kind?: unknown;
  readonly type?: unknown;
  /** Zod's: what kind of value a bound is for, and the bound. */
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: unknown;
  readonly exact?: unknown;
  readonly divisor?: unknown;
  readonly values?: unknown;
  readonly options?: unknown;
  readonly keys?: unknown;
  readonly format?: unknown;
  readonly pattern?: unknown;
}

const CHOICES_MAX = 10;

/** `value`: what was found. */
export function expectationOf(issue: SchemaIssue, value: unknown): string {
  if (isInvalidDate(value)) return "a valid date";
  const { code, expected, kind, type } = issue;
  if (typeof expected === "string" && expected !== issue.message) return expected;
  switch (code) {
    case "too_small":
      return boundText("at least", "more than", issue.minimum, issue);
    case "too_big":
      return boundText("at most", "less than", issue.maximum, issue);
    case "not_multiple_of":
      return `a multiple of ${String(issue.divisor)}`;
    case "invalid_value":
      return choiceText(issue.values);
    case "invalid_union":
      return Array.isArray(issue.options) ? choiceText(issue.options) : "a value of one of the types";
    case "unrecognized_keys":
      return `no key ${Array.isArray(issue.keys) ? issue.keys.map(showValue).join(", ") : "beside those of the schema"}`;
    case "invalid_format":
      return formatText(issue);
  }
  const rule = kind === "validation" ? type : code;
  return typeof rule === "string" && rule !== "custom" && rule !== "check"
    ? `a value that passes "${rule}"`
    : "a value that the schema's own check takes";
}

/** The message, but for an invalid date that a library calls a date. */
export function messageOf({ message }: SchemaIssue, value: unknown): string {
  return isInvalidDate(value) && message === "Invalid input: expected date, received Date"
    ? "Invalid input: expected date, received an invalid Date"
    : message;
}

function isInvalidDate(value: unknown): boolean {
  return value instanceof Date && Number.isNaN(value.getTime());
}

function boundText(
  inclusively: string,
  exclusively: string,
  bound: unknown,
  { origin, inclusive, exact }: SchemaIssue,
): string {
  const how = exact === true ? "exactly" : inclusive === false ? exclusively : inclusively;
  const plural = bound === 1 ? "" : "s";
  if (origin === "string") return `${how} ${String(bound)} character${plural}`;
  if (origin === "array") return `${how} ${String(bound)} element${plural}`;
  if (origin !== "date") return `${how} ${String(bound)}`;
  const date = bound instanceof Date ? bound : new Date(Number(bound));
  return `${how} ${isInvalidDate(date) ? String(bound) : date.toISOString()}`;
}

function choiceText(values: unknown): string {
  if (!Array.isArray(values) || values.length === 0) return "another value";
  const shown = values.slice(0, CHOICES_MAX).map(showValue).join(", ");
  if (values.length === 1) return shown;
  return `one of ${shown}${values.length > CHOICES_MAX ? ", …" : ""}`;
}

function formatText({ format, pattern }: SchemaIssue): string {
  if (format === "regex" && typeof pattern === "string") return `a text that matches ${pattern}`;
  return `a text that passes "${String(format)}"`;
}
