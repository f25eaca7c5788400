/** What undoing a migration takes, worked out beside the rows. Loaded in the engine's thread when it is first asked for (`history.ts` of models). */
import type { WriteHandle } from "@modelvault/core";
import { type PlanData, planRevert } from "@modelvault/models";

/** The plan as plain data. @throws migration_irreversible, plan_stale */
export function planRevertData(tx: WriteHandle): PlanData {
  return planRevert(tx).data;
}
