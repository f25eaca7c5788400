/** What ModelVault sets out to reach, as ratios within one run, and whether it did. */

import type { Outcome } from "../run/measure.ts";
import { type Figures, median, ratioOf } from "../run/statistics.ts";

export interface Target {
  readonly scenario: string;
  readonly subject: string;
  /** What is asked, for the table. */
  readonly wanted: string;
  /** The measured figure and whether it suffices; undefined while there are no figures for it. */
  readonly judge: (find: Find) => Verdict | undefined;
}
type Find = (scenario: string, subject: string) => Figures | undefined;

export interface Verdict {
  readonly measured: string;
  readonly met: boolean;
}

export interface JudgedTarget extends Target {
  readonly verdict: Verdict | undefined;
}

/** `payloadBytes`: mean size of a stored row, which the memory target refers to. */
export function targetsFor(payloadBytes: number): readonly Target[] {
  return [
    atLeast("point-get", "better-sqlite3", 5),
    atLeast("point-get", "lmdb-js-structs", 1.2),
    atLeast("batched-insert", "better-sqlite3", 1),
    atLeast("index-equality", "better-sqlite3", 3),
    atLeast("index-equality", "lmdb-js-structs", 1),
    atLeast("index-range", "better-sqlite3", 2),
    atLeast("index-range", "lmdb-js-structs", 1),
    atLeast("ordered-scan", "better-sqlite3", 2),
    flat("cursor-page-1000", "cursor-page-1", 1.5),
    flat("commit-flat-1m", "commit-flat-10k", 1.5),
    memory(2 * payloadBytes + 150),
  ];
}

export function judge(targets: readonly Target[], outcomes: readonly Outcome[]): JudgedTarget[] {
  const find: Find = (scenario, subject) =>
    outcomes.find((each) => each.scenario.name === scenario && each.subject.name === subject)?.figures;
  return targets.map((target) => ({ ...target, verdict: target.judge(find) }));
}

function atLeast(scenario: string, peer: string, times: number): Target {
  return {
    scenario,
    subject: "memory",
    wanted: `≥ ${times} × ${peer}`,
    judge(find) {
      const [ours, theirs] = [find(scenario, "memory"), find(scenario, peer)];
      if (ours === undefined || theirs === undefined) return undefined;
      const ratio = ratioOf(ours, theirs, "rate");
      return { measured: `${ratio.toFixed(2)} ×`, met: ratio >= times };
    },
  };
}

/** One operation of a scenario costs at most so many times one of another. */
function flat(scenario: string, base: string, times: number): Target {
  return {
    scenario,
    subject: "memory",
    wanted: `costs ≤ ${times} × ${base}`,
    judge(find) {
      const [large, small] = [find(scenario, "memory"), find(base, "memory")];
      if (large === undefined || small === undefined) return undefined;
      // These ran at different times, so that rounds say nothing about each other.
      const ratio = median(small.rounds) / median(large.rounds);
      return { measured: `${ratio.toFixed(2)} ×`, met: ratio <= times };
    },
  };
}

function memory(bytes: number): Target {
  return {
    scenario: "memory-per-row",
    subject: "memory",
    wanted: `≤ 2 × payload + 150 = ${Math.round(bytes)} B`,
    judge(find) {
      const ours = find("memory-per-row", "memory");
      return ours && { measured: `${Math.round(ours.value)} B`, met: ours.value <= bytes };
    },
  };
}
