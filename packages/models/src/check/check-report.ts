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

/** What the model of one collection says to the rows that the engine takes. */
export interface ModelReport {
  /** Name of the collection after the plan. */
  readonly name: string;
  /** Rows it was asked about: those that fit the engine's rules. */
  readonly rows: number;
  /** How many of them it would refuse, by rules that the engine cannot keep. */
  readonly refused: number;
  /** Whether `apply` refuses the plan for them: it does where the plan checks or rewrites rows of the collection, unless it is told `validateRows: false`. */
  readonly stopsApply: boolean;
  /** The first of the rows that it would refuse. */
  readonly problems: readonly RowProblem[];
}

export class CheckReport {
  readonly steps: readonly StepReport[];
  /** The collections whose rows were looked at. */
  readonly collections: readonly CollectionReport[];
  /** What the models say, those of collections that the plan leaves alone included. */
  readonly models: readonly ModelReport[];
  readonly #plan: PlanData;

  constructor(
    plan: PlanData,
    steps: readonly StepReport[],
    collections: readonly CollectionReport[],
    models: readonly ModelReport[],
  ) {
    this.#plan = plan;
    this.steps = steps;
    this.collections = collections;
    this.models = models;
  }

  /**
   * Whether every row survives, and is one that its model takes. A plan that is blocked can be ok: it is the rows that were looked at.
   */
  get ok(): boolean {
    return (
      this.collections.every(({ failing }) => failing === 0) &&
      this.models.every(({ refused }) => refused === 0)
    );
  }

  /** The plan with counts and the first problems below its steps. */
  toString(): string {
    const text = planText(this.#plan, new Map(this.steps.map((report, at) => [at, notesOf(report)])));
    const totals = this.collections.map(
      ({ name, rows, failing }) =>
        `${name}: ${counted(rows, "row")}, ${failing === 0 ? "all fit" : `${grouped(failing)} would fail`}.`,
    );
    const refusing = this.models.filter(({ refused }) => refused > 0);
    const section = refusing.length === 0 ? [] : ["Rows that the model would refuse:"];
    return [text, ...totals, ...section, ...refusing.flatMap(refusedText)].join("\n");
  }

  /** Plain JSON. */
  toJSON(): Json {
    const { ok, steps, collections, models } = this;
    return encodeExact({ ok, plan: this.#plan.hash, collections, models, steps });
  }
}

function notesOf({ failing, problems }: StepReport): string[] {
  if (failing === 0) return [];
  return [`${counted(failing, "row")} would fail:`, ...problemLines(failing, problems)];
}

function refusedText({ name, rows, refused, stopsApply, problems }: ModelReport): string[] {
  const then = stopsApply
    ? "apply refuses the plan for them, unless it is told validateRows: false"
    : "the plan leaves them as they are";
  return [
    `  ${name}: ${grouped(refused)} of ${counted(rows, "row")}; ${then}`,
    ...problemLines(refused, problems).map((line) => `    ${line}`),
  ];
}

function problemLines(count: number, problems: readonly RowProblem[]): string[] {
  const more = count - problems.length;
  return [
    ...problems.map(
      ({ key, path, reason }) => `  row ${showValue(key)}${path === "" ? "" : ` at ${path}`}: ${reason}`,
    ),
    ...(more > 0 ? [`  and ${grouped(more)} more`] : []),
  ];
}
