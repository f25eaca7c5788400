/** Applying: once, whole or not at all, and only to the schemas that the plan was made for. */
import { Database, isModelVaultError, ModelVaultError, memoryStore } from "@modelvault/core";
import { apply, defineModel, history, type Model, plan, unique } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";

const V1 = defineModel("books", z.object({ id: z.string(), title: z.string() }), { primaryKey: "id" });
const V2 = defineModel(
  "books",
  z.object({ id: z.string(), title: z.string(), language: z.string().optional() }),
  {
    primaryKey: "id",
  },
);

function vault(model: Model = V1): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [model]));
  return db;
}

function errorOf(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error) && error instanceof ModelVaultError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

test("an empty plan changes nothing: no version, no commit, no entry in the history", () => {
  using db = vault();
  const revision = db.revision();
  expect(apply(db, plan(db, [V1]))).toEqual({ changed: false });
  expect(db.revision()).toBe(revision);
  expect(history(db)).toHaveLength(1);
});

test("a plan that another program applied already is done, not stale", () => {
  using db = vault();
  const mine = plan(db, [V2]);
  apply(db, plan(db, [V2]));
  expect(apply(db, mine)).toEqual({ changed: false });
  expect(db.schema("books").version).toBe(2);
  expect(history(db)).toHaveLength(2);
});

test("a plan for other schemas is refused", () => {
  using db = vault();
  const mine = plan(db, [V2]);
  const other = defineModel(
    "books",
    z.object({ id: z.string(), title: z.string(), pages: z.int().optional() }),
    {
      primaryKey: "id",
    },
  );
  apply(db, plan(db, [other]));
  expect(errorOf(() => apply(db, mine))).toMatchObject({ code: "plan_stale" });
  expect(db.schema("books").version).toBe(2);
});

test("collections that a plan does not concern do not make it stale", () => {
  using db = vault();
  const mine = plan(db, [V2]);
  db.register({ name: "other", primaryKey: "id", fields: [{ path: "id", type: "string" }] });
  expect(apply(db, mine).changed).toBe(true);
});

test("a row that does not fit stops everything: steps before it are undone", () => {
  using db = vault();
  db.collection("books").insertMany([
    { id: "a", title: "same" },
    { id: "b", title: "same" },
  ]);
  const authors = defineModel("authors", z.object({ id: z.string() }), { primaryKey: "id" });
  const strict = defineModel("books", z.object({ id: z.string(), title: z.string(), year: z.int() }), {
    primaryKey: "id",
    indexes: [unique("title")],
  });
  const changes = plan(db, [authors, strict], { fill: { "books.year": 1 } });
  const refused = errorOf(() => apply(db, changes));
  expect(refused.code).toBe("unique_violation");
  expect(refused.message).toBe(
    'The rows "a" and "b" of "books" both have "same" at "title" after the plan, of which the unique index "title_unique" takes one (step: add unique index "title_unique" on "title"). Nothing was changed. plan.check(db) lists every row that stands in the way.',
  );
  expect(refused.details).toEqual({
    collection: "books",
    index: "title_unique",
    path: "title",
    value: "same",
    holder: "a",
    key: "b",
  });
  expect(db.collectionNames()).toEqual(["books"]);
  expect(db.schema("books").version).toBe(1);
  expect(history(db)).toHaveLength(1);
  expect(db.verify().ok).toBe(true);
});

test("rows that functions of the plan make equal are both named, where the unique index is there already", () => {
  const titled = (schema: z.ZodObject): Model =>
    defineModel("books", schema, { primaryKey: "id", indexes: [unique("title")] } as never);
  using db = vault(titled(z.object({ id: z.string(), title: z.string() })));
  db.collection("books").insertMany([
    { id: "a", title: "x" },
    { id: "b", title: "y" },
  ]);
  const strict = titled(z.object({ id: z.string(), title: z.string().max(10) }));
  const changes = plan(db, [strict], { convert: { "books.title": () => "same" } });
  const { code, message } = errorOf(() => apply(db, changes));
  expect(code).toBe("unique_violation");
  expect(message).toMatch(
    /^The rows "a" and "b" of "books" both have "same" at "title" after the plan, .* takes one\. Nothing was changed\./,
  );
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no such luck");
    },
    "no such luck",
  ],
  ["returns a promise", () => Promise.resolve("x"), "promise"],
  ["gives what does not fit", () => 7, "does not fit"],
])("a function that %s stops everything", (_what, fill, message) => {
  using db = vault();
  db.collection("books").insert({ id: "a", title: "t" });
  const wanted = defineModel("books", z.object({ id: z.string(), title: z.string(), note: z.string() }), {
    primaryKey: "id",
  });
  const changes = plan(db, [wanted], { fill: { "books.note": fill as never } });
  expect(() => apply(db, changes)).toThrow(message);
  expect(db.schema("books").version).toBe(1);
  expect(db.collection("books").all()).toEqual([{ id: "a", title: "t" }]);
});

