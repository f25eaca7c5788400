import { describe, expect, test } from "vitest";
import { isModelVaultError } from "../../src/errors/error.ts";
import { checkSchema } from "../../src/schema/check-collection.ts";
import type { SchemaProblem } from "../../src/schema/problems.ts";
import type { Constraint } from "../../src/schema/types.ts";

const descriptorOf = (type: unknown, constraints: unknown): unknown => ({
  primaryKey: "id",
  fields: [
    { path: "id", type: "bool" },
    { path: "f", type, constraints },
  ],
});

function constraintsOf(type: unknown, constraints: unknown): readonly Constraint[] | undefined {
  return checkSchema(descriptorOf(type, constraints)).fields[1]?.constraints;
}

function problemsOf(type: unknown, constraints: unknown): string[] {
  try {
    checkSchema(descriptorOf(type, constraints));
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    return (error.details.problems as SchemaProblem[]).map(
      ({ code, at, message }) => `${code} at ${at.replace("fields[1].", "")}: ${message}`,
    );
  }
  throw new Error("the constraints were accepted");
}

describe("a constraint is accepted", () => {
  test.each<[unknown, unknown, Constraint]>([
    ["int64", { min_i64: -(2n ** 63n) }, { kind: "min_i64", value: -(2n ** 63n) }],
    ["int64", { max_i64: 9 }, { kind: "max_i64", value: 9n }],
    ["uint64", { max_u64: 18446744073709551615n }, { kind: "max_u64", value: 18446744073709551615n }],
    ["float64", { min_f64: -1.5 }, { kind: "min_f64", value: -1.5 }],
    ["float64", { max_f64: 10n ** 20n }, { kind: "max_f64", value: 1e20 }],
    ["string", { min_length: 0 }, { kind: "min_length", value: 0n }],
    ["bytes", { max_length: 4 }, { kind: "max_length", value: 4n }],
    [{ list: "bool" }, { nonempty: true }, { kind: "nonempty" }],
    [{ optional: { optional: "string" } }, { email: true }, { kind: "email" }],
    ["string", { url: true }, { kind: "url" }],
    ["string", { regex: "^a+$" }, { kind: "regex", pattern: "^a+$" }],
  ])("on %o: %o", (type, constraint, expected) => {
    expect(constraintsOf(type, [constraint])).toEqual([expected]);
  });

  test("inside object types too", () => {
    const type = { object: [{ path: "x", type: { optional: "string" }, constraints: [{ max_length: 3 }] }] };
    expect(checkSchema(descriptorOf(type, [])).fields[1]?.type).toMatchObject({
      fields: [{ constraints: [{ kind: "max_length", value: 3n }] }],
    });
    const wrong = { object: [{ path: "x", type: "bool", constraints: [{ max_length: 3 }] }] };
    expect(problemsOf(wrong, [])).toEqual([
      'constraint_invalid at type.object[0].constraints[0]: "max_length" goes with string, bytes, list, not with bool.',
    ]);
  });
});

