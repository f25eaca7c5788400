/** Rows held to what their variant requires, which the engine cannot do: where a value is missing, and where one of a certain variant goes. */
import type { Row, ValidationIssue, Value } from "@modelvault/core";
import { startsWith } from "../plan/schema-tree.ts";
import type { Step } from "../plan/step.ts";
import { type VariantNeed, whenText } from "../plan/variant-needs.ts";
import { holdsTags, isContainer } from "./row-path.ts";

/** What a row lacks, as the engine would tell of a field that is required. */
export function missingIn(row: Row, needs: readonly VariantNeed[]): ValidationIssue[] {
  return needs.flatMap((need) => [...missing(row, need, [])].map((path) => issueAt(path, need)));
}

function* missing(
  value: Value | undefined,
  need: VariantNeed,
  walked: readonly (string | number)[],
): Generator<readonly (string | number)[], void, undefined> {
  const { path, when } = need;
  const name = path[walked.length];
  if (name === undefined) {
    if (value === undefined || value === null) yield walked;
    return;
  }
  if (Array.isArray(value)) {
    if (name !== "[]") return;
    for (const [position, element] of (value as readonly Value[]).entries())
      yield* missing(element, need, [...walked, position]);
    return;
  }
  if (!isContainer(value) || !holdsTags(value, when, walked.length)) return;
  yield* missing(Object.hasOwn(value, name) ? value[name] : undefined, need, [...walked, name]);
}

function issueAt(path: readonly (string | number)[], { when }: VariantNeed): ValidationIssue {
  const expected = `a value, where ${whenText(when)}`;
  return {
    message: `"${path.join(".")}" is required where ${whenText(when)}.`,
    path: [...path],
    rule: "required",
    expected,
    actual: "null",
  };
}

/** Whether a step asks for what a variant needs, or may have taken it away by a function. */
export function concerns(step: Step, { path, when }: VariantNeed): boolean {
  switch (step.kind) {
    case "rewriteRows":
      return true;
    case "addField":
    case "makeRequired":
      return touches(step.path, path) || when.some((tag) => touches(step.path, tag.path));
    case "convertType":
    case "tightenConstraint":
      return (
        step.by === "function" &&
        (touches(step.path, path) || when.some((tag) => touches(step.path, tag.path)))
      );
    case "makeVariantRequired":
      return samePath(step.path, path) && JSON.stringify(step.when) === JSON.stringify(when);
    default:
      return false;
  }
}

function touches(own: readonly string[], path: readonly string[]): boolean {
  return startsWith(own, path) || startsWith(path, own);
}

export function samePath(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && startsWith(one, other);
}
