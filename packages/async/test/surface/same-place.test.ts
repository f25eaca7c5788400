/**
 * Both surfaces on one place, in one thread. On LMDB a synchronous write would wait for a transaction of the asynchronous handle which only the thread that waits can end, so it
 * would stand still for ever: whoever comes second is refused, and may read.
 */
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, test } from "vitest";
import { AsyncDatabase } from "../../src/index.ts";
import { temporaryPaths } from "../support/drivers.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();
const readers = { readers: 0 };

test("a synchronous handle beside an asynchronous one may read an LMDB vault, and is told why it may not write", async () => {
  const path = pathOf("same.lmdb");
  const db = await open(lmdbStore(path), readers);
  await db.register(BOOKS);
  expect(() => Database.open(lmdbStore(path))).toThrow(
    expect.objectContaining({
      code: "store_in_use",
      message: expect.stringContaining("AsyncDatabase"),
    }),
  );
  const tx = await db.begin();
  await tx.collection("books").insert({ id: 1, title: "One" });
  using looking = Database.open(lmdbStore(path, { mode: "read" }));
  expect(looking.collection("books").count()).toBe(0);
  await tx.commit();
  await db.close();
  using again = Database.open(lmdbStore(path));
  expect(again.collection("books").count()).toBe(1);
});

test("an asynchronous handle is refused where the thread has an LMDB vault open for writing, until that is closed", async () => {
  const path = pathOf("same.lmdb");
  const sync = Database.open(lmdbStore(path));
  sync.register(BOOKS);
  await expect(AsyncDatabase.open(lmdbStore(path), readers)).rejects.toEqual(coded("store_in_use"));
  sync.collection("books").insert({ id: 1, title: "One" });
  const looking = await open(lmdbStore(path, { mode: "read" }), readers);
  expect(await looking.collection("books").count()).toBe(1);
  sync.close();
  const db = await open(lmdbStore(path), readers);
  expect(await db.collection("books").count()).toBe(1);
});

test("of several asynchronous handles of an LMDB vault, the last that is closed frees the place", async () => {
  const path = pathOf("same.lmdb");
  const first = await open(lmdbStore(path), readers);
  await first.register(BOOKS);
  const second = await open(lmdbStore(path), readers);
  await second.collection("books").insert({ id: 1, title: "One" });
  expect(await first.collection("books").count()).toBe(1);
  await first.close();
  await first.close();
  expect(() => Database.open(lmdbStore(path))).toThrow(expect.objectContaining({ code: "store_in_use" }));
  await second.close();
  Database.open(lmdbStore(path)).close();
});

test("a vault file is refused as ever", async () => {
  const path = pathOf("same.modelvault");
  const db = await open(fileStore(path));
  expect(() => Database.open(fileStore(path))).toThrow(expect.objectContaining({ code: "store_in_use" }));
  await db.close();
  using sync = Database.open(fileStore(path));
  await expect(AsyncDatabase.open(fileStore(path))).rejects.toEqual(coded("store_in_use"));
  expect(sync.collectionNames()).toEqual([]);
});
