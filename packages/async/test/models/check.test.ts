/** The dry run of a plan, beside that of the synchronous API. */
import { Database, memoryStore, type Row } from "@modelvault/core";
import { apply, collection, defineModel, index, plan, unique } from "@modelvault/models";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type AsyncDatabase, asyncApply, asyncCheck, asyncCollection, asyncPlan } from "../../src/index.ts";
import { coded, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
const ROWS = 3000;

const Book = defineModel("books", z.object({ id: z.int(), title: z.string(), pages: z.string() }), {
  primaryKey: "id",
});
const Author = defineModel("authors", z.object({ id: z.int(), name: z.string() }), { primaryKey: "id" });
const Next = defineModel(
  "books",
  z
    .object({ id: z.int(), title: z.string().max(8), pages: z.int(), big: z.bigint().optional() })
    .refine(({ id }) => id % 1000 !== 1, "has an unlucky number"),
  { primaryKey: "id", indexes: [unique("title"), index("pages")] },
);
const Named = defineModel(
  "authors",
  z.object({ id: z.int(), name: z.string() }).refine(({ name }) => name !== "Nobody", "is nobody"),
  { primaryKey: "id" },
);
const books = Array.from({ length: ROWS }, (_, id) => ({
  id,
  title: id === 7 ? "Title 6" : id === 9 ? "A title that is too long" : `Title ${id}`,
  pages: id === 11 ? "many" : String(id),
}));
const authors = [
  { id: 1, name: "Somebody" },
  { id: 2, name: "Nobody" },
];
const convert = {
  "books.pages": (value: unknown) => {
    if (Number.isNaN(Number(value))) throw new RangeError(`"${value}" is no number`);
    return Number(value);
  },
};

async function stocked(): Promise<AsyncDatabase> {
  const db = await shelf.db();
  for (const [key] of await db.notes()) await db.setNote(key, undefined);
  await asyncApply(db, await asyncPlan(db, [Book, Author]));
  await (await asyncCollection(db, Book)).insertMany(books);
  await (await asyncCollection(db, Author)).insertMany(authors);
  return db;
}

describe("a plan that is checked", () => {
  test("tells what that of the synchronous API tells, rules of models and functions of rows included", async () => {
    const db = await stocked();
    using sync = Database.open(memoryStore());
    apply(sync, plan(sync, [Book, Author]));
    collection(sync, Book).insertMany(books);
    collection(sync, Author).insertMany(authors);
    const expected = plan(sync, [Next, Named], { convert });
    const planned = await asyncPlan(db, [Next, Named], { convert });
    for (const options of [{}, { limit: 1 }, { validateRows: false }]) {
      const report = await asyncCheck(db, planned, options);
      expect(report.toJSON()).toEqual(expected.check(sync, options).toJSON());
      expect(report.ok).toBe(false);
    }
    const inside = await db.transaction((tx) => asyncCheck(tx, planned));
    expect(String(inside)).toBe(String(expected.check(sync)));
    expect(await db.collection("books").count()).toBe(ROWS);
  });

  test("says how far it has come, and ends where that throws, or its signal says so", async () => {
    const db = await stocked();
    const planned = await asyncPlan(db, [Next, Named], { convert });
    const told: unknown[] = [];
    await asyncCheck(db, planned, { onProgress: (progress) => told.push(progress) });
    expect(told).toContainEqual({ collection: "books", rowsDone: ROWS, rowsTotal: ROWS });
    expect(told.at(-1)).toEqual({ collection: "authors", rowsDone: 2, rowsTotal: 2 });
    const thrown = new Error("enough");
    const onProgress = (): never => {
      throw thrown;
    };
    await expect(asyncCheck(db, planned, { onProgress })).rejects.toBe(thrown);
    const abort = new AbortController();
    const checking = asyncCheck(db, await asyncPlan(db, [Next], { convert: { "books.pages": stop } }), {
      signal: abort.signal,
    });
    function stop(value: unknown): number {
      abort.abort(thrown);
      return Number(value);
    }
    await expect(checking).rejects.toBe(thrown);
    expect(await db.collection("books").count()).toBe(ROWS);
  });

  test("refuses what makes no sense, and a plan for other schemas", async () => {
    const db = await stocked();
    const planned = await asyncPlan(db, [Next], { convert });
    for (const options of [{ limit: -1 }, { onProgress: 5 }, null, { other: 1 }])
      await expect(asyncCheck(db, planned, options as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(asyncCheck(db, {} as never)).rejects.toEqual(coded("argument_invalid"));
    await db.dropCollection("books");
    await expect(asyncCheck(db, planned)).rejects.toEqual(coded("plan_stale"));
  });
});

describe("rows of the dry run of a version", () => {
  const descriptor = {
    fields: [
      { path: "id", type: "int64" },
      { path: "title", type: "string" },
      { path: "pages", type: "string" },
      { path: "note", type: { optional: "string" } },
    ],
  } as const;

  test("are shown as they would be stored, in the order of their keys", async () => {
    const db = await stocked();
    const shown: [Row, unknown][] = [];
    const onRow = (row: Row, key: unknown): void => void shown.push([row, key]);
    await db.checkVersion("books", descriptor, { onRow });
    expect(shown).toEqual(books.map((book) => [{ ...book, note: null }, book.id]));
    shown.length = 0;
    const rewrite = (row: Row): Row => ({ ...row, note: `of ${row.id}` });
    await db.read((view) => view.checkVersion("books", descriptor, { onRow, rewrite }));
    expect(shown[2999]).toEqual([{ ...books[2999], note: "of 2999" }, 2999]);
  });

  test("end the check where the function throws or gives a promise", async () => {
    const db = await stocked();
    const thrown = new Error("not this one");
    let shown = 0;
    const onRow = (): void => {
      if (++shown > 300) throw thrown;
    };
    await expect(db.checkVersion("books", descriptor, { onRow })).rejects.toBe(thrown);
    // The rows behind it are not shown any more.
    expect(shown).toBe(301);
    const later = async (): Promise<void> => undefined;
    await expect(db.checkVersion("books", descriptor, { onRow: later as never })).rejects.toEqual(
      coded("callback_async"),
    );
    await expect(db.checkVersion("books", descriptor, { onRow: 5 as never })).rejects.toEqual(
      coded("argument_invalid"),
    );
    expect(await db.collection("books").count()).toBe(ROWS);
  });
});

test("keys that are read beside a change of the schema come in the schema they were read in", async () => {
  const db = await stocked();
  const keys = books.map(({ id }) => id);
  const reading = db.collection("books").getMany(keys);
  await Promise.all([
    db.dropCollection("books"),
    db.register({
      name: "books",
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "pages", type: "string" },
        { path: "title", type: "string" },
      ],
    }),
  ]);
  expect(await reading).toEqual(books);
});
