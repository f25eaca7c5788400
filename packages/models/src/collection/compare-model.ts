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

/** The stored schema that a model was last found equal to, as text: to compare again costs a fraction of classifying again. */
const agreed = new WeakMap<Model, string>();

/** @throws model_mismatch with every difference */
export function compareModel(db: ReadHandle, model: Model): void {
  const { name, version, primaryKey, fields, indexes } = db.schema(model.name);
  const text = JSON.stringify([primaryKey, fields, indexes], bigintAsText);
  if (agreed.get(model) === text) return;
  const stored = checkCollection({ name, primaryKey, fields, indexes }).schema;
  const findings = classify(stored, checkCollection(model.descriptor).schema);
  if (findings.length > 0) throw modelMismatch(model, stored, version, findings);
  agreed.set(model, text);
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
  const reasons = findings.map(({ reason }) => reason.replace(/\.$/, "")).join("; ");
  return new ModelVaultError(
    "model_mismatch",
    `The model "${model.name}" is not the schema that the collection has (version ${version}): ${reasons}. To change the collection, plan it with the whole model (plan and apply, or openWith); a model of some of its fields is opened with { subset: true }.`,
    { collection: model.name, version, primaryKey: stored.primaryKey, findings },
  );
}
