import { runInNewContext } from "node:vm";
import { isModelVaultError, type ModelVaultError } from "@modelvault/core";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { validateRow } from "../../src/collection/validate-row.ts";
import { defineModel, field, type ModelSchema } from "../../src/index.ts";

const Book = defineModel(
  "books",
  z.strictObject({
    isbn: z.string().trim(),
    title: z.string().min(1),
    language: z.enum(["en", "de"]).default("en"),
    author: z.object({ name: z.string(), tags: z.array(z.int()).default([]) }),
    subtitle: z.string().optional(),
  }),
  { primaryKey: "isbn" },
);

function refused(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("what the schema gives out is stored", () => {
  test("defaults are filled in, at every level, and text is trimmed", () => {
    expect(validateRow(Book, { isbn: " 1 ", title: "t", author: { name: "a", unknown: 1 } })).toEqual({
      isbn: "1",
      title: "t",
      language: "en",
      author: { name: "a", tags: [] },
    });
  });
});

describe("what the schema refuses", () => {
  test("every problem is an issue with path, rule, expectation and what was found", () => {
    const error = refused(() =>
      validateRow(Book, { isbn: 5, title: "", language: "fr", author: { tags: ["x"] }, extra: true }),
    );
    expect(error.code).toBe("validation_failed");
    expect(error.details).toEqual({ collection: "books" });
    expect(error.issues).toEqual([
      { path: ["isbn"], rule: "type", expected: "string", actual: "5", message: expect.any(String) },
      {
        path: ["title"],
        rule: "too_small",
        expected: "at least 1 character",
        actual: '""',
        message: expect.any(String),
      },
      {
        path: ["language"],
        rule: "enum",
        expected: 'one of "en", "de"',
        actual: '"fr"',
        message: expect.any(String),
      },
      {
        path: ["author", "name"],
        rule: "required",
        expected: "string",
        actual: "nothing",
        message: expect.any(String),
      },
      {
        path: ["author", "tags", 0],
        rule: "type",
        expected: "number",
        actual: '"x"',
        message: expect.any(String),
      },
      {
        path: [],
        rule: "unknown_field",
        expected: 'no key "extra"',
        actual: "an object",
        message: expect.any(String),
      },
    ]);
    expect(error.message).toMatch(/^The row for "books" has 6 problems: isbn: .*; author\.tags\.0: /);
  });

  test.each([[null], [undefined], ["text"], [[1]], [new Date(0)]])(
    "a row that is no row (%s) is refused",
    (candidate) => {
      expect(refused(() => validateRow(Book, candidate)).code).toBe("validation_failed");
    },
  );

  test("long values are cut short in what was found", () => {
    const [issue] = refused(() =>
      validateRow(Book, { isbn: "1", title: "t", language: "x".repeat(1000), author: { name: "a" } }),
    ).issues;
    expect(issue?.actual.length).toBeLessThan(80);
  });
});

describe("very many problems", () => {
  test("are told of up to a thousand", () => {
    const Lists = defineModel("lists", z.object({ id: z.string(), list: z.array(z.int()) }), {
      primaryKey: "id",
    });
    const error = refused(() => validateRow(Lists, { id: "1", list: new Array(5000).fill("x") }));
    expect(error.issues).toHaveLength(1000);
  });
});

describe("asynchronous schemas", () => {
  test("are refused", () => {
    const Checked = defineModel("checked", z.object({ id: z.string().refine(async () => true) }), {
      primaryKey: "id",
    });
    const error = refused(() => validateRow(Checked, { id: "1" }));
    expect(error.code).toBe("validation_async");
    expect(error.details).toEqual({ model: "checked" });
  });

  test("are told from checks of Zod that throw, which it answers with a promise as well", () => {
    const bug = new Error("my bug");
    const throwing = z.object({
      id: z.string().refine(() => {
        throw bug;
      }),
    });
    const error = refused(() =>
      validateRow(defineModel("checked", throwing, { primaryKey: "id" }), { id: "1" }),
    );
    expect(error).toMatchObject({ code: "model_schema_threw", details: { model: "checked" } });
    expect(error.cause).toBe(bug);
  });

  test("do not leave a rejection unhandled", () => {
    const { validate: _, ...standard } = z.object({ id: z.string() })["~standard"];
    const ofAnotherRealm = runInNewContext(`Promise.reject(new Error("down"))`) as Promise<never>;
    for (const promise of [Promise.reject(new Error("down")), ofAnotherRealm]) {
      const schema: ModelSchema<unknown, { id: string }> = {
        "~standard": { ...standard, validate: () => promise },
      };
      const Failing = defineModel("failing", schema, { primaryKey: "id" });
      expect(refused(() => validateRow(Failing, { id: "1" })).code).toBe("validation_async");
    }
  });
});

describe("schemas of other libraries", () => {
  /** A library that knows nothing but the two standards. */
  const schema: ModelSchema<{ id: string }, { id: string }> = {
    "~standard": {
      version: 1,
      vendor: "plain",
      validate: (value) =>
        typeof (value as { id?: unknown }).id === "string"
          ? { value: value as { id: string } }
          : {
              issues: [
                { message: "no id", path: [{ key: "id" }] },
                { message: "symbols have no text", path: [Symbol("s")] },
                { message: "bad row" },
              ],
            },
      jsonSchema: {
        input: () => ({
          type: "object",
          properties: { id: { type: "string", pattern: "^.{2}$", minLength: 1 } },
          required: ["id"],
        }),
        output: () => ({
          type: "object",
          properties: { id: { type: "string", pattern: "^.{2}$", minLength: 1 } },
          required: ["id"],
        }),
      },
    },
  };
  const Plain = defineModel("plain", schema, { primaryKey: "id" });

  const CHECK = "a value that the schema's own check takes";

  test("need not say more than the standard", () => {
    expect(refused(() => validateRow(Plain, {})).issues).toEqual([
      { path: ["id"], rule: "schema", expected: CHECK, actual: "nothing", message: "no id" },
      {
        path: ["Symbol(s)"],
        rule: "schema",
        expected: CHECK,
        actual: "nothing",
        message: "symbols have no text",
      },
      { path: [], rule: "schema", expected: CHECK, actual: "an object", message: "bad row" },
    ]);
    expect(validateRow(Plain, { id: "x" })).toEqual({ id: "x" });
  });

  test("have patterns of unknown flags, which may mean more than they say", () => {
    expect(Plain.descriptor.fields).toEqual([
      { path: ["id"], type: "string", constraints: [{ min_length: 1 }] },
    ]);
    expect(Plain.unenforced).toEqual([
      { path: "id", rule: "pattern", why: "plain does not tell the flags of its patterns" },
    ]);
  });
});

test.each([
  ["Zod", z.object({ id: z.string(), d: z.date(), k: z.enum(["a"]) }), ["type", "enum"]],
  [
    "Valibot",
    toStandardJsonSchema(v.object({ id: v.string(), d: v.date(), k: v.picklist(["a"]) })),
    ["type", "enum"],
  ],
  ["ArkType", type({ id: "string", d: "Date", k: "'a'" }), ["type", "enum"]],
  [
    "the builder",
    field.object({ id: field.string(), d: field.date(), k: field.choice(["a"]) }),
    ["type", "enum"],
  ],
] as const)("rules of %s have the names that the engine has for them", (_library, schema, rules) => {
  const Model = defineModel("m", schema as ModelSchema<unknown, { id: string }>, { primaryKey: "id" });
  const rulesOf = (row: object): unknown => {
    try {
      return validateRow(Model, row);
    } catch (error) {
      return (error as ModelVaultError).issues.map(({ rule }) => rule);
    }
  };
  expect(rulesOf({ id: "1", d: 5, k: "z" })).toEqual(rules);
  expect(rulesOf({ id: "1" })).toEqual(["required", expect.stringMatching(/required|enum/)]);
});
