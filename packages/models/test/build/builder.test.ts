import { Database, isModelVaultError, memoryStore, type ValidationIssue } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { collection, defineModel, type FieldType, field } from "../../src/index.ts";

function issuesOf(type: FieldType<unknown, unknown>, value: unknown): unknown {
  const result = type["~standard"].validate(value);
  if (result instanceof Promise || result.issues === undefined) return undefined;
  return result.issues.map(({ message, path }) => [(path ?? []).join("."), message]);
}

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
};

const Book = field.object({
  isbn: field.string().min(1),
  year: field.int().min(0).max(3000).optional(),
  author: field.object({ name: field.string().max(3), born: field.date().min(new Date(0)).nullable() }),
  tags: field
    .list(field.string().pattern(/^[a-z]+$/))
    .max(2)
    .default([]),
  made: field.date().default(() => new Date(5)),
});

describe("reading", () => {
  test("defaults are filled in, and nothing else is changed", () => {
    const born = new Date(7);
    expect(Book["~standard"].validate({ isbn: "1", author: { name: "a", born } })).toEqual({
      value: { isbn: "1", author: { name: "a", born }, tags: [], made: new Date(5) },
    });
  });

  test("every problem is told of with its path and what was expected", () => {
    const row = {
      isbn: "",
      year: 1.5,
      author: { name: "long", born: new Date(-1) },
      tags: ["a", "B", "c"],
      titel: 1,
    };
    expect(issuesOf(Book, row)).toEqual([
      ["titel", "Must be left out: there is no such field"],
      ["isbn", "Must be at least 1 characters long"],
      ["year", "Must be a whole number"],
      ["author.name", "Must be at most 3 characters long"],
      ["author.born", "Must be at or after 1970-01-01T00:00:00.000Z"],
      ["tags", "Must be a list of at most 2 elements"],
      ["tags.1", "Must be text that matches /^[a-z]+$/"],
    ]);
    expect(issuesOf(Book, {})).toEqual([
      ["isbn", "Must be there"],
      ["author", "Must be there"],
    ]);
    for (const value of [null, undefined, 5, "x", [], new Date()])
      expect(issuesOf(Book, value)).toEqual([["", "Must be an object"]]);
  });

  test("null is not absence", () => {
    expect(issuesOf(field.object({ a: field.string().optional() }), { a: null })).toEqual([
      ["a", "Must be text"],
    ]);
    expect(issuesOf(field.object({ a: field.string().nullable() }), { a: null })).toBeUndefined();
  });

  test("a default that is changed in one row is not changed in the next", () => {
    const Type = field.object({
      tags: field.list(field.string()).default([]),
      at: field.date().default(new Date(1)),
    });
    const read = () => (Type["~standard"].validate({}) as { value: { tags: string[]; at: Date } }).value;
    const first = read();
    first.tags.push("x");
    first.at.setTime(9);
    expect(read()).toEqual({ tags: [], at: new Date(1) });
  });

  test("what a class inherits is no field", () => {
    expect(issuesOf(field.object({ constructor: field.string().optional() }), {})).toBeUndefined();
  });

  test("a pattern with memory is tested from the start each time", () => {
    const Type = field.object({ a: field.string().pattern(/a/g) });
    for (let times = 0; times < 3; times++) expect(issuesOf(Type, { a: "a" })).toBeUndefined();
  });
});

test("all that it says is enforced by the engine, but for what is listed", () => {
  const Model = defineModel("books", Book, { primaryKey: "isbn" });
  expect(Model.descriptor.fields).toEqual([
    { path: ["isbn"], type: "string", constraints: [{ min_length: 1 }] },
    { path: ["year"], type: { optional: "int64" }, constraints: [{ min_i64: 0 }, { max_i64: 3000 }] },
    {
      path: ["author"],
      type: {
        object: [
          { path: ["name"], type: "string", constraints: [{ max_length: 12 }] },
          { path: ["born"], type: { optional: "timestamp" } },
        ],
      },
    },
    { path: ["tags"], type: { list: "string" }, constraints: [{ max_length: 2 }], default: [] },
    { path: ["made"], type: "timestamp" },
  ]);
  expect(Model.unenforced.map(({ path, rule }) => `${path} ${rule}`)).toEqual([
    "author.name maxLength",
    "author.born min",
    "tags[] pattern",
    "made default",
  ]);
});

test("defaults that never change belong to the collection, of every type", () => {
  using db = Database.open(memoryStore());
  const at = new Date("2026-11-23T05:20:00.123Z");
  const values = {
    text: "x",
    whole: 5,
    big: 2n ** 60n,
    at,
    bytes: Uint8Array.of(1),
    list: [at],
    object: { at },
  };
  const Model = defineModel(
    "m",
    field.object({
      id: field.int(),
      text: field.string().default(values.text),
      whole: field.int().default(values.whole),
      big: field.bigint().default(values.big),
      at: field.date().default(values.at),
      bytes: field.bytes().default(values.bytes),
      list: field.list(field.date()).default(values.list),
      object: field.object({ at: field.date() }).default(values.object),
    }),
    { primaryKey: "id" },
  );
  const rows = collection(db, Model);
  rows.insert({ id: 1 });
  // Another program, which knows nothing of the model.
  db.collection("m").insert({ id: 2 });
  expect(rows.get(1)).toStrictEqual({ id: 1, ...values });
  expect(rows.get(2)).toStrictEqual({ id: 2, ...values });
});

