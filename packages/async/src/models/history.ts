/** The migrations that a vault remembers, and undoing the last of them. */
import { type Applied, type ApplyOptions, type HistoryEntry, history, Plan } from "@modelvault/models";
import type { AsyncDatabase } from "../database/async-database.ts";
import type { AsyncReadHandle } from "../database/async-handle.ts";
import type { AsyncTransaction } from "../database/async-transaction.ts";
import type { AsyncTransactionOptions } from "../database/options.ts";
import { workerFile } from "../link/worker-module.ts";
import type { CallOptions } from "../transaction/call-site.ts";
import { checkHandle } from "./handles.ts";
import { applyIn, migrating } from "./plan-and-apply.ts";

/** Every plan that was applied to the vault, oldest first, as `history` of the synchronous API. */
export async function asyncHistory(db: AsyncReadHandle, options?: CallOptions): Promise<HistoryEntry[]> {
  checkHandle(db, "history", "asynchronous database, transaction or view");
  const notes = await db.notes("", options);
  return history({ notes: (prefix = "") => notes.filter(([key]) => key.startsWith(prefix)) });
}

/**
 * The plan that undoes the last migration which is not undone yet, as `planRevert` of the synchronous API. It is worked out in the engine's thread: rows are looked at, to see whether
 * new fields were used.
 * Rejects with migration_irreversible with a reason for each step in the way, plan_stale when the schemas changed since.
 */
export async function asyncPlanRevert(
  db: AsyncDatabase | AsyncTransaction,
  options?: CallOptions,
): Promise<Plan> {
  checkHandle(db, "planRevert", "asynchronous database or transaction", "transaction");
  return new Plan(await db.run(workerFile("plan-revert"), "planRevertData", [], options));
}

/**
 * Undoes the last migration: plans it and applies the plan, in one transaction. Options as those of `asyncApply`.
 * Rejects as asyncPlanRevert and asyncApply.
 */
export async function asyncRevert(
  db: AsyncDatabase | AsyncTransaction,
  options: ApplyOptions = {},
  limits: AsyncTransactionOptions = {},
): Promise<Applied> {
  checkHandle(db, "revert", "asynchronous database or transaction", "transaction");
  return migrating(db, limits, async (tx) => applyIn(tx, await asyncPlanRevert(tx), options));
}