describe("a constraint is refused", () => {
  test.each<[string, unknown, unknown, string]>([
    [
      "that is no list",
      "string",
      { nonempty: true },
      "constraint_invalid at constraints: Expected a list of constraints, found an object.",
    ],
    [
      "that is no object",
      "string",
      ["nonempty"],
      'constraint_invalid at constraints[0]: Expected an object with one constraint, such as { max_length: 40 }, found "nonempty".',
    ],
    [
      "with two keys",
      "string",
      [{ min_length: 1, max_length: 2 }],
      "constraint_invalid at constraints[0]: A constraint is an object with exactly one key; found min_length, max_length. Write several constraints as several objects.",
    ],
    [
      "without a key",
      "string",
      [{}],
      "constraint_invalid at constraints[0]: A constraint is an object with exactly one key; found no key. Write several constraints as several objects.",
    ],
    [
      "misspelt",
      "string",
      [{ min_lenght: 1 }],
      'constraint_invalid at constraints[0]: There is no constraint "min_lenght". Did you mean "min_length"?',
    ],
    [
      "of another library",
      "string",
      [{ pattern: "a" }],
      'constraint_invalid at constraints[0]: There is no constraint "pattern". Did you mean "regex"?',
    ],
    [
      "that is an inherited name",
      "string",
      [{ toString: 1 }],
      'constraint_invalid at constraints[0]: There is no constraint "toString". Known: min_i64, max_i64, min_u64, max_u64, min_f64, max_f64, min_length, max_length, regex, email, url, nonempty.',
    ],
    [
      "on a wrong type, with the one for it",
      "float64",
      [{ min_i64: 1 }],
      'constraint_invalid at constraints[0]: "min_i64" goes with int64, not with float64. Use "min_f64".',
    ],
    [
      "on a list's elements",
      { list: "string" },
      [{ email: true }],
      'constraint_invalid at constraints[0]: "email" goes with string, not with list.',
    ],
    [
      "on json",
      "json",
      [{ max_length: 3 }],
      'constraint_invalid at constraints[0]: "max_length" goes with string, bytes, list, not with json.',
    ],
    [
      "on an enum",
      { enum: ["a"] },
      [{ nonempty: true }],
      'constraint_invalid at constraints[0]: "nonempty" goes with string, bytes, list, not with enum.',
    ],
    [
      "with a fraction",
      "int64",
      [{ min_i64: 1.5 }],
      "constraint_invalid at constraints[0].min_i64: Expected an integer from -2^63 to 2^63-1, found 1.5.",
    ],
    [
      "with an inexact number",
      "int64",
      [{ min_i64: 2 ** 53 }],
      "constraint_invalid at constraints[0].min_i64: Expected an integer from -2^63 to 2^63-1, found 9007199254740992. Give integers beyond 2^53-1 as bigint.",
    ],
    [
      "out of range",
      "int64",
      [{ max_i64: 2n ** 63n }],
      "constraint_invalid at constraints[0].max_i64: Expected an integer from -2^63 to 2^63-1, found 9223372036854775808n.",
    ],
    [
      "with a negative length",
      "string",
      [{ min_length: -1 }],
      "constraint_invalid at constraints[0].min_length: Expected an integer from 0 to 2^64-1, found -1.",
    ],
    [
      "with NaN",
      "float64",
      [{ min_f64: Number.NaN }],
      "constraint_invalid at constraints[0].min_f64: Expected a finite number, found NaN.",
    ],
    [
      "with text for a number",
      "float64",
      [{ max_f64: "1" }],
      'constraint_invalid at constraints[0].max_f64: Expected a finite number, found "1".',
    ],
    [
      "switched off",
      "string",
      [{ email: false }],
      "constraint_invalid at constraints[0].email: Expected true (leave the constraint out to switch it off), found false.",
    ],
    [
      "with a RegExp",
      "string",
      [{ regex: /a/ }],
      "regex_invalid at constraints[0].regex: Expected a pattern as text, found a RegExp. Give its source as text.",
    ],
    [
      "with a broken pattern",
      "string",
      [{ regex: "[a" }],
      'regex_invalid at constraints[0].regex: The pattern "[a" cannot be used: missing closing ]: `[a`.',
    ],
  ])("%s", (_what, type, constraints, expected) => {
    expect(problemsOf(type, constraints)).toEqual([expected]);
  });

  test.each<[unknown, unknown[], string]>([
    ["int64", [{ min_i64: 2 }, { max_i64: 1 }], 'No value can meet both "min_i64" (2) and "max_i64" (1).'],
    [
      "uint64",
      [{ max_u64: 1 }, { min_u64: 0 }, { min_u64: 2 }],
      'No value can meet both "min_u64" (2) and "max_u64" (1).',
    ],
    [
      "float64",
      [{ min_f64: 0.5 }, { max_f64: 0.25 }],
      'No value can meet both "min_f64" (0.5) and "max_f64" (0.25).',
    ],
    [
      "string",
      [{ nonempty: true }, { max_length: 0 }],
      'No value can meet both "nonempty" (1) and "max_length" (0).',
    ],
    [
      { list: "bool" },
      [{ min_length: 3 }, { max_length: 2 }],
      'No value can meet both "min_length" (3) and "max_length" (2).',
    ],
  ])("that no value of %o can meet: %o", (type, constraints, message) => {
    expect(problemsOf(type, constraints)).toEqual([`constraint_invalid at constraints: ${message}`]);
  });

  test("every one of them is told, the first by the code of the error", () => {
    expect(() => constraintsOf("bool", [{ nonempty: true }])).toThrow(
      expect.objectContaining({ code: "constraint_invalid" }),
    );
    expect(problemsOf("string", [{ nonempty: 1 }, { min_i64: 1 }, { regex: "(" }])).toHaveLength(3);
  });
});
