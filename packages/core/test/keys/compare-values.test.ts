import fc from "fast-check";
import { expect, test } from "vitest";
import { compareValues } from "../../src/keys/compare-values.ts";
import { orderOf, SCALAR_KINDS, valuesOf } from "./key-values.ts";

test.each(SCALAR_KINDS)("%s values are compared in the order of their keys", (kind) => {
  fc.assert(
    fc.property(valuesOf(kind), valuesOf(kind), (a, b) => {
      expect(Math.sign(compareValues(kind, a, b))).toBe(orderOf(kind, a, b));
      expect(compareValues(kind, a, a)).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test("numbers and bigints are compared without rounding", () => {
  expect(compareValues("int64", 2 ** 53, 2n ** 53n + 1n)).toBeLessThan(0);
  expect(compareValues("int64", 2 ** 53, 2n ** 53n)).toBe(0);
  expect(compareValues("uint64", 2n ** 64n - 1n, 0)).toBeGreaterThan(0);
});

test("texts are compared by code point", () => {
  expect(compareValues("string", "\uffff", "\u{10000}")).toBeLessThan(0);
  expect(compareValues("string", "\ud7ff", "\ue000")).toBeLessThan(0);
  expect(compareValues("string", "\u{10000}", "\u{10001}")).toBeLessThan(0);
});

test("NaN sorts last and equals itself, −0 equals 0", () => {
  const sorted = [Number.NaN, 1, -0, Infinity, Number.NaN, -Infinity, 0].sort((a, b) =>
    compareValues("float64", a, b),
  );
  expect(sorted).toEqual([-Infinity, -0, 0, 1, Infinity, Number.NaN, Number.NaN]);
});
