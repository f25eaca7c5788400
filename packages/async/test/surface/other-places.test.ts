import { existsSync } from "node:fs";
import { memoryStore } from "@modelvault/core";
import { fileStore, snapshotStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { describe, expect, test } from "vitest";
import { AsyncDatabase } from "../../src/index.ts";
import { temporaryPaths } from "../support/drivers.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();
const JOBS = new URL("../support/jobs.mjs", import.meta.url);

describe("functions of a module", () => {
  test("run in the engine's thread as one transaction, on the database and inside a transaction", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany([
      { id: 1, title: "One", year: 1 },
      { id: 2, title: "Two" },
    ]);
    expect(await db.run(JOBS, "addToAll", [10])).toEqual({ rows: 2, inFunction: true });
    expect((await books.all()).map(({ year }) => year)).toEqual([11, 10]);
    await expect(db.run(JOBS, "failing")).rejects.toMatchObject({ name: "RangeError", message: "half-way" });
    await expect(
      db.transaction(async (tx) => {
        await tx.run(JOBS.href, "addToAll", [1]);
        expect((await books.get(1))?.year).toBe(12);
        await expect(tx.run(JOBS, "failing")).rejects.toThrow("half-way");
        expect(await books.count()).toBe(2);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect((await books.get(1))?.year).toBe(11);
    await expect(db.run(JOBS, "giving")).rejects.toMatchObject({ name: "DataCloneError" });
    await expect(db.run(JOBS, "notAFunction")).rejects.toEqual(coded("argument_invalid"));
    await expect(db.run("no url", "x")).rejects.toEqual(coded("argument_invalid"));
    await expect(db.run(JOBS, 5 as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(db.run(JOBS, "x", 5 as never)).rejects.toEqual(coded("argument_invalid"));
  });
});

describe("functions of a module that go wrong", () => {
  test("must not give a promise: nothing is kept, and the worker goes on", async () => {
    const db = await open(memoryStore());
    await db.register(BOOKS);
    for (const fails of [true, false])
      await expect(db.run(JOBS, "later", [fails])).rejects.toEqual(coded("callback_async"));
    expect(await db.collection("books").count()).toBe(0);
  });

  test("may throw what cannot be read: the worker goes on", async () => {
    const db = await open(memoryStore());
    for (const how of ["proxy", "revoked", "details"]) {
      await expect(db.run(JOBS, "unreadable", [how])).rejects.toThrow("cannot be written as text");
      const inside = db.transaction((tx) => tx.run(JOBS, "unreadable", [how]));
      await expect(inside).rejects.toThrow("cannot be written as text");
    }
    expect(await db.collectionNames()).toEqual([]);
  });

  test("say where a module is not found, and take their place in the order of calls once they are loaded", async () => {
    const db = await open(memoryStore());
    await expect(db.run(new URL("./nowhere.mjs", JOBS), "x")).rejects.toMatchObject({
      code: "argument_invalid",
      details: { argument: "module" },
      cause: { message: expect.stringContaining("nowhere.mjs") },
    });
    await db.register(BOOKS);
    await db.run(JOBS, "addToAll", [1]);
    const books = db.collection("books");
    const [, sum] = await Promise.all([
      books.insert({ id: 1, title: "One" }),
      db.run(JOBS, "addToAll", [5]),
      books.update(1, { title: "Changed" }),
    ]);
    expect(sum).toEqual({ rows: 1, inFunction: true });
    expect(await books.get(1)).toMatchObject({ title: "Changed", year: 5 });
  });
});

describe("maintenance", () => {
  test("checkpoints, compacts, copies and takes snapshots of a file, which open and restore", async () => {
    const path = pathOf("first.modelvault");
    const db = await open(fileStore(path));
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(Array.from({ length: 500 }, (_, n) => ({ id: n, title: `Title ${n}` })));
    const bytes = await db.snapshotBytes();
    await books.where("id", ">=", 100).delete();
    await db.checkpoint();
    const progress: number[] = [];
    await db.compact(({ done }) => progress.push(done));
    expect(progress.length).toBeGreaterThan(0);
    const copy = pathOf("copy.modelvault");
    await db.copyTo(copy);
    await expect(db.compact(5 as never)).rejects.toEqual(coded("argument_invalid"));
    const copied = await open(fileStore(copy));
    expect(await copied.collection("books").count()).toBe(100);

    const snapshot = await AsyncDatabase.openSnapshot(snapshotStore(bytes));
    expect(await snapshot.collection("books").count()).toBe(500);
    await snapshot.close();
    const restored = pathOf("restored.modelvault");
    expect(await AsyncDatabase.restoreSnapshot(fileStore(restored), bytes)).toMatchObject({});
    expect(existsSync(restored)).toBe(true);
    await expect(AsyncDatabase.restoreSnapshot(fileStore(restored), bytes)).rejects.toEqual(
      coded("argument_invalid"),
    );
    const told: unknown[] = [];
    await AsyncDatabase.restoreSnapshot(fileStore(restored), bytes, {
      overwrite: true,
      onProgress: (each) => told.push(each),
    });
    const again = await open(fileStore(restored));
    expect(await again.collection("books").count()).toBe(500);
    await expect(AsyncDatabase.restoreSnapshot(memoryStore(), bytes)).rejects.toEqual(
      coded("unsupported_operation"),
    );
  });

  test("knows where an LMDB vault is", async () => {
    const path = pathOf("where.lmdb");
    const db = await open(lmdbStore(path), { readers: 1 });
    expect(db.path).toBe(path);
  });
});
