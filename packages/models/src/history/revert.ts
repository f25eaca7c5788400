/**
 * Undoing the last migration, where that is exact: afterwards the schemas are those of before, and every row says what it said. Steps that
 * lost something, or that changed values by a function, are refused by name; so is one whose result has been used since.
 */
import {
  type CollectionDescriptor,
  type Database,
  ModelVaultError,
  type ReadHandle,
  type Transaction,
  type Value,
} from "@modelvault/core";
import { type Applied, type ApplyOptions, apply } from "../apply/apply.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import type { Plan } from "../plan/plan.ts";
import { planTargets } from "../plan/plan-models.ts";
import { shortHash } from "../plan/plan-text.ts";
import { currentHash } from "../plan/schema-hashes.ts";
import { startsWith } from "../plan/schema-tree.ts";
import { pathText, qualified, type Step } from "../plan/step.ts";
import { describeStep } from "../plan/step-text.ts";
import type { Target } from "../plan/target.ts";
import { storesAnyAt } from "../rows/row-path.ts";
import { type HistoryEntry, history } from "./entry.ts";

/**
 * The plan that undoes the last migration which is not undone yet.
 *
 * @param db a database, a transaction or a view; rows are read to see whether new fields were used
 * @throws migration_irreversible with a reason for each step in the way, plan_stale when the schemas changed since
 */
export function planRevert(db: ReadHandle): Plan {
  refuseAsync("db", db, "asyncPlanRevert");
  const entry = lastToRevert(history(db));
  refuseStale(db, entry);
  const reasons = entry.steps.flatMap((step) => {
    const reason = irreversible(step) ?? usedSince(db, step);
    return reason === undefined ? [] : [`${step.collection}: ${describeStep(step)}: ${reason}`];
  });
  if (reasons.length > 0) throw refusal(`The migration ${entry.number} cannot be undone exactly`, reasons);
  const planned = planTargets(db, targetsOf(entry), allowances(entry), {
    reverts: entry,
    drops: entry.changes.flatMap(({ name, from }) => (from === undefined ? [{ name, allowed: true }] : [])),
  });
  const ways = planned.blockers.map(
    ({ step }) => `${step.collection}: going back would ${describeStep(step)}`,
  );
  if (ways.length > 0) throw refusal(`The migration ${entry.number} cannot be undone exactly`, ways);
  return planned;
}

/** Undoes the last migration: plans it and applies the plan. @throws as planRevert and apply */
export function revert(db: Database | Transaction, options: ApplyOptions = {}): Applied {
  refuseAsync("db", db, "asyncRevert");
  return apply(db, planRevert(db), options);
}

function lastToRevert(entries: readonly HistoryEntry[]): HistoryEntry {
  const undone = new Set(entries.flatMap(({ reverts }) => reverts ?? []));
  const last = entries.findLast(({ number, reverts }) => reverts === undefined && !undone.has(number));
  if (last === undefined) throw refusal("There is no migration to undo", []);
  return last;
}

function refuseStale(db: ReadHandle, { number, target, concerns }: HistoryEntry): void {
  const current = currentHash(db, concerns);
  if (current === target) return;
  throw new ModelVaultError(
    "plan_stale",
    `The schemas have changed since the migration ${number} (${shortHash(target)}, now ${shortHash(current)}), by other means than plans; it cannot be undone.`,
    { base: target, current, collections: concerns },
  );
}

const NUMBERS: readonly string[] = ["int64", "uint64", "float64", "timestamp"];

/** Why a step can never be undone exactly. */
function irreversible(step: Step): string | undefined {
  switch (step.kind) {
    case "dropCollection":
    case "dropField":
      return "the values are gone";
    case "rewriteRows":
      return "a function changed the rows";
    case "addField":
      return "the values that rows were given would be dropped";
    case "makeRequired":
    case "makeVariantRequired":
      return step.fill.by === "nothing" ? undefined : "which rows had no value is not known any more";
    case "tightenConstraint":
      return step.by === "function" ? "a function changed the values" : undefined;
    case "convertType": {
      if (step.by === "function") return "a function changed the values";
      const numbers = NUMBERS.includes(step.from) && NUMBERS.includes(step.to);
      const enumToText = step.from.startsWith("one of ") && step.to === "string";
      return numbers || enumToText ? undefined : "values may have been written another way";
    }
    default:
      return undefined;
  }
}

/** Why a step cannot be undone now, although it could have been at first. */
function usedSince(db: ReadHandle, step: Step): string | undefined {
  if (step.kind === "createCollection") {
    const rows = db.collection(step.collection).count();
    return rows === 0 ? undefined : `it has ${rows} ${rows === 1 ? "row" : "rows"} by now`;
  }
  if (step.kind === "addOptionalField")
    return anyRow(db, step.collection, (row) => storesAnyAt(row, step.path))
      ? "rows have values in it by now"
      : undefined;
  return undefined;
}

function anyRow(db: ReadHandle, collection: string, test: (row: Value) => boolean): boolean {
  for (const row of db.collection(collection, { integers: "exact" }).iterate()) if (test(row)) return true;
  return false;
}

/** The collections as they were, each under its former name, its fields under theirs. */
function targetsOf(entry: HistoryEntry): Target[] {
  return entry.changes.flatMap(({ name, from }) => {
    const descriptor = entry.before.find((before: CollectionDescriptor) => before.name === from);
    if (from === undefined || descriptor === undefined) return [];
    const variants = entry.variants?.find((each) => each.name === from)?.needs ?? [];
    const target = { name: from, descriptor, variants, renamedFields: renamesBack(entry.steps, name) };
    return [from === name ? target : { ...target, renamedFrom: name }];
  });
}

/** The old path of each renamed field, and the path it has now. A step names paths as they were when its turn came, earlier renames made. */
function renamesBack(steps: readonly Step[], collection: string): Map<string, string> {
  const made: { readonly from: readonly string[]; readonly path: readonly string[] }[] = [];
  const back = new Map<string, string>();
  for (const step of steps) {
    if (step.kind !== "renameField" || step.collection !== collection) continue;
    const original = made.reduceRight(
      (path, earlier) =>
        startsWith(path, earlier.path) ? [...earlier.from, ...path.slice(earlier.path.length)] : path,
      step.from,
    );
    back.set(pathText(original), pathText(step.path));
    made.push(step);
  }
  return back;
}

/** Undoing drops what the migration added, and nothing else. */
function allowances(entry: HistoryEntry): { allowDrop: { fields: string[]; indexes: string[] } } {
  const fields = entry.steps.flatMap((step) =>
    step.kind === "addOptionalField" ? [qualified(step.collection, pathText(step.path))] : [],
  );
  const indexes = entry.steps.flatMap((step) =>
    step.kind === "addIndex" || step.kind === "renameIndex" ? [qualified(step.collection, step.index)] : [],
  );
  return { allowDrop: { fields, indexes } };
}

function refusal(what: string, reasons: readonly string[]): ModelVaultError {
  const list = reasons.map((reason) => `\n- ${reason}`).join("");
  return new ModelVaultError(
    "migration_irreversible",
    `${what}${list === "" ? "" : ":"}${list === "" ? "." : list}`,
    {
      reasons,
    },
  );
}
