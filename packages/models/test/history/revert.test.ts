/** Undoing the last migration: exactly, or not at all. */
import { Database, memoryStore } from "@modelvault/core";
import {
  apply,
  defineModel,
  history,
  index,
  type Model,
  type PlanOptions,
  plan,
  planFromJson,
  planRevert,
  revert,
  unique,
} from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorOf } from "../support/errors.ts";
import { BASE, BY_YEAR, books, SHAPE, vault } from "../support/shelf.ts";

test.each<[string, Model | readonly Model[], PlanOptions?]>([
  ["an optional field", books({ ...SHAPE, note: z.string().optional() }, BY_YEAR)],
  ["an index", books(SHAPE, { indexes: [index("year"), unique("title")] })],
  ["a dropped index", books(SHAPE), { allowDrop: { indexes: ["books.year_idx"] } }],
  ["a renamed index", books(SHAPE, { indexes: [index("year", { name: "years" })] })],
  [
    "a renamed field",
    books(
      { title: z.string(), published: z.int(), language: SHAPE.language },
      { indexes: [index("published", { name: "year_idx" })], renamedFields: { published: "year" } },
    ),
  ],
  ["a renamed collection", books(SHAPE, { ...BY_YEAR, renamedFrom: "books" }, "tomes")],
  ["a looser constraint", books({ ...SHAPE, language: z.enum(["de", "en", "fr"]) }, BY_YEAR)],
  ["a tighter constraint", books({ ...SHAPE, title: z.string().min(1) }, BY_YEAR)],
  ["an optional that was required", books({ ...SHAPE, title: z.string().optional() }, BY_YEAR)],
  ["an integer that became a float", books({ ...SHAPE, year: z.number() }, BY_YEAR)],
  ["an enum that became text", books({ ...SHAPE, language: z.string() }, BY_YEAR)],
  ["a new collection", [BASE, books({}, {}, "authors")]],
  [
    "a field that moved into an object",
    books(
      { title: z.string(), language: SHAPE.language, published: z.object({ year: z.int() }) },
      { indexes: [index("published.year" as never)], renamedFields: { "published.year": "year" } },
    ),
  ],
  [
    "an object that was made of fields",
    books(
      { meta: z.object({ t: z.string(), y: z.int() }), language: SHAPE.language },
      { indexes: [index("meta.y" as never)], renamedFields: { "meta.t": "title", "meta.y": "year" } },
    ),
  ],
])("undoes %s exactly", (_what, models, options = {}) => {
  using db = vault();
  const before = { schema: db.schema("books"), rows: db.collection("books").all() };
  const list = Array.isArray(models) ? models : [models];
  expect(apply(db, plan(db, list, options)).changed).toBe(true);
  const going = planRevert(db);
  expect(String(going)).toContain(`Revert of migration 2 (plan ${history(db)[1]?.hash.slice(0, 12)})`);
  expect(planFromJson(JSON.stringify(going)).toString()).toBe(String(going));
  expect(revert(db, { program: "shop 1" }).changed).toBe(true);
  expect(db.collectionNames()).toEqual(["books"]);
  const { version: _now, ...schema } = db.schema("books");
  const { version: _then, ...expected } = before.schema;
  expect(schema).toEqual(expected);
  expect(db.collection("books").all()).toEqual(before.rows);
  expect(plan(db, [BASE]).isEmpty).toBe(true);
  expect(history(db).at(-1)).toMatchObject({ number: 3, reverts: 2 });
  expect(db.verify().ok).toBe(true);
});

test.each<[string, Model, PlanOptions, string]>([
  [
    "a field with values",
    books({ ...SHAPE, note: z.string() }, BY_YEAR),
    { fill: { "books.note": "n" } },
    "would be dropped",
  ],
  [
    "a dropped field",
    books({ title: z.string(), year: z.int() }, BY_YEAR),
    { allowDrop: { fields: ["books.language"] } },
    "the values are gone",
  ],
  [
    "a function",
    books({ ...SHAPE, title: z.number() }, BY_YEAR),
    { convert: { "books.title": () => 1 } },
    "a function changed the values",
  ],
  [
    "a rewrite",
    BASE,
    { rewrite: { books: { once: "x", row: (row) => row } } },
    "a function changed the rows",
  ],
])("refuses to undo %s, and says why", (_what, model, options, reason) => {
  using db = vault();
  apply(db, plan(db, [model], options));
  const error = errorOf(() => revert(db));
  expect(error.code).toBe("migration_irreversible");
  expect(error.message).toContain(reason);
});

test("refuses to undo what has been used since", () => {
  using db = vault();
  const authors = books({}, {}, "authors");
  const noted = books({ ...SHAPE, note: z.string().optional() }, BY_YEAR);
  apply(db, plan(db, [noted, authors]));
  db.collection("books").update("a", { note: "n" });
  db.collection("authors").insert({ id: "x" });
  expect(
    errorOf(() => planRevert(db))
      .message.split("\n")
      .slice(1),
  ).toEqual([
    '- books: add field "note" (optional string): rows have values in it by now',
    '- authors: create the collection (1 field, primary key "id"): it has 1 row by now',
  ]);
});

test("undoes one migration after the other, and then has nothing to undo", () => {
  using db = vault();
  apply(db, plan(db, [books({ ...SHAPE, note: z.string().optional() }, BY_YEAR)]));
  apply(
    db,
    plan(db, [books({ ...SHAPE, note: z.string().optional(), more: z.string().optional() }, BY_YEAR)]),
  );
  revert(db);
  revert(db);
  expect(history(db).map(({ reverts }) => reverts)).toEqual([undefined, undefined, undefined, 3, 2]);
  db.collection("books").delete("a");
  revert(db);
  expect(db.collectionNames()).toEqual([]);
  expect(errorOf(() => revert(db))).toMatchObject({
    code: "migration_irreversible",
    details: { reasons: [] },
  });
});

