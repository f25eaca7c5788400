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
    ["a promise", z.promise(z.string()), "f"],
    ["a check whether a value is valid", z.success(z.string()), "f"],
    ["a bigint literal", z.literal(5n), "f"],
    ["bigints in a record", z.record(z.string(), z.bigint()), "f{}"],
    ["dates in a record", z.record(z.string(), z.date()), "f{}"],
    ["dates in a record behind a name", z.record(z.string(), z.date().meta({ id: "refusals-date" })), "f{}"],
    ["a conversion inside a record", z.record(z.string(), z.stringbool()), "f{}"],
    ["maps in a record", z.record(z.string(), z.map(z.string(), z.string())), "f{}"],
    ["maps in lists in a record", z.record(z.string(), z.array(z.map(z.string(), z.string()))), "f{}"],
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
      "a union of objects that nothing tells apart",
      z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]),
      "f",
    ],
    [
      "a union of objects told apart by numbers",
      z.discriminatedUnion("k", [z.object({ k: z.literal(1) }), z.object({ k: z.literal(2) })]),
      "f",
    ],
    [
      "a field with two types in a union",
      z.discriminatedUnion("k", [
        z.object({ k: z.literal("a"), at: z.object({ x: z.string() }) }),
        z.object({ k: z.literal("b"), at: z.object({ x: z.date() }) }),
      ]),
      "f.at.x",
    ],
    [
      "int64 and uint64 under one name in a union",
      z.discriminatedUnion("k", [
        z.object({ k: z.literal("a"), n: z.int64() }),
        z.object({ k: z.literal("b"), n: z.uint64() }),
      ]),
      "f.n",
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
      born: z.symbol(),
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
          found: "Symbols cannot be represented in JSON Schema",
          instead: expect.stringContaining("z.string()"),
        },
        { path: "size", found: "a union of several types", instead: expect.any(String) },
        { path: "at.point", found: "a tuple", instead: expect.any(String) },
      ],
    });
    expect(error.message).toContain(
      'The model "books" cannot be stored. born: Symbols cannot be represented in JSON Schema; use z.string()',
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

  test("a field with two types says which, and what to do", () => {
    const schema = z.object({
      id: z.string(),
      shape: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("a"), size: z.number() }),
        z.object({ kind: z.literal("b"), size: z.string() }),
      ]),
    });
    expect(failure(() => defineModel("shapes", schema, { primaryKey: "id" })).message).toContain(
      "shape.size: a field that is float64 in one variant and string in another; give the field one type in all variants",
    );
  });

  test("a field named __proto__ is refused", () => {
    const schema = z.object({ id: z.string(), ["__proto__"]: z.string() });
    const error = failure(() => defineModel("rows", schema, { primaryKey: "id" }));
    expect(error.code).toBe("model_unsupported");
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["text", "{}"],
    ["a list", []],
  ])("a schema that describes itself by %s is no schema", (_name, described) => {
    const row = z.object({ id: z.string() });
    const schema: ModelSchema<unknown, { id: string }> = {
      "~standard": {
        ...row["~standard"],
        vendor: "other",
        jsonSchema: { input: () => ({}), output: () => described as Record<string, unknown> },
      },
    };
    expect(failure(() => defineModel("rows", schema, { primaryKey: "id" })).code).toBe(
      "model_schema_invalid",
    );
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
      "a schema whose JSON Schema cannot be asked for",
      { "~standard": { version: 1, vendor: "x", validate: () => ({ value: {} }), jsonSchema: {} } },
    ],
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
