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