test("inside a transaction, the migration is part of it", () => {
  using db = vault();
  expect(() =>
    db.transaction((tx) => {
      apply(tx, plan(tx, [V2]));
      expect(tx.schema("books").version).toBe(2);
      throw new Error("after all not");
    }),
  ).toThrow("after all not");
  expect(db.schema("books").version).toBe(1);
  expect(history(db)).toHaveLength(1);
});

test("integers beyond 2^53 survive a migration on a handle that reads numbers", () => {
  using db = Database.open(memoryStore());
  const fields = [
    { path: "id", type: "string" },
    { path: "big", type: "int64" },
  ] as const;
  db.register({ name: "books", primaryKey: "id", fields });
  db.collection("books").insert({ id: "a", big: 2n ** 60n + 1n });
  const schema = z.object({ id: z.string(), big: z.bigint(), note: z.string() });
  const model = defineModel("books", schema, { primaryKey: "id" });
  apply(db, plan(db, [model], { fill: { "books.note": "n" } }));
  expect(db.collection("books", { integers: "exact" }).all()).toEqual([
    { id: "a", big: 2n ** 60n + 1n, note: "n" },
  ]);
});

test("progress is told, and what the listener throws ends the migration with nothing changed", () => {
  using db = vault();
  db.collection("books").insertMany(Array.from({ length: 2500 }, (_, at) => ({ id: `${at}`, title: "t" })));
  const strict = defineModel("books", z.object({ id: z.string(), title: z.string().min(1) }), {
    primaryKey: "id",
  });
  const changes = plan(db, [strict]);
  const stop = (): never => {
    throw new Error("stop");
  };
  expect(() => apply(db, changes, { onProgress: stop })).toThrow("stop");
  expect(db.schema("books").version).toBe(1);
  const seen: number[] = [];
  apply(db, changes, {
    onProgress: ({ collection, rowsDone, rowsTotal }) => {
      expect([collection, rowsTotal]).toEqual(["books", 2500]);
      seen.push(rowsDone);
    },
  });
  expect(seen.at(-1)).toBe(2500);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});

test("a listener that returns a promise is refused, with nothing changed", () => {
  using db = vault();
  db.collection("books").insert({ id: "a", title: "t" });
  const strict = defineModel("books", z.object({ id: z.string(), title: z.string().min(1) }), {
    primaryKey: "id",
  });
  const onProgress = (async () => Promise.reject(new Error("later"))) as () => never;
  expect(errorOf(() => apply(db, plan(db, [strict]), { onProgress }))).toMatchObject({
    code: "callback_async",
    details: { argument: "options.onProgress" },
  });
  expect(db.schema("books").version).toBe(1);
});

test.each([
  [{ models: {} }, "options.models"],
  [{ models: [null] }, "options.models[0]"],
  [{ now: () => Number.NaN }, "options.now"],
  [{ now: async () => 1 }, "options.now"],
  [{ program: 1 }, "options.program"],
  [{ onProgress: 1 }, "options.onProgress"],
  [{ programme: "x" }, "options.programme"],
])("a slip in the options is found: %j", (options, argument) => {
  using db = vault();
  expect(errorOf(() => apply(db, plan(db, [V2]), options as never))).toMatchObject({
    code: "argument_invalid",
    details: { argument },
  });
});

test("what is no plan and what is no database are refused", () => {
  using db = vault();
  expect(errorOf(() => apply(db, {} as never))).toMatchObject({ details: { argument: "plan" } });
  expect(errorOf(() => apply({} as never, plan(db, [V2])))).toMatchObject({ details: { argument: "db" } });
});
