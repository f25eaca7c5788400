/**
 * Rows of the model as rows of the engine: dates become timestamps, everything else goes as it is. Where a row of before is given, a
 * timestamp that still lies in the millisecond of its date keeps the microseconds that a date does not know.
 */
import { ModelVaultError, type Row, type ValidationIssue, type Value } from "@modelvault/core";
import { fieldsIn, type RowShape, type Shape } from "../convert/shape.ts";
import { millisecondOf, toTimestamp } from "./timestamps.ts";

type Path = readonly (string | number)[];

/** Makes the engine's row of a model's. @throws validation_failed for dates that are none */
export type Lowerer = (row: Row, before?: Row) => Row;

/** `collection` is for messages. */
export function compileLowerer(shape: RowShape, collection: string): Lowerer {
  if (!holdsDates(shape)) return (row) => row;
  return (row, before) => {
    const issues: ValidationIssue[] = [];
    const lowered = lowerValue(shape, row, before, [], issues) as Row;
    if (issues.length === 0) return lowered;
    const problems = issues.map(({ message }) => message).join(" ");
    throw new ModelVaultError(
      "validation_failed",
      `The row for "${collection}" has ${issues.length === 1 ? "a problem" : `${issues.length} problems`}: ${problems}`,
      { collection },
      { issues },
    );
  };
}

/** Whether a value of a shape may have dates in it. */
export function holdsDates(shape: Shape): boolean {
  if (shape.kind === "list") return holdsDates(shape.element.shape);
  return shape.kind === "timestamp" || (fieldsIn(shape)?.some((field) => holdsDates(field.shape)) ?? false);
}

function lowerValue(
  shape: Shape,
  value: unknown,
  before: unknown,
  path: Path,
  issues: ValidationIssue[],
): unknown {
  if (value === null || value === undefined) return value;
  if (shape.kind === "timestamp")
    return value instanceof Date ? lowerDate(value, before, path, issues) : value;
  if (!holdsDates(shape)) return value;
  if (shape.kind === "list") {
    if (!Array.isArray(value)) return value;
    const elements: readonly unknown[] = Array.isArray(before) ? before : [];
    return value.map((element: unknown, position) =>
      lowerValue(shape.element.shape, element, elements[position], [...path, position], issues),
    );
  }
  // Objects of other kinds hold what they hold elsewhere than in fields; they go as they are, for the engine to refuse.
  if (Object.prototype.toString.call(value) !== "[object Object]") return value;
  return lowerFields(shape, value, before, path, issues);
}

function lowerFields(
  shape: Shape,
  value: object,
  before: unknown,
  path: Path,
  issues: ValidationIssue[],
): unknown {
  const lowered: Record<string, unknown> = { ...value };
  for (const { name, shape: inner } of fieldsIn(shape) ?? []) {
    if (!Object.hasOwn(lowered, name) || !holdsDates(inner)) continue;
    lowered[name] = lowerValue(inner, lowered[name], memberOf(before, name), [...path, name], issues);
  }
  return lowered;
}

function memberOf(before: unknown, name: string): unknown {
  if (typeof before !== "object" || before === null || !Object.hasOwn(before, name)) return undefined;
  return (before as { readonly [name: string]: unknown })[name];
}

function lowerDate(date: Date, before: unknown, path: Path, issues: ValidationIssue[]): Value {
  const known = typeof before === "number" || typeof before === "bigint" ? before : undefined;
  if (known !== undefined && millisecondOf(known) === date.getTime()) return known;
  const timestamp = toTimestamp(date);
  if (timestamp !== undefined) return timestamp;
  issues.push({
    message: `"${path.join(".")}" must be a valid date, not an invalid one.`,
    path: [...path],
    rule: "type",
    expected: "a valid date",
    actual: "an invalid Date",
  });
  return null;
}

/** What stands behind an operator, for the engine: dates become timestamps where the path is one of dates. */
export function lowerOperand(shape: Shape | undefined, operand: unknown): unknown {
  const kind = shape?.kind === "list" ? shape.element.shape.kind : shape?.kind;
  if (kind !== "timestamp") return operand;
  if (Array.isArray(operand)) return operand.map((part: unknown) => lowerOperand(shape, part));
  // An invalid date goes as it is, for the engine to refuse.
  return operand instanceof Date ? (toTimestamp(operand) ?? operand) : operand;
}
