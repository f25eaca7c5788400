/**
 * From a vault's schemas and the models of a program to a plan. Pure: rows are not looked at, nothing is written.
 *
 *   collections named in allowDrop are dropped · declared renames are made · each model's collection is created or changed, in the
 *   order of the models · what no model names is left alone
 */
import { ModelVaultError } from "@modelvault/core";
import { argumentInvalid } from "../define/arguments.ts";
import type { Model } from "../define/model.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import { type HistoryEntry, ranOnce } from "../history/entry.ts";
import { diffCollection } from "./diff-collection.ts";
import { fieldKeysOf } from "./field-keys.ts";
import { Plan } from "./plan.ts";
import { type CollectionChange, sealPlan } from "./plan-data.ts";
import { checkModelList, checkPlanOptions, type PlanOptions, type RowRewrite } from "./plan-options.ts";
import { RowDecisions } from "./row-decisions.ts";
import {
  type CollectionFacts,
  factsOf,
  hashFacts,
  type PlanSource,
  wholeDescriptor,
} from "./schema-hashes.ts";
import type { Step } from "./step.ts";
import { type Target, targetOf, targetSchema } from "./target.ts";
import { orDidYouMean, type Unused, unusedOf } from "./unused.ts";
import { hasVariants } from "./variant-needs.ts";

/**
 * What has to happen for the vault to have the collections of these models: all of them at once, in one plan.
 *
 * @param db a database, a transaction or a view
 * @throws argument_invalid, also for names in the options that no model has
 * @example
 * const changes = plan(db, [Book, Author], { fill: { "books.language": "en" }, allowDrop: { fields: ["books.isbn13"] } });
 * console.log(String(changes));
 */
export function plan(db: PlanSource, models: readonly Model[], options: PlanOptions = {}): Plan {
  refuseAsync("db", db, "asyncPlan");
  checkSource(db);
  checkModels(models);
  const checked = checkPlanOptions(options);
  const targets = models.map(targetOf);
  checkNames(targets, checked);
  return planTargets(db, targets, checked);
}

/** The entry of the history that a plan undoes. */
type Reverted = Pick<HistoryEntry, "number" | "hash">;

/** A plan for targets that are already checked. `reverts`: the entry of the history it undoes. */
export function planTargets(
  source: PlanSource,
  targets: readonly Target[],
  options: PlanOptions,
  extra: { readonly reverts?: Reverted; readonly drops?: readonly { name: string; allowed: boolean }[] } = {},
): Plan {
  const vault = new PlannedVault(source, extra.reverts !== undefined);
  const drops =
    extra.drops ?? (options.allowDrop?.collections ?? []).map((name) => ({ name, allowed: true }));
  for (const { name, allowed } of drops) vault.drop(name, allowed);
  vault.rename(targets);
  for (const target of targets) vault.change(target, options);
  return vault.finish(targets, options, extra.reverts);
}

/** The vault as it is becomes the vault as it is to be, step by step. */
class PlannedVault {
  readonly #source: PlanSource;
  readonly #empty: { readonly empty?: true };
  readonly #steps: Step[] = [];
  readonly #changes: CollectionChange[] = [];
  /** Former names that the vault does not have. */
  readonly #unused: Unused[] = [];
  /** Every collection of the vault by its name of the moment. */
  readonly #now = new Map<string, { readonly from: string; readonly facts: CollectionFacts }>();
  readonly #before = new Map<string, CollectionFacts | undefined>();
  readonly #after = new Map<string, CollectionFacts | undefined>();

  /** `undoes`: whether the plan undoes a migration, which drops nothing that holds anything. */
  constructor(source: PlanSource, undoes: boolean) {
    this.#source = source;
    this.#empty = undoes ? { empty: true } : {};
    for (const name of source.collectionNames()) {
      const facts = factsOf(source, name);
      if (facts !== undefined) this.#now.set(name, { from: name, facts });
    }
  }

  drop(name: string, allowed: boolean): void {
    const known = this.#now.get(name);
    if (known === undefined) return;
    this.#concern(name);
    this.#now.delete(name);
    this.#after.set(name, undefined);
    this.#changes.push({ name, from: known.from });
    this.#steps.push({ kind: "dropCollection", collection: name, safety: "loss", allowed, ...this.#empty });
  }

