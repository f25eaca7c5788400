/** The results as data: one row per scenario and subject, for scripts and for the pages that quote figures. */
import type { Machine } from "../machine.ts";
import type { Outcome } from "../run/measure.ts";
import { comparison } from "../run/statistics.ts";
import type { JudgedTarget } from "./targets.ts";

export interface Report {
  readonly machine: Machine;
  readonly quick: boolean;
  /** What rounds were measured with. */
  readonly clock: "wall" | "processor";
  readonly rounds: number;
  /** Mean bytes of a stored row of ours. */
  readonly payloadBytesPerRow: number;
  readonly rows: readonly ReportRow[];
  readonly targets: readonly object[];
}

export interface ReportRow {
  readonly scenario: string;
  readonly subject: string;
  /** Rows in the database before each round. */
  readonly rows: number;
  readonly unit: string;
  /** Commits survive a crash of the machine. */
  readonly durable: boolean;
  readonly validates: boolean;
  /** Median of the rounds; null where bytes are measured, or nothing was. */
  readonly opsPerSecond: number | null;
  /** Milliseconds per operation at the median. */
  readonly medianMs: number | null;
  readonly bytesPerRow: number | null;
  /** Of the event loop, in milliseconds. */
  readonly delayMs: number | null;
  /** Of the rounds, in operations per second or bytes per row; `deviation` is a share of the median. */
  readonly spread: { readonly min: number; readonly max: number; readonly deviation: number } | null;
  readonly rounds: readonly number[];
  /** For one of ours: how many times better than each peer. */
  readonly ratio: Readonly<Record<string, number>>;
  /** Why there are no figures. */
  readonly excluded?: string;
  readonly failed?: string;
}

export function reportRows(outcomes: readonly Outcome[]): ReportRow[] {
  return outcomes.map((outcome) => {
    const { scenario, subject, rows, figures, excluded, failed } = outcome;
    const rate = scenario.measures === "rate";
    return {
      scenario: scenario.name,
      subject: subject.name,
      rows,
      unit: scenario.unit,
      durable: subject.durable,
      validates: subject.validates,
      opsPerSecond: figures && rate ? figures.value : null,
      medianMs: figures && rate ? 1_000 / figures.value : null,
      bytesPerRow: figures && scenario.measures === "bytes" ? figures.value : null,
      delayMs: figures && scenario.measures === "delay" ? figures.value : null,
      spread: figures ? { min: figures.min, max: figures.max, deviation: figures.deviation } : null,
      rounds: figures?.rounds ?? [],
      ratio: ratiosOf(outcome, outcomes),
      ...(excluded === undefined ? {} : { excluded }),
      ...(failed === undefined ? {} : { failed }),
    };
  });
}

export function targetRows(targets: readonly JudgedTarget[]): object[] {
  return targets.map(({ scenario, subject, wanted, verdict }) => ({ scenario, subject, wanted, ...verdict }));
}

function ratiosOf(outcome: Outcome, outcomes: readonly Outcome[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  if (!outcome.subject.ours) return ratios;
  for (const other of outcomes) {
    if (other.scenario !== outcome.scenario || other.subject.ours) continue;
    const ratio = comparison(outcome, other);
    if (ratio !== undefined) ratios[other.subject.name] = ratio;
  }
  return ratios;
}
