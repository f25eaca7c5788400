/** Changes of a model's rows: they run in the caller's thread, where the model's own schema is. */
import { argumentInvalid, ModelVaultError, type Row } from "@modelvault/core";
import type { CompiledModel } from "@modelvault/models";

/** An update function of the engine for a patch or a function of the model. @throws argument_invalid */
export function changerOf(compiled: CompiledModel, change: unknown): (row: Row) => Row {
  if (typeof change !== "function" && Object.prototype.toString.call(change) !== "[object Object]")
    throw argumentInvalid("change", "a patch (an object of fields) or a function of the row", change);
  const { model } = compiled;
  const known = new Set(model.fields.map(({ name }) => name));
  const changed = compiled.changer(change);
  return (row) => {
    const stranger = Object.keys(row).find((name) => !known.has(name));
    if (stranger === undefined) return changed(row);
    // The collection has a newer schema than the model: what the model does not know would be lost.
    throw new ModelVaultError(
      "model_mismatch",
      `The collection "${model.name}" has a field "${stranger}" that the model does not: its schema was changed since it was opened.`,
      { collection: model.name, field: stranger },
    );
  };
}
