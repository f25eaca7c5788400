/** What issues say was expected: in words of their own, never the message again, in every library. */
import { isModelVaultError, type ValidationIssue } from "@modelvault/core";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { validateRow } from "../../src/collection/validate-row.ts";
import { type Library, probe } from "../constructs/libraries.ts";

/** The issues of a value of the field `f`. */
function issuesOf(library: Library, f: unknown, value: unknown): readonly ValidationIssue[] {
  try {
    validateRow(probe(library, f), { key: "1", f: value });
  } catch (error) {
    if (isModelVaultError(error, "validation_failed")) return error.issues;
    throw error;
  }
  return [];
}

const CHECK = "a value that the schema's own check takes";
const INVALID = new Date(Number.NaN);

describe("Zod", () => {
  test.each<[z.ZodType, unknown, string, string]>([
    [z.string(), 5, "string", "5"],
    [z.string().min(3), "x", "at least 3 characters", '"x"'],
    [z.string().max(1), "xx", "at most 1 character", '"xx"'],
    [z.string().length(3), "x", "exactly 3 characters", '"x"'],
    [z.array(z.string()).min(2), [], "at least 2 elements", "a list of 0"],
    [z.number().lt(5), 7, "less than 5", "7"],
    [z.number().gt(5), 3, "more than 5", "3"],
    [z.int().max(5), 7, "at most 5", "7"],
    [z.bigint().max(3n), 5n, "at most 3", "5n"],
    [z.date().min(new Date(5)), new Date(1), "at least 1970-01-01T00:00:00.005Z", "1970-01-01T00:00:00.001Z"],
    [z.date(), INVALID, "a valid date", "an invalid Date"],
    [z.number().multipleOf(5), 3, "a multiple of 5", "3"],
    [z.enum(["a", "b"]), "c", 'one of "a", "b"', '"c"'],
    [z.literal("a"), "c", '"a"', '"c"'],
    [z.enum(Array.from({ length: 11 }, (_, at) => `${at}`)), "c", expect.stringMatching(/"9", …$/), '"c"'],
    [z.email(), "x", 'a text that passes "email"', '"x"'],
    [z.string().regex(/x/), "y", "a text that matches /x/", '"y"'],
    [z.string().refine(() => false, "is odd"), "y", CHECK, '"y"'],
    [z.union([z.int(), z.number().max(5)]), "y", "a value of one of the types", '"y"'],
  ])("%#", (schema, value, expected, actual) => {
    const [issue, ...others] = issuesOf("Zod", schema, value);
    expect([issue?.expected, issue?.actual, others]).toEqual([expected, actual, []]);
    expect(issue?.expected).not.toBe(issue?.message);
  });

  test("an invalid date is not called a date, unless the schema has words of its own", () => {
    const [issue] = issuesOf("Zod", z.date(), INVALID);
    expect(issue?.message).toBe("Invalid input: expected date, received an invalid Date");
    expect(issuesOf("Zod", z.date("give a date"), INVALID)[0]?.message).toBe("give a date");
    expect(issuesOf("Zod", z.date(), "x")[0]?.message).toBe("Invalid input: expected date, received string");
  });
});

test.each<[Library, unknown, unknown, string]>([
  ["Valibot", v.date(), INVALID, "a valid date"],
  ["Valibot", v.pipe(v.string(), v.minLength(3)), "x", ">=3"],
  ["Valibot", v.pipe(v.string(), v.email()), "x", 'a value that passes "email"'],
  [
    "Valibot",
    v.pipe(
      v.string(),
      v.check(() => false, "is odd"),
    ),
    "x",
    CHECK,
  ],
  ["ArkType", type("Date"), INVALID, "a valid date"],
  ["ArkType", type("string >= 3"), "x", "at least length 3"],
])("%s %#", (library, f, value, expected) => {
  expect(issuesOf(library, f, value)[0]?.expected).toBe(expected);
});
