/** What a model's collections run on, compiled once per model: the way in (validation, dates to timestamps) and the way out (revival). */
import type { Row, Value } from "@modelvault/core";
import { fieldAt, fieldsIn, type Shape } from "../convert/shape.ts";
import type { Model } from "../define/model.ts";
import { compileLowerer, lowerOperand } from "./lower-row.ts";
import { mergePatch } from "./merge-patch.ts";
import type { ModelRow, ModelValue } from "./model-value.ts";
import { changeOf, compileReviver, type Reviver } from "./revive-row.ts";
import { validateRow } from "./validate-row.ts";

export interface CompiledModel {
  readonly model: Model;
  /** How the engine is to hand out 64-bit integers; undefined: as the handle says. */
  readonly integers: "exact" | undefined;
  /** A row of the model from one of the engine. */
  readonly revive: Reviver;
  /** Asked before rows are read. @throws model_mismatch when they are no longer of the model's types */
  readonly agreeToRead: () => void;
  /** A row to store. @throws validation_failed, validation_async, model_schema_invalid */
  readonly validate: (candidate: unknown) => Row;
  /** An update function of the engine for a patch or a function of the model. */
  readonly changer: (change: unknown) => (row: Row) => Row;
  /** Paths to read where none are selected; undefined: whole rows. */
  readonly paths?: readonly (readonly string[])[];
  /** The row to store where one is replaced; undefined: the new one. */
  readonly layOver?: (before: Row, after: Row) => Row;
  /** A primary key of the model as the engine takes it. */
  readonly keyToEngine: (key: unknown) => Value;
  /** A primary key of the engine as the model has it. */
  readonly keyToModel: (key: Value) => ModelValue;
  /** What stands behind an operator, as the engine takes it. */
  readonly operand: (path: string, operand: unknown) => Value;
}

/**
 * The model for a collection whose schema may change while it is held: before a row is made, `agree` is asked, which throws when
 * the schema is no longer the model's. Rows of a newer schema have fields that the model's own schema would drop.
 */
export function guardModel(compiled: CompiledModel, agree: () => void): CompiledModel {
  return {
    ...compiled,
    validate(candidate) {
      agree();
      return compiled.validate(candidate);
    },
    changer(change) {
      const changed = compiled.changer(change);
      return (row) => {
        agree();
        return changed(row);
      };
    },
  };
}

const compiledModels = new WeakMap<Model, CompiledModel>();

/**
 * A model's way in and out, made once per model. For code that carries rows of models elsewhere, such as an asynchronous collection;
 * programs want `collection(db, Model)`.
 */
export function compileModel(model: Model): CompiledModel {
  const known = compiledModels.get(model);
  if (known !== undefined) return known;
  const { shape, fields, primaryKey } = model;
  const revive = compileReviver(shape);
  const lower = compileLowerer(shape, model.name);
  const keyShape: Shape = fieldAt(fields, primaryKey)?.shape ?? { kind: "json" };
  const reviveKey = changeOf(keyShape);
  const changer =
    (change: unknown) =>
    (row: Row): Row => {
      const before = revive(row);
      if (typeof change !== "function")
        return lower(validateRow(model, mergePatch(shape, before, change)), row);
      const after: unknown = change(before);
      // A promise goes on as it is, for the engine to refuse.
      return isThenable(after)
        ? (after as Row)
        : lower(validateRow(model, withFormerKey(model, after, before)), row);
    };
  const compiled: CompiledModel = {
    model,
    integers: holdsWide(shape) ? "exact" : undefined,
    revive,
    agreeToRead: () => undefined,
    validate: (candidate) => lower(validateRow(model, candidate)),
    changer,
    keyToEngine: (key) => lowerOperand(keyShape, key) as Value,
    keyToModel: (key) => (reviveKey === undefined ? key : reviveKey(key)),
    operand: (path, operand) => lowerOperand(fieldAt(fields, path)?.shape, operand) as Value,
  };
  compiledModels.set(model, compiled);
  return compiled;
}

/** A row of a model whose keys are generated may come back without its key. */
function withFormerKey({ generate, primaryKey }: Model, row: unknown, before: ModelRow): unknown {
  if (generate === undefined || typeof row !== "object" || row === null) return row;
  const key = (row as ModelRow)[primaryKey];
  return key === undefined ? { ...row, [primaryKey]: before[primaryKey] } : row;
}

/** Whether a shape has integers that a number may not hold. */
function holdsWide(shape: Shape): boolean {
  if (shape.kind === "list") return holdsWide(shape.element.shape);
  if (shape.kind === "bigint" || shape.kind === "timestamp") return true;
  return fieldsIn(shape)?.some((field) => holdsWide(field.shape)) ?? false;
}

export function isThenable(value: unknown): value is object {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}
