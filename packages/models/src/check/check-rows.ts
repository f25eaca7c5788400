/**
 * The dry run of a plan on rows: collection by collection, each row goes the way it would go, on one state of the vault, and what would stop the
 * migration is told by step. Writes nothing; rows are streamed.
 */
import { ModelVaultError, type ReadHandle, type VersionCheck } from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { CollectionChange, PlanData } from "../plan/plan-data.ts";
import { checkKeys } from "../plan/plan-options.ts";
import { currentHash } from "../plan/schema-hashes.ts";
import type { Step } from "../plan/step.ts";
import { type RowSources, rowChange } from "../rows/row-change.ts";
import { CheckReport, type CollectionReport, type StepReport } from "./check-report.ts";
import { type Blame, stepToBlame } from "./step-to-blame.ts";

/** A database, a transaction or a view. */
export type CheckSource = ReadHandle;

export interface CheckOptions {
  /** How many rows are named for each step. Default 10. */
  readonly limit?: number;
}

const LIMIT = 10;

/** Rows of a collection that are told apart by step; more are only counted. */
const TOLD_APART_MAX = 10_000;

/** @throws plan_stale, plan_incomplete, argument_invalid */
export function checkRows(
  db: CheckSource,
  plan: PlanData,
  sources: RowSources,
  options: CheckOptions,
): CheckReport {
  const { limit = LIMIT } = checkKeys("options", options, ["limit"]) as CheckOptions;
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw argumentInvalid("options.limit", "a count from 0", limit);
  refuseStale(db, plan);
  const collections: CollectionReport[] = [];
  const blames = plan.steps.map((): Blame => ({ failing: 0, problems: [] }));
  for (const change of plan.changes) {
    if (change.from === undefined || change.after === undefined) continue;
    const check = checkCollection(db, change, plan.steps, sources);
    if (check === undefined) continue;
    const collisions = check.uniqueViolations.count;
    collections.push({ name: change.name, rows: check.rows, failing: check.failing + collisions });
    blame(check, change.name, plan.steps, blames, limit);
  }
  const steps = plan.steps.map((step, at): StepReport => {
    const rows = collections.find(({ name }) => name === step.collection)?.rows ?? 0;
    const { failing, problems } = blames[at] ?? { failing: 0, problems: [] };
    return { step, rows, failing, problems };
  });
  return new CheckReport(plan, steps, collections);
}

function refuseStale(db: CheckSource, { base, concerns }: PlanData): void {
  const current = currentHash(db, concerns);
  if (current === base) return;
  throw new ModelVaultError(
    "plan_stale",
    "The plan was made for other schemas than the vault has now. Make a new one.",
    {
      base,
      current,
      collections: concerns,
    },
  );
}

/** The dry run of one collection; undefined when its rows have no part in the plan. */
function checkCollection(
  db: CheckSource,
  change: CollectionChange,
  all: readonly Step[],
  sources: RowSources,
): VersionCheck | undefined {
  const { name, from = name, after } = change;
  const steps = all.filter(({ collection, kind }) => collection === name && kind !== "renameCollection");
  // Another primary key makes rows that cannot be looked at under their old one; such a plan is refused whatever they hold.
  if (after === undefined || steps.length === 0 || steps.some(({ kind }) => kind === "changePrimaryKey"))
    return undefined;
  const rewrite = rowChange(change, steps, sources);
  const { fields, indexes = [] } = after;
  return db.checkVersion(
    from,
    { fields, indexes },
    { limit: TOLD_APART_MAX, integers: "exact", ...(rewrite === undefined ? {} : { rewrite }) },
  );
}

/** Puts each row that fails down to the steps that it fails at. */
function blame(
  { problems, uniqueViolations }: VersionCheck,
  collection: string,
  steps: readonly Step[],
  blames: readonly Blame[],
  limit: number,
): void {
  for (const { key, issues } of problems) {
    const blamed = new Set<number>();
    for (const issue of issues) {
      const at = stepToBlame(steps, collection, issue);
      const entry = blames[at];
      if (entry === undefined) continue;
      if (!blamed.has(at)) entry.failing++;
      if (!blamed.has(at) && entry.problems.length < limit)
        entry.problems.push({ key, path: issue.path.join("."), reason: issue.message });
      blamed.add(at);
    }
  }
  for (const { index, key, holder } of uniqueViolations.first) {
    const at = steps.findIndex(
      (step) => step.collection === collection && "index" in step && step.index === index,
    );
    const entry = blames[at];
    if (entry === undefined) continue;
    entry.failing++;
    if (entry.problems.length < limit)
      entry.problems.push({ key, path: "", reason: `the row ${String(holder)} has the same value` });
  }
}
