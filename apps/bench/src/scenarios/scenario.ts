/**
 * What a scenario is: work that is the same for every subject, with the right answers known beforehand. A scenario
 * belongs to a family, whose scenarios share one process and one database per subject.
 *
 * In its process a scenario is prepared once from the data, checked once, and then run for one round at a time, so that
 * the rounds of all subjects can be interleaved. Everything but the work itself stays outside the measured time.
 */
import type { City } from "../data/cities.ts";
import type { AsyncSubject } from "../subjects/async/async-subject.ts";
import type { Subject, SubjectKind } from "../subjects/subject.ts";
import type { OnceJob } from "./once.ts";
import type { Sizes } from "./sizes.ts";

export interface Family {
  readonly name: string;
  /** What each subject has before the first round: an open database (or one that is asked asynchronously), one that was filled and closed, or none. */
  readonly database: "open" | "async" | "stored" | "none";
  /** Rows in it. */
  readonly rows: (sizes: Sizes) => number;
}

export interface Scenario {
  readonly name: string;
  readonly family: Family;
  /** What one operation is, in the plural: "gets", "rows". */
  readonly unit: string;
  /** A rate (more is better), bytes per row or a delay in milliseconds (less is better). */
  readonly measures: Measure;
  /** One line for the reader of the table. */
  readonly about: string;
  /** Subjects are compared with those only that are like them in this, for it decides most of the figure. */
  readonly comparesBy?: "durable" | "persistent";
  /** Why a subject has no part in this, if so. */
  readonly excludes?: (kind: SubjectKind) => string | undefined;
  readonly prepare: (data: readonly City[], sizes: Sizes) => Task;
}

/** What a scenario finds in the process of a subject. */
export interface Bench {
  readonly kind: SubjectKind;
  /** The family's database. @throws when the family has none open */
  readonly subject: Subject;
  /** The family's database, where it is asked asynchronously. */
  readonly asyncSubject?: AsyncSubject | undefined;
  /** The folder of the family's database. */
  readonly folder: string;
  /** Least time to measure in one round. */
  readonly roundMs: number;
  /** The clock that rounds are measured with, in milliseconds. */
  now(): number;
  /** Opens another, empty database; `remove` closes it and deletes its files. */
  openEmpty(): Promise<{ readonly subject: Subject; remove(): Promise<void> }>;
  /** Runs a job in a new process and gives its answer. */
  once(job: OnceJob): Promise<number>;
}

export interface Task {
  /** Compares the subject's answers with the right ones. @throws WrongAnswer */
  check(bench: Bench): Promise<void>;
  round(bench: Bench): Promise<Reading>;
}

/** What a round measured: operations in a time, bytes per row, or a delay. */
export type Reading =
  | { readonly operations: number; readonly ms: number }
  | { readonly bytes: number }
  | { readonly delayMs: number };

export type Measure = "rate" | "bytes" | "delay";

/** Why a subject of the one surface has no part in scenarios of the other. It goes without saying. */
export const OTHER_SURFACE = "is asked in another way";

/** Every subject that holds a database takes part; the others say why not. */
export function needsDatabase(kind: SubjectKind): string | undefined {
  if (kind.open !== undefined) return undefined;
  return kind.asynchronous === undefined ? "has no database" : OTHER_SURFACE;
}
