/** Every kind of step on types, constraints, indexes, rows and collections: see `step-kinds.test.ts`. */
import { Database, memoryStore } from "@modelvault/core";
import { apply, defineModel, index, plan, unique } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import {
  books,
  type Case,
  plainInt,
  ROW,
  SAFE_YEAR,
  TITLE,
  tryCase,
  vault,
  YEAR,
} from "../support/step-case.ts";

const CASES: readonly Case[] = [
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
    says: ['~ books: tighten "year": at most 2100'],
    safety: "data",
  },
  {
    name: "a constraint that becomes tighter, with rows mended by a function",
    fields: [SAFE_YEAR],
    rows: [{ id: "a", year: 9999 }],
    model: books({ year: plainInt.max(2100) }),
    options: { convert: { "books.year": (value) => Math.min(Number(value), 2100) } },
    says: ['~ books: tighten "year": at most 2100, values changed by your function'],
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

test.each(CASES)("$name", tryCase);

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
