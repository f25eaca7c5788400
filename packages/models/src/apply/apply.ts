/**
 * Applying a plan: all of it in one transaction, or nothing.
 *
 *   base hash ∙ what is in the way ∙ functions there?     refused before anything is written
 *   drop, rename, change, create                          collection by collection, each row at most once
 *   history                                               written with it
 */
import {
  checkCollection,
  Database,
  type MaintenanceProgress,
  ModelVaultError,
  type Transaction,
} from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import { type HistoryEntry, ranOnce, record } from "../history/entry.ts";
import { Plan } from "../plan/plan.ts";
import type { CollectionChange, PlanData } from "../plan/plan-data.ts";
import { checkKeys, checkModelList, checkRowFunctions } from "../plan/plan-options.ts";
import { shortHash } from "../plan/plan-text.ts";
import { currentHash, schemaOf, wholeDescriptor } from "../plan/schema-hashes.ts";
import type { Step } from "../plan/step.ts";
import { counted, describeStep } from "../plan/step-text.ts";
import type { VariantNeed } from "../plan/variant-needs.ts";
import { notedNeeds, variantNote, variantNoteKey } from "../plan/variant-notes.ts";
import { modelOf } from "../rows/model-judge.ts";
import { noLongerEmpty } from "../rows/no-longer-empty.ts";
import { type RowSources, rowChange } from "../rows/row-change.ts";
import { holdToModel } from "./hold-to-model.ts";
import { namingBothRows } from "./name-both-rows.ts";

export interface ApplyProgress {
  /** Name of the collection after the plan. */
  readonly collection: string;
  /** Rows of it that are done, and how many there are. */
  readonly rowsDone: number;
  readonly rowsTotal: number;
}

export interface ApplyOptions extends RowSources {
  /** What the program calls itself, for the history: `"shop 1.4.0"`. */
  readonly program?: string;
  /**
   * Whether rows that a plan checks or rewrites must be rows of their model, too, by the rules that the engine cannot keep (`Model.unenforced`). Default
   * true: where the model is given and it refuses rows, nothing is changed. False: the engine's rules are enough.
   */
  readonly validateRows?: boolean;
  /**
   * Called now and then while rows are rewritten, then from the start again while the model looks at them. What it throws ends the migration, and nothing
   * is changed.
   */
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/** What applying came to. */
export interface Applied {
  /** False when there was nothing to do, or another program had done it already. */
  readonly changed: boolean;
  readonly entry?: HistoryEntry;
}

const OPTION_NAMES: readonly string[] = [
  "convert",
  "fill",
  "models",
  "now",
  "onProgress",
  "program",
  "rewrite",
  "validateRows",
];

/**
 * Applies a plan to the vault it was made for, or to any other with the same schemas.
 *
 * @param db a database, or a transaction that this becomes part of
 * @throws plan_blocked with what to name, plan_stale when the schemas are others by now, plan_incomplete, migration_row_invalid and
 * unique_violation for rows that do not fit the engine's rules or their model; then nothing is changed
 * @example
 * apply(db, plan(db, [Book]), { program: "shop 1.4.0" });
 */
export function apply(db: Database | Transaction, plan: Plan, options: ApplyOptions = {}): Applied {
  refuseAsync("db", db, "asyncApply");
  const checked = checkOptions(options);
  if (!(plan instanceof Plan))
    throw argumentInvalid("plan", "a plan made with plan() or planFromJson()", plan);
  if (typeof (db as Partial<Database> | null | undefined)?.transaction !== "function")
    throw argumentInvalid("db", "a database or a transaction", db);
  if (plan.isEmpty) return { changed: false };
  const sources = mergeSources(plan.sources, checked);
  const work = (tx: Transaction): Applied => new Application(tx, plan, sources, checked).run();
  // All or nothing anyway: without savepoints, any number of rows can be rewritten.
  return db instanceof Database ? db.transaction(work, { savepoints: false }) : db.transaction(work);
}

class Application {
  readonly #tx: Transaction;
  readonly #plan: Plan;
  readonly #data: PlanData;
  readonly #sources: RowSources;
  readonly #options: ApplyOptions;

