import { isModelVaultError, type ModelVaultError } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineModel, index, type ModelSchema, unique } from "../../src/index.ts";

function failure(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The paths that a field of a row is refused for. */
function refusedPaths(schema: z.ZodType): unknown {
  const row: ModelSchema<unknown, { key: string }> = z.object({ key: z.string(), f: schema });
  const error = failure(() => defineModel("books", row, { primaryKey: "key" }));
  expect(error.code).toBe("model_unsupported");
  return (error.details.problems as { readonly path: string }[]).map(({ path }) => path);
}

class Custom {}
interface Tree {
  readonly name: string;
  readonly children: Tree[];
}
const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});

describe("what cannot be stored is refused by its path", () => {
  test.each<[string, z.ZodType, string]>([
    ["a date", z.date(), "f"],
    ["a bigint", z.bigint(), "f"],
    ["a 64-bit integer", z.int64(), "f"],
    ["a date in an object", z.object({ born: z.date() }), "f.born"],
    ["a date in a list of objects", z.array(z.object({ at: z.date() })), "f[].at"],
    ["an optional date", z.date().optional(), "f"],
    ["a nullable date", z.date().nullable(), "f"],
    ["a date with a default", z.date().default(() => new Date(0)), "f"],
    ["dates in a record", z.record(z.string(), z.date()), "f{}"],
    ["a set", z.set(z.string()), "f"],
    ["a map", z.map(z.string(), z.string()), "f"],
    ["a class", z.instanceof(Custom), "f"],
    ["undefined", z.undefined(), "f"],
    ["never", z.never(), "f"],
    ["null alone", z.null(), "f"],
    ["a null literal", z.literal(null), "f"],
    ["NaN", z.nan(), "f"],
    ["a file", z.file(), "f"],
    ["a choice of numbers", z.literal([1, 2]), "f"],
    ["a numeric enum", z.enum({ A: 1, B: 2 }), "f"],
    ["one number", z.literal(5), "f"],
    ["one boolean", z.literal(true), "f"],
    ["a mixed choice", z.literal(["a", 1]), "f"],
    ["a union of types", z.union([z.string(), z.number()]), "f"],
    ["a union of types and null", z.union([z.string(), z.number(), z.null()]), "f"],
    ["a union with rules", z.union([z.string().min(2), z.int()]), "f"],
    [
      "a discriminated union",
      z.discriminatedUnion("k", [z.object({ k: z.literal("a") }), z.object({ k: z.literal("b") })]),
      "f",
    ],
    ["a tuple", z.tuple([z.string(), z.number()]), "f"],
    ["an object that keeps unknown keys", z.looseObject({ a: z.string() }), "f"],
    ["an object with a catch-all", z.object({ a: z.string() }).catchall(z.string()), "f"],
    ["an intersection with a record", z.object({ a: z.string() }).and(z.record(z.string(), z.string())), "f"],
    ["a recursive schema", tree, "f.children[]"],
    ["a transform", z.string().transform((text) => text.length), "f"],
    ["a transform with a type behind it", z.string().transform(Number).pipe(z.number()), "f"],
    [
      "a codec",
      z.codec(z.iso.datetime(), z.date(), {
        decode: (text) => new Date(text),
        encode: (date) => date.toISOString(),
      }),
      "f",
    ],
    ["a string read as a boolean", z.stringbool(), "f"],
    ["a conversion inside a list", z.array(z.object({ a: z.stringbool() })), "f[].a"],
  ])("%s", (_name, schema, path) => {
    expect(refusedPaths(schema)).toEqual([path]);
  });

  test("all parts of a schema are reported at once, each with what to use instead", () => {
    const schema = z.object({
      id: z.string(),
      born: z.date(),
      size: z.union([z.int(), z.string()]),
      at: z.object({ point: z.tuple([z.number()]) }),
    });
    const error = failure(() => defineModel("books", schema, { primaryKey: "id" }));
    expect(error.code).toBe("model_unsupported");
    expect(error.details).toEqual({
      model: "books",
      problems: [
        {
          path: "born",
          found: "Date cannot be represented in JSON Schema",
          instead: expect.stringContaining("z.iso.datetime()"),
        },
        { path: "size", found: "a union of several types", instead: expect.any(String) },
        { path: "at.point", found: "a tuple", instead: expect.any(String) },
      ],
    });
    expect(error.message).toContain(
      'The model "books" cannot be stored. born: Date cannot be represented in JSON Schema; use text (z.iso.datetime())',
    );
  });

  test.each<[string, ModelSchema]>([
    ["text", z.string()],
    ["a union of objects", z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
    ["a nullable object", z.object({ a: z.string() }).nullable()],
    ["a record", z.record(z.string(), z.string())],
  ])("a row must be an object, not %s", (_name, schema) => {
    const error = failure(() =>
      defineModel("rows", schema as ModelSchema<unknown, { a: string }>, { primaryKey: "a" }),
    );
    expect(error.code).toBe("model_unsupported");
    expect(error.details.problems).toEqual([expect.objectContaining({ path: "" })]);
  });

  test("a field named __proto__ is refused", () => {
    const schema = z.object({ id: z.string(), ["__proto__"]: z.string() });
    const error = failure(() => defineModel("rows", schema, { primaryKey: "id" }));
    expect(error.code).toBe("model_unsupported");
  });

  test("a library that gives up on its schema is quoted", () => {
    const row = z.object({ id: z.string() });
    const schema: ModelSchema<unknown, { id: string }> = {
      "~standard": {
        ...row["~standard"],
        vendor: "other",
        jsonSchema: {
          input: () => ({}),
          output: () => {
            throw new Error("morphs have no JSON Schema");
          },
        },
      },
    };
    const error = failure(() => defineModel("rows", schema, { primaryKey: "id" }));
    expect(error.code).toBe("model_unsupported");
    expect(error.message).toContain("morphs have no JSON Schema");
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe("what is no model", () => {
  const row = z.object({ id: z.string(), size: z.int().optional() });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a plain object", {}],
    ["a schema that cannot validate", { "~standard": { version: 1, vendor: "x" } }],
    [
      "a schema without JSON Schema",
      { "~standard": { version: 1, vendor: "x", validate: () => ({ value: {} }) } },
    ],
  ])("%s is refused as a schema", (_name, schema) => {
    expect(failure(() => defineModel("rows", schema as typeof row, { primaryKey: "id" })).code).toBe(
      "model_schema_invalid",
    );
  });

  test.each<[string, unknown, string]>([
    ["no options", undefined, "options"],
    ["a misspelt option", { primaryKey: "id", indices: [] }, "options.indices"],
    ["no primary key", {}, "options.primaryKey"],
    ["indexes that are no list", { primaryKey: "id", indexes: {} }, "options.indexes"],
    ["an index that is text", { primaryKey: "id", indexes: ["size"] }, "options.indexes[0]"],
  ])("%s: the argument is named", (_name, options, argument) => {
    const error = failure(() => defineModel("rows", row, options as { primaryKey: "id" }));
    expect(error.code).toBe("argument_invalid");
    expect(error.details.argument).toBe(argument);
  });

  test("options of an index are checked", () => {
    for (const options of [{ unique: true }, { nmae: "x" }, null, "by_size"])
      expect(failure(() => index("size", options as never)).code).toBe("argument_invalid");
    expect(unique("size", { name: "by_size" })).toEqual({ path: "size", unique: true, name: "by_size" });
  });

  test("a name that is no text is refused", () => {
    expect(failure(() => defineModel(JSON.parse("5") as string, row, { primaryKey: "id" })).code).toBe(
      "argument_invalid",
    );
  });

  test("mistakes that types would catch are caught without types", () => {
    const loose = (options: object) =>
      failure(() => defineModel("rows", row, options as { primaryKey: "id" })).kind;
    expect(loose({ primaryKey: "di" })).toBe("schema");
    expect(loose({ primaryKey: "size" })).toBe("schema");
    expect(loose({ primaryKey: "id", indexes: [{ path: "sise", unique: false }] })).toBe("schema");
  });
});
