/**
 * A plan: the steps from the schemas that a vault has to those that it is to have. Plain data with a few words of its own; it holds no
 * vault, so it can be printed, reviewed, stored, and applied elsewhere, to any vault whose schemas are those it was made for.
 */
import type { CheckReport } from "../check/check-report.ts";
import { type CheckOptions, type CheckSource, checkRows } from "../check/check-rows.ts";
import { refuseAsync } from "../define/refuse-async.ts";
import type { RowSources } from "../rows/row-change.ts";
import { encodeExact, type Json } from "./exact-json.ts";
import type { CollectionChange, PlanData } from "./plan-data.ts";
import { planMarkdown, planText } from "./plan-text.ts";
import { type Safety, type Step, worstSafety } from "./step.ts";
import { blockerOf, passesWhenEmpty } from "./step-text.ts";
import type { Unused } from "./unused.ts";

/** What keeps a plan from being applied. */
export interface Blocker {
  readonly step: Step;
  /** What to do about it, with what to name spelt out. */
  readonly advice: string;
  /** Whether it is none as long as the collection has no rows. */
  readonly unlessEmpty: boolean;
}

export class Plan {
  readonly data: PlanData;
  /** Functions and models that the steps refer to; not part of the data. */
  readonly sources: RowSources;

  constructor(data: PlanData, sources: RowSources = {}) {
    this.data = data;
    this.sources = sources;
  }

  /** In the order in which they are applied. */
  get steps(): readonly Step[] {
    return this.data.steps;
  }

  get changes(): readonly CollectionChange[] {
    return this.data.changes;
  }

  /** SHA-256 of everything the plan says, in hexadecimal: what was reviewed is what is applied. */
  get hash(): string {
    return this.data.hash;
  }

  /** Hash of the schemas that the plan is for. */
  get base(): string {
    return this.data.base;
  }

  /** Collections of the vault that no model names; they stay as they are. */
  get leftAlone(): readonly string[] {
    return this.data.leftAlone;
  }

  /** Values and functions of the options that no step takes, mostly those of migrations that were made already; and former names that the vault does not have. */
  get unused(): readonly Unused[] {
    return this.data.unused ?? [];
  }

  /** Whether there is nothing to do. */
  get isEmpty(): boolean {
    return this.steps.length === 0;
  }

  /** How far the plan goes: that of its gravest step. */
  get safety(): Safety {
    return worstSafety(this.steps);
  }

  /** What has to be named or given before the plan can be applied. */
  get blockers(): readonly Blocker[] {
    return this.steps.flatMap((step) => {
      const advice = blockerOf(step);
      return advice === undefined ? [] : [{ step, advice, unlessEmpty: passesWhenEmpty(step) }];
    });
  }

  /**
   * The dry run: streams over the rows that the plan concerns and tells, step by step, which would not survive it. Writes nothing.
   * @throws plan_stale, plan_incomplete
   */
  check(db: CheckSource, options: CheckOptions = {}): CheckReport {
    refuseAsync("db", db, "asyncCheck");
    return checkRows(db, this.data, this.sources, options);
  }

  /** For a terminal: one line a step, then what is in the way. */
  toString(): string {
    return planText(this.data);
  }

  /** For a pull request. */
  toMarkdown(): string {
    return planMarkdown(this.data);
  }

  /** Plain JSON; `planFromJson` reads it. Functions and models are not in it. */
  toJSON(): Json {
    return encodeExact(this.data);
  }
}
