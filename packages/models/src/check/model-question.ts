/** One model asked about rows, one after another: how many it would refuse, and the first of them with what is wrong. */
import type { Row } from "@modelvault/core";
import type { Model } from "../define/model.ts";
import { type Judge, judgeOf } from "../rows/model-judge.ts";
import type { ModelReport, RowProblem } from "./check-report.ts";

export class ModelQuestion {
  readonly #model: Model;
  readonly #judge: Judge;
  readonly #limit: number;
  readonly #problems: RowProblem[] = [];
  #rows = 0;
  #refused = 0;

  constructor(model: Model, limit: number) {
    this.#model = model;
    this.#judge = judgeOf(model);
    this.#limit = limit;
  }

  ask(row: Row): void {
    this.#rows++;
    const [issue] = this.#judge(row);
    if (issue === undefined) return;
    this.#refused++;
    if (this.#problems.length < this.#limit)
      this.#problems.push({
        key: row[this.#model.primaryKey] ?? null,
        path: issue.path.join("."),
        reason: issue.message,
      });
  }

  report(stopsApply: boolean): ModelReport {
    return {
      name: this.#model.name,
      rows: this.#rows,
      refused: this.#refused,
      stopsApply,
      problems: this.#problems,
    };
  }
}
