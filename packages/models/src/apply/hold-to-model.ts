/**
 * The rows of a collection held to its model, once a plan has changed them: whatever the schema refuses by rules that the engine cannot keep stops the
 * migration, with the first of the rows by name.
 */
import {
  ModelVaultError,
  type Row,
  type Transaction,
  type ValidationIssue,
  type Value,
} from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import type { Model } from "../define/model.ts";
import { counted } from "../plan/step-text.ts";
import { judgeOf } from "../rows/model-judge.ts";

/** Rows that an error names. */
const NAMED_MAX = 10;
/** Rows between two reports. */
const REPORT_ROWS = 16_384;

/** Where a migration runs that cannot read rows at once: it takes down what to do with them. */
export interface RowVisitor {
  /** Shows every row of a collection, integers exact, in the order of the keys, and says when that was all. */
  visitRows(collection: string, look: (row: Row) => void, done: () => void): void;
}

interface Refused {
  readonly key: Value;
  readonly issues: readonly ValidationIssue[];
}

/** Shows every row of the model's collection to the model. @throws migration_row_invalid */
export function holdToModel(tx: Transaction, model: Model, report?: (rowsDone: number) => void): void {
  const judge = judgeOf(model);
  const named: Refused[] = [];
  let refused = 0;
  let looked = 0;
  const look = (row: Row): void => {
    const issues = judge(row);
    if (++looked % REPORT_ROWS === 0) report?.(looked);
    if (issues.length === 0) return;
    refused++;
    if (named.length < NAMED_MAX) named.push({ key: row[model.primaryKey] ?? null, issues });
  };
  const done = (): void => {
    if (refused > 0) throw refusal(model.name, refused, named);
  };
  if (isVisitor(tx)) {
    tx.visitRows(model.name, look, done);
    return;
  }
  for (const row of tx.collection<Row>(model.name, { integers: "exact" }).iterate()) look(row);
  done();
}

function isVisitor(tx: Transaction): tx is Transaction & RowVisitor {
  return typeof (tx as Partial<RowVisitor>).visitRows === "function";
}

function refusal(collection: string, refused: number, named: readonly Refused[]): ModelVaultError {
  const rows = named.map(({ key, issues }) => {
    const [issue] = issues;
    return { key, path: issue?.path.join(".") ?? "", reason: issue?.message ?? "" };
  });
  const list = rows.map(
    ({ key, path, reason }) => `\n- row ${showValue(key)}${path === "" ? "" : ` at ${path}`}: ${reason}`,
  );
  const more = refused > rows.length ? `\n- and ${refused - rows.length} more` : "";
  return new ModelVaultError(
    "migration_row_invalid",
    `The model refuses ${counted(refused, "row")} of "${collection}" as ${refused === 1 ? "it" : "they"} would be after the plan, by rules that the engine cannot keep. Mend them with convert or rewrite, or pass validateRows: false to let them stay.${list.join("")}${more}`,
    { collection, key: rows[0]?.key ?? null, by: "model", refused, rows },
    { issues: named[0]?.issues ?? [] },
  );
}
