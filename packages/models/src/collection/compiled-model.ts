/** What a model's collections run on, compiled once per model: the way in (validation) and the way out (revival). */
import type { Row } from "@modelvault/core";
import type { Model } from "../define/model.ts";
import { mergePatch } from "./merge-patch.ts";
import { compileReviver, type Reviver } from "./revive-row.ts";
import { validateRow } from "./validate-row.ts";

export interface CompiledModel {
  readonly model: Model;
  /** A row of the model from one of the engine. */
  readonly revive: Reviver;
  /** A row to store. @throws validation_failed, validation_async */
  readonly validate: (candidate: unknown) => Row;
  /** An update function of the engine for a patch or a function of the model. */
  readonly changer: (change: unknown) => (row: Row) => Row;
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

export function compileModel(model: Model): CompiledModel {
  const known = compiledModels.get(model);
  if (known !== undefined) return known;
  const revive = compileReviver(model.fields);
  const validate = (candidate: unknown): Row => validateRow(model, candidate);
  const changer =
    (change: unknown) =>
    (row: Row): Row => {
      const before = revive(row);
      if (typeof change !== "function") return validate(mergePatch(model.fields, before, change));
      const after: unknown = change(before);
      // A promise goes on as it is, for the engine to refuse.
      return isThenable(after) ? (after as Row) : validate(after);
    };
  const compiled = { model, revive, validate, changer };
  compiledModels.set(model, compiled);
  return compiled;
}

function isThenable(value: unknown): value is object {
  return typeof (value as { readonly then?: unknown } | null | undefined)?.then === "function";
}
