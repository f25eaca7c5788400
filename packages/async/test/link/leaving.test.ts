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
