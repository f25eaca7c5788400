/** What the dry run of a plan found, step by step. */
import type { Value } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import type { PlanData } from "../plan/plan-data.ts";
import { planText } from "../plan/plan-text.ts";
import type { Step } from "../plan/step.ts";
import { counted } from "../plan/step-text.ts";

/** One row that would not survive a step. */
export interface RowProblem {
  readonly key: Value;
  /** Where in the row, with dots; empty for the row as a whole. */
  readonly path: string;
  readonly reason: string;
}

export interface StepReport {
  readonly step: Step;
  /** Rows of the step's collection. */
  readonly rows: number;
  /** How many of them would fail because of it. */
  readonly failing: number;
  /** The first of them. */
  readonly problems: readonly RowProblem[];
}

export class CheckReport {
  readonly steps: readonly StepReport[];
  readonly #plan: PlanData;

  constructor(plan: PlanData, steps: readonly StepReport[]) {
    this.#plan = plan;
    this.steps = steps;
  }

  /** Whether every row survives. A plan that is blocked can be ok: it is the rows that were looked at. */
  get ok(): boolean {
    return this.steps.every(({ failing }) => failing === 0);
  }

  /** The plan with counts and the first problems below its steps. */
  toString(): string {
    return planText(this.#plan, new Map(this.steps.map((report, at) => [at, notesOf(report)])));
  }

  toJSON(): { readonly ok: boolean; readonly plan: string; readonly steps: readonly StepReport[] } {
    return { ok: this.ok, plan: this.#plan.hash, steps: this.steps };
  }
}

function notesOf({ step, rows, failing, problems }: StepReport): string[] {
  if (step.kind === "createCollection" || step.kind === "renameCollection") return [];
  if (failing === 0) return step.safety === "safe" ? [] : [`${counted(rows, "row")}, all fit`];
  const shown = problems.map(
    ({ key, path, reason }) => `${showValue(key)}${path === "" ? "" : ` at ${path}`}: ${reason}`,
  );
  const more = failing - problems.length;
  return [
    `${counted(rows, "row")}, ${failing} would fail`,
    ...shown.map((line) => `  ${line}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
