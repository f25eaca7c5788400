/**
 * The dry run of a plan on rows: collection by collection, each row goes the way it would go, on one state of the vault, and what would stop the
 * migration is told by step. What comes out is shown to the models, which know rules that the engine does not. Writes nothing; rows are streamed.
 */
import {
  checkCollection as checkDescriptor,
  ModelVaultError,
  type ReadHandle,
  type Row,
  type VersionCheck,
  type CheckOptions as VersionCheckOptions,
  type VersionDescriptor,
} from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import { argumentInvalid } from "../define/arguments.ts";
import type { CollectionChange, PlanData } from "../plan/plan-data.ts";
import { checkKeys } from "../plan/plan-options.ts";
import { currentHash, type PlanSource, schemaOf } from "../plan/schema-hashes.ts";
import type { Step } from "../plan/step.ts";
import { modelOf } from "../rows/model-judge.ts";
import { type RowSources, rowChange } from "../rows/row-change.ts";
import { CheckReport, type CollectionReport, type ModelReport, type StepReport } from "./check-report.ts";
import { ModelQuestion } from "./model-question.ts";
import { type Blame, stepToBlame } from "./step-to-blame.ts";

/** A database, a transaction or a view. */
export type CheckSource = ReadHandle;

export interface CheckOptions {
  /** How many rows are named for each step, and for each model. Default 10. */
  readonly limit?: number;
  /** Whether the models are asked about the rows as well. Default true. */
  readonly validateRows?: boolean;
}

/** What a check asks of a vault: the dry run of one collection, or a look at all of its rows. */
export type RowQuestion =
  | {
      readonly kind: "version";
      readonly collection: string;
      readonly descriptor: VersionDescriptor;
      readonly options: VersionCheckOptions;
    }
  | { readonly kind: "rows"; readonly collection: string; readonly look: (row: Row) => void };

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
  const steps = checkInSteps(db, plan, sources, options);
  let step = steps.next();
  while (step.done !== true) step = steps.next(answer(db, step.value));
  return step.value;
}

function answer(db: CheckSource, question: RowQuestion): VersionCheck | undefined {
  if (question.kind === "version")
    return db.checkVersion(question.collection, question.descriptor, question.options);
  for (const row of db.collection<Row>(question.collection, { integers: "exact" }).iterate())
    question.look(row);
  return undefined;
}

/**
 * The same for whoever answers questions about rows otherwise than at once, such as `@modelvault/async`: a dry run is answered with what it found, a look at rows with nothing.
 * @throws plan_stale, plan_incomplete, argument_invalid
 */
export function* checkInSteps(
  db: PlanSource,
  plan: PlanData,
  sources: RowSources,
  options: CheckOptions,
): Generator<RowQuestion, CheckReport, VersionCheck | undefined> {
  const { limit, validateRows } = checkOptions(options);
  refuseStale(db, plan);
  const collections: CollectionReport[] = [];
  const models: ModelReport[] = [];
  const blames = plan.steps.map((): Blame => ({ failing: 0, problems: [] }));
  for (const change of plan.changes) {
    const { name, from, after } = change;
    if (from === undefined || after === undefined) continue;
    const model = validateRows ? modelOf(sources.models, name, checkDescriptor(after).schema) : undefined;
    const question = model && new ModelQuestion(model, limit);
    const steps = plan.steps.filter(({ collection }) => collection === name);
    const check = yield* checkChange(change, steps, sources, question);
    if (check !== undefined) {
      const collisions = check.uniqueViolations.count;
      collections.push({ name, rows: check.rows, failing: check.failing + collisions });
      blame(check, change, plan.steps, blames, limit);
    }
    if (question !== undefined) models.push(question.report(steps.some(({ safety }) => safety !== "safe")));
  }
  if (validateRows) models.push(...(yield* askOthers(db, plan, sources, limit)));
  const steps = plan.steps.map((step, at): StepReport => {
    const rows = collections.find(({ name }) => name === step.collection)?.rows ?? 0;
    const { failing, problems } = blames[at] ?? { failing: 0, problems: [] };
    return { step, rows, failing, problems };
  });
  return new CheckReport(plan, steps, collections, models);
}

