/**
 * Sets of keys, as ascending and disjoint ranges of key bytes, each from one bound up to but without the other. Conditions on
 * one path become such sets: `and` intersects them, `or` unites them, and what contradicts itself comes out empty.
 */
import { compareBytes } from "../keys/compare-values.ts";

export interface KeyInterval {
  /** The first key; undefined: no bound. */
  readonly from: Uint8Array | undefined;
  /** The first key behind; undefined: no bound. */
  readonly to: Uint8Array | undefined;
  /** Whether it holds the entries of one value only. */
  readonly point: boolean;
}

/** Ascending, disjoint, none empty. */
export type KeySet = readonly KeyInterval[];

export const EVERY_KEY: KeySet = [{ from: undefined, to: undefined, point: false }];
export const NO_KEY: KeySet = [];

/** The keys that are in both sets. */
export function intersectKeys(a: KeySet, b: KeySet): KeySet {
  const both: KeyInterval[] = [];
  let left = 0;
  let right = 0;
  while (left < a.length && right < b.length) {
    const x = a[left] as KeyInterval;
    const y = b[right] as KeyInterval;
    const from = compareFrom(x.from, y.from) >= 0 ? x.from : y.from;
    const toOrder = compareTo(x.to, y.to);
    const to = toOrder <= 0 ? x.to : y.to;
    if (isBefore(from, to)) both.push({ from, to, point: x.point || y.point });
    if (toOrder <= 0) left++;
    else right++;
  }
  return both;
}

/** The keys that are in any of the sets. Points stay apart where they only touch. */
export function uniteKeys(sets: readonly KeySet[]): KeySet {
  const all = sets.flat();
  if (!isAscending(all)) all.sort((x, y) => compareFrom(x.from, y.from));
  const united: KeyInterval[] = [];
  for (const next of all) {
    const last = united.at(-1);
    if (last === undefined || !joins(last, next)) {
      united.push(next);
      continue;
    }
    const same = last.point && next.point;
    united[united.length - 1] = {
      from: last.from,
      to: compareTo(last.to, next.to) >= 0 ? last.to : next.to,
      point: same,
    };
  }
  return united;
}

function isAscending(intervals: readonly KeyInterval[]): boolean {
  return intervals.every(
    (interval, position) =>
      position === 0 || compareFrom((intervals[position - 1] as KeyInterval).from, interval.from) <= 0,
  );
}

/** Whether an interval overlaps the one before it, or touches it where no point is lost by joining them. */
function joins(before: KeyInterval, next: KeyInterval): boolean {
  if (before.to === undefined || next.from === undefined) return true;
  const order = compareBytes(next.from, before.to);
  return order < 0 || (order === 0 && !before.point && !next.point);
}

function isBefore(from: Uint8Array | undefined, to: Uint8Array | undefined): boolean {
  return from === undefined || to === undefined || compareBytes(from, to) < 0;
}

/** Lower bounds in order; none is the lowest. */
function compareFrom(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return compareBytes(a, b);
}

/** Upper bounds in order; none is the highest. */
function compareTo(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (a === undefined || b === undefined) return (a === undefined ? 1 : 0) - (b === undefined ? 1 : 0);
  return compareBytes(a, b);
}
