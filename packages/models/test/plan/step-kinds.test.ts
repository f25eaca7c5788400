/** Every kind of step: which difference makes it, how it reads, and that a vault it was applied to needs nothing more. */
import {
  type CollectionDescriptor,
  Database,
  type FieldDescriptor,
  memoryStore,
  type Row,
} from "@modelvault/core";
import { apply, defineModel, index, type Model, type PlanOptions, plan, unique } from "@modelvault/models";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const KEY: FieldDescriptor = { path: "id", type: "string" };

interface Case {
  readonly name: string;
  /** Fields of "books" beside its key "id". */
  readonly fields: readonly FieldDescriptor[];
  readonly indexes?: CollectionDescriptor["indexes"];
  readonly rows?: readonly Row[];
  readonly model: Model;
  readonly options?: PlanOptions;
  /** Lines of the plan. */
  readonly says: readonly string[];
  readonly safety: "safe" | "data" | "loss";
  /** Rows afterwards, where they change. */
  readonly becomes?: readonly Row[];
}

function books(shape: z.ZodRawShape, options: object = {}): Model {
  return defineModel("books", z.object({ id: z.string(), ...shape }), {
    primaryKey: "id",
    ...options,
  } as never);
}

const ROW: Row = { id: "a", year: 5 };
const YEAR: FieldDescriptor = { path: "year", type: "int64" };
const TITLE: FieldDescriptor = { path: "title", type: "string" };
const plainInt = z.int().min(-(2 ** 53 - 1));
const BOUNDS = [{ min_i64: -(2 ** 53 - 1) }, { max_i64: 2 ** 53 - 1 }];
const SAFE_YEAR: FieldDescriptor = { ...YEAR, constraints: BOUNDS };

