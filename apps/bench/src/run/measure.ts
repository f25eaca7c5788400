/**
 * The run: family by family, a process per subject, each filled and checked before anything is measured, then the
 * rounds in turn (first round of every subject, second round of every subject, …). A subject that fails or answers
 * wrongly is out of that scenario, with the reason.
 */
import type { Family, Reading, Scenario } from "../scenarios/scenario.ts";
import type { Sizes } from "../scenarios/sizes.ts";
import type { SubjectKind } from "../subjects/subject.ts";
import type { HostJob } from "./host.ts";
import type { Answers, Question } from "./messages.ts";
import { type Figures, figuresOf } from "./statistics.ts";

/** What the run needs of a process, so that a test can do without one. */
export interface Place {
  ask<K extends Question["ask"]>(question: Question & { ask: K }): Promise<Answers[K]>;
  close(): Promise<void>;
}

export interface Plan {
  readonly subjects: readonly SubjectKind[];
  readonly scenarios: readonly Scenario[];
  readonly sizes: Sizes;
  readonly rounds: number;
  readonly cpu?: boolean;
  /** Starts a process. */
  seat(): Place;
  /** Told of what is being done. */
  progress(text: string): void;
}

/** What came out for one subject in one scenario: figures, or why there are none. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly subject: SubjectKind;
  /** Rows in the database before each round. */
  readonly rows: number;
  readonly figures?: Figures;
  /** It has no part in this scenario. */
  readonly excluded?: string;
  /** It should have had figures. */
  readonly failed?: string;
}

/** Runs everything; results come in the order of the scenarios, then of the subjects, scenario by scenario. */
export async function measure(
  plan: Plan,
  report: (outcomes: readonly Outcome[]) => void,
): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for (const family of new Set(plan.scenarios.map(({ family }) => family))) {
    for (const outcomes of await measureFamily(plan, family)) {
      report(outcomes);
      all.push(...outcomes);
    }
  }
  return all;
}

interface Runner {
  readonly subject: SubjectKind;
  readonly place: Place;
  failed: string | undefined;
}

async function measureFamily(plan: Plan, family: Family): Promise<Outcome[][]> {
  const scenarios = plan.scenarios.filter((scenario) => scenario.family === family);
  const runners: Runner[] = [];
  try {
    for (const subject of plan.subjects) {
      const names = scenarios
        .filter((each) => each.excludes?.(subject) === undefined)
        .map(({ name }) => name);
      if (names.length > 0) runners.push(await startRunner(plan, family, subject, names));
    }
    const results: Outcome[][] = [];
    for (const scenario of scenarios) results.push(await measureScenario(plan, scenario, runners));
    return results;
  } finally {
    for (const { place } of runners) await place.close();
  }
}

async function startRunner(
  plan: Plan,
  family: Family,
  subject: SubjectKind,
  scenarios: readonly string[],
): Promise<Runner> {
  plan.progress(`${family.name}: ${subject.name} gets ready`);
  const place = plan.seat();
  const job: HostJob = { subject: subject.name, scenarios, sizes: plan.sizes, cpu: plan.cpu ?? false };
  const failed = await place.ask({ ask: "start", job }).then(() => undefined, messageOf);
  return { subject, place, failed };
}

async function measureScenario(
  plan: Plan,
  scenario: Scenario,
  runners: readonly Runner[],
): Promise<Outcome[]> {
  const { name } = scenario;
  const running = new Map<Runner, { readings: Reading[]; failed: string | undefined }>();
  for (const runner of runners) {
    if (scenario.excludes?.(runner.subject) !== undefined) continue;
    plan.progress(`${name}: ${runner.subject.name} is checked`);
    // One round is run and forgotten, so that compilers and caches have seen the work.
    const failed =
      runner.failed ??
      (await runner.place
        .ask({ ask: "check", scenario: name })
        .then(() => (plan.rounds > 1 ? runner.place.ask({ ask: "round", scenario: name }) : undefined))
        .then(() => undefined, messageOf));
    running.set(runner, { readings: [], failed });
  }
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [runner, state] of running) {
      if (state.failed !== undefined) continue;
      plan.progress(`${name}: round ${round} of ${plan.rounds}, ${runner.subject.name}`);
      try {
        state.readings.push(await runner.place.ask({ ask: "round", scenario: name }));
      } catch (error) {
        state.failed = messageOf(error);
      }
    }
  }
  const rows = scenario.family.rows(plan.sizes);
  return plan.subjects.map((subject) => {
    const excluded = scenario.excludes?.(subject);
    if (excluded !== undefined) return { scenario, subject, rows, excluded };
    const [, state] = [...running].find(([runner]) => runner.subject === subject) ?? [];
    if (state === undefined || state.failed !== undefined) {
      return { scenario, subject, rows, failed: state?.failed ?? "was not started" };
    }
    return { scenario, subject, rows, figures: figuresOf(state.readings) };
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
