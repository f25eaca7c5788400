import type { FieldDescriptor } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { defineModel } from "../../src/index.ts";

/** What a field of a model becomes, and what of it is not enforced. */
function convert(schema: z.ZodType): {
  readonly field: FieldDescriptor | undefined;
  readonly unenforced: readonly string[];
} {
  const { descriptor, unenforced } = defineModel("probe", z.object({ key: z.string(), f: schema }), {
    primaryKey: "key",
  });
  return { field: descriptor.fields[1], unenforced: unenforced.map(({ path, rule }) => `${path} ${rule}`) };
}

const typeOf = (schema: z.ZodType) => convert(schema).field?.type;
const constraintsOf = (schema: z.ZodType) => convert(schema).field?.constraints ?? [];
const unenforced = (schema: z.ZodType) => convert(schema).unenforced;

const SAFE = [{ min_i64: Number.MIN_SAFE_INTEGER }, { max_i64: Number.MAX_SAFE_INTEGER }];

describe("types", () => {
  test.each<[string, z.ZodType, unknown]>([
    ["text", z.string(), "string"],
    ["a number", z.number(), "float64"],
    ["an integer", z.int(), "int64"],
    ["a boolean", z.boolean(), "bool"],
    ["a uuid", z.uuid(), "uuid"],
    ["a uuid of one version", z.uuidv7(), "uuid"],
    ["an ISO date and time", z.iso.datetime(), "string"],
    ["an enum", z.enum(["a", "b"]), { enum: ["a", "b"] }],
    ["a literal", z.literal("a"), { enum: ["a"] }],
    ["a choice of literals", z.literal(["a", "b"]), { enum: ["a", "b"] }],
    ["a union of literals", z.union([z.literal("a"), z.enum(["b", "c"])]), { enum: ["a", "b", "c"] }],
    [
      "a union of literals and null",
      z.union([z.literal("a"), z.literal("b"), z.null()]),
      { optional: { enum: ["a", "b"] } },
    ],
    ["an optional field", z.string().optional(), { optional: "string" }],
    ["a nullable field", z.string().nullable(), { optional: "string" }],
    ["a nullable field with rules", z.string().min(1).nullable(), { optional: "string" }],
    ["a nullish field", z.int().nullish(), { optional: "int64" }],
    ["a field with a default", z.string().default("x"), "string"],
    ["a nullable field with a default", z.string().nullable().default(null), { optional: "string" }],
    ["a list", z.array(z.string()), { list: "string" }],
    ["a list of nullable values", z.array(z.int().nullable()), { list: { optional: "int64" } }],
    ["a list of lists", z.array(z.array(z.boolean())), { list: { list: "bool" } }],
    [
      "a list of objects",
      z.array(z.object({ a: z.string() })),
      { list: { object: [{ path: ["a"], type: "string" }] } },
    ],
    ["a record", z.record(z.string(), z.number()), "json"],
    ["a record with null for a default", z.record(z.string(), z.string().nullable().default(null)), "json"],
    ["anything", z.unknown(), { optional: "json" }],
    ["anything, unchecked", z.any(), { optional: "json" }],
    ["any JSON", z.json(), { optional: "json" }],
    ["a union with anything", z.union([z.string(), z.unknown()]), { optional: "json" }],
    ["an object without fields", z.object({}), "json"],
    ["a schema behind a name", z.string().meta({ id: "conversion-table-text" }), "string"],
    ["a lazy schema that ends", z.lazy(() => z.int()), "int64"],
    ["a brand", z.string().brand<"b">(), "string"],
    ["text with metadata of its own", z.string().meta({ title: "t", widget: "area" }), "string"],
    ["anything with metadata of its own", z.unknown().meta({ widget: "tree" }), { optional: "json" }],
    ["a readonly list", z.array(z.string()).readonly(), { list: "string" }],
    ["a coerced number", z.coerce.number(), "float64"],
    ["a caught default", z.string().catch("x"), "string"],
    ["a computed default for bad values", z.string().catch(({ issues }) => issues.join()), "string"],
    ["a template literal", z.templateLiteral(["a", z.int()]), "string"],
    ["text that is changed but stays text", z.string().trim().toLowerCase(), "string"],
    ["a pipe between texts", z.string().pipe(z.string().min(2)), "string"],
    ["a preprocessed number", z.preprocess(Number, z.number()), "float64"],
  ])("%s", (_name, schema, type) => {
    expect(typeOf(schema)).toEqual(type);
  });

  test("a nested object is one object type with constraints inside", () => {
    expect(typeOf(z.object({ name: z.string().min(1), born: z.int().min(0).max(9999).optional() }))).toEqual({
      object: [
        { path: ["name"], type: "string", constraints: [{ min_length: 1 }] },
        { path: ["born"], type: { optional: "int64" }, constraints: [{ min_i64: 0 }, { max_i64: 9999 }] },
      ],
    });
  });

  test("a record with listed keys is an object with those fields", () => {
    expect(typeOf(z.record(z.enum(["a", "b"]), z.boolean()))).toEqual({
      object: [
        { path: ["a"], type: "bool" },
        { path: ["b"], type: "bool" },
      ],
    });
    expect(typeOf(z.partialRecord(z.enum(["a"]), z.boolean()))).toEqual({
      object: [{ path: ["a"], type: { optional: "bool" } }],
    });
  });

  test.each<[string, z.ZodType, unknown]>([
    ["texts", z.union([z.string().min(2), z.email(), z.literal("-")]), "string"],
    ["uuids", z.union([z.uuidv4(), z.uuidv7()]), "uuid"],
    ["a uuid and other text", z.union([z.uuid(), z.literal("none")]).nullable(), { optional: "string" }],
    ["integers", z.union([z.int().max(0), z.int().min(10)]), "int64"],
    ["integers and other numbers", z.union([z.int(), z.number().max(1)]), "float64"],
  ])("a union of %s is one of them, its rules for the schema alone", (_name, schema, type) => {
    expect(convert(schema)).toEqual({ field: { path: ["f"], type }, unenforced: ["f anyOf"] });
  });

  test("an object used twice is converted twice", () => {
    const point = z.object({ x: z.int() }).meta({ id: "conversion-table-point" });
    expect(typeOf(z.object({ from: point, to: point }))).toEqual({
      object: ["from", "to"].map((name) => ({
        path: [name],
        type: { object: [{ path: ["x"], type: "int64", constraints: SAFE }] },
      })),
    });
  });
});

