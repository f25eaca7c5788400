/** Which step of a plan a row fails at: the one that is about the place where the row does not fit, else one that made the row by a function. */
import type { ValidationIssue } from "@modelvault/core";
import { startsWith } from "../plan/schema-tree.ts";
import type { Step } from "../plan/step.ts";
import type { RowProblem } from "./check-report.ts";

/** What is put down to one step. */
export interface Blame {
  failing: number;
  readonly problems: RowProblem[];
}

/** Position of the step; -1 when the collection has none that could be it. */
export function stepToBlame(
  steps: readonly Step[],
  collection: string,
  issue: Pick<ValidationIssue, "path" | "rule">,
): number {
  const path = issue.path.map((key) => (typeof key === "number" ? "[]" : key));
  let best = -1;
  let bestScore = -1;
  for (const [at, step] of steps.entries()) {
    if (step.collection !== collection) continue;
    const score = scoreOf(step, path, issue.rule);
    if (score > bestScore) {
      best = at;
      bestScore = score;
    }
  }
  return best;
}

/** How well a step explains an issue: by the length of the path they share, functions before rules where there is none. */
function scoreOf(step: Step, path: readonly string[], rule: string): number {
  if ("path" in step && path.length > 0 && !("index" in step) && touches(step.path, path))
    return 10 + 2 * step.path.length + (goesWith(step, rule) ? 1 : 0);
  if (step.kind === "rewriteRows") return 3;
  if ("fill" in step && (step.fill.by === "function" || step.fill.by === "model")) return 2;
  if ("by" in step && step.by === "function") return 2;
  return step.safety === "safe" ? 0 : 1;
}

function touches(own: readonly string[], path: readonly string[]): boolean {
  return startsWith(own, path) || startsWith(path, own);
}

/** Whether a rule is one that a step brings: of two steps on one field, the one that is meant. */
function goesWith(step: Step, rule: string): boolean {
  if (rule === "required")
    return step.kind === "addField" || step.kind === "makeRequired" || step.kind === "makeVariantRequired";
  if (rule === "type") return step.kind === "convertType";
  return step.kind === "tightenConstraint";
}
