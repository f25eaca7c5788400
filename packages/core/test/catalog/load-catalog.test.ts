import { Database } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/load-catalog.ts";
import { lastingStore } from "../support/shared-store.ts";

const ID = { path: "id", type: "int64" } as const;
const fields = [ID, { path: "n", type: { optional: "int64" }, default: 1 } as const];

function open() {
  const { driver, store } = lastingStore();
  const db = Database.open(driver);
  db.register({ name: "a", primaryKey: "id", fields });
  db.register({ name: "b", primaryKey: "id", fields: [ID] });
  return { db, store };
}

describe("a catalogue that is read again", () => {
  it("is the very same one, with all that was compiled, after commits that changed rows and notes only", () => {
    const { db, store } = open();
    db.dropCollection("b");
    const known = loadCatalog(store, store.traits);
    db.collection("a").insert({ id: 1 });
    db.setNote("x", new Uint8Array([1]));
    expect(loadCatalog(store, store.traits, known)).toBe(known);
  });

  it.each<[string, (db: Database) => unknown]>([
    ["a collection", (db) => db.register({ name: "c", primaryKey: "id", fields: [ID] })],
    ["a version", (db) => db.registerVersion("b", { fields: [ID], indexes: [{ path: "id" }] })],
    ["a default", (db) => db.registerVersion("a", { fields: [ID, { ...fields[1], default: 2 } as never] })],
    ["a name", (db) => db.renameCollection("a", "c")],
    ["a drop", (db) => db.dropCollection("b")],
  ])("is another one after %s", (_what, change) => {
    const { db, store } = open();
    const known = loadCatalog(store, store.traits);
    change(db);
    const next = loadCatalog(store, store.traits, known);
    expect(next).not.toBe(known);
    expect(next.schemaHash).not.toBe(known.schemaHash);
    expect(next.schemaHash).toBe(db.schemaHash());
  });

  it("is another one when rows come to a collection that was dropped", () => {
    const { db, store } = open();
    db.collection("b").insert({ id: 1 });
    const [[key, payload] = []] = [...store.scan({ kind: "rows", collection: 3 })];
    db.dropCollection("b");
    const known = loadCatalog(store, store.traits);
    const transaction = store.begin();
    transaction.put({ kind: "rows", collection: 3 }, key as Uint8Array, payload as Uint8Array);
    transaction.commit();
    expect(known.collections.map(({ name }) => name)).toEqual(["a"]);
    expect(loadCatalog(store, store.traits, known).collections.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("is not taken from one that a transaction has changed", () => {
    const { db, store } = open();
    const known = loadCatalog(store, store.traits);
    const changed = known.without(1);
    expect(loadCatalog(store, store.traits, changed).schemaHash).toBe(db.schemaHash());
  });
});