describe("numbers", () => {
  test.each<[string, z.ZodType, unknown]>([
    ["integers are safe ones", z.int(), SAFE],
    ["32-bit integers", z.int32(), [{ min_i64: -2147483648 }, { max_i64: 2147483647 }]],
    ["an exclusive integer bound moves by one", z.int().gt(0).lt(10), [{ min_i64: 1 }, { max_i64: 9 }]],
    ["a fractional integer bound rounds inwards", z.int().gt(1.5).lte(9.5), [{ min_i64: 2 }, { max_i64: 9 }]],
    ["number bounds", z.number().min(-1).max(0.5), [{ min_f64: -1 }, { max_f64: 0.5 }]],
    [
      "an exclusive bound moves to the next number",
      z.number().gt(0).lt(1),
      [{ min_f64: Number.MIN_VALUE }, { max_f64: 1 - Number.EPSILON / 2 }],
    ],
    ["an exclusive negative bound", z.number().gt(-1), [{ min_f64: -1 + Number.EPSILON / 2 }]],
  ])("%s", (_name, schema, constraints) => {
    expect(constraintsOf(schema)).toEqual(constraints);
  });

  test("a step is not enforced", () => {
    expect(unenforced(z.number().multipleOf(0.5))).toEqual(["f multipleOf"]);
    expect(unenforced(z.int().multipleOf(2).multipleOf(3))).toEqual(["f multipleOf"]);
  });
});

