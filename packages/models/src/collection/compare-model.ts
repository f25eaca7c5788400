/** Whether a model is the schema that a collection has. */
import {
  checkCollection,
  classify,
  type Finding,
  ModelVaultError,
  type ReadHandle,
  type Schema,
} from "@modelvault/core";
import type { Model } from "../define/model.ts";
import { findingText } from "../plan/constraint-text.ts";
import {
  hasVariants,
  needsChanged,
  type VariantNeed,
  variantNeeds,
  whenText,
} from "../plan/variant-needs.ts";
import { readNeeds } from "../plan/variant-notes.ts";

/** The stored schema that a model was last found equal to, as text: to compare again costs a fraction of classifying again. */
const agreed = new WeakMap<Model, string>();

/**
 * Refuses a model that is another schema than the collection has, or whose variants of unions require other fields than the vault has noted. Where it has no note, or
 * the handle cannot read notes, nothing is said about variants.
 * @throws model_mismatch with every difference
 */
export function compareModel(db: ReadHandle, model: Model): void {
  const { name, version, primaryKey, fields, indexes } = db.schema(model.name);
  const noted = hasVariants(model.shape) ? readNeeds(db, model.name) : undefined;
  const text = JSON.stringify([primaryKey, fields, indexes, noted], bigintAsText);
  if (agreed.get(model) === text) return;
  const stored = checkCollection({ name, primaryKey, fields, indexes }).schema;
  const findings = [
    ...classify(stored, checkCollection(model.descriptor).schema),
    ...(noted === undefined ? [] : variantFindings(stored, noted, variantNeeds(model.shape))),
  ];
  if (findings.length > 0) throw modelMismatch(model, stored, version, findings);
  agreed.set(model, text);
}

/** What variants require otherwise, in the form of the other findings. */
function variantFindings(
  stored: Schema,
  noted: readonly VariantNeed[],
  own: readonly VariantNeed[],
): Finding[] {
  const { added, gone } = needsChanged(stored, noted, own);
  const placeOf = ({ path, when }: VariantNeed): string => `"${path.join(".")}" where ${whenText(when)}`;
  return [
    ...added.map(
      (need): Finding => ({
        class: "needs_migration",
        change: "made_required",
        work: "check",
        path: need.path,
        reason: `The model requires ${placeOf(need)}, and the collection does not.`,
      }),
    ),
    ...gone.map(
      (need): Finding => ({
        class: "safe",
        change: "made_optional",
        work: "none",
        path: need.path,
        reason: `The collection requires ${placeOf(need)}, and the model does not.`,
      }),
    ),
  ];
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value;
}

export function modelMismatch(
  model: Model,
  stored: Schema,
  version: number,
  findings: readonly Finding[],
): ModelVaultError {
  const { schema } = checkCollection(model.descriptor);
  const reasons = findings.map((finding) => findingText(finding, schema)).join("; ");
  return new ModelVaultError(
    "model_mismatch",
    `The model "${model.name}" is not the schema that the collection has (version ${version}): ${reasons}. If this program is older than the vault, restart it with the newer models. To change the collection, plan it with the whole model (plan and apply, or openWith); a model of some of its fields is opened with { subset: true }.`,
    { collection: model.name, version, primaryKey: stored.primaryKey, findings },
  );
}
