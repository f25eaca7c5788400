/** Functions that callers give for rows: what goes wrong inside them says for which row and field, and changes nothing. */
import { Database, isModelVaultError, type ModelVaultError, memoryStore, type Row } from "@modelvault/core";
import { apply, defineModel, history, type PlanOptions, plan } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";

const V1 = z.object({
  id: z.int(),
  title: z.string(),
  tags: z.array(z.string()),
  meta: z.object({ pages: z.int() }),
});

function vault(): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [defineModel("books", V1, { primaryKey: "id" })]));
  db.collection("books").insertMany([
    { id: 1, title: "a", tags: ["x"], meta: { pages: 1 } },
    { id: 2, title: "", tags: ["x", "!"], meta: { pages: 2 } },
  ]);
  return db;
}

function errorOf(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const mine = new RangeError("no such thing");
const fail = (wrong: boolean): string => {
  if (wrong) throw mine;
  return "ok";
};

const CASES: readonly (readonly [string, z.ZodObject, PlanOptions, argument: string, field: string])[] = [
  [
    "fill",
    V1.extend({ slug: z.string() }),
    { fill: { "books.slug": ({ title }) => fail(title === "") } },
    'options.fill["books.slug"]',
    "slug",
  ],
  [
    "fill inside an object",
    V1.extend({ meta: z.object({ pages: z.int(), slug: z.string() }) }),
    { fill: { "books.meta.slug": ({ title }) => fail(title === "") } },
    'options.fill["books.meta.slug"]',
    "meta.slug",
  ],
  [
    "convert",
    V1.extend({ title: z.boolean() }),
    { convert: { "books.title": (value) => fail(value === "") === "ok" } },
    'options.convert["books.title"]',
    "title",
  ],
  [
    "convert in a list",
    V1.extend({ tags: z.array(z.boolean()) }),
    { convert: { "books.tags.[]": (value) => fail(value === "!") === "ok" } },
    'options.convert["books.tags.[]"]',
    "tags.[]",
  ],
  [
    "rewrite",
    V1,
    { rewrite: { books: { once: "trim", row: (row) => (fail(row.title === "") === "ok" ? row : row) } } },
    'options.rewrite["books"]',
    "",
  ],
];

test.each(CASES)(
  "what %s throws is the cause of an error with key and field",
  (_name, schema, options, argument, field) => {
    using db = vault();
    const rows = db.collection("books").all();
    const changes = plan(db, [defineModel("books", schema, { primaryKey: "id" } as never) as never], options);
    const error = errorOf(() => apply(db, changes));
    expect(error.code).toBe("migration_function_failed");
    expect(error.details).toEqual({ argument, collection: "books", key: 2, field });
    expect(error.cause).toBe(mine);
    expect(error.message).toBe(
      `The function ${argument} threw for the row 2 of "books"${field === "" ? "" : `, at "${field}"`}: no such thing`,
    );
    expect(db.collection("books").all()).toEqual(rows);
    expect(history(db)).toHaveLength(1);
    // The dry run says where, and blames the step.
    const report = changes.check(db);
    expect(report.steps.map(({ failing, problems }) => [failing, problems])).toEqual([
      [1, [{ key: 2, path: field, reason: "no such thing" }]],
    ]);
  },
);

test("of several functions, the one that throws is blamed", () => {
  using db = vault();
  const schema = V1.extend({ slug: z.string(), note: z.string() });
  const options: PlanOptions = {
    fill: { "books.slug": "s", "books.note": ({ title }) => fail(title === "") },
  };
  const report = plan(db, [defineModel("books", schema, { primaryKey: "id" })], options).check(db);
  expect(report.steps.map(({ step, failing }) => ["path" in step && step.path[0], failing])).toEqual([
    ["slug", 0],
    ["note", 1],
  ]);
});

test.each([
  ["a text", "gone"],
  ["nothing", undefined],
  ["an odd object", Object.create(null)],
])("%s can be thrown, too", (_name, thrown) => {
  using db = vault();
  const model = defineModel("books", V1.extend({ slug: z.string() }), { primaryKey: "id" });
  const options: PlanOptions = {
    fill: {
      "books.slug": () => {
        throw thrown;
      },
    },
  };
  const error = errorOf(() => apply(db, plan(db, [model], options)));
  expect([error.code, error.cause]).toEqual(["migration_function_failed", thrown]);
});

test.each<[string, PlanOptions]>([
  ["fill", { fill: { "books.slug": async () => "s" } }],
  ["rewrite", { fill: { "books.slug": "s" }, rewrite: { books: (async (row: Row) => row) as never } }],
])("a promise from %s is refused with the row", (_name, options) => {
  using db = vault();
  const model = defineModel("books", V1.extend({ slug: z.string() }), { primaryKey: "id" });
  const error = errorOf(() => apply(db, plan(db, [model], options)));
  expect(error.code).toBe("callback_async");
  expect(error.details).toMatchObject({ collection: "books", key: 1 });
});

test("functions for fields see the row as it was, but for renames, in any order of the fields", () => {
  using db = vault();
  const schema = z.object({
    id: z.int(),
    summary: z.string(),
    name: z.boolean(),
    tags: z.array(z.string()),
    meta: z.object({ pages: z.string() }),
  });
  const model = defineModel("books", schema, { primaryKey: "id", renamedFields: { name: "title" } });
  const seen: unknown[] = [];
  apply(
    db,
    plan(db, [model], {
      convert: {
        "books.name": (value) => value !== "",
        "books.meta.pages": (value, row) => `${String(value)} ${String(row.name)}`,
      },
      fill: {
        "books.summary": (row) => {
          seen.push(row);
          return "s";
        },
      },
    }),
  );
  expect(seen[0]).toEqual({ id: 1, name: "a", tags: ["x"], meta: { pages: 1 } });
  expect(db.collection("books").get(1)).toEqual({
    id: 1,
    summary: "s",
    name: true,
    tags: ["x"],
    meta: { pages: "1 a" },
  });
});

test("a row that the model's defaults cannot complete is told by its key", () => {
  using db = vault();
  const schema = V1.extend({ lang: z.string().default("en") }).refine(
    ({ title }) => title !== "",
    "untitled",
  );
  const model = defineModel("books", schema, { primaryKey: "id" });
  const changes = plan(db, [model]);
  const error = errorOf(() => apply(db, changes));
  expect([error.code, error.details.key]).toEqual(["migration_row_invalid", 2]);
  expect(error.message).toContain("untitled");
  expect(changes.check(db).steps[0]).toMatchObject({
    failing: 1,
    problems: [{ key: 2, reason: "untitled" }],
  });
});

test("a text that is no JSON is told by its key and field", () => {
  using db = vault();
  const schema = V1.extend({ title: z.json() });
  const model = defineModel("books", schema, { primaryKey: "id" });
  const error = errorOf(() => apply(db, plan(db, [model], { rewrite: { books: (row) => row } })));
  expect(error.code).toBe("migration_row_invalid");
  expect(error.details).toEqual({ collection: "books", key: 1, field: "title" });
});