test("refuses to undo a migration when the schema was changed by other means since", () => {
  using db = vault();
  apply(db, plan(db, [books({ ...SHAPE, note: z.string().optional() }, BY_YEAR)]));
  const { fields } = db.schema("books");
  db.registerVersion("books", { fields: [...fields, { path: "extra", type: { optional: "string" } }] });
  expect(errorOf(() => planRevert(db)).code).toBe("plan_stale");
});

test("fields that became one object are taken apart again, with their rows, indexes and optional parts", () => {
  using db = Database.open(memoryStore());
  db.register({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64", constraints: [{ min_i64: -(2 ** 53 - 1) }, { max_i64: 2 ** 53 - 1 }] },
      { path: "author.name", type: "string" },
      { path: "author.born.year", type: { optional: "float64" } },
      { path: "author.born.place", type: "string" },
      { path: "title", type: "string" },
    ],
    indexes: [{ path: "author.name", kind: "unique" }],
  });
  const books = db.collection("books");
  books.insert({ id: 1, author: { name: "Lem", born: { year: 1921, place: "Lwów" } }, title: "Solaris" });
  books.insert({ id: 2, author: { name: "Anon", born: { place: "" } }, title: "Edda" });
  const before = db.schema("books");
  const rows = books.all();
  const model = defineModel(
    "books",
    z.object({
      id: z.int(),
      author: z.object({
        name: z.string(),
        born: z.object({ year: z.number().optional(), place: z.string() }),
      }),
      title: z.string(),
    }),
    { primaryKey: "id", indexes: [unique("author.name")] },
  );
  apply(db, plan(db, [model]));
  expect(db.schema("books").fields).toHaveLength(3);
  expect(String(planRevert(db)).split("\n").slice(1)).toEqual([
    '  ~ books: take the object "author" apart into the fields below it',
  ]);
  revert(db);
  expect(db.schema("books")).toEqual({ ...before, version: 3 });
  expect(db.collection("books").all()).toEqual(rows);
  expect(db.collection("books").where("author.name", "=", "Lem").explain().text).toContain("unique");
  expect(db.verify().problems).toEqual([]);
  expect(history(db).map(({ reverts }) => reverts)).toEqual([undefined, 1]);
});

test("an object that may be absent by now is not taken apart, and it is said before anything is applied", () => {
  using db = Database.open(memoryStore());
  db.register({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: "id", type: "string" },
      { path: "author.name", type: "string" },
    ],
  });
  db.collection("books").insert({ id: "a", author: { name: "Lem" } });
  const model = defineModel(
    "books",
    z.object({ id: z.string(), author: z.object({ name: z.string() }).optional() }),
    { primaryKey: "id" },
  );
  apply(db, plan(db, [model]));
  const { version } = db.schema("books");
  const { code, message } = errorOf(() => planRevert(db));
  expect([code, message]).toEqual([
    "migration_irreversible",
    'The migration 1 cannot be undone exactly:\n- books: going back would drop field "author" with its values\n- books: going back would add field "author.name" (string), with no value for stored rows',
  ]);
  expect(db.schema("books").version).toBe(version);
});

test("what was empty when it was planned, and no longer is, keeps the migration from being undone", () => {
  using db = vault();
  const noted = books({ ...SHAPE, note: z.string().optional() }, BY_YEAR);
  const logs = defineModel("logs", z.object({ id: z.int() }), { primaryKey: "id" });
  apply(db, plan(db, [noted, logs]));
  const planned = planFromJson(JSON.stringify(planRevert(db)));
  expect(String(planned).split("\n")).toEqual([
    expect.stringMatching(
      /^Revert of migration 2 \(plan [0-9a-f]{12}\): 2 steps, every row says what it said before\.$/,
    ),
    "  - logs: drop the collection, which has no rows",
    '  - books: drop field "note", which has no values',
  ]);
  // Another program uses both in the meantime.
  db.collection("logs").insert({ id: 1 });
  expect(errorOf(() => apply(db, planned))).toMatchObject({
    code: "migration_irreversible",
    message: expect.stringContaining("\n- logs: drop the collection, which has no rows: it has 1 row by now"),
  });
  db.collection("logs").delete(1);
  db.collection("books").update("a", { note: "n" });
  const before = [db.collection("books").all(), db.revision()];
  expect(planned.check(db).steps.at(-1)).toMatchObject({
    failing: 1,
    problems: [{ key: "a", path: "note" }],
  });
  expect(errorOf(() => apply(db, planned))).toMatchObject({
    code: "migration_irreversible",
    message: expect.stringContaining('which has no values: the row "a" has a value in it by now'),
  });
  expect([db.collection("books").all(), db.revision()]).toEqual(before);
  db.collection("books").update("a", { note: null });
  expect(apply(db, planned).changed).toBe(true);
  expect(db.collectionNames()).toEqual(["books"]);
});

test("a plan that undoes a migration says nothing of collections that nobody spoke of", () => {
  using db = vault();
  const orders = defineModel("orders", z.object({ id: z.int() }), { primaryKey: "id" });
  apply(db, plan(db, [orders]));
  apply(db, plan(db, [books({ ...SHAPE, note: z.string().optional() }, BY_YEAR)]));
  const going = planRevert(db);
  expect(going.leftAlone).toEqual([]);
  expect(String(going)).not.toContain("Left alone");
});