  constructor(tx: Transaction, plan: Plan, sources: RowSources, options: ApplyOptions) {
    this.#tx = tx;
    this.#plan = plan;
    this.#data = plan.data;
    this.#sources = sources;
    this.#options = options;
  }

  run(): Applied {
    const steps = this.#stepsToDo();
    if (steps.length === 0) return { changed: false };
    this.#refuseBlocked();
    this.#refuseFilled(steps);
    const { changes, base, target, concerns, hash, reverts } = this.#data;
    const before = changes.flatMap(({ from }) => {
      const schema = from === undefined ? undefined : schemaOf(this.#tx, from);
      return from === undefined || schema === undefined ? [] : [wholeDescriptor(from, schema)];
    });
    const variants = this.#variantsBefore(changes);
    // Compiled before anything is written, so that a missing function is found at once.
    const work = changes.map((change) => this.#changeOf(change, steps));
    const judges = this.#options.validateRows === false ? [] : this.#judgesOf(changes, steps);
    for (const step of steps) {
      if (step.kind === "dropCollection") this.#tx.dropCollection(step.collection);
      else if (step.kind === "renameCollection") this.#tx.renameCollection(step.from, step.collection);
    }
    try {
      for (const change of work) change();
    } catch (error) {
      throw namingBothRows(error, this.#plan);
    }
    for (const judge of judges) judge();
    for (const { name, after, variants: needs } of changes) {
      const key = variantNoteKey(name);
      if (after !== undefined && (needs !== undefined || this.#tx.note(key) !== undefined))
        this.#tx.setNote(key, variantNote(needs ?? []));
    }
    const { program, now = Date.now } = this.#options;
    const entry = record(this.#tx, {
      hash,
      base,
      target,
      concerns,
      appliedAt: timeFrom(now),
      ...(program === undefined ? {} : { program }),
      steps,
      changes,
      before,
      ...(variants.length === 0 ? {} : { variants }),
      ...(reverts === undefined ? {} : { reverts }),
    });
    return { changed: true, entry };
  }

  /** Rows that are looked at anyway are looked at by their models, too, when they are what they will be. */
  #judgesOf(changes: readonly CollectionChange[], steps: readonly Step[]): (() => void)[] {
    const { onProgress } = this.#options;
    return changes.flatMap(({ name, from, after }) => {
      if (from === undefined || after === undefined) return [];
      if (!steps.some(({ collection, safety }) => collection === name && safety !== "safe")) return [];
      const model = modelOf(this.#sources.models, name, checkCollection(after).schema);
      if (model === undefined) return [];
      const rowsTotal = this.#rowCount(name);
      const report = (rowsDone: number): void =>
        refusePromise(onProgress?.({ collection: name, rowsDone, rowsTotal }));
      return [() => holdToModel(this.#tx, model, report)];
    });
  }

  #variantsBefore(changes: readonly CollectionChange[]): { name: string; needs: readonly VariantNeed[] }[] {
    return changes.flatMap(({ from }) => {
      const needs = from === undefined ? [] : notedNeeds(this.#tx, from);
      return from === undefined || needs.length === 0 ? [] : [{ name: from, needs }];
    });
  }

  /** All steps, or none when the vault is there already; without the functions that ran once. @throws plan_stale */
  #stepsToDo(): readonly Step[] {
    const { base, target, concerns, steps } = this.#data;
    const current = currentHash(this.#tx, concerns);
    const ran = steps.some((step) => "once" in step) ? ranOnce(this.#tx) : new Set();
    const left = steps.filter(
      (step) => !(step.kind === "rewriteRows" && step.once !== undefined && ran.has(step.once)),
    );
    if (current === base) return left;
    if (current === target && left.every(({ kind }) => kind !== "rewriteRows")) return [];
    throw new ModelVaultError(
      "plan_stale",
      `The plan ${shortHash(this.#data.hash)} was made for other schemas than the vault has now (${shortHash(base)}, not ${shortHash(current)}). Make a new plan and look at it again.`,
      { base, current, collections: concerns },
    );
  }

  #refuseBlocked(): void {
    const blockers = this.#plan.blockers.filter(
      ({ step, unlessEmpty }) => !(unlessEmpty && this.#rowCount(step.collection) === 0),
    );
    if (blockers.length === 0) return;
    const list = blockers.map(
      ({ step, advice }) => `\n- ${step.collection}: ${describeStep(step)}: ${advice}`,
    );
    throw new ModelVaultError("plan_blocked", `The plan cannot be applied yet.${list.join("")}`, {
      blockers: blockers.map(({ step, advice }) => ({
        collection: step.collection,
        step: step.kind,
        advice,
      })),
    });
  }

  /** Collections that are dropped as long as they are empty. */
  #refuseFilled(steps: readonly Step[]): void {
    for (const step of steps) {
      if (step.kind !== "dropCollection" || step.empty !== true) continue;
      const rows = this.#rowCount(step.collection);
      if (rows > 0) throw noLongerEmpty(step, `it has ${counted(rows, "row")} by now`);
    }
  }

  /** Rows of a collection by its name after the plan, before anything is renamed. */
  #rowCount(collection: string): number {
    const from = this.#data.changes.find(({ name }) => name === collection)?.from;
    return from === undefined ? 0 : this.#tx.collection(from).count();
  }

  #changeOf(change: CollectionChange, all: readonly Step[]): () => void {
    const { name, from, after } = change;
    if (after === undefined) return () => undefined;
    if (from === undefined) return () => void this.#tx.register(after);
    const steps = all.filter(({ collection, kind }) => collection === name && kind !== "renameCollection");
    if (steps.length === 0) return () => undefined;
    const rewrite = rowChange(change, steps, this.#sources);
    const { fields, indexes = [] } = after;
    const { onProgress } = this.#options;
    const options = {
      accept: "breaking",
      integers: "exact",
      ...(rewrite === undefined ? {} : { rewrite }),
      ...(onProgress === undefined
        ? {}
        : {
            onProgress: ({ done, total }: MaintenanceProgress) =>
              refusePromise(onProgress({ collection: name, rowsDone: done, rowsTotal: total })),
          }),
    } as const;
    return () => void this.#tx.registerVersion(name, { fields, indexes }, options);
  }
}

/** @throws argument_invalid */
function timeFrom(now: () => unknown): number {
  const time = now();
  if (typeof time === "number" && Number.isFinite(time)) return time;
  throw argumentInvalid("options.now", "a function that gives milliseconds since 1970", time);
}

/** @throws callback_async */
function refusePromise(returned: unknown): void {
  if (typeof (returned as { readonly then?: unknown } | null | undefined)?.then !== "function") return;
  // What becomes of the promise is no concern of anybody once the migration has ended.
  Promise.resolve(returned).catch(() => undefined);
  throw new ModelVaultError(
    "callback_async",
    "The function options.onProgress returned a promise; it must return nothing.",
    { argument: "options.onProgress" },
  );
}

/** What the caller gives goes before what the plan brings. */
export function mergeSources(planned: RowSources, given: RowSources): RowSources {
  return {
    models: [...(given.models ?? []), ...(planned.models ?? [])],
    fill: { ...planned.fill, ...given.fill },
    convert: { ...planned.convert, ...given.convert },
    rewrite: { ...planned.rewrite, ...given.rewrite },
  };
}

function checkOptions(options: unknown): ApplyOptions {
  const checked = checkKeys("options", options, OPTION_NAMES);
  checkRowFunctions(checked);
  const { models, now, onProgress, program, validateRows } = checked;
  if (validateRows !== undefined && typeof validateRows !== "boolean")
    throw argumentInvalid("options.validateRows", "true or false", validateRows);
  if (models !== undefined) checkModelList("options.models", models);
  for (const [name, value] of Object.entries({ now, onProgress })) {
    if (value !== undefined && typeof value !== "function")
      throw argumentInvalid(`options.${name}`, "a function", value);
  }
  if (program !== undefined && typeof program !== "string")
    throw argumentInvalid("options.program", "text", program);
  return checked as ApplyOptions;
}
