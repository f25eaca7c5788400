/** What ModelVault sets out to reach, as ratios within one run, and whether it did. */

import type { Outcome } from "../run/measure.ts";
import { type Figures, median, ratioOf } from "../run/statistics.ts";
import { FULL } from "../scenarios/sizes.ts";

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

/** What the cities weigh. */
export interface RowFacts {
  /** Mean size of a stored row, which the memory targets refer to. */
  readonly payloadBytes: number;
  /** Mean size of a row as JSON text, which those for file sizes refer to. */
  readonly jsonBytes: number;
}

/** How many rows a vault holds that is opened or compacted. */
const VAULT_ROWS = FULL.inserted;

export function targetsFor({ payloadBytes, jsonBytes }: RowFacts): readonly Target[] {
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
    memory(2 * payloadBytes + 150, "memory"),
    ...["point-get", "index-equality", "ordered-scan", "batched-insert"].map((scenario) =>
      atLeast(scenario, "memory", 0.9, "file"),
    ),
    ...["0", "10k", "100k"].map((rows) => atLeast(`durable-commit-${rows}`, "better-sqlite3", 1.4, "file")),
    within("open-vault", 150),
    within("open-checkpointed", 100),
    within("compact", 500),
    atMostJson("bytes-loaded", 1.3, jsonBytes),
    atMostJson("bytes-compacted", 1.3, jsonBytes),
    memory(2 * payloadBytes + 150, "file"),
    ...["async-file", "async-lmdb"].flatMap((subject) => [
      atLeast("async-get-turn", "sqlite-worker", 1, subject),
      atLeast("async-get-1000", "sqlite-worker", 1.8, subject),
      delay("async-scan-delay-p99", 5, subject),
      delay("async-scan-delay-max", 15, subject),
      delay("async-insert-delay-p99", 5, subject),
      delay("async-insert-delay-max", 15, subject),
    ]),
    rate("async-insert-1000", 80_000, "async-file"),
    atLeast("async-insert-1000", "lmdb-js-async", 1, "async-lmdb"),
    atLeast("async-filters", "async-lmdb", 1.7, "async-lmdb-2"),
  ];
}

export function judge(targets: readonly Target[], outcomes: readonly Outcome[]): JudgedTarget[] {
  const find: Find = (scenario, subject) =>
    outcomes.find((each) => each.scenario.name === scenario && each.subject.name === subject)?.figures;
  return targets.map((target) => ({ ...target, verdict: target.judge(find) }));
}

function atLeast(scenario: string, peer: string, times: number, subject = "memory"): Target {
  return {
    scenario,
    subject,
    wanted: `≥ ${times} × ${peer}`,
    judge(find) {
      const [ours, theirs] = [find(scenario, subject), find(scenario, peer)];
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

/** A vault file does something to all of its rows in so many milliseconds. */
function within(scenario: string, msMax: number): Target {
  return {
    scenario,
    subject: "file",
    wanted: `≤ ${msMax} ms`,
    judge(find) {
      const ours = find(scenario, "file");
      if (ours === undefined) return undefined;
      const ms = 1_000 / ours.value;
      const rate = (VAULT_ROWS / ms / 1_000).toFixed(2);
      return { measured: `${ms.toFixed(0)} ms (${rate} M rows/s)`, met: ms <= msMax };
    },
  };
}

function atMostJson(scenario: string, times: number, jsonBytes: number): Target {
  return {
    scenario,
    subject: "file",
    wanted: `≤ ${times} × JSON = ${Math.round(times * jsonBytes)} B`,
    judge(find) {
      const ours = find(scenario, "file");
      if (ours === undefined) return undefined;
      const ratio = ours.value / jsonBytes;
      return { measured: `${Math.round(ours.value)} B, ${ratio.toFixed(2)} ×`, met: ratio <= times };
    },
  };
}

/** The event loop is held up so long at most; beside it, what the machine itself does to an idle one. */
function delay(scenario: string, msMax: number, subject: string): Target {
  return {
    scenario,
    subject,
    wanted: `≤ ${msMax} ms`,
    judge(find) {
      const ours = find(scenario, subject);
      if (ours === undefined) return undefined;
      const idle = find(scenario, "idle");
      const beside = idle === undefined ? "" : ` (idle: ${idle.value.toFixed(1)})`;
      return { measured: `${ours.value.toFixed(1)} ms${beside}`, met: ours.value <= msMax };
    },
  };
}

function rate(scenario: string, least: number, subject: string): Target {
  return {
    scenario,
    subject,
    wanted: `≥ ${least.toLocaleString("en-US")}/s`,
    judge(find) {
      const ours = find(scenario, subject);
      if (ours === undefined) return undefined;
      return { measured: `${Math.round(ours.value).toLocaleString("en-US")}/s`, met: ours.value >= least };
    },
  };
}

function memory(bytes: number, subject: string): Target {
  return {
    scenario: "memory-per-row",
    subject,
    wanted: `≤ 2 × payload + 150 = ${Math.round(bytes)} B`,
    judge(find) {
      const ours = find("memory-per-row", subject);
      return ours && { measured: `${Math.round(ours.value)} B`, met: ours.value <= bytes };
    },
  };
}
