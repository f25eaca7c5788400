import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  EVERY_KEY,
  intersectKeys,
  type KeyInterval,
  type KeySet,
  NO_KEY,
  uniteKeys,
} from "../../src/query/key-set.ts";
import { TopItems } from "../../src/query/top-items.ts";

/** Intervals of one-byte keys; 8 stands for no bound. */
const interval: fc.Arbitrary<KeyInterval> = fc
  .tuple(fc.option(fc.nat({ max: 7 }), { nil: undefined }), fc.option(fc.nat({ max: 7 }), { nil: undefined }))
  .filter(([from, to]) => from === undefined || to === undefined || from < to)
  .map(([from, to]) => ({
    from: from === undefined ? undefined : Uint8Array.of(from),
    to: to === undefined ? undefined : Uint8Array.of(to),
    point: from !== undefined && to === from + 1,
  }));
const set: fc.Arbitrary<KeySet> = fc
  .array(interval, { maxLength: 4 })
  .map((intervals) => uniteKeys(intervals.map((one) => [one])));

function members(keys: KeySet): number[] {
  return Array.from({ length: 9 }, (_, key) => key).filter((key) =>
    keys.some(
      ({ from, to }) =>
        (from === undefined || key >= (from[0] as number)) && (to === undefined || key < (to[0] as number)),
    ),
  );
}

function isAscendingAndDisjoint(keys: KeySet): boolean {
  return keys.every((next, position) => {
    const before = keys[position - 1];
    return (
      before === undefined ||
      (before.to !== undefined &&
        next.from !== undefined &&
        (before.to[0] as number) <= (next.from[0] as number))
    );
  });
}

describe("key sets", () => {
  test("intersect to what is in both and unite to what is in either, ascending and disjoint", () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const both = intersectKeys(a, b);
        const either = uniteKeys([a, b]);
        expect(members(both)).toEqual(members(a).filter((key) => members(b).includes(key)));
        expect(members(either)).toEqual([...new Set([...members(a), ...members(b)])].sort((x, y) => x - y));
        expect([both, either, a].every(isAscendingAndDisjoint)).toBe(true);
      }),
    );
  });

  test("keep points apart that only touch, and say so", () => {
    const point = (key: number): KeySet => [
      { from: Uint8Array.of(key), to: Uint8Array.of(key + 1), point: true },
    ];
    expect(uniteKeys([point(1), point(2), point(1)])).toEqual([...point(1), ...point(2)]);
    expect(intersectKeys(EVERY_KEY, point(3))).toEqual(point(3));
    expect(intersectKeys(point(3), point(4))).toEqual(NO_KEY);
    expect(intersectKeys(NO_KEY, EVERY_KEY)).toEqual(NO_KEY);
  });
});

describe("the first few of many", () => {
  test("are those that sorting them all gives", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 })), fc.nat({ max: 12 }), (numbers, most) => {
        const top = new TopItems<number>(most, (a, b) => a - b);
        for (const number of numbers) top.add(number);
        expect(top.sorted()).toEqual([...numbers].sort((a, b) => a - b).slice(0, most));
      }),
    );
  });
});
