/**
 * What the steps of one collection do to a row, as one function, so that every row is read and written once, however many steps there
 * are. In this order: renames, conversions, values for new fields, dropped fields out, the model's defaults, the caller's own function. Functions
 * for single fields all see the row as it was, but for the renames.
 *
 * The engine validates what comes out, but for what variants of unions require, which is looked at here; a function that throws, or gives
 * what does not fit, stops everything with the row's key.
 */
import {
  checkCollection,
  ModelVaultError,
  type Row,
  type Schema,
  type Type,
  type Value,
} from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import type { Model } from "../define/model.ts";
import type { CollectionChange } from "../plan/plan-data.ts";
import type { RowFunctions } from "../plan/plan-options.ts";
import { storedValue } from "../plan/row-decisions.ts";
import { fieldAt, hasPath } from "../plan/schema-tree.ts";
import { pathText, qualified, type Step } from "../plan/step.ts";
import { bare } from "../plan/type-text.ts";
import type { VariantNeed, VariantTag } from "../plan/variant-needs.ts";
import { callFor, type FunctionPlace } from "./caller-function.ts";
import { convertByRule } from "./convert-by-rule.ts";
import { fillByModel } from "./fill-by-model.ts";
import { noLongerEmpty } from "./no-longer-empty.ts";
import { changeAt, dropValue, moveValue, storesAnyAt } from "./row-path.ts";
import { concerns, missingIn, samePath } from "./variant-rows.ts";

/** The row function of a collection's version. */
type RowChange = (row: Row, key: Value) => Row;

/** One row on its way: its key, and the row as it was once renamed. */
interface Passage {
  readonly key: Value;
  readonly was: Row;
}

type Change = (row: Row, passage: Passage) => Row;

type FillStep = Extract<Step, { readonly fill: unknown }>;

/** What a plan needs beside its steps, once rows are touched. */
export interface RowSources extends RowFunctions {
  readonly models?: readonly Model[];
}

/**
 * The row function of a collection's steps; undefined when the engine needs none, because rows stay as they are or change by its own rules.
 * @throws plan_incomplete when the plan names a function or model that is not there
 */
export function rowChange(
  { name, after, variants = [] }: CollectionChange,
  steps: readonly Step[],
  sources: RowSources,
): RowChange | undefined {
  if (after === undefined) return undefined;
  const { schema } = checkCollection(after);
  const compiler = new RowChangeCompiler(name, schema, variants, sources);
  return compiler.compile(steps.filter((step) => step.collection === name));
}

class RowChangeCompiler {
  readonly #collection: string;
  readonly #schema: Schema;
  readonly #variants: readonly VariantNeed[];
  readonly #sources: RowSources;

  constructor(collection: string, schema: Schema, variants: readonly VariantNeed[], sources: RowSources) {
    this.#collection = collection;
    this.#schema = schema;
    this.#variants = variants;
    this.#sources = sources;
  }