describe("text", () => {
  test("lengths in characters become the lengths in bytes that they imply", () => {
    expect(convert(z.string().min(2).max(5))).toEqual({
      field: { path: ["f"], type: "string", constraints: [{ min_length: 2 }, { max_length: 20 }] },
      unenforced: ["f minLength", "f maxLength"],
    });
    expect(convert(z.string().min(1))).toEqual({
      field: { path: ["f"], type: "string", constraints: [{ min_length: 1 }] },
      unenforced: [],
    });
  });

  test("patterns that the engine can express are enforced in full", () => {
    expect(convert(z.string().regex(/^[a-z]+\d$/))).toEqual({
      field: { path: ["f"], type: "string", constraints: [{ regex: "^[a-z]+[0-9]$" }] },
      unenforced: [],
    });
    expect(constraintsOf(z.string().startsWith("a").regex(/z$/i))).toEqual([
      { regex: "^a.*" },
      { regex: "[Zz]$" },
    ]);
  });

  test("the flags of a pattern count, which JSON Schema does not tell", () => {
    expect(constraintsOf(z.string().regex(/^a$/i))).toEqual([{ regex: "^[Aa]$" }]);
    expect(convert(z.string().regex(/^a$/m))).toEqual({
      field: { path: ["f"], type: "string" },
      unenforced: ["f pattern"],
    });
  });

  test("one pattern with two sets of flags is not enforced", () => {
    expect(unenforced(z.object({ a: z.string().regex(/^a$/), b: z.string().regex(/^a$/i) }))).toEqual([
      "f.a pattern",
      "f.b pattern",
    ]);
  });

  test("look-around is left out, and the rest enforced", () => {
    expect(convert(z.string().regex(/^(?!admin)[a-z]+$/))).toEqual({
      field: { path: ["f"], type: "string", constraints: [{ regex: "^[a-z]+$" }] },
      unenforced: ["f pattern"],
    });
  });

  test("an email address is held to its pattern", () => {
    const { field, unenforced } = convert(z.email());
    expect(field?.constraints).toEqual([{ regex: expect.stringContaining("@") }]);
    expect(unenforced).toEqual([]);
    expect(constraintsOf(z.email({ pattern: /^(?!\.)(?!.*\.\.)([a-z.]*)@([a-z]+\.)+[a-z]{2,}$/i }))).toEqual([
      { regex: "^([.A-Za-z]*)@([A-Za-z]+\\.)+[A-Za-z]{2,}$" },
    ]);
  });

  test("formats without a pattern are for the schema alone", () => {
    expect(convert(z.url())).toEqual({ field: { path: ["f"], type: "string" }, unenforced: ["f format"] });
    expect(convert(z.httpUrl())).toEqual({
      field: { path: ["f"], type: "string" },
      unenforced: ["f format"],
    });
    expect(unenforced(z.jwt())).toEqual(["f format"]);
  });

  test("patterns that Zod itself does not check by are not enforced", () => {
    expect(convert(z.ipv6())).toEqual({ field: { path: ["f"], type: "string" }, unenforced: ["f pattern"] });
    expect(unenforced(z.string().includes("x", { position: 2 }))).toEqual(["f pattern"]);
    expect(constraintsOf(z.string().includes("x"))).toEqual([{ regex: "x" }]);
  });

  test("the version of a uuid is for the schema alone", () => {
    expect(convert(z.uuidv7())).toEqual({ field: { path: ["f"], type: "uuid" }, unenforced: ["f pattern"] });
  });

  test("a pattern too long for the engine is not enforced", () => {
    expect(unenforced(z.string().regex(new RegExp(`^(?:${"abcdefgh|".repeat(80)}x)$`)))).toEqual([
      "f pattern",
    ]);
  });
});

describe("lists and objects", () => {
  test("lengths of lists are enforced, rules for their elements are not", () => {
    expect(convert(z.array(z.string().min(1)).min(1).max(3))).toEqual({
      field: { path: ["f"], type: { list: "string" }, constraints: [{ min_length: 1 }, { max_length: 3 }] },
      unenforced: ["f[] minLength"],
    });
  });

  test("every rule for elements is told once, by its keyword, as the model's alone", () => {
    const why = "the engine has no constraints on the elements of a list";
    const { unenforced } = defineModel(
      "probe",
      z.object({
        key: z.string(),
        texts: z.array(z.string().min(2).max(3).regex(/^a/)),
        whole: z.array(z.int().max(5)),
        big: z.array(z.bigint().max(5n)),
        lists: z.array(z.array(z.number().min(0)).max(2)),
        objects: z.array(z.object({ n: z.int().max(5), t: z.string().max(3) })),
      }),
      { primaryKey: "key" },
    );
    const told = unenforced.filter((rule) => rule.why === why).map(({ path, rule }) => `${path} ${rule}`);
    expect(told).toEqual([
      "texts[] minLength",
      "texts[] maxLength",
      "texts[] pattern",
      "whole[] minimum",
      "whole[] maximum",
      "big[] maximum",
      "lists[][] minimum",
      "lists[] maxItems",
    ]);
    // Fields of objects in lists are fields like others.
    const rest = unenforced.filter((rule) => rule.why !== why);
    expect(rest).toEqual([
      { path: "objects[].t", rule: "maxLength", why: "the engine counts bytes: at most 12 of them" },
    ]);
  });

  test("bounds that say nothing are left out", () => {
    expect(constraintsOf(z.string().min(0).max(Number.MAX_SAFE_INTEGER))).toEqual([]);
    expect(constraintsOf(z.array(z.string()).min(-1).max(Number.MAX_SAFE_INTEGER))).toEqual([]);
    expect(constraintsOf(z.array(z.string()).min(0.5).max(2.5))).toEqual([
      { min_length: 1 },
      { max_length: 2 },
    ]);
  });

  test("rules for a record are for the schema alone", () => {
    expect(unenforced(z.record(z.string().min(2), z.int()))).toEqual([
      "f additionalProperties",
      "f propertyNames",
    ]);
    expect(unenforced(z.record(z.string(), z.unknown()))).toEqual([]);
    expect(unenforced(z.record(z.string(), z.json()))).toEqual([]);
  });

  test("each rule that is not enforced says why", () => {
    const Model = defineModel("m", z.object({ id: z.string(), step: z.int().multipleOf(5) }), {
      primaryKey: "id",
    });
    expect(Model.unenforced).toEqual([
      { path: "step", rule: "multipleOf", why: "the engine has no such rule" },
    ]);
  });
});
