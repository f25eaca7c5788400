/** What undoing a migration drops was empty when it was planned; here is the error for what no longer is. */
import { ModelVaultError, type ValidationIssue } from "@modelvault/core";
import type { Step } from "../plan/step.ts";
import { describeStep } from "../plan/step-text.ts";

/** `reason`: a clause. */
export function noLongerEmpty(step: Step, reason: string): ModelVaultError {
  const { collection } = step;
  const sentence = `${collection}: ${describeStep(step)}: ${reason}`;
  const issue: ValidationIssue = {
    message: reason,
    path: "path" in step ? [...step.path] : [],
    rule: "empty",
    expected: "nothing",
    actual: "a value",
  };
  return new ModelVaultError(
    "migration_irreversible",
    `The migration cannot be undone exactly any more:\n- ${sentence}`,
    { reasons: [sentence] },
    { issues: [issue] },
  );
}
