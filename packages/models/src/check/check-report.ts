/** What the dry run of a plan found, step by step. */
import type { Value } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import { encodeExact, type Json } from "../plan/exact-json.ts";
import type { PlanData } from "../plan/plan-data.ts";
import { planText } from "../plan/plan-text.ts";
import type { Step } from "../plan/step.ts";
import { counted, grouped } from "../plan/step-text.ts";

/** One row that would not survive a step. */
export interface RowProblem {
  readonly key: Value;
  /** Where in the row, with dots; empty for the row as a whole. */
  readonly path: string;
  readonly reason: string;
}

/** What was found in one collection. */
export interface CollectionReport {
  /** Its name after the plan. */
  readonly name: string;
  readonly rows: number;
  /** Rows that would fail, each counted once. */
  readonly failing: number;
}

export interface StepReport {
  readonly step: Step;
  /** Rows of the step's collection. */
  readonly rows: number;
  /** How many of them would fail because of it; where more than 10,000 rows of a collection fail, at least so many. */
  readonly failing: number;
  /** The first of them. */
  readonly problems: readonly RowProblem[];
}

export class CheckReport {
  readonly steps: readonly StepReport[];
  /** The collections whose rows were looked at. */
  readonly collections: readonly CollectionReport[];
  readonly #plan: PlanData;

  constructor(plan: PlanData, steps: readonly StepReport[], collections: readonly CollectionReport[]) {
    this.#plan = plan;
    this.steps = steps;
    this.collections = collections;
  }

  /** Whether every row survives. A plan that is blocked can be ok: it is the rows that were looked at. */
  get ok(): boolean {
    return this.collections.every(({ failing }) => failing === 0);
  }

  /** The plan with counts and the first problems below its steps. */
  toString(): string {
    const text = planText(this.#plan, new Map(this.steps.map((report, at) => [at, notesOf(report)])));
    const totals = this.collections.map(
      ({ name, rows, failing }) =>
        `${name}: ${counted(rows, "row")}, ${failing === 0 ? "all fit" : `${grouped(failing)} would fail`}.`,
    );
    return [text, ...totals].join("\n");
  }

  /** Plain JSON. */
  toJSON(): Json {
    const { ok, steps, collections } = this;
    return encodeExact({ ok, plan: this.#plan.hash, collections, steps });
  }
}

function notesOf({ failing, problems }: StepReport): string[] {
  if (failing === 0) return [];
  const shown = problems.map(
    ({ key, path, reason }) => `row ${showValue(key)}${path === "" ? "" : ` at ${path}`}: ${reason}`,
  );
  const more = failing - problems.length;
  return [
    `${counted(failing, "row")} would fail:`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ];
}
