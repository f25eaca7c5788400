/** Whole vaults from a file to LMDB and back: schemas, rows, indexes, and what the engine keeps beside them. */
import { join } from "node:path";
import { copyVault, Database, isModelVaultError, type StoreDriver } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, it } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { newFolder } from "../support/places.ts";

function fill(driver: StoreDriver): void {
  using db = Database.open(driver);
  db.register({
    name: "people",
    primaryKey: "email",
    fields: [
      { path: "email", type: "string" },
      { path: "born", type: { optional: "timestamp" } },
      { path: "tags", type: { list: "string" } },
      { path: "extra", type: "json" },
      { path: "photo", type: "bytes" },
    ],
    indexes: [{ path: "born" }],
  });
  db.register({
    name: "cities",
    primaryKey: "id",
    fields: [
      { path: "id", type: "uint64" },
      { path: "name", type: "string" },
    ],
    indexes: [{ path: "name", kind: "unique" }],
  });
  db.collection("people").insertMany(
    Array.from({ length: 300 }, (_, at) => ({
      email: `somebody-${at}@example.org`,
      ...(at % 3 === 0 ? {} : { born: at * 1_000_000 }),
      tags: ["a", "b".repeat(at % 9)],
      extra: { at, nested: [null, { deep: true }] },
      photo: new Uint8Array(at % 70).fill(at),
    })),
  );
  db.collection("cities").insertMany(
    Array.from({ length: 50 }, (_, id) => ({ id, name: `${"long ".repeat(id * 3)}${id}` })),
  );
  db.collection("cities").delete(7);
  db.registerVersion("cities", {
    fields: [
      { path: "id", type: "uint64" },
      { path: "name", type: "string" },
      { path: "note", type: { optional: "string" } },
    ],
    indexes: [{ path: "name", kind: "unique" }, { path: "note" }],
  });
}

function expectSame(one: StoreDriver, other: StoreDriver): void {
  using a = Database.open(one);
  using b = Database.open(other);
  expect(b.collectionNames()).toEqual(a.collectionNames());
  for (const name of a.collectionNames()) {
    expect(b.schema(name)).toEqual(a.schema(name));
    expect(b.collection(name).all()).toEqual(a.collection(name).all());
  }
  expect(b.verify()).toEqual(a.verify());
  expect(b.verify().ok).toBe(true);
  b.collection("cities").insert({ id: 7, name: "again" });
  expect(b.verify().ok).toBe(true);
}

describe("copyVault", () => {
  it("goes from a file to LMDB and back, and loses nothing", () => {
    const folder = newFolder();
    const file = fileStore(join(folder, "a.modelvault"));
    const lmdb = lmdbStore(join(folder, "a.lmdb"));
    const back = fileStore(join(folder, "back.modelvault"));
    fill(file);
    const report = copyVault(file, lmdb);
    expect(report).toMatchObject({ collections: 2, rows: 349 });
    expect(copyVault(lmdb, back)).toEqual({ ...report, revision: 1 });
    expectSame(file, lmdb);
    expectSame(file, back);
  });

  it("goes from an LMDB vault that is in use, which it opens in mode read", () => {
    const folder = newFolder();
    const path = join(folder, "a.lmdb");
    fill(lmdbStore(path));
    using db = Database.open(lmdbStore(path));
    const file = fileStore(join(folder, "a.modelvault"));
    copyVault(lmdbStore(path, { mode: "read" }), file);
    using copied = Database.open(file);
    expect(copied.collection("people").count()).toBe(db.collection("people").count());
  });

  it("tells of primary keys that LMDB cannot take, and leaves the target empty: store_key_too_long", () => {
    const folder = newFolder();
    const file = fileStore(join(folder, "a.modelvault"));
    fill(file);
    {
      using db = Database.open(file);
      db.collection("people").insert({
        email: "x".repeat(1_900),
        tags: [],
        extra: 1,
        photo: new Uint8Array(),
      });
    }
    const lmdb = lmdbStore(join(folder, "a.lmdb"));
    try {
      copyVault(file, lmdb);
      expect.unreachable();
    } catch (error) {
      expect(isModelVaultError(error, "store_key_too_long")).toBe(true);
    }
    using db = Database.open(lmdb);
    expect([db.collectionNames(), db.revision()]).toEqual([[], 0]);
  });
});
