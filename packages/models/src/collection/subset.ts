/**
 * Subset models: a model that knows some of a collection's fields. It reads those alone, and what it writes is laid over the stored row, so
 * that what it does not know stays as it is.
 */
import {
  checkCollection,
  classify,
  type Finding,
  ModelVaultError,
  type ReadHandle,
  type Row,
  type Schema,
  type Type,
} from "@modelvault/core";
import { type FieldShape, fieldsIn } from "../convert/shape.ts";
import type { Model } from "../define/model.ts";
import { modelMismatch } from "./compare-model.ts";
import { type CompiledModel, isThenable } from "./compiled-model.ts";

/** Differences that do not keep a model from being a part of the collection: what it lacks, and rules, which the engine keeps anyway. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...["field_removed", "fields_reordered", "index_dropped", "indexes_reordered", "enum_reordered"],
  ...["constraint_loosened", "constraint_tightened", "constraints_rewritten", "default_changed"],
]);

/** Differences that leave rows readable as the model types them: those, and a model that would allow more than there is. */
const READABLE: ReadonlySet<string> = new Set([
  ...[...ALLOWED, "made_optional", "enum_grown"],
  ...["index_added", "index_changed", "index_rekeyed", "unique_index_added"],
]);

/**
 * Whether rows of the collection have the types that the model says, with or without more fields than it knows.
 * @throws model_mismatch
 */
export function compareForReading(db: ReadHandle, model: Model): void {
  const { name, version, primaryKey, fields, indexes } = db.schema(model.name);
  const stored = checkCollection({ name, primaryKey, fields, indexes }).schema;
  const wrong = classify(stored, checkCollection(model.descriptor).schema).filter(
    ({ change }) => !READABLE.has(change),
  );
  if (wrong.length > 0) throw modelMismatch(model, stored, version, wrong);
}

/**
 * The paths of required fields that the model does not know, without which no row can be inserted.
 * @throws model_mismatch when the model is no part of the collection
 */
export function compareSubset(db: ReadHandle, model: Model): readonly string[] {
  const { name, version, primaryKey, fields, indexes } = db.schema(model.name);
  const stored = checkCollection({ name, primaryKey, fields, indexes }).schema;
  const findings = classify(stored, checkCollection(model.descriptor).schema);
  const wrong = findings.filter(
    ({ change, path }) => !ALLOWED.has(change) || (change === "field_removed" && path.includes("[]")),
  );
  if (wrong.length > 0) throw modelMismatch(model, stored, version, wrong);
  return findings.filter((finding) => isRequired(stored, finding)).map(({ path }) => path.join("."));
}

/** Whether a field that the model lacks must be there in every row. */
function isRequired(stored: Schema, { change, path }: Finding): boolean {
  if (change !== "field_removed") return false;
  const [first, ...rest] = path;
  const field = stored.fields.find((candidate) => candidate.path.length === 1 && candidate.path[0] === first);
  if (field === undefined) return true;
  let type: Type = field.type;
  let filled = field.default !== undefined;
  for (const name of rest) {
    if (filled || type.kind !== "object") return false;
    const inner = type.fields.find((candidate) => candidate.name === name);
    if (inner === undefined) return false;
    type = inner.type;
    filled = inner.default !== undefined;
  }
  return !filled && type.kind !== "optional";
}

/** A model's way in and out for a collection of which it knows a part. `agree` is asked before each write; it gives what {@link compareSubset} does. */
export function subsetModel(compiled: CompiledModel, agree: () => readonly string[]): CompiledModel {
  const { model } = compiled;
  const { fields } = model;
  const known = (row: Row): Row => knownPart(fields, row);
  return {
    ...compiled,
    paths: leafPaths(fields, []),
    revive: (row) => compiled.revive(known(row)),
    validate(candidate) {
      const missing = agree();
      if (missing.length > 0) throw incomplete(model, missing);
      return compiled.validate(candidate);
    },
    changer(change) {
      const changed = compiled.changer(change);
      return (row) => {
        agree();
        const after = changed(known(row));
        return isThenable(after) ? after : layOver(fields, row, after);
      };
    },
    layOver: (before, after) => layOver(fields, before, after),
  };
}

function incomplete({ name }: Model, missing: readonly string[]): ModelVaultError {
  return new ModelVaultError(
    "model_subset_incomplete",
    `A row of "${name}" cannot be stored through this subset model, which does not know the required ${missing.length === 1 ? "field" : "fields"} ${missing.map((path) => `"${path}"`).join(", ")}. Update rows that are there, or insert through a model that knows them.`,
    { collection: name, fields: [...missing] },
  );
}

/** Paths to what a model knows, down to what is read whole. */
function leafPaths(fields: readonly FieldShape[], parent: readonly string[]): readonly (readonly string[])[] {
  return fields.flatMap(({ name, shape }) => {
    const inner = fieldsIn(shape);
    return inner === undefined ? [[...parent, name]] : leafPaths(inner, [...parent, name]);
  });
}

function isObject(value: unknown): value is Row {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** A row without what the model does not know. */
function knownPart(fields: readonly FieldShape[], row: Row): Row {
  const part: Record<string, Row[string]> = {};
  for (const { name, shape } of fields) {
    if (!Object.hasOwn(row, name)) continue;
    const value = row[name];
    if (value === undefined) continue;
    const inner = fieldsIn(shape);
    part[name] = inner !== undefined && isObject(value) ? knownPart(inner, value) : value;
  }
  return part;
}

/** The stored row with what the model knows of it replaced; what the new row lacks is null. */
function layOver(fields: readonly FieldShape[], before: Row, after: Row): Row {
  const row: Record<string, Row[string]> = { ...before };
  for (const { name, shape } of fields) {
    const value = (Object.hasOwn(after, name) ? after[name] : null) ?? null;
    const former = before[name];
    const inner = fieldsIn(shape);
    row[name] =
      inner !== undefined && isObject(value) && isObject(former) ? layOver(inner, former, value) : value;
  }
  return row;
}
