import { AsyncLocalStorage } from "node:async_hooks";
import { memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { BOOKS, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();

describe("what is told on the way", () => {
  test("is told in the caller's context: calls in it belong to the transaction around it", async () => {
    const own = await open(memoryStore());
    const context = new AsyncLocalStorage<string>();
    const told: unknown[] = [];
    await own.register(BOOKS);
    await own.collection("books").insert({ id: 1, title: "One" });
    const fields = [...BOOKS.fields, { path: "more", type: "int64" as const }];
    const rewrite = (row: object) => ({ ...row, more: 1 });
    await context.run("caller", () =>
      own.registerVersion(
        "books",
        { fields },
        {
          accept: "breaking",
          rewrite: rewrite as never,
          onProgress: () => told.push(context.getStore()),
        },
      ),
    );
    expect(new Set(told)).toEqual(new Set(["caller"]));
  });

  test("to an observer, belongs to no transaction in which its database was opened", async () => {
    const outer = await open(memoryStore());
    await outer.register(BOOKS);
    const written: Promise<unknown>[] = [];
    const inner = await outer.transaction(() =>
      open(memoryStore(), {
        observer: {
          onCommit: ({ revision }) =>
            written.push(outer.collection("books").insert({ id: revision, title: `Revision ${revision}` })),
        },
      }),
    );
    await inner.register(BOOKS);
    await inner.revision();
    expect(written).not.toHaveLength(0);
    await Promise.all(written);
    expect(await outer.collection("books").count()).toBe(written.length);
  });
});
