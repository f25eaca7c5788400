/** Figures of several rounds: the median, and how far the rounds lie from it. */
import type { Measure, Reading } from "../scenarios/scenario.ts";

/** A subject's rounds of one scenario. For rates `value` is operations per second, for memory bytes per row, for delays milliseconds. */
export interface Figures {
  readonly rounds: readonly number[];
  readonly value: number;
  readonly min: number;
  readonly max: number;
  /** Median distance from the median, as a share of the median: 0.02 is ±2 %. */
  readonly deviation: number;
}

/** The middle one, or the mean of the two in the middle. @throws when there is none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new Error("There is no median of nothing.");
  return (low + high) / 2;
}

export function figuresOf(readings: readonly Reading[]): Figures {
  const rounds = readings.map((reading) => {
    if ("bytes" in reading) return reading.bytes;
    return "delayMs" in reading ? reading.delayMs : (reading.operations / reading.ms) * 1_000;
  });
  const value = median(rounds);
  const deviation = value === 0 ? 0 : median(rounds.map((each) => Math.abs(each - value))) / Math.abs(value);
  return { rounds, value, min: Math.min(...rounds), max: Math.max(...rounds), deviation };
}

/** One subject in one scenario, as far as a comparison needs to know. */
export interface Comparable {
  readonly scenario: { readonly measures: Measure; readonly comparesBy?: "durable" | "persistent" };
  readonly subject: { readonly durable: boolean; readonly persistent: boolean };
  readonly figures?: Figures;
}

/** How many times better the first is than the second; undefined where there are no figures or they do not compare. */
export function comparison(ours: Comparable, theirs: Comparable): number | undefined {
  if (ours.figures === undefined || theirs.figures === undefined) return undefined;
  const { measures, comparesBy } = ours.scenario;
  if (comparesBy !== undefined && ours.subject[comparesBy] !== theirs.subject[comparesBy]) return undefined;
  return ratioOf(ours.figures, theirs.figures, measures);
}

/**
 * How many times better ours is: the median over the rounds of ours against theirs in the same round, which ran right
 * after each other, so that a machine that slows down for a while does it to both.
 */
export function ratioOf(ours: Figures, theirs: Figures, measures: Measure): number {
  const rounds = Math.min(ours.rounds.length, theirs.rounds.length);
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [mine = 0, other = 0] = [ours.rounds[round], theirs.rounds[round]];
    // A delay that no clock sees is no reason to be infinitely better.
    const least = measures === "delay" ? 0.01 : Number.NEGATIVE_INFINITY;
    ratios.push(measures === "rate" ? mine / other : Math.max(other, least) / Math.max(mine, least));
  }
  return median(ratios);
}
