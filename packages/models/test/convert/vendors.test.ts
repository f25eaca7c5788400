/** What is special to one library: where its JSON Schema says less, or more, than it checks. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, type Model } from "../../src/index.ts";
import { type Library, probe } from "../constructs/libraries.ts";

const fieldOf = (library: Library, f: unknown) =>
  probe(library, f).descriptor.fields.find(({ path }) => String(path) === "f");
const unenforced = (library: Library, f: unknown) =>
  probe(library, f).unenforced.map(({ path, rule }) => `${path} ${rule}`);
const problemsOf = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error, "model_unsupported")) return error.details.problems;
    throw error;
  }
  return undefined;
};
const storing = (library: Library, f: unknown, value: unknown): unknown => {
  using db = Database.open(memoryStore());
  const rows = collection(db, probe(library, f) as Model);
  rows.insert({ key: "1", f: value });
  return (rows.get("1" as never) as { readonly f: unknown }).f;
};

describe("Valibot", () => {
  test("a schema that was not wrapped is refused with what to do", () => {
    expect(() =>
      defineModel("m", v.object({ id: v.string() }) as never, { primaryKey: "id" as never }),
    ).toThrow(
      expect.objectContaining({
        code: "model_schema_invalid",
        message: expect.stringContaining("toStandardJsonSchema() of @valibot/to-json-schema"),
      }),
    );
  });

  test("several patterns of one text are all enforced, with their flags", () => {
    expect(
      fieldOf("Valibot", v.pipe(v.string(), v.regex(/^a/i), v.regex(/b$/), v.startsWith("a.")))?.constraints,
    ).toEqual([{ regex: "^[Aa]" }, { regex: "b$" }, { regex: "^a\\." }]);
  });

  test("a field with a default is always there when read", () => {
    expect(fieldOf("Valibot", v.optional(v.string(), "x"))?.type).toBe("string");
    expect(fieldOf("Valibot", v.nullish(v.string(), "x"))?.type).toEqual({ optional: "string" });
    expect(fieldOf("Valibot", v.optional(v.string()))?.type).toEqual({ optional: "string" });
  });

  test("what only code checks is listed", () => {
    expect(
      unenforced(
        "Valibot",
        v.pipe(
          v.string(),
          v.maxBytes(3),
          v.check(() => true),
        ),
      ),
    ).toEqual(["f max_bytes", "f check"]);
    expect(unenforced("Valibot", v.fallback(v.string(), "x"))).toEqual(["f fallback"]);
    expect(unenforced("Valibot", v.pipe(v.string(), v.notValue("x")))).toEqual(["f not_value"]);
    expect(unenforced("Valibot", v.pipe(v.bigint(), v.multipleOf(2n)))).toEqual(["f multiple_of"]);
    expect(unenforced("Valibot", v.pipe(v.date(), v.maxValue(new Date())))).toEqual(["f max_value"]);
  });

  test("bounds of bigints are exact, and make an unsigned one where it must be", () => {
    expect(fieldOf("Valibot", v.pipe(v.bigint(), v.gtValue(0n), v.maxValue(2n ** 60n)))).toEqual({
      path: ["f"],
      type: "int64",
      constraints: [{ min_i64: 1 }, { max_i64: 2n ** 60n }],
    });
    expect(fieldOf("Valibot", v.pipe(v.bigint(), v.minValue(5n), v.maxValue(2n ** 63n)))).toEqual({
      path: ["f"],
      type: "uint64",
      constraints: [{ min_u64: 5 }, { max_u64: 2n ** 63n }],
    });
  });

  test("transformations that keep the type are fine, others are refused", () => {
    expect(
      storing("Valibot", v.pipe(v.string(), v.trim(), v.toLowerCase(), v.brand("b"), v.readonly()), " A "),
    ).toBe("a");
    const refused = (f: unknown) => problemsOf(() => probe("Valibot", f));
    expect(refused(v.pipe(v.string(), v.toDate()))).toMatchObject([{ path: "f" }]);
    expect(refused(v.pipe(v.string(), v.transform(Number), v.number()))).toMatchObject([
      { path: "f", found: "a conversion from string to number" },
    ]);
    expect(refused(v.pipe(v.date(), v.transform(String)))).toMatchObject([{ path: "f" }]);
  });

  test("a field that must go in and does not come out could not be written again", () => {
    const narrowed = v.pipe(v.object({ a: v.string(), b: v.string() }), v.object({ a: v.string() }) as never);
    expect(problemsOf(() => probe("Valibot", narrowed))).toMatchObject([
      { path: "f.b", found: "a field that must be there going in and is not there coming out" },
    ]);
  });

  test("keys that must be there and may be undefined are refused: the engine does not know the difference", () => {
    expect(problemsOf(() => probe("Valibot", v.undefinedable(v.string())))).toEqual([
      { path: "f", found: "a key that must be there and may be undefined", instead: "use an optional field" },
    ]);
  });

  test("records with listed keys are objects, lazy schemas that end what they end in", () => {
    expect(fieldOf("Valibot", v.record(v.picklist(["a", "b"]), v.number()))?.type).toEqual({
      object: [
        { path: ["a"], type: { optional: "float64" } },
        { path: ["b"], type: { optional: "float64" } },
      ],
    });
    expect(
      fieldOf(
        "Valibot",
        v.lazy(() => v.string()),
      )?.type,
    ).toBe("string");
  });

  test("unknown keys are dropped by an object and refused by a strict one", () => {
    expect(storing("Valibot", v.object({ a: v.string() }), { a: "x", b: 1 })).toEqual({ a: "x" });
    expect(() => storing("Valibot", v.strictObject({ a: v.string() }), { a: "x", b: 1 })).toThrow("f.b");
  });

  test("a union in a list, nested and with dates, comes back as its variant", () => {
    const shape = v.variant("k", [
      v.object({ k: v.literal("a"), at: v.date() }),
      v.object({ k: v.picklist(["b", "c"]), n: v.nullable(v.bigint()) }),
    ]);
    const value = [
      { k: "a", at: new Date(5) },
      { k: "c", n: null },
    ];
    expect(storing("Valibot", v.array(shape), value)).toStrictEqual(value);
  });

  test("a schema given whole is read like any other", () => {
    const Book = defineModel("books", toStandardJsonSchema(v.object({ isbn: v.string(), at: v.date() })), {
      primaryKey: "isbn",
    });
    expect(Book.descriptor.fields.map(({ type: kind }) => kind)).toEqual(["string", "timestamp"]);
  });
});

describe("ArkType", () => {
  test("what a morph is declared to give is not enforced, for ArkType does not check it", () => {
    expect(storing("ArkType", "string.trim", " a\nb ")).toBe("a\nb");
    expect(storing("ArkType", "string.lower", "É 1")).toBe("é 1");
    expect(unenforced("ArkType", "string.trim")).toEqual(["f pattern"]);
    expect(fieldOf("ArkType", /^a+$/i)?.constraints).toEqual([{ regex: "^[Aa]+$" }]);
  });

  test("keys that a type does not name are refused, unless it says what to do with them", () => {
    expect(() => storing("ArkType", { a: "string" }, { a: "x", b: 1 })).toThrow(
      expect.objectContaining({
        code: "validation_failed",
        issues: [expect.objectContaining({ rule: "unknown_field" })],
      }),
    );
    expect(storing("ArkType", { "+": "delete", a: "string" }, { a: "x", b: 1 })).toEqual({ a: "x" });
    expect(() => storing("ArkType", { "+": "reject", a: "string" }, { a: "x", b: 1 })).toThrow("f.b");
  });

  test("narrowed types, dates with bounds and defaults are listed", () => {
    expect(
      unenforced(
        "ArkType",
        type("string").narrow(() => true),
      ),
    ).toEqual(["f narrow"]);
    expect(unenforced("ArkType", "d'2020-01-01' < Date < d'2030-01-01'").sort()).toEqual([
      "f after",
      "f before",
    ]);
    expect(unenforced("ArkType", "number = 5")).toEqual(["f default"]);
    expect(
      unenforced(
        "ArkType",
        type("Date").default(() => new Date(0)),
      ),
    ).toEqual(["f default"]);
  });

  test("an object of another kind is refused where it takes it for one without fields", () => {
    const Type = type({ "a?": "Date" });
    expect(storing("ArkType", Type, {})).toEqual({});
    for (const value of [new Date(5), new Map()])
      expect(() => storing("ArkType", Type, value)).toThrow(
        expect.objectContaining({ code: "validation_failed" }),
      );
  });

  test("types that may be undefined are refused by what they are", () => {
    expect(problemsOf(() => probe("ArkType", "string | undefined"))).toEqual([
      {
        path: "f",
        found: "a union with a type that may be undefined",
        instead: expect.stringContaining(".optional()"),
      },
    ]);
  });

  test("an invalid date is refused behind it, where it lets it through", () => {
    expect(() => storing("ArkType", "Date", new Date(Number.NaN))).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });

  test("a union of literals with a field of its own is told apart by it", () => {
    const value = { kind: "b", n: 2n ** 60n };
    expect(
      storing("ArkType", type({ kind: "'a'", t: "string" }).or({ kind: "'b'", n: "bigint" }), value),
    ).toStrictEqual(value);
  });
});

describe("Zod", () => {
  test("refinements are listed where they stand, the row among them", () => {
    const Model = defineModel(
      "m",
      z
        .object({
          id: z.string().refine(() => true),
          at: z.date().min(new Date(0)),
          n: z.bigint().multipleOf(2n),
        })
        .superRefine(() => undefined),
      { primaryKey: "id" },
    );
    expect(Model.unenforced.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
      " refine",
      "id refine",
      "at minimum",
      "n multipleOf",
    ]);
  });

  test("a Buffer is bytes, and comes back as a plain array of bytes", () => {
    const read = storing("Zod", z.instanceof(Uint8Array), Buffer.from("ab"));
    expect(read).toStrictEqual(Uint8Array.of(97, 98));
  });

  test("an unsigned bigint is one that only an unsigned one holds", () => {
    expect(fieldOf("Zod", z.bigint().nonnegative())).toEqual({
      path: ["f"],
      type: "int64",
      constraints: [{ min_i64: 0 }],
    });
    expect(fieldOf("Zod", z.uint64().max(2n ** 63n))).toEqual({
      path: ["f"],
      type: "uint64",
      constraints: [{ max_u64: 2n ** 63n }],
    });
  });
});

describe("a library that we know nothing of", () => {
  const pattern = { type: "string", pattern: "^a" };
  const described = {
    type: "object",
    properties: { key: { type: "string" }, f: pattern, n: { type: "integer", minimum: 0, maximum: 9 } },
    required: ["key", "f", "n"],
  };
  const schema = {
    "~standard": {
      version: 1,
      vendor: "hand",
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => described, output: () => described },
    },
  };

  test("is asked in the words of the standard alone; its patterns may have flags, so the engine does not hold others to them", () => {
    const model: Model = defineModel("m", schema as never, { primaryKey: "key" as never }) as never;
    expect(model.descriptor.fields).toEqual([
      { path: ["key"], type: "string" },
      { path: ["f"], type: "string" },
      { path: ["n"], type: "int64", constraints: [{ min_i64: 0 }, { max_i64: 9 }] },
    ]);
    expect(model.unenforced).toEqual([
      { path: "f", rule: "pattern", why: "hand does not tell the flags of its patterns" },
    ]);
  });
});