  /** Renames that are due: the old name is there and the new one is free. A chain is made from its free end. */
  rename(targets: readonly Target[]): void {
    let pending = targets.filter(({ renamedFrom }) => renamedFrom !== undefined);
    for (;;) {
      const due = pending.find(
        ({ name, renamedFrom = "" }) => this.#now.has(renamedFrom) && !this.#now.has(name),
      );
      if (due === undefined) return;
      const { name, renamedFrom: from = "" } = due;
      const known = this.#now.get(from);
      this.#concern(from);
      this.#concern(name);
      this.#now.delete(from);
      this.#after.set(from, undefined);
      if (known !== undefined) this.#now.set(name, known);
      this.#steps.push({ kind: "renameCollection", collection: name, safety: "safe", from });
      pending = pending.filter((target) => target !== due);
    }
  }

  change(target: Target, options: PlanOptions): void {
    const { name, renamedFields, model, descriptor, variants } = target;
    const known = this.#now.get(name);
    this.#concern(name);
    const after = targetSchema(target, known?.facts.schema);
    this.#after.set(name, { schema: after, variants });
    const whole = wholeDescriptor(name, after);
    const noted = variants.length === 0 && !(model && hasVariants(model.shape)) ? {} : { variants };
    if (known === undefined) {
      this.#changes.push({ name, after: whole, ...noted });
      this.#steps.push({ kind: "createCollection", collection: name, safety: "safe", descriptor: whole });
      return;
    }
    const decisions = new RowDecisions([name, known.from], options, model, descriptor);
    const { schema: before, variants: former } = known.facts;
    const needs = { before: former, after: variants };
    const found = diffCollection({ collection: name, before, after, renamedFields, decisions, needs });
    this.#unused.push(...found.unused);
    const steps = found.steps.map((step) =>
      step.kind === "dropField" && step.safety === "loss" && step.allowed
        ? { ...step, ...this.#empty }
        : step,
    );
    const rewrite = rewriteStep(name, steps, options.rewrite?.[name], this.#source);
    if (rewrite !== undefined) steps.push(rewrite);
    if (steps.length > 0 || known.from !== name)
      this.#changes.push({ name, from: known.from, after: whole, ...noted });
    // What is not worth a step is not noted either.
    else this.#after.set(name, known.facts);
    this.#steps.push(...steps);
  }

  finish(targets: readonly Target[], options: PlanOptions, reverts: Reverted | undefined): Plan {
    const after = new Map([...this.#before.keys()].map((name) => [name, this.#after.get(name)]));
    const named = new Set(targets.map(({ name }) => name));
    const others = [...this.#now.keys()].filter((name) => !named.has(name));
    const unused = [
      ...this.#unused,
      ...this.#formerNamesMissing(targets, others),
      ...unusedOf(options, this.#steps),
    ];
    const base = hashFacts(this.#before);
    const data = sealPlan({
      base,
      target: this.#steps.length === 0 ? base : hashFacts(after),
      concerns: [...this.#before.keys()],
      changes: this.#changes,
      steps: this.#steps,
      // Nobody named collections for a plan that undoes another.
      leftAlone: reverts === undefined ? others : [],
      unused: reverts === undefined ? unused : [],
      ...(reverts === undefined ? {} : { reverts: reverts.number, revertedHash: reverts.hash }),
    });
    const models = targets.flatMap(({ model }) => model ?? []);
    return new Plan(data, { ...options, models });
  }

  /** New collections that had another name, where the vault lacks it and has others that no model names: one of them may have been meant. */
  #formerNamesMissing(targets: readonly Target[], others: readonly string[]): Unused[] {
    const created = new Set(
      this.#steps.flatMap((step) => (step.kind === "createCollection" ? step.collection : [])),
    );
    return targets.flatMap(({ name, renamedFrom }): Unused[] => {
      if (renamedFrom === undefined || !created.has(name) || this.#before.get(renamedFrom) !== undefined)
        return [];
      const reason = `there is no ${JSON.stringify(renamedFrom)} in this vault${orDidYouMean(renamedFrom, others)}`;
      return others.length === 0 ? [] : [{ option: "renamedFrom", name, reason }];
    });
  }

  /** Notes what the vault has under a name before the plan. */
  #concern(name: string): void {
    if (!this.#before.has(name)) this.#before.set(name, this.#now.get(name)?.facts);
  }
}

/** A function without a name runs along with other changes of the rows; one with a name runs by itself, until the vault remembers it. */
function rewriteStep(
  collection: string,
  steps: readonly Step[],
  rewrite: RowRewrite | undefined,
  source: PlanSource,
): Step | undefined {
  if (rewrite === undefined) return undefined;
  const base = { kind: "rewriteRows", collection, safety: "data" } as const;
  if (typeof rewrite !== "function")
    return ranOnce(source).has(rewrite.once) ? undefined : { ...base, once: rewrite.once };
  return steps.some(({ safety }) => safety !== "safe") ? base : undefined;
}

function checkSource(db: unknown): void {
  const { collectionNames, schema } = (db ?? {}) as Partial<PlanSource>;
  if (typeof collectionNames !== "function" || typeof schema !== "function")
    throw argumentInvalid("db", "a database, a transaction or a view", db);
}

/** A list of models, of one collection each. @throws argument_invalid */
export function checkModels(models: unknown): asserts models is readonly Model[] {
  checkModelList("models", models);
  const names = new Set<string>();
  for (const [position, { name }] of models.entries()) {
    if (names.has(name))
      throw argumentInvalid(`models[${position}]`, `the only model of "${name}" in the list`, name);
    names.add(name);
  }
}

/** Names in the options that can only be slips: a field that no model has, a collection that is to be kept and dropped. */
function checkNames(targets: readonly Target[], options: PlanOptions): void {
  for (const name of options.allowDrop?.collections ?? []) {
    if (targets.some((target) => target.name === name))
      throw argumentInvalid(
        "options.allowDrop.collections",
        `without "${name}", which is among the models`,
        name,
      );
  }
  checkFormerNames(targets, options);
  const { fill, convert } = options;
  const fields = fill === undefined && convert === undefined ? [] : targets.flatMap(fieldKeysOf);
  refuseUnknown("fill", fill, fields);
  refuseUnknown("convert", convert, fields);
  refuseUnknown(
    "rewrite",
    options.rewrite,
    targets.map(({ name }) => name),
  );
}

/** A former name belongs to one model, is not dropped, and is no part of a circle, of which nobody could tell whether it was done already. */
function checkFormerNames(targets: readonly Target[], { allowDrop }: PlanOptions): void {
  const former = new Map<string, string>();
  for (const [position, { name, renamedFrom }] of targets.entries()) {
    if (renamedFrom === undefined) continue;
    const place = `models[${position}].renamedFrom`;
    if (renamedFrom === name || [...former.values()].includes(renamedFrom))
      throw argumentInvalid(
        place,
        "a name that is neither its own nor the former one of another",
        renamedFrom,
      );
    if (allowDrop?.collections?.includes(renamedFrom))
      throw argumentInvalid(place, "a name that options.allowDrop.collections does not name", renamedFrom);
    former.set(name, renamedFrom);
    let earlier: string | undefined = renamedFrom;
    while (earlier !== undefined && earlier !== name) earlier = former.get(earlier);
    if (earlier === name)
      throw argumentInvalid(
        place,
        "no part of a circle: collections that change names go by way of a third name, in two plans",
        renamedFrom,
      );
  }
}

function refuseUnknown(option: string, entries: object | undefined, known: readonly string[]): void {
  for (const key of Object.keys(entries ?? {})) {
    if (known.includes(key)) continue;
    const argument = `options.${option}`;
    const what = option === "rewrite" ? "collection" : "field";
    const shown = known.slice(0, 20).join(", ");
    throw new ModelVaultError(
      "argument_invalid",
      `"${argument}" names "${key}", which is no ${what} of the models. They have ${shown}${known.length > 20 ? ", …" : ""}.`,
      { argument, expected: `a ${what} of the models`, actual: key },
    );
  }
}