const CASES: readonly Case[] = [
  {
    name: "an optional field that is new",
    fields: [],
    model: books({ language: z.string().optional() }),
    says: ['+ books: add field "language" (optional string)'],
    safety: "safe",
  },
  {
    name: "an optional field inside an object",
    fields: [{ path: "author", type: { object: [{ path: "name", type: "string" }] } }],
    rows: [{ id: "a", author: { name: "x" } }],
    model: books({ author: z.object({ name: z.string(), born: z.boolean().optional() }) }),
    says: ['+ books: add field "author.born" (optional bool)'],
    safety: "safe",
    becomes: [{ id: "a", author: { name: "x", born: null } }],
  },
  {
    name: "a required field, filled with a value",
    fields: [],
    rows: [{ id: "a" }],
    model: books({ language: z.string() }),
    options: { fill: { "books.language": "en" } },
    says: ['+ books: add field "language" (string), filled with "en"'],
    safety: "data",
    becomes: [{ id: "a", language: "en" }],
  },
  {
    name: "a required field, filled by a function of the row",
    fields: [SAFE_YEAR],
    rows: [ROW],
    model: books({ year: plainInt, decade: z.string() }),
    options: { fill: { "books.decade": (row) => `${Math.floor(Number(row.year) / 10)}0s` } },
    says: ['+ books: add field "decade" (string), filled by your function'],
    safety: "data",
    becomes: [{ id: "a", year: 5, decade: "00s" }],
  },
  {
    name: "a required field, filled by the model's default",
    fields: [],
    rows: [{ id: "a" }, { id: "b" }],
    model: books({ serial: z.string().default(() => "made") }),
    says: ['+ books: add field "serial" (string), filled by the model\'s default'],
    safety: "data",
    becomes: [
      { id: "a", serial: "made" },
      { id: "b", serial: "made" },
    ],
  },
  {
    name: "dates, filled with a date and by a function that gives one",
    fields: [SAFE_YEAR],
    rows: [ROW],
    model: books({ year: plainInt, added: z.date(), published: z.date().optional() }),
    options: {
      fill: {
        "books.added": new Date(5),
        "books.published": (row) => new Date(Date.UTC(Number(row.year) + 1969, 0)),
      },
    },
    says: [
      '+ books: add field "added" (timestamp), filled with 1970-01-01T00:00:00.005Z',
      '+ books: add field "published" (optional timestamp), filled by your function',
    ],
    safety: "data",
    becomes: [{ id: "a", year: 5, added: 5000, published: Date.UTC(1974, 0) * 1000 }],
  },
  {
    name: "an optional field that options fill",
    fields: [],
    rows: [{ id: "a" }],
    model: books({ language: z.string().optional() }),
    options: { fill: { "books.language": "en" } },
    says: ['+ books: add field "language" (optional string), filled with "en"'],
    safety: "data",
    becomes: [{ id: "a", language: "en" }],
  },
  {
    name: "a field that becomes optional",
    fields: [TITLE],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string().optional() }),
    says: ['~ books: make "title" optional'],
    safety: "safe",
  },
  {
    name: "a field that becomes required, where every row has it",
    fields: [{ path: "title", type: { optional: "string" } }],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }),
    says: ['~ books: make "title" required, if every row has it'],
    safety: "data",
  },
  {
    name: "a field that becomes required, and is filled where it is missing",
    fields: [{ path: "title", type: { optional: "string" } }],
    rows: [{ id: "a" }, { id: "b", title: "t" }],
    model: books({ title: z.string() }),
    options: { fill: { "books.title": "untitled" } },
    says: ['~ books: make "title" required, filled with "untitled"'],
    safety: "data",
    becomes: [
      { id: "a", title: "untitled" },
      { id: "b", title: "t" },
    ],
  },
  {
    name: "a renamed field",
    fields: [{ path: "writer", type: "string" }],
    rows: [{ id: "a", writer: "x" }],
    model: books({ author: z.string() }, { renamedFields: { author: "writer" } }),
    says: ['~ books: rename field "writer" to "author"'],
    safety: "data",
    becomes: [{ id: "a", author: "x" }],
  },
  {
    name: "a field that moves into a new object",
    fields: [{ path: "writer", type: "string" }],
    rows: [{ id: "a", writer: "x" }],
    model: books({ author: z.object({ name: z.string() }) }, { renamedFields: { "author.name": "writer" } }),
    says: ['~ books: rename field "writer" to "author.name"'],
    safety: "data",
    becomes: [{ id: "a", author: { name: "x" } }],
  },
  {
    name: "a field that moves out of an object, which is empty then",
    fields: [{ path: "author", type: { object: [{ path: "name", type: "string" }] } }],
    rows: [{ id: "a", author: { name: "x" } }],
    model: books({ writer: z.string() }, { renamedFields: { writer: "author.name" } }),
    says: [
      '~ books: rename field "author.name" to "writer"',
      '- books: drop "author", an object with nothing left in it',
    ],
    safety: "data",
    becomes: [{ id: "a", writer: "x" }],
  },
  {
    name: "fields of several path segments, as other programs write them",
    fields: [
      { path: "author.name", type: "string" },
      { path: "title", type: "string" },
      { path: "author.origin.land", type: { optional: "string" } },
      { path: "extra.note", type: { optional: "string" } },
    ],
    indexes: [{ path: "author.name" }],
    rows: [
      { id: "a", author: { name: "x", origin: { land: "y" } }, title: "t", extra: { note: null } },
      { id: "b", author: { name: "z" }, title: "u" },
    ],
    model: books(
      {
        author: z.object({ name: z.string(), origin: z.object({ land: z.string().optional() }) }),
        title: z.string(),
        extra: z.object({ note: z.string().optional() }).optional(),
      },
      { indexes: [index("author.name" as never)] },
    ),
    says: [
      '~ books: group the fields below "author" into one object',
      '~ books: group the fields below "extra" into one object',
      '~ books: make "extra" optional',
    ],
    safety: "data",
    becomes: [
      { id: "a", author: { name: "x", origin: { land: "y" } }, title: "t", extra: { note: null } },
      { id: "b", author: { name: "z", origin: { land: null } }, title: "u", extra: { note: null } },
    ],
  },
  {
    name: "an integer that becomes a float",
    fields: [YEAR],
    rows: [ROW],
    model: books({ year: z.number() }),
    says: ['~ books: convert "year" from int64 to float64, value by value, exactly'],
    safety: "data",
  },
  {
    name: "an enum that becomes text",
    fields: [{ path: "language", type: { enum: ["de", "en"] } }],
    rows: [{ id: "a", language: "de" }],
    model: books({ language: z.string() }),
    says: ['~ books: convert "language" from one of "de", "en" to string, value by value, exactly'],
    safety: "safe",
  },
  {
    name: "text that becomes an enum",
    fields: [{ path: "language", type: "string" }],
    rows: [{ id: "a", language: "de" }],
    model: books({ language: z.enum(["de", "en"]) }),
    says: ['~ books: convert "language" from string to one of "de", "en", value by value, exactly'],
    safety: "data",
  },
  {
    name: "a type that only a function can convert",
    fields: [{ path: "year", type: "string" }],
    rows: [{ id: "a", year: "1974" }],
    model: books({ year: z.number() }),
    options: { convert: { "books.year": (value) => Number(value) } },
    says: ['~ books: convert "year" from string to float64, by your function'],
    safety: "data",
    becomes: [{ id: "a", year: 1974 }],
  },
  {
    name: "elements of a list that a function converts",
    fields: [{ path: "marks", type: { list: "string" } }],
    rows: [{ id: "a", marks: ["1", "2"] }],
    model: books({ marks: z.array(z.number()) }),
    options: { convert: { "books.marks.[]": (value) => Number(value) } },
    says: ['~ books: convert "marks.[]" from string to float64, by your function'],
    safety: "data",
    becomes: [{ id: "a", marks: [1, 2] }],
  },
  {
    name: "a constraint that becomes tighter",
    fields: [SAFE_YEAR],
    rows: [ROW],
    model: books({ year: plainInt.max(2100) }),
    says: ['~ books: tighten "year": max_i64 changes from 9007199254740991 to 2100'],
    safety: "data",
  },
  {
    name: "a constraint that becomes tighter, with rows mended by a function",
    fields: [SAFE_YEAR],
    rows: [{ id: "a", year: 9999 }],
    model: books({ year: plainInt.max(2100) }),
    options: { convert: { "books.year": (value) => Math.min(Number(value), 2100) } },
    says: [
      '~ books: tighten "year": max_i64 changes from 9007199254740991 to 2100, values changed by your function',
    ],
    safety: "data",
    becomes: [{ id: "a", year: 2100 }],
  },
  {
    name: "a constraint that becomes looser",
    fields: [{ ...TITLE, constraints: [{ min_length: 3 }] }],
    rows: [{ id: "a", title: "abc" }],
    model: books({ title: z.string() }),
    says: ['~ books: loosen "title": no longer at least 3 characters (3 bytes in the engine)'],
    safety: "safe",
  },
  {
    name: "an enum that gains and loses variants",
    fields: [{ path: "language", type: { enum: ["de", "en"] } }],
    rows: [{ id: "a", language: "de" }],
    model: books({ language: z.enum(["de", "fr"]) }),
    says: [
      '~ books: tighten "language": the enum "language" loses "en"',
      '~ books: loosen "language": the enum "language" gains "fr"',
    ],
    safety: "data",
  },
  {
    name: "an index that is new",
    fields: [TITLE],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }, { indexes: [index("title")] }),
    says: ['+ books: add index "title_idx" on "title"'],
    safety: "safe",
  },
  {
    name: "a unique index that is new",
    fields: [TITLE],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }, { indexes: [unique("title")] }),
    says: ['+ books: add unique index "title_unique" on "title"'],
    safety: "data",
  },
  {
    name: "an index that gets another name",
    fields: [TITLE],
    indexes: [{ path: "title" }],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }, { indexes: [index("title", { name: "by_title" })] }),
    says: ['~ books: rename index "title_idx" to "by_title"'],
    safety: "safe",
  },
  {
    name: "an index that becomes unique under its name",
    fields: [TITLE],
    indexes: [{ path: "title", name: "titles" }],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }, { indexes: [unique("title", { name: "titles" })] }),
    says: ['~ books: build unique index "titles" anew, on "title"'],
    safety: "data",
  },
  {
    name: "an index that is dropped, having been named",
    fields: [TITLE],
    indexes: [{ path: "title" }],
    rows: [{ id: "a", title: "t" }],
    model: books({ title: z.string() }),
    options: { allowDrop: { indexes: ["books.title_idx"] } },
    says: ['- books: drop index "title_idx" on "title"'],
    safety: "safe",
  },
  {
    name: "a field that is dropped, having been named, with the index on it",
    fields: [TITLE, { path: "isbn13", type: "string" }],
    indexes: [{ path: "isbn13" }],
    rows: [{ id: "a", title: "t", isbn13: "x" }],
    model: books({ title: z.string() }),
    options: { allowDrop: { fields: ["books.isbn13"] } },
    says: ['- books: drop field "isbn13" with its values', '- books: drop index "isbn13_idx" on "isbn13"'],
    safety: "loss",
    becomes: [{ id: "a", title: "t" }],
  },
  {
    name: "fields in another order",
    fields: [TITLE, { path: "note", type: "string" }],
    rows: [{ id: "a", title: "t", note: "n" }],
    model: books({ note: z.string(), title: z.string() }),
    says: ["~ books: fields change their order"],
    safety: "safe",
  },
  {
    name: "rows that a function rewrites along with another change",
    fields: [{ path: "name", type: "string" }],
    rows: [{ id: "a", name: "Ursula Le Guin" }],
    model: books({ name: z.string(), first: z.string(), last: z.string() }),
    options: {
      fill: { "books.first": "", "books.last": "" },
      rewrite: {
        books: (row) => {
          const [first = "", ...last] = String(row.name).split(" ");
          return { ...row, first, last: last.join(" ") };
        },
      },
    },
    says: [
      '+ books: add field "first" (string), filled with ""',
      '+ books: add field "last" (string), filled with ""',
      "~ books: rewrite every row by your function",
    ],
    safety: "data",
    becomes: [{ id: "a", name: "Ursula Le Guin", first: "Ursula", last: "Le Guin" }],
  },
  {
    name: "rows that a function rewrites once",
    fields: [TITLE],
    rows: [{ id: "a", title: " t " }],
    model: books({ title: z.string() }),
    options: {
      rewrite: {
        books: { once: "trim titles", row: (row) => ({ ...row, title: String(row.title).trim() }) },
      },
    },
    says: ['~ books: rewrite every row by your function, once ("trim titles")'],
    safety: "data",
    becomes: [{ id: "a", title: "t" }],
  },
];

