import { expect, test } from "vitest";
import { comparison, figuresOf, median, ratioOf } from "../../src/run/statistics.ts";

const rates = (...rates: number[]) => figuresOf(rates.map((operations) => ({ operations, ms: 1_000 })));

test("the median is the middle, or the mean of the two in the middle, whatever the order", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(() => median([])).toThrow("no median");
});

test("figures are operations per second, with the rounds' distance from the median", () => {
  expect(figuresOf([{ operations: 10, ms: 100 }])).toMatchObject({ value: 100, deviation: 0 });
  expect(rates(90, 100, 120)).toMatchObject({ value: 100, min: 90, max: 120, deviation: 0.1 });
  expect(figuresOf([{ bytes: 300 }])).toMatchObject({ value: 300 });
});

test("a ratio compares rounds that ran next to each other, so a slow spell does not count", () => {
  // The machine was ten times slower from the second round on; ours is twice as fast in each.
  expect(ratioOf(rates(200, 20, 20), rates(100, 10, 10), "rate")).toBe(2);
  expect(ratioOf(rates(200, 20, 20), rates(100, 100, 10), "rate")).toBe(2);
});

test("for bytes the smaller one is better", () => {
  expect(ratioOf(figuresOf([{ bytes: 100 }]), figuresOf([{ bytes: 400 }]), "bytes")).toBe(4);
});

test("a durable subject is not compared with one that is not, where durability decides", () => {
  const figures = rates(1);
  const durable = { durable: true, persistent: true };
  const volatile = { durable: false, persistent: false };
  const commits = { measures: "rate", comparesBy: "durable" } as const;
  const gets = { measures: "rate" } as const;
  const pair = (scenario: typeof commits | typeof gets) =>
    comparison({ scenario, subject: volatile, figures }, { scenario, subject: durable, figures });
  expect(pair(commits)).toBeUndefined();
  expect(pair(gets)).toBe(1);
  expect(
    comparison({ scenario: gets, subject: durable }, { scenario: gets, subject: durable, figures }),
  ).toBeUndefined();
});
