/** A write that an unforeseen error cuts short leaves nobody knows what; whoever catches that error must not be able to commit it. */
import { type Collection, Database, ModelVaultError, memoryStore, type Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { driverOf, withParts } from "../support/shared-store.ts";
import { errorOf } from "../support/vault.ts";

/** A vault whose store fails every put and delete once `fuse.left` of them went through. */
function openFailing(): {
  readonly db: Database;
  readonly rows: Collection<Row>;
  readonly fuse: { left: number };
} {
  const fuse = { left: Number.POSITIVE_INFINITY };
  const burn = (): void => {
    if (fuse.left-- <= 0) throw new ModelVaultError("store_full", "no room");
  };
  const store = memoryStore().open();
  const begin = (): ReturnType<typeof store.begin> => {
    const transaction = store.begin();
    return {
      get: (space, key) => transaction.get(space, key),
      scan: (space, range) => transaction.scan(space, range),
      count: (space) => transaction.count(space),
      put(space, key, value) {
        burn();
        transaction.put(space, key, value);
      },
      delete(space, key) {
        burn();
        transaction.delete(space, key);
      },
      commit: () => transaction.commit(),
      abort: () => transaction.abort(),
    };
  };
  const db = Database.open(driverOf(withParts(store, { begin })));
  db.register({
    name: "t",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "a", type: "int64" },
    ],
    indexes: [{ path: "a" }],
  });
  const rows = db.collection("t");
  rows.insert({ id: 1, a: 1 });
  return { db, rows, fuse };
}

function swallow(work: () => unknown): void {
  try {
    work();
  } catch {
    // As an app might that takes every error of a row for a bad row.
  }
}

describe("a transaction in which a write was cut short", () => {
  const writes: readonly (readonly [
    name: string,
    changes: number,
    write: (rows: Collection<Row>) => unknown,
  ])[] = [
    ["an insert", 2, (rows) => rows.insert({ id: 2, a: 2 })],
    ["an update", 3, (rows) => rows.update(1, { a: 3 })],
    ["a delete", 2, (rows) => rows.delete(1)],
  ];

  it.each(writes)("cannot be committed, wherever the store failed: %s", (_name, changes, write) => {
    for (let left = 0; left < changes; left++) {
      const { db, rows, fuse } = openFailing();
      const work = (): void => {
        rows.put({ id: 9, a: 9 });
        fuse.left = left;
        expect(errorOf(() => write(rows)).code).toBe("store_full");
        fuse.left = Number.POSITIVE_INFINITY;
      };
      expect(errorOf(() => db.transaction(work)).code).toBe("transaction_broken");
      expect(rows.all()).toEqual([{ id: 1, a: 1 }]);
      expect(db.verify().problems).toEqual([]);
      rows.put({ id: 5, a: 5 });
      db.close();
    }
  });

  it("cannot be committed where a savepoint could not be taken back", () => {
    const { db, rows, fuse } = openFailing();
    const work = (): void => {
      swallow(() =>
        db.transaction(() => {
          rows.insertMany([
            { id: 2, a: 2 },
            { id: 3, a: 3 },
          ]);
          fuse.left = 1;
          throw new Error("mine");
        }),
      );
      fuse.left = Number.POSITIVE_INFINITY;
    };
    expect(errorOf(() => db.transaction(work)).code).toBe("transaction_broken");
    expect(rows.all()).toEqual([{ id: 1, a: 1 }]);
    expect(db.verify().problems).toEqual([]);
    db.close();
  });

  it("stays whole where a row was refused before anything was written", () => {
    const { db, rows } = openFailing();
    db.transaction(() => {
      for (const row of [{ id: 1, a: 5 }, { id: 2 }, { id: 3, a: 3 }]) swallow(() => rows.insert(row));
    });
    expect(rows.all()).toEqual([
      { id: 1, a: 1 },
      { id: 3, a: 3 },
    ]);
    db.close();
  });
});
