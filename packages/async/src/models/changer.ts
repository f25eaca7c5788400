/** Changes of a model's rows: they run in the caller's thread, where the model's own schema is. */
import { argumentInvalid, type Row } from "@modelvault/core";
import type { CompiledModel } from "@modelvault/models";

/** An update function of the engine for a patch or a function of the model. @throws argument_invalid */
export function changerOf(compiled: CompiledModel, change: unknown): (row: Row) => Row {
  if (typeof change !== "function" && Object.prototype.toString.call(change) !== "[object Object]")
    throw argumentInvalid("change", "a patch (an object of fields) or a function of the row", change);
  return compiled.changer(change);
}
