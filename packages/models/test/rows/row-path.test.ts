/** Changes inside rows: in the place that is meant, in a copy, and with nothing left behind. */
import type { Row, Type, Value } from "@modelvault/core";
import { expect, test } from "vitest";
import { convertByRule } from "../../src/rows/convert-by-rule.ts";
import {
  changeAt,
  dropValue,
  type MoveRules,
  moveValue,
  storesAnyAt,
  valueIn,
} from "../../src/rows/row-path.ts";

const none: MoveRules = { requires: () => false, keeps: () => false };
const twice = (value: Value | undefined): Value => (typeof value === "number" ? value * 2 : (value ?? null));

test("a value is changed in a copy, and what is beside it is shared", () => {
  const row: Row = { a: { b: 1, c: { d: 2 } }, e: [1] };
  const changed = changeAt(row, ["a", "b"], twice);
  expect(changed).toEqual({ a: { b: 2, c: { d: 2 } }, e: [1] });
  expect(row).toEqual({ a: { b: 1, c: { d: 2 } }, e: [1] });
  expect(changed.e).toBe(row.e);
});

test("every element of every list on the way is changed", () => {
  const row: Row = { a: [{ b: [1, null] }, { b: [] }, { b: [3] }, null] };
  expect(changeAt(row, ["a", "[]", "b", "[]"], twice)).toEqual({
    a: [{ b: [2, null] }, { b: [] }, { b: [6] }, null],
  });
});

test.each<[Row, readonly string[]]>([
  [{ a: null }, ["a", "b"]],
  [{}, ["a", "b"]],
  [{ a: 1 }, ["a", "b"]],
  [{ a: "text" }, ["a", "length"]],
  [{ a: [1] }, ["a", "0"]],
  [{ a: Uint8Array.of(1) }, ["a", "0"]],
])("where there is nothing to hold the value, nothing is made up: %j at %j", (row, path) => {
  expect(changeAt(row, path, () => 7)).toEqual(row);
});

test("names that objects inherit are no fields", () => {
  expect(changeAt({}, ["toString"], (value) => value ?? "new")).toEqual({ toString: "new" });
  expect(valueIn({}, ["constructor"])).toBeUndefined();
  expect(storesAnyAt({}, ["toString"])).toBe(false);
});

test("a value moves into objects that do not exist yet", () => {
  expect(moveValue({ a: 1 }, ["a"], ["b", "c"], none)).toEqual({ b: { c: 1 } });
  expect(moveValue({ a: 1, b: { d: 2 } }, ["a"], ["b", "c"], none)).toEqual({ b: { d: 2, c: 1 } });
});

test("for null no object is made, unless it has to be there", () => {
  expect(moveValue({ a: null }, ["a"], ["b", "c"], none)).toEqual({});
  expect(moveValue({}, ["a"], ["b", "c"], { ...none, requires: () => true })).toEqual({ b: { c: null } });
});

test("an object that is left empty goes, unless it is kept", () => {
  expect(moveValue({ a: { b: { c: 1 } } }, ["a", "b", "c"], ["d"], none)).toEqual({ d: 1 });
  expect(moveValue({ a: { b: 1 } }, ["a", "b"], ["d"], { ...none, keeps: () => true })).toEqual({
    a: {},
    d: 1,
  });
  expect(dropValue({ a: { b: 1 } }, ["a", "b"], () => false)).toEqual({});
  expect(dropValue({ a: { b: 1, c: 2 } }, ["a", "b"], () => false)).toEqual({ a: { c: 2 } });
  expect(dropValue({ a: [{ b: 1 }, { b: 2, c: 3 }] }, ["a", "[]", "b"], () => false)).toEqual({
    a: [{}, { c: 3 }],
  });
  expect(dropValue({ a: null }, ["a", "b"], () => false)).toEqual({ a: null });
});

test("inside a list a value moves within its element", () => {
  expect(moveValue({ a: [{ b: 1 }, { b: 2 }] }, ["a", "[]", "b"], ["a", "[]", "c"], none)).toEqual({
    a: [{ c: 1 }, { c: 2 }],
  });
});

test("a value is found in any element of a list", () => {
  expect(storesAnyAt({ a: [{ b: null }, { b: 0 }] }, ["a", "[]", "b"])).toBe(true);
  expect(storesAnyAt({ a: [{ b: null }, {}] }, ["a", "[]", "b"])).toBe(false);
});

test.each<[Value, Type["kind"], Type["kind"], Value]>([
  [3, "float64", "int64", 3],
  [3.5, "float64", "int64", 3.5],
  [2n ** 60n, "int64", "float64", 2n ** 60n],
  ["3", "string", "int64", "3"],
  ["[1]", "string", "json", [1]],
  [[1, "a"], "json", "string", '[1,"a"]'],
  ["[1]", "uuid", "json", "[1]"],
])("by rule %o, a %s, is as %s %o, and never rounded", (value, from, to, expected) => {
  expect(convertByRule(value, from, to)).toEqual(expected);
});

test("text that is to be JSON and is none does not go on as a text", () => {
  expect(() => convertByRule("no JSON", "string", "json")).toThrow(SyntaxError);
});
