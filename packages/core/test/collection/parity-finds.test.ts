import type { Database, Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { errorOf, openVault } from "../support/vault.ts";

const ID = { path: "id", type: "int64" } as const;
const object = { path: "o", type: { object: [{ path: "x", type: { optional: "int64" } }] } } as const;

describe("a patch", () => {
  it("that is no plain object is refused (a Date or a Map changed nothing, in silence)", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, object] });
    const rows = db.collection("t");
    rows.insert({ id: 1, o: { x: 1 } });
    for (const patch of [new Date(0), new Map(), { o: new Date(0) }, { o: new Map() }] as never[])
      expect(errorOf(() => rows.update(1, patch)).code).toBe("validation_failed");
    expect(rows.all()).toEqual([{ id: 1, o: { x: 1 } }]);
  });
});

// The statement went on with the schema it had begun with: the new index got no entry, the row an old version.
describe("a schema change under a running write", () => {
  function openIndexable(): { readonly db: Database; readonly addIndex: () => void } {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, { path: "a", type: { optional: "string" } }] });
    db.collection("t").insert({ id: 1, a: "x" });
    const { fields } = db.schema("t");
    return { db, addIndex: () => db.registerVersion("t", { fields, indexes: [{ path: "a" }] }) };
  }

  it("from an update function is refused", () => {
    const { db, addIndex } = openIndexable();
    const change = (row: Row): Row => {
      addIndex();
      return row;
    };
    expect(errorOf(() => db.collection("t").update(1, change)).code).toBe("update_reentrant");
    expect(db.schema("t").version).toBe(1);
  });

  it("from a getter of a row is refused", () => {
    const { db, addIndex } = openIndexable();
    const row = {
      id: 2,
      get a(): string {
        addIndex();
        return "y";
      },
    };
    expect(errorOf(() => db.collection("t").insertMany([row])).code).toBe("update_reentrant");
    expect(db.schema("t").version).toBe(1);
  });
});

// Its bytes name another version of the schema, and were taken for another row.
it("an update function may write the row that it was given as it is, after a new version too", () => {
  const db = openVault();
  const fields = [ID, { path: "a", type: "string" as const }];
  db.register({ name: "t", primaryKey: "id", fields });
  const rows = db.collection("t");
  rows.insert({ id: 1, a: "x" });
  db.registerVersion("t", { fields, indexes: [{ path: "a" }] });
  const putting = (a: string) => (row: Row) => {
    rows.put({ ...row, a });
    return { ...row, a: "y" };
  };
  expect(errorOf(() => rows.update(1, putting("z"))).code).toBe("update_reentrant");
  rows.update(1, putting("x"));
  expect(rows.where("a", "=", "y").all()).toEqual([{ id: 1, a: "y" }]);
  expect(db.verify().problems).toEqual([]);
});

describe("a version that makes text json", () => {
  it("names the row whose text is none (it called the vault damaged)", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, { path: "a", type: "string" }] });
    db.collection("t").insertMany([
      { id: 1, a: "[1]" },
      { id: 2, a: "x" },
    ]);
    const evolve = (): unknown =>
      db.registerVersion("t", { fields: [ID, { path: "a", type: "json" }] }, { accept: "migration" });
    expect(errorOf(evolve)).toMatchObject({ code: "migration_row_invalid", details: { key: 2 } });
    db.collection("t").delete(2);
    evolve();
    expect(db.collection("t").all()).toEqual([{ id: 1, a: [1] }]);
  });
});