test("a default before .nullable() is that of the field all the same", () => {
  const Model = defineModel(
    "m",
    field.object({
      id: field.int(),
      a: field.string().default("x").nullable(),
      b: field.string().nullable().default(null),
      c: field
        .string()
        .default(() => "x")
        .nullable(),
    }),
    { primaryKey: "id" },
  );
  expect(Model.descriptor.fields.slice(1)).toEqual([
    { path: ["a"], type: { optional: "string" }, default: "x" },
    { path: ["b"], type: { optional: "string" }, default: null },
    { path: ["c"], type: { optional: "string" } },
  ]);
  expect(Model.unenforced.map(({ path, rule }) => `${path} ${rule}`)).toEqual(["c default"]);
  using db = Database.open(memoryStore());
  const rows = collection(db, Model);
  rows.insert({ id: 1 });
  rows.insert({ id: 2, a: null });
  expect(rows.all()).toStrictEqual([
    { id: 1, a: "x", b: null, c: "x" },
    { id: 2, a: null, b: null, c: "x" },
  ]);
});

test("rules in code run on writes through the model, with their own words", () => {
  using db = Database.open(memoryStore());
  const Model = defineModel(
    "m",
    field.object({ id: field.int(), a: field.int().check((value) => value % 2 === 0, "a must be even") }),
    { primaryKey: "id" },
  );
  try {
    collection(db, Model).insert({ id: 1, a: 1 });
    expect.unreachable();
  } catch (error) {
    if (!isModelVaultError(error, "validation_failed")) throw error;
    const issues: readonly ValidationIssue[] = error.issues;
    expect(issues).toMatchObject([{ path: ["a"], rule: "check", message: "a must be even" }]);
  }
});

test("variants are told apart at every level", () => {
  const Type = field.object({
    list: field.list(
      field.variants("k", [
        field.object({ k: field.choice(["a", "b"]), x: field.int() }),
        field.object({ k: field.choice(["c"]) }),
      ]),
    ),
  });
  expect(issuesOf(Type, { list: [{ k: "a", x: 1 }, { k: "c" }] })).toBeUndefined();
  expect(issuesOf(Type, { list: [{ k: "c", x: 1 }, { k: "d" }, null, {}] })).toEqual([
    ["list.0.x", "Must be left out: there is no such field"],
    ["list.1.k", "Must be one of a, b, c"],
    ["list.2.k", "Must be one of a, b, c"],
    ["list.3.k", "Must be one of a, b, c"],
  ]);
});

test.each<[string, () => unknown]>([
  ["a length below 0", () => field.string().min(-1)],
  ["half a length", () => field.list(field.string()).max(0.5)],
  ["a pattern as text", () => field.string().pattern("a" as never)],
  ["a bound that is no number", () => field.number().min(Number.NaN)],
  ["a number as a bound of bigints", () => field.bigint().max(5 as never)],
  ["bytes below 0", () => field.bytes().min(-1)],
  ["a number as a bound of dates", () => field.date().max(5 as never)],
  ["an invalid date as a bound", () => field.date().min(new Date(Number.NaN))],
  ["no choices", () => field.choice([])],
  ["choices that are no texts", () => field.choice([1 as never])],
  ["an element that is no type", () => field.list("string" as never)],
  ["a field that is no type", () => field.object({ a: "string" as never })],
  ["no fields at all", () => field.object(null as never)],
  ["no variants", () => field.variants("k", [])],
  ["a variant without the tag", () => field.variants("k", [field.object({ x: field.int() })])],
  ["a tag that is no choice", () => field.variants("k", [field.object({ k: field.string() })])],
  [
    "one text for two variants",
    () =>
      field.variants("k", [
        field.object({ k: field.choice(["a"]) }),
        field.object({ k: field.choice(["a"]) }),
      ]),
  ],
  ["a tag that is no name", () => field.variants(5 as never, [field.object({ k: field.choice(["a"]) })])],
])("%s is refused by name", (_name, make) => {
  expect(codeOf(make)).toBe("argument_invalid");
});

test("a schema that keeps to no standard is told so at the write", () => {
  using db = Database.open(memoryStore());
  const standard = field.object({ id: field.int() })["~standard"];
  for (const result of [undefined, null, 5, { value: undefined }, { value: 5 }, { issues: "bad" }]) {
    const schema = { "~standard": { ...standard, validate: () => result as never } };
    const Model = defineModel("m", schema, { primaryKey: "id" });
    expect(codeOf(() => collection(db, Model).insert({ id: 1 }))).toBe("model_schema_invalid");
  }
});

test("others who ask get plain JSON Schema, with defaults that JSON can spell", () => {
  const Type = field.object({
    text: field.string().pattern(/^a/i).default("x"),
    at: field.date().default(new Date(0)),
    big: field.bigint().default(5n),
    bytes: field.bytes().default(new Uint8Array()),
    made: field.string().default(() => "y"),
  });
  const described = Type["~standard"].jsonSchema.output({ target: "draft-2020-12" });
  expect(JSON.parse(JSON.stringify(described))).toEqual(described);
  expect(described).toMatchObject({
    type: "object",
    properties: {
      text: { type: "string", pattern: "^a", default: "x" },
      at: { default: "1970-01-01T00:00:00.000Z" },
    },
    required: ["text", "at", "big", "bytes", "made"],
    additionalProperties: false,
  });
  const { big, bytes, made } = described.properties as Record<string, object>;
  for (const part of [big, bytes, made]) expect(part).not.toHaveProperty("default");
  expect(Type["~standard"].jsonSchema.input({ target: "draft-2020-12" }).required).toEqual([]);
});