/** @throws argument_invalid */
function checkOptions(options: CheckOptions): Required<CheckOptions> {
  const { limit = LIMIT, validateRows = true } = checkKeys("options", options, [
    "limit",
    "validateRows",
  ]) as CheckOptions;
  if (!Number.isSafeInteger(limit) || limit < 0)
    throw argumentInvalid("options.limit", "a count from 0", limit);
  if (typeof validateRows !== "boolean")
    throw argumentInvalid("options.validateRows", "true or false", validateRows);
  return { limit, validateRows };
}

function refuseStale(db: PlanSource, { base, concerns }: PlanData): void {
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

/** The dry run of one collection; undefined when its rows have no part in the plan, and are only shown to their model. */
function* checkChange(
  change: CollectionChange,
  all: readonly Step[],
  sources: RowSources,
  question: ModelQuestion | undefined,
): Generator<RowQuestion, VersionCheck | undefined, VersionCheck | undefined> {
  const { name, from = name, after } = change;
  const steps = all.filter(({ kind }) => kind !== "renameCollection");
  // Another primary key makes rows that cannot be looked at under their old one; such a plan is refused whatever they hold.
  if (after === undefined || steps.some(({ kind }) => kind === "changePrimaryKey")) return undefined;
  if (steps.length === 0) {
    if (question !== undefined) yield { kind: "rows", collection: from, look: (row) => question.ask(row) };
    return undefined;
  }
  const rewrite = rowChange(change, steps, sources);
  const { fields, indexes = [] } = after;
  return yield {
    kind: "version",
    collection: from,
    descriptor: { fields, indexes },
    options: {
      limit: TOLD_APART_MAX,
      integers: "exact",
      ...(rewrite === undefined ? {} : { rewrite }),
      ...(question === undefined ? {} : { onRow: (row: Row): void => question.ask(row) }),
    },
  };
}

/** Models whose collections the plan leaves as they are: their rows may break rules that no schema of the engine has. */
function* askOthers(
  db: PlanSource,
  { changes }: PlanData,
  { models = [] }: RowSources,
  limit: number,
): Generator<RowQuestion, ModelReport[], VersionCheck | undefined> {
  const reports: ModelReport[] = [];
  for (const [at, { name }] of models.entries()) {
    if (changes.some((change) => change.name === name)) continue;
    if (models.findIndex((each) => each.name === name) < at) continue;
    const schema = schemaOf(db, name);
    const model = schema && modelOf(models, name, schema);
    if (model === undefined) continue;
    const question = new ModelQuestion(model, limit);
    yield { kind: "rows", collection: name, look: (row) => question.ask(row) };
    reports.push(question.report(false));
  }
  return reports;
}

/** Puts each row that fails down to the steps that it fails at. */
function blame(
  { problems, uniqueViolations }: VersionCheck,
  { name: collection, after }: CollectionChange,
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
  for (const { index, key, holder, value } of uniqueViolations.first) {
    const on = after?.indexes?.find(({ name }) => name === index)?.path ?? [];
    const path = typeof on === "string" ? on.split(".") : on;
    const entry =
      blames[indexStep(steps, collection, index) ?? stepToBlame(steps, collection, { path, rule: "unique" })];
    if (entry === undefined) continue;
    entry.failing++;
    const reason = `the row ${showValue(holder)} has the same value ${showValue(value)} in the unique index "${index}"`;
    if (entry.problems.length < limit) entry.problems.push({ key, path: path.join("."), reason });
  }
}

/** The step that builds an index; undefined for one that is there already, whose values another step changed. */
function indexStep(steps: readonly Step[], collection: string, index: string): number | undefined {
  const at = steps.findIndex(
    (step) =>
      step.collection === collection &&
      "index" in step &&
      step.index === index &&
      step.kind !== "renameIndex",
  );
  return at < 0 ? undefined : at;
}
