/** Names that JavaScript gives a meaning are names like any other, and no prototype is touched. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, expect, test } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import type { Row, Schema } from "../../src/schema/types.ts";
import { field, historyOf, object, optional, schemaOf } from "./sample-records.ts";

const NAMES = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "valueOf",
  '"',
  "\\",
  "\n",
  "\u2028",
  "`$",
  "0",
  "b",
  "*/",
  "a b",
];

function own(entries: readonly (readonly [string, unknown])[]): Row {
  return Object.fromEntries(entries) as Row;
}

describe.each([
  ["generated code", 0],
  ["the interpreter", Number.POSITIVE_INFINITY],
])("by %s", (_, generateAfter) => {
  function roundTrip(schema: Schema, row: Row): Row {
    const payload = compileRowEncoder(1, 1, schema, { generateAfter })(row);
    return compileRowDecoder({ history: historyOf(schema), schema, integers: "number", generateAfter })(
      payload,
    );
  }

  test("as top-level fields", () => {
    const fields = NAMES.map((name) => ({ path: [name], type: optional("string"), constraints: [] }));
    const schema = schemaOf(field("id", "int64"), ...fields);
    const row = own([["id", 1], ...NAMES.map((name) => [name, `of ${name}`] as const)]);
    const decoded = roundTrip(schema, row);
    deepStrictEqual(decoded, row);
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    // What every object inherits is no value of a row.
    deepStrictEqual(
      roundTrip(schema, { id: 1 }),
      own([["id", 1], ...NAMES.map((name) => [name, null] as const)]),
    );
  });

  test("as fields of objects and segments of paths", () => {
    const members = own(NAMES.map((name) => [name, "string"] as const)) as Record<string, "string">;
    const inObject = schemaOf(field("id", "int64"), { path: ["o"], type: object(members), constraints: [] });
    const row = own([
      ["id", 1],
      ["o", own(NAMES.map((name) => [name, name] as const))],
    ]);
    deepStrictEqual(roundTrip(inObject, row), row);
    const inPaths = schemaOf(
      field("id", "int64"),
      ...NAMES.map((name) => ({ path: [name, "__proto__"], type: optional("int64"), constraints: [] })),
    );
    const nested = own([
      ["id", 1],
      ...NAMES.map((name, index) => [name, own([["__proto__", index]])] as const),
    ]);
    deepStrictEqual(roundTrip(inPaths, nested), nested);
    deepStrictEqual(
      roundTrip(inPaths, { id: 1 }),
      own([["id", 1], ...NAMES.map((name) => [name, own([["__proto__", null]])] as const)]),
    );
  });

  test("as the primary key, and inside JSON", () => {
    const schema: Schema = {
      ...schemaOf({ path: ["__proto__"], type: { kind: "string" }, constraints: [] }, field("j", "json")),
      primaryKey: "__proto__",
    };
    const row = own([
      ["__proto__", "key"],
      ["j", JSON.parse('{"__proto__":{"polluted":true}}')],
    ]);
    deepStrictEqual(roundTrip(schema, row), row);
  });
});

test("no prototype has changed", () => {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect("polluted" in {}).toBe(false);
});
