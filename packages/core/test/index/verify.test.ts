import { Database, type Keyspace, type Store } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { driverOf, lastingStore, withParts } from "../support/shared-store.ts";

const ROWS: Keyspace = { kind: "rows", collection: 1 };
const INDEX: Keyspace = { kind: "index", collection: 1, index: 1 };
const UNIQUE: Keyspace = { kind: "index", collection: 1, index: 2 };

/** A vault with two rows, whose store is then changed behind the engine's back. */
function damaged(damage: (store: Store) => void): Database {
  const { driver, store } = lastingStore();
  const db = Database.open(driver);
  db.register({
    name: "t",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "n", type: { optional: "int64" } },
      { path: "u", type: "string" },
    ],
    indexes: [{ path: "n" }, { path: "u", kind: "unique" }],
  });
  db.collection("t").insertMany([
    { id: 1, n: 10, u: "a" },
    { id: 2, n: 20, u: "b" },
    { id: 3, u: "c" },
  ]);
  damage(store);
  return db;
}

function change(store: Store, work: (transaction: ReturnType<Store["begin"]>) => void): void {
  const transaction = store.begin();
  work(transaction);
  transaction.commit();
}

function keys(store: Store, space: Keyspace): Uint8Array[] {
  return Array.from(store.scan(space), ([key]) => key);
}

describe("verification", () => {
  it("finds nothing in a sound vault, and says how much it looked at", () => {
    const db = damaged(() => undefined);
    expect(db.verify()).toEqual({ ok: true, problems: [], rowsChecked: 3, indexEntriesChecked: 5 });
    db.close();
  });

  it("finds an index entry that is missing, and names the row", () => {
    const db = damaged((store) =>
      change(store, (tx) => tx.delete(INDEX, keys(store, INDEX)[0] as Uint8Array)),
    );
    expect(db.verify()).toMatchObject({
      ok: false,
      problems: [{ rule: "index_entry_missing", collection: "t", index: "n_idx", key: 1 }],
    });
    db.close();
  });

  it("finds an index entry that no row gives", () => {
    const db = damaged((store) => change(store, (tx) => tx.delete(ROWS, keys(store, ROWS)[1] as Uint8Array)));
    expect(db.verify().problems.map(({ rule, index, key }) => [rule, index, key])).toEqual([
      ["index_entry_stale", "n_idx", 2],
      ["index_entry_stale", "u_unique", 2],
    ]);
    db.close();
  });

  it("finds index keys that are no keys", () => {
    const db = damaged((store) =>
      change(store, (tx) => tx.put(UNIQUE, Uint8Array.of(1, 2, 3), new Uint8Array(0))),
    );
    expect(db.verify().problems).toMatchObject([{ rule: "index_entry_stale", index: "u_unique" }]);
    db.close();
  });

  it("finds rows that cannot be decoded, lie under another key, or break their schema", () => {
    const db = damaged((store) => {
      const [first, second, third] = keys(store, ROWS) as [Uint8Array, Uint8Array, Uint8Array];
      const payload = store.get(ROWS, second) as Uint8Array;
      change(store, (tx) => {
        tx.put(ROWS, first, Uint8Array.of(9));
        tx.put(ROWS, third, payload);
      });
    });
    const rules = new Set(db.verify().problems.map(({ rule }) => rule));
    expect(rules).toEqual(
      new Set(["row_undecodable", "row_misplaced", "index_entry_missing", "index_entry_stale"]),
    );
    db.close();
  });

  it("finds a value that a unique index holds twice", () => {
    const db = damaged((store) => {
      const [first, second] = keys(store, ROWS) as [Uint8Array, Uint8Array];
      const [a] = keys(store, UNIQUE) as [Uint8Array];
      // Row 2 gets row 1's text, and the entry that goes with it.
      const payload = (store.get(ROWS, second) as Uint8Array).slice();
      payload[payload.lastIndexOf("b".charCodeAt(0))] = "a".charCodeAt(0);
      const entry = a.slice();
      entry.set(second, entry.length - second.length);
      change(store, (tx) => {
        tx.put(ROWS, second, payload);
        tx.put(UNIQUE, entry, new Uint8Array(0));
        tx.delete(UNIQUE, keys(store, UNIQUE)[1] as Uint8Array);
      });
      expect(first).not.toEqual(second);
    });
    expect(db.verify().problems).toMatchObject([{ rule: "unique_duplicate", index: "u_unique", key: 2 }]);
    db.close();
  });

  it("finds counts that are not what is there", () => {
    const { store } = lastingStore();
    const wrong = withParts(store, {
      snapshot: () => {
        const snapshot = store.snapshot();
        return {
          revision: snapshot.revision,
          get: (space, key) => snapshot.get(space, key),
          scan: (space, range) => snapshot.scan(space, range),
          count: (space) => snapshot.count(space) + 1,
          close: () => snapshot.close(),
        };
      },
    });
    const db = Database.open(driverOf(wrong));
    db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    expect(db.verify().problems).toMatchObject([{ rule: "count_wrong", collection: "t" }]);
    db.close();
  });
});
