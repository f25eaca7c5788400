/**
 * What the steps of one collection do to a row, as one function, so that every row is read and written once, however many steps there
 * are. In this order: renames, conversions, values for new fields, dropped fields out, the model's defaults, the caller's own function.
 *
 * The engine validates what comes out; a function that throws, or gives what does not fit, stops everything with the row's key.
 */
import {
  type CollectionDescriptor,
  checkCollection,
  ModelVaultError,
  type Row,
  type Schema,
  type Type,
  type Value,
} from "@modelvault/core";
import { compileModel } from "../collection/compiled-model.ts";
import type { Model } from "../define/model.ts";
import type { RowFunctions } from "../plan/plan-options.ts";
import { storedValue } from "../plan/row-decisions.ts";
import { fieldAt, hasPath } from "../plan/schema-tree.ts";
import { pathText, qualified, type Step } from "../plan/step.ts";
import { bare } from "../plan/type-text.ts";
import { convertByRule } from "./convert-by-rule.ts";
import { changeAt, dropValue, moveValue, valueIn } from "./row-path.ts";

type Change = (row: Row) => Row;

/** What a plan needs beside its steps, once rows are touched. */
export interface RowSources extends RowFunctions {
  readonly models?: readonly Model[];
}

/**
 * The row function of a collection's steps; undefined when the engine needs none, because rows stay as they are or change by its own rules.
 * @throws plan_incomplete when the plan names a function or model that is not there
 */
export function rowChange(
  collection: string,
  after: CollectionDescriptor,
  steps: readonly Step[],
  sources: RowSources,
): Change | undefined {
  const { schema } = checkCollection(after);
  const compiler = new RowChangeCompiler(collection, schema, sources);
  return compiler.compile(steps.filter((step) => step.collection === collection));
}

class RowChangeCompiler {
  readonly #collection: string;
  readonly #schema: Schema;
  readonly #sources: RowSources;

  constructor(collection: string, schema: Schema, sources: RowSources) {
    this.#collection = collection;
    this.#schema = schema;
    this.#sources = sources;
  }

  compile(steps: readonly Step[]): Change | undefined {
    const renames = steps.flatMap((step) =>
      step.kind === "renameField" ? [this.#rename(step.from, step.path)] : [],
    );
    const values = [
      ...steps.flatMap((step) => this.#conversion(step)),
      ...steps.flatMap((step) => this.#fill(step)),
    ];
    const models = this.#modelDefaults(steps);
    const rewrites = steps.flatMap((step) => (step.kind === "rewriteRows" ? [this.#rewrite(step)] : []));
    // A row of grouped fields has the form it had, but its bytes do not.
    const grouped = steps.some(({ kind }) => kind === "groupFields");
    if (!grouped && renames.length + values.length + models.length + rewrites.length === 0) return undefined;
    const rules = steps.flatMap((step) => this.#rule(step));
    const drops = steps.flatMap((step) =>
      step.kind === "dropField" ? [(row: Row): Row => dropValue(row, step.path, this.#keeps)] : [],
    );
    const all = [...renames, ...rules, ...values, ...drops, ...models, ...rewrites];
    return (row) => all.reduce((changed, change) => change(changed), row);
  }

  #rename(from: readonly string[], to: readonly string[]): Change {
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
      (row) =>
        changeAt(row, step.path, (value) =>
          value === undefined || value === null ? value : convertByRule(value, from, to),
        ),
    ];
  }

  #conversion(step: Step): Change[] {
    if ((step.kind !== "convertType" && step.kind !== "tightenConstraint") || step.by !== "function")
      return [];
    const name = qualified(this.#collection, pathText(step.path));
    const convert = own(this.#sources.convert, name);
    if (convert === undefined)
      throw this.#missing(step, `convert: { ${JSON.stringify(name)}: (value) => … }`);
    return [
      (row) =>
        changeAt(row, step.path, (value) =>
          value === undefined || value === null
            ? value
            : this.#given(convert(value, row), `options.convert[${JSON.stringify(name)}]`),
        ),
    ];
  }

  #fill(step: Step): Change[] {
    if (step.kind !== "addField" && step.kind !== "makeRequired") return [];
    const { fill, path } = step;
    if (fill.by === "value") return [(row) => changeAt(row, path, (value) => value ?? fill.value)];
    if (fill.by !== "function") return [];
    const name = qualified(this.#collection, pathText(path));
    const given = own(this.#sources.fill, name);
    if (typeof given !== "function")
      throw this.#missing(step, `fill: { ${JSON.stringify(name)}: (row) => … }`);
    return [
      (row) =>
        changeAt(
          row,
          path,
          (value) => value ?? this.#given(given(row), `options.fill[${JSON.stringify(name)}]`),
        ),
    ];
  }

  /** One run through the schema for all fields that it fills; from what comes out, only those fields are taken. */
  #modelDefaults(steps: readonly Step[]): Change[] {
    const filled = steps.filter(
      (step) => (step.kind === "addField" || step.kind === "makeRequired") && step.fill.by === "model",
    );
    const [first] = filled;
    if (first === undefined) return [];
    const model = this.#sources.models?.find(({ name }) => name === this.#collection);
    if (model === undefined) throw this.#missing(first, "models: […] with this collection's model");
    const { revive, validate } = compileModel(model);
    const paths = filled.flatMap((step) => ("path" in step ? [step.path] : []));
    return [
      (row) => {
        if (paths.every((path) => (valueIn(row, path) ?? null) !== null)) return row;
        const whole = validate(revive(row));
        return paths.reduce(
          (changed, path) => changeAt(changed, path, (value) => value ?? valueIn(whole, path)),
          row,
        );
      },
    ];
  }

  #rewrite(step: Step): Change {
    const rewrite = own(this.#sources.rewrite, this.#collection);
    if (rewrite === undefined)
      throw this.#missing(step, `rewrite: { ${JSON.stringify(this.#collection)}: (row) => … }`);
    return typeof rewrite === "function" ? rewrite : rewrite.row;
  }

  /** What a caller's function gave, as the engine takes it. */
  #given(value: unknown, place: string): Value {
    if (typeof (value as { readonly then?: unknown } | null | undefined)?.then !== "function")
      return storedValue(value);
    throw new ModelVaultError(
      "callback_async",
      `The function ${place} returned a promise; it must return the value.`,
      {
        argument: place,
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

function own<T>(entries: { readonly [name: string]: T } | undefined, name: string): T | undefined {
  return entries !== undefined && Object.hasOwn(entries, name) ? entries[name] : undefined;
}