function vault(
  fields: readonly FieldDescriptor[],
  { indexes = [], rows = [] }: Partial<Case> = {},
): Database {
  const db = Database.open(memoryStore());
  db.register({ name: "books", primaryKey: "id", fields: [KEY, ...fields], indexes });
  db.collection("books").insertMany(rows);
  return db;
}

describe("each difference becomes a step that can be applied once", () => {
  test.each(CASES)("$name", ({ fields, model, options = {}, says, safety, becomes, ...rest }) => {
    using db = vault(fields, rest);
    const changes = plan(db, [model], options);
    expect(String(changes).split("\n").slice(1)).toEqual(says.map((line) => `  ${line}`));
    expect(changes.safety).toBe(safety);
    expect(changes.blockers).toEqual([]);
    expect(apply(db, changes).changed).toBe(true);
    expect(db.collection("books").all()).toEqual(becomes ?? rest.rows ?? []);
    expect(plan(db, [model], options).isEmpty).toBe(true);
    expect(plan(db, [model]).isEmpty).toBe(true);
    expect(db.verify().ok).toBe(true);
  });
});

test("a collection that the vault lacks is created", () => {
  using db = Database.open(memoryStore());
  const model = books({ title: z.string() }, { indexes: [unique("title")] });
  const changes = plan(db, [model]);
  expect(String(changes)).toMatch(
    /\n {2}\+ books: create the collection \(2 fields, primary key "id", 1 index\)$/,
  );
  apply(db, changes);
  expect(db.schema("books").version).toBe(1);
  expect(plan(db, [model]).isEmpty).toBe(true);
});

