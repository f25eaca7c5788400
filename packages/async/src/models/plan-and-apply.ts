/** Plans and their application on an asynchronous database. Both are those of the synchronous API, worked out here on facts that were read before. */
import { argumentInvalid } from "@modelvault/core";
import {
  type Applied,
  type ApplyOptions,
  apply,
  type Model,
  namingBothRows,
  Plan,
  type PlanOptions,
  plan,
} from "@modelvault/models";
import type { AsyncDatabase, ReadOptions } from "../database/async-database.ts";
import type { AsyncReadHandle } from "../database/async-handle.ts";
import { AsyncTransaction } from "../database/async-transaction.ts";
import type { AsyncView } from "../database/async-view.ts";
import type { AsyncTransactionOptions } from "../database/options.ts";
import { checkHandle } from "./handles.ts";
import { Notebook, VaultFacts } from "./vault-facts.ts";

/**
 * What has to happen for the vault to have the collections of these models, as `plan` of the synchronous API.
 *
 * @example
 * const changes = await asyncPlan(db, [Book, Author]);
 * console.log(String(changes));
 */
export async function asyncPlan(
  db: AsyncDatabase | AsyncTransaction | AsyncView,
  models: readonly Model[],
  options?: PlanOptions,
): Promise<Plan> {
  checkHandle(db, "plan", "asynchronous database, transaction or view");
  return plan(await atOneMoment(db, VaultFacts.read), models, options);
}

/** Reads with a transaction or a view as they are, on a database in a view of its own. */
export function atOneMoment<T>(
  db: AsyncReadHandle | AsyncDatabase,
  read: (handle: AsyncReadHandle) => Promise<T>,
  options?: ReadOptions,
): Promise<T> {
  return "read" in db ? db.read(read, options) : read(db);
}

/**
 * Applies a plan in one transaction, as `apply` of the synchronous API. Functions of rows run in the caller's thread, some hundred rows at a time, while
 * the engine waits in the middle of the change. Without `timeoutMs` it may take as long as it takes.
 */
export async function asyncApply(
  db: AsyncDatabase | AsyncTransaction,
  changes: Plan,
  options: ApplyOptions = {},
  limits: AsyncTransactionOptions = {},
): Promise<Applied> {
  checkHandle(db, "apply", "asynchronous database or transaction", "transaction");
  if (!(changes instanceof Plan))
    throw argumentInvalid("plan", "a plan made with asyncPlan() or planFromJson()", changes);
  if (changes.isEmpty) return apply(new Notebook().handle, changes, options);
  return migrating(db, limits, (tx) => applyIn(tx, changes, options));
}

/** Applies a plan in a transaction that is there already. */
export async function applyIn(tx: AsyncTransaction, changes: Plan, options: ApplyOptions): Promise<Applied> {
  const notebook = await Notebook.read(tx);
  const applied = apply(notebook.handle, changes, options);
  try {
    await notebook.carryOut(tx);
  } catch (error) {
    throw namingBothRows(error, changes);
  }
  return applied;
}

/** Runs a change of schemas as one transaction that takes as long as it takes. */
export function migrating<T>(
  db: AsyncDatabase | AsyncTransaction,
  limits: AsyncTransactionOptions,
  work: (tx: AsyncTransaction) => Promise<T>,
): Promise<T> {
  // All or nothing anyway: without savepoints, any number of rows can be rewritten.
  return db.transaction(work, {
    timeoutMs: Number.POSITIVE_INFINITY,
    ...limits,
    ...(db instanceof AsyncTransaction ? {} : { savepoints: false }),
  });
}