  compile(steps: readonly Step[]): RowChange | undefined {
    const renames = steps.flatMap((step) =>
      step.kind === "renameField" ? [this.#rename(step.from, step.path)] : [],
    );
    const values = [
      ...steps.flatMap((step) => this.#conversion(step)),
      ...steps.flatMap((step) => this.#fill(step)),
    ];
    const models = this.#modelDefaults(steps);
    const rewrites = steps.flatMap((step) => (step.kind === "rewriteRows" ? [this.#rewrite(step)] : []));
    const checks = this.#checks(steps);
    const empties = steps.flatMap((step) => this.#empty(step));
    // A row of grouped fields has the form it had, but its bytes do not.
    const grouped = steps.some(({ kind }) => kind === "groupFields" || kind === "ungroupFields");
    const own =
      renames.length + values.length + models.length + rewrites.length + checks.length + empties.length;
    if (!grouped && own === 0) return undefined;
    const rules = steps.flatMap((step) => this.#rule(step));
    const drops = steps.flatMap((step) =>
      step.kind === "dropField" ? [(row: Row): Row => dropValue(row, step.path, this.#keeps)] : [],
    );
    const all: readonly Change[] = [
      ...empties,
      ...rules,
      ...values,
      ...drops,
      ...models,
      ...rewrites,
      ...checks,
    ];
    return (row, key) => {
      const was = renames.reduce((renamed, rename) => rename(renamed), row);
      return all.reduce((changed, change) => change(changed, { key, was }), was);
    };
  }

  #rename(from: readonly string[], to: readonly string[]): (row: Row) => Row {
    const rules = {
      requires: (path: readonly string[]): boolean => {
        const type = fieldAt(this.#schema, path)?.type;
        return type !== undefined && type.kind !== "optional";
      },
      keeps: this.#keeps,
    };
    return (row) => moveValue(row, from, to, rules);
  }

  /** Whether there is anything at or below a path after the plan. */
  readonly #keeps = (path: readonly string[]): boolean => hasPath(this.#schema, path);

  /** Conversions that the engine would do by itself, done here because it is given rows and not their bytes. */
  #rule(step: Step): Change[] {
    if (step.kind !== "convertType" || step.by !== "rule") return [];
    const to = bare(fieldAt(this.#schema, step.path)?.type ?? { kind: "json" }).kind;
    const from = step.from.startsWith("one of ") ? "enum" : (step.from as Type["kind"]);
    return [
      (row, { key }) =>
        changeAt(row, step.path, (value) => {
          if (value === undefined || value === null) return value;
          try {
            return convertByRule(value, from, to);
          } catch (cause) {
            throw this.#unconverted(step.path, key, cause);
          }
        }),
    ];
  }

  #conversion(step: Step): Change[] {
    if ((step.kind !== "convertType" && step.kind !== "tightenConstraint") || step.by !== "function")
      return [];
    const { path } = step;
    const name = qualified(this.#collection, pathText(path));
    const convert = own(this.#sources.convert, name);
    if (convert === undefined)
      throw this.#missing(step, `convert: { ${JSON.stringify(name)}: (value) => … }`);
    const place = this.#place("convert", name, path);
    return [
      (row, { key, was }) =>
        changeAt(row, path, (value) =>
          value === undefined || value === null
            ? value
            : storedValue(callFor(place, key, () => convert(value, was))),
        ),
    ];
  }

  #fill(step: Step): Change[] {
    if (!isFillStep(step)) return [];
    const { fill, path } = step;
    const wheres = this.#wheres(step);
    if (fill.by === "value")
      return wheres.map(
        (when): Change =>
          (row) =>
            changeAt(row, path, (value) => value ?? fill.value, when),
      );
    if (fill.by !== "function") return [];
    const name = qualified(this.#collection, pathText(path));
    const given = own(this.#sources.fill, name);
    if (typeof given !== "function")
      throw this.#missing(step, `fill: { ${JSON.stringify(name)}: (row) => … }`);
    const place = this.#place("fill", name, path);
    return wheres.map(
      (when): Change =>
        (row, { key, was }) =>
          changeAt(row, path, (value) => value ?? storedValue(callFor(place, key, () => given(was))), when),
    );
  }

  /** In which variants a step fills its field: a field that only some require is filled in those; every other wherever it is missing. */
  #wheres(step: FillStep): readonly (readonly VariantTag[])[] {
    if (step.kind === "makeVariantRequired") return [step.when];
    const open = fieldAt(this.#schema, step.path)?.type.kind === "optional";
    const needs = open ? this.#variants.filter(({ path }) => samePath(path, step.path)) : [];
    return needs.length === 0 ? [[]] : needs.map(({ when }) => when);
  }

  /** One run through the schema for all fields that it fills; from what comes out, only those fields are taken. */
  #modelDefaults(steps: readonly Step[]): Change[] {
    const filled = steps.filter(isFillStep).filter(({ fill }) => fill.by === "model");
    const [first] = filled;
    if (first === undefined) return [];
    const model = this.#sources.models?.find(({ name }) => name === this.#collection);
    if (model === undefined) throw this.#missing(first, "models: […] with this collection's model");
    const gaps = filled.flatMap((step) => this.#wheres(step).map((when) => ({ path: step.path, when })));
    const fill = fillByModel(model, gaps);
    return [(row, { key }) => fill(row, key)];
  }

  #rewrite(step: Step): Change {
    const rewrite = own(this.#sources.rewrite, this.#collection);
    if (rewrite === undefined)
      throw this.#missing(step, `rewrite: { ${JSON.stringify(this.#collection)}: (row) => … }`);
    const change = typeof rewrite === "function" ? rewrite : rewrite.row;
    const place = this.#place("rewrite", this.#collection, []);
    return (row, { key }) => callFor(place, key, () => change(row));
  }

  /** A field that is dropped as long as nothing is stored there. */
  #empty(step: Step): Change[] {
    if (step.kind !== "dropField" || step.empty !== true) return [];
    return [
      (row, { key }) => {
        if (!storesAnyAt(row, step.path)) return row;
        throw noLongerEmpty(step, `the row ${showValue(key)} has a value in it by now`);
      },
    ];
  }

  /** Rows held to what their variant requires: to what is new, and to what functions of the caller had their hands in. */
  #checks(steps: readonly Step[]): Change[] {
    const needs = this.#variants.filter((need) => steps.some((step) => concerns(step, need)));
    if (needs.length === 0) return [];
    return [
      (row, { key }) => {
        const issues = missingIn(row, needs);
        if (issues.length === 0) return row;
        throw new ModelVaultError(
          "migration_row_invalid",
          `The row ${showValue(key)} of "${this.#collection}" does not fit the new version: ${issues.map(({ message }) => message).join(" ")}`,
          { collection: this.#collection, key },
          { issues },
        );
      },
    ];
  }

  #place(option: "convert" | "fill" | "rewrite", name: string, path: readonly string[]): FunctionPlace {
    return { collection: this.#collection, path, argument: `options.${option}[${JSON.stringify(name)}]` };
  }

  #unconverted(path: readonly string[], key: Value, cause: unknown): ModelVaultError {
    const message = "A text that is to be JSON is none.";
    return new ModelVaultError(
      "migration_row_invalid",
      `The row ${showValue(key)} of "${this.#collection}" does not fit the new version, at "${pathText(path)}": ${message}`,
      { collection: this.#collection, key, field: pathText(path) },
      {
        cause,
        issues: [{ message, path: [...path], rule: "type", expected: "JSON", actual: "other text" }],
      },
    );
  }

  #missing(step: Step, option: string): ModelVaultError {
    return new ModelVaultError(
      "plan_incomplete",
      `The plan has a step for "${this.#collection}" that needs a function or model which was not given: pass ${option}.`,
      { collection: this.#collection, step: step.kind },
    );
  }
}

function isFillStep(step: Step): step is FillStep {
  return "fill" in step;
}

function own<T>(entries: { readonly [name: string]: T } | undefined, name: string): T | undefined {
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;
}
