import { memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const MANY = Array.from({ length: 3000 }, (_, n) => ({ id: n, title: `Title ${n} ${"y".repeat(100)}` }));

async function manyBooks(maxQueued?: number) {
  const db = await open(memoryStore(), maxQueued === undefined ? {} : { maxQueued });
  await db.register(BOOKS);
  const books = db.collection("books");
  await db.transaction((tx) => tx.collection("books").insertMany(MANY));
  return { db, books };
}

describe("a call that nobody waits for any longer", () => {
  test("because its function's own signal was aborted: the worker goes on to the next", async () => {
    const { db, books } = await manyBooks();
    const abort = new AbortController();
    const fields = [...BOOKS.fields, { path: "more", type: "int64" as const }];
    let rows = 0;
    const checking = db.checkVersion(
      "books",
      { fields },
      {
        signal: abort.signal,
        rewrite(row) {
          if (++rows === 10) abort.abort(new Error("stop"));
          return { ...row, more: 1 };
        },
      },
    );
    await expect(checking).rejects.toThrow("stop");
    expect(await books.insert({ id: 5000, title: "After" })).toBe(5000);
    expect(rows).toBeLessThan(MANY.length);
  });

  test("because a row cannot be given as asked: its place among the calls in flight is free", async () => {
    const { books } = await manyBooks(1);
    await books.put({ id: 0, title: "Far", year: 2n ** 60n });
    await expect(books.all()).rejects.toEqual(coded("integer_unsafe"));
    expect(await books.count()).toBe(MANY.length);
  });
});

describe("closing", () => {
  test("waits for lists and writes that were asked for before, also while the worker is busy; iterations are cut", async () => {
    const { db, books } = await manyBooks();
    const stream = books.iterate();
    await stream.next();
    const before = [
      books.where("author.name", "=", "nobody").count(),
      books.insert({ id: 5000, title: "Five thousand" }),
      books.where("id", "<", 100).delete(),
      books.all(),
    ];
    await Promise.resolve();
    await db.close();
    const [count, id, deleted, all] = await Promise.all(before);
    expect([count, id, deleted]).toEqual([0, 5000, 100]);
    expect((all as readonly unknown[]).length).toBeGreaterThan(2000);
    const rest = async (): Promise<void> => {
      for await (const _row of stream);
    };
    await expect(rest()).rejects.toEqual(coded("database_closed"));
  });

  test("waits for what stands behind a transaction that ends meanwhile", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    const tx = await db.begin();
    const behind = db.collection("books").insert({ id: 1, title: "One" });
    const closing = db.close();
    await tx.rollback();
    await closing;
    expect(await behind).toBe(1);
  });
});

describe("a transaction that ends", () => {
  test.each(["commit", "rollback"] as const)(
    "by %s ends the iterations that were begun in it, and in what is inside it",
    async (how) => {
      const { db, books } = await manyBooks();
      const tx = await db.begin();
      const own = tx.collection("books");
      await own.insert({ id: -1, title: "Own" });
      const iterations = [own.iterate()];
      await iterations[0]?.next();
      const inside = tx.transaction(async (savepoint) => {
        const stream = savepoint.collection("books").iterate();
        iterations.push(stream);
        await stream.next();
        throw new Error("back");
      });
      await expect(inside).rejects.toThrow("back");
      await tx[how]();
      for (const iteration of iterations)
        await expect(iteration.next()).rejects.toEqual(coded("transaction_closed"));
      expect(await books.has(-1)).toBe(how === "commit");
    },
  );

  test("ends iterations whose rows have come already; on the database they belong where their first row is asked for", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    const books = db.collection("books");
    const { made, begun } = await db.transaction(async () => {
      await books.insertMany([
        { id: 1, title: "One" },
        { id: 2, title: "Two" },
      ]);
      const begun = books.iterate();
      await begun.next();
      return { made: books.iterate(), begun };
    });
    await expect(begun.next()).rejects.toEqual(coded("transaction_closed"));
    expect((await made.next()).value).toMatchObject({ id: 1 });
    await made.return?.();
    const outside = books.iterate();
    await db.transaction(async () => {
      await books.delete(1);
      expect((await outside.next()).value).toMatchObject({ id: 2 });
    });
    await expect(outside.next()).rejects.toEqual(coded("transaction_closed"));
  });

  test("gives the lists that were asked for before, as they were then", async () => {
    const { db, books } = await manyBooks();
    const tx = await db.begin();
    const own = tx.collection("books");
    await own.insert({ id: -1, title: "Own" });
    const lists = [
      own.all(),
      own.getMany(MANY.map(({ id }) => id)),
      own
        .where("id", "<", 2500)
        .limit(2000)
        .page()
        .then(({ rows }) => rows),
    ];
    await tx.rollback();
    expect((await Promise.all(lists)).map(({ length }) => length)).toEqual([3001, 3000, 2000]);
    expect(await books.has(-1)).toBe(false);
  });
});
