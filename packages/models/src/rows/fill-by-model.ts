/**
 * Values that the model's own defaults give to stored rows. A default may be computed, so it is not read out: the row runs through the schema once, whatever the
 * number of fields, and of what comes out only those fields are taken.
 */
import { isModelVaultError, ModelVaultError, type Row, type Value } from "@modelvault/core";
import { compileModel } from "../collection/compiled-model.ts";
import { showValue } from "../collection/show-value.ts";
import type { Model } from "../define/model.ts";
import type { VariantTag } from "../plan/variant-needs.ts";
import { changeAt, valueIn } from "./row-path.ts";
import { missingIn } from "./variant-rows.ts";

/** A field to be filled; with `when`, only in objects of that variant. */
export interface Gap {
  readonly path: readonly string[];
  readonly when: readonly VariantTag[];
}

/** A function that fills the gaps of a row. It throws migration_row_invalid where the schema does not take the row. */
export function fillByModel(model: Model, gaps: readonly Gap[]): (row: Row, key: Value) => Row {
  const { revive, validate } = compileModel(model);
  return (row, key) => {
    const lacking = gaps.filter((gap) => lacks(row, gap));
    if (lacking.length === 0) return row;
    // A default stands in for what is absent; null is a value to many a schema.
    const open = lacking.reduce(
      (opened, { path, when }) => changeAt(opened, path, (value) => value ?? undefined, when),
      row,
    );
    const whole = validated(model.name, key, () => validate(revive(open)));
    return lacking.reduce(
      (changed, { path, when }) => changeAt(changed, path, (value) => value ?? valueIn(whole, path), when),
      row,
    );
  };
}

/** Whether a value is missing at a path, in any object of the variant. */
function lacks(row: Row, { path, when }: Gap): boolean {
  if (when.length > 0) return missingIn(row, [{ path, when }]).length > 0;
  return (valueIn(row, path) ?? null) === null;
}

/** What the model's schema makes of a row. @throws migration_row_invalid */
function validated(collection: string, key: Value, validate: () => Row): Row {
  try {
    return validate();
  } catch (cause) {
    if (!isModelVaultError(cause)) throw cause;
    throw new ModelVaultError(
      "migration_row_invalid",
      `The row ${showValue(key)} of "${collection}" is not one that the model's defaults can complete: ${cause.message}`,
      { collection, key },
      { cause, issues: cause.issues },
    );
  }
}
