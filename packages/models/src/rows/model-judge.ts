/**
 * Rows as their model judges them. The engine keeps what it can of a schema; lengths in characters, refinements and other rules of
 * `Model.unenforced` are known to the schema alone, so stored rows are shown to it.
 */
import {
  checkCollection,
  classify,
  isModelVaultError,
  type Row,
  type Schema,
  type ValidationIssue,
} from "@modelvault/core";
import { compileModel } from "../collection/compiled-model.ts";
import type { Model } from "../define/model.ts";

/** What the model's schema has against a row of the engine; none for a row that it takes. @throws validation_async, model_schema_invalid */
export type Judge = (row: Row) => readonly ValidationIssue[];

/** What keeps a row from being one of the model, as against what is wrong with the model. */
const OF_THE_ROW: readonly string[] = ["validation_failed", "date_out_of_range", "model_schema_threw"];

/** The judge of one model's rows. */
export function judgeOf(model: Model): Judge {
  const { revive, validate } = compileModel(model);
  return (row) => {
    try {
      validate(revive(row));
      return [];
    } catch (error) {
      if (!isModelVaultError(error) || !OF_THE_ROW.includes(error.code)) throw error;
      const { code, issues, message } = error;
      if (issues.length > 0) return issues;
      return [{ message, path: [], rule: code, expected: "a row of the model", actual: message }];
    }
  };
}

/** The model that a collection has, among those given; one of another form says nothing about its rows. */
export function modelOf(
  models: readonly Model[] | undefined,
  name: string,
  schema: Schema,
): Model | undefined {
  const model = models?.find((each) => each.name === name);
  if (model === undefined) return undefined;
  const findings = classify(schema, checkCollection(model.descriptor).schema);
  return findings.every(({ index }) => index !== undefined) ? model : undefined;
}
