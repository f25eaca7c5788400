import { expect, test } from "vitest";
import { upstreamAcceptsRegex } from "../../src/catalog/upstream-regex.ts";
import { toWireSchema } from "../../src/catalog/wire-schema.ts";
import type { Constraint, Schema, Type } from "../../src/schema/types.ts";

function schemaOf(type: Type, ...constraints: readonly Constraint[]): Schema {
  return {
    primaryKey: "a",
    indexes: [{ name: "i", path: ["a"], unique: false }],
    fields: [{ path: ["a"], type, constraints }],
  };
}

const string: Type = { kind: "string" };

test("a schema that the catalogue can say comes back as it is", () => {
  const schema = schemaOf(
    {
      kind: "optional",
      inner: {
        kind: "list",
        element: { kind: "object", fields: [{ name: "x", type: string, constraints: [] }] },
      },
    },
    { kind: "min_length", value: 1n },
    { kind: "regex", pattern: "(?i)a" },
  );
  const wire = toWireSchema(schema);
  expect(wire.schema).toBe(schema);
  expect(wire.lossless).toBe(true);
});

test("json is said as string, at every depth, and without its constraints", () => {
  const json: Type = { kind: "json" };
  const deep: Type = {
    kind: "list",
    element: {
      kind: "object",
      fields: [{ name: "x", type: { kind: "optional", inner: json }, constraints: [] }],
    },
  };
  expect(toWireSchema(schemaOf(json, { kind: "max_length", value: 5n }))).toEqual({
    schema: schemaOf(string),
    lossless: false,
  });
  expect(toWireSchema(schemaOf({ kind: "optional", inner: json }, { kind: "nonempty" }))).toEqual({
    schema: schemaOf({ kind: "optional", inner: string }),
    lossless: false,
  });
  expect(toWireSchema(schemaOf(deep))).toEqual({
    schema: schemaOf({
      kind: "list",
      element: {
        kind: "object",
        fields: [{ name: "x", type: { kind: "optional", inner: string }, constraints: [] }],
      },
    }),
    lossless: false,
  });
});

test("constraints inside objects are left out (upstream drops them without a word)", () => {
  const object = (...constraints: readonly Constraint[]): Type => ({
    kind: "object",
    fields: [{ name: "x", type: string, constraints }],
  });
  const wire = toWireSchema(schemaOf({ kind: "optional", inner: object({ kind: "email" }) }));
  expect(wire).toEqual({ schema: schemaOf({ kind: "optional", inner: object() }), lossless: false });
});

test("a pattern that upstream would refuse at every open is left out, its neighbours stay", () => {
  const wire = toWireSchema(
    schemaOf(
      string,
      { kind: "nonempty" },
      { kind: "regex", pattern: "a+?" },
      { kind: "regex", pattern: "^a" },
    ),
  );
  expect(wire).toEqual({
    schema: schemaOf(string, { kind: "nonempty" }, { kind: "regex", pattern: "^a" }),
    lossless: false,
  });
});

test.each(["", "a", "(?i)a", "a?(b)?", "a{1,2}+", "a|+", "a+)", "[", "a+b+", "(a)(b)", "é".repeat(256)])(
  "upstream accepts %s",
  (pattern) => {
    expect(upstreamAcceptsRegex(pattern)).toBe(true);
  },
);

test.each([
  "a+?",
  "a**",
  "(a+)+",
  "((a)?)?",
  "[+*]",
  "\\+?",
  "\\(",
  "[(]x",
  "a+(?:b)",
  "(",
  ")(",
  "a*)(*",
  `${"é".repeat(256)}a`,
  "\ud800",
])("upstream refuses %s", (pattern) => {
  expect(upstreamAcceptsRegex(pattern)).toBe(false);
});
