/**
 * What stops a migration at a unique index: two rows of the vault with one value. The engine's error knows both rows and the index; here it comes to say
 * which step of the plan wants the index, that nothing was changed, and how to find every such row.
 */
import { isModelVaultError, ModelVaultError, type Value } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import type { Plan } from "../plan/plan.ts";
import { describeStep } from "../plan/step-text.ts";

/** The same error (code and details) in the words of a plan; any other is given back as it is. */
export function namingBothRows(error: unknown, { steps }: Plan): unknown {
  if (!isModelVaultError(error, "unique_violation")) return error;
  const { collection, index, path, value, holder, key } = error.details;
  const own = steps.filter((step) => step.collection === collection);
  const building = own.find(
    (step) => (step.kind === "addIndex" || step.kind === "changeIndex") && step.index === index,
  );
  // The index is there already, and what a step made of the rows has come to the same value.
  if (building === undefined && !own.some(({ safety }) => safety === "data")) return error;
  const step = building === undefined ? "" : ` (step: ${describeStep(building)})`;
  return new ModelVaultError(
    "unique_violation",
    `The rows ${shown(holder)} and ${shown(key)} of "${collection}" both have ${shown(value)} at "${path}" after the plan, of which the unique index "${index}" takes one${step}. Nothing was changed. plan.check(db) lists every row that stands in the way.`,
    error.details,
    { cause: error },
  );
}

function shown(value: unknown): string {
  return showValue(value as Value);
}