test("a collection with a new name keeps its rows", () => {
  using db = vault([TITLE], { rows: [{ id: "a", title: "t" }] });
  const model = defineModel("tomes", z.object({ id: z.string(), title: z.string() }), {
    primaryKey: "id",
    renamedFrom: "books",
  });
  const changes = plan(db, [model]);
  expect(String(changes)).toContain('~ tomes: rename the collection from "books"');
  apply(db, changes);
  expect(db.collectionNames()).toEqual(["tomes"]);
  expect(db.collection("tomes").all()).toEqual([{ id: "a", title: "t" }]);
  expect(plan(db, [model]).isEmpty).toBe(true);
});

test("names can move on in a chain, and the first is free for a new collection", () => {
  using db = vault([TITLE], { rows: [{ id: "a", title: "t" }] });
  const shape = z.object({ id: z.string(), title: z.string() });
  const old = defineModel("old_books", shape, { primaryKey: "id", renamedFrom: "books" });
  const fresh = defineModel("books", shape, { primaryKey: "id" });
  apply(db, plan(db, [fresh, old]));
  expect(db.collection("old_books").count()).toBe(1);
  expect(db.collection("books").count()).toBe(0);
  expect(plan(db, [fresh, old]).isEmpty).toBe(true);
});

test("a collection that no model names is left alone and told of, until it is named to be dropped", () => {
  using db = vault([TITLE], { rows: [{ id: "a", title: "t" }] });
  const other = defineModel("logs", z.object({ id: z.string() }), { primaryKey: "id" });
  expect(plan(db, [other]).leftAlone).toEqual(["books"]);
  expect(String(plan(db, [other]))).toContain("Left alone, as no model names them: books.");
  const changes = plan(db, [other], { allowDrop: { collections: ["books"] } });
  expect(changes.safety).toBe("loss");
  apply(db, changes);
  expect(db.collectionNames()).toEqual(["logs"]);
  expect(plan(db, [other], { allowDrop: { collections: ["books"] } }).isEmpty).toBe(true);
});
