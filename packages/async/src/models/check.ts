/** The dry run of a plan on rows, awaited. The engine looks at the rows; models and functions are asked about them in the caller's thread. */
import { argumentInvalid, type Row, type VersionCheck } from "@modelvault/core";
import {
  type ApplyProgress,
  type CheckOptions,
  type CheckReport,
  checkInSteps,
  Plan,
  type RowQuestion,
} from "@modelvault/models";
import type { AsyncDatabase } from "../database/async-database.ts";
import type { AsyncReadHandle } from "../database/async-handle.ts";
import type { AsyncTransaction } from "../database/async-transaction.ts";
import type { AsyncView } from "../database/async-view.ts";
import type { CallOptions } from "../transaction/call-site.ts";
import { checkHandle } from "./handles.ts";
import { atOneMoment } from "./plan-and-apply.ts";
import { VaultFacts } from "./vault-facts.ts";

export interface AsyncCheckOptions extends CheckOptions, CallOptions {
  /** Told now and then how many rows of a collection were looked at, and at its end. What it throws ends the check. */
  readonly onProgress?: (progress: ApplyProgress) => void;
}

/** Rows between two reports. */
const REPORT_ROWS = 4096;

/**
 * The dry run of a plan, as its method `check` on the synchronous API: which rows would not survive it, step by step, on one state of the vault. Writes nothing, and holds up no writer.
 * Rejects with plan_stale, plan_incomplete, the signal's reason.
 *
 * @example
 * const report = await asyncCheck(db, await asyncPlan(db, [Book]));
 * if (!report.ok) console.log(String(report));
 */
export async function asyncCheck(
  db: AsyncDatabase | AsyncTransaction | AsyncView,
  changes: Plan,
  options: AsyncCheckOptions = {},
): Promise<CheckReport> {
  checkHandle(db, "the method check of a plan", "asynchronous database, transaction or view");
  if (!(changes instanceof Plan))
    throw argumentInvalid("plan", "a plan made with asyncPlan() or planFromJson()", changes);
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
  const { onProgress, signal, ...how } = options;
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw argumentInvalid("options.onProgress", "a function", onProgress);
  const work = async (handle: AsyncReadHandle): Promise<CheckReport> => {
    const facts = await VaultFacts.read(handle);
    const steps = checkInSteps(facts, changes.data, changes.sources, how);
    let step = steps.next();
    while (step.done !== true) {
      const rowsTotal = facts.collection(step.value.collection).count();
      step = steps.next(await answer(handle, step.value, { signal }, rowsTotal, onProgress));
    }
    return step.value;
  };
  return atOneMoment(db, work, { signal, timeoutMs: Number.POSITIVE_INFINITY });
}

async function answer(
  handle: AsyncReadHandle,
  question: RowQuestion,
  call: CallOptions,
  rowsTotal: number,
  onProgress: AsyncCheckOptions["onProgress"],
): Promise<VersionCheck | undefined> {
  const { collection } = question;
  let rowsDone = 0;
  const report = (): void => onProgress?.({ collection, rowsDone, rowsTotal });
  const seen = (): void => {
    if (++rowsDone % REPORT_ROWS === 0) report();
  };
  let check: VersionCheck | undefined;
  if (question.kind === "version") {
    const { onRow, ...options } = question.options;
    const look = (row: Row, key: Parameters<NonNullable<typeof onRow>>[1]): void => {
      onRow?.(row, key);
      seen();
    };
    const shown = onRow === undefined && onProgress === undefined ? {} : { onRow: look };
    check = await handle.checkVersion(collection, question.descriptor, { ...options, ...shown, ...call });
  } else
    for await (const row of handle.collection<Row>(collection, { integers: "exact" }).iterate(call)) {
      question.look(row);
      seen();
    }
  rowsDone = rowsTotal;
  report();
  return check;
}
