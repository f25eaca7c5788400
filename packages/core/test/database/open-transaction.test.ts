import { Database, memoryStore, type Row } from "@modelvault/core";
import { describe, expect, test } from "vitest";

function shelf(): Database {
  const db = Database.open(memoryStore());
  db.register({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "title", type: "string" },
    ],
    indexes: [{ path: "title" }],
  });
  db.collection("books").insert({ id: 1, title: "Emma" });
  return db;
}

const titles = (rows: readonly Row[]): unknown[] => rows.map(({ title }) => title);

describe("a transaction begun by hand", () => {
  test("shows its writes to itself only, until it is committed", () => {
    using db = shelf();
    const tx = db.begin();
    tx.collection("books").insert({ id: 2, title: "Ivanhoe" });
    expect(titles(tx.collection("books").all())).toEqual(["Emma", "Ivanhoe"]);
    expect(titles(db.collection("books").all())).toEqual(["Emma"]);
    const before = db.revision();
    expect(tx.commit()).toBe(before + 1);
    expect(titles(db.collection("books").all())).toEqual(["Emma", "Ivanhoe"]);
    expect(tx.ended).toBe(true);
    expect(db.verify().ok).toBe(true);
  });

  test("leaves nothing when it is rolled back, by hand or by leaving its block", () => {
    using db = shelf();
    const tx = db.begin();
    tx.register({ name: "authors", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    tx.rollback();
    tx.rollback();
    {
      using other = db.begin();
      other.collection("books").delete(1);
    }
    expect(db.collectionNames()).toEqual(["books"]);
    expect(db.collection("books").count()).toBe(1);
    expect(() => tx.collection("books")).toThrow(expect.objectContaining({ code: "transaction_closed" }));
    expect(() => tx.commit()).toThrow(expect.objectContaining({ code: "transaction_closed" }));
  });

  test("refuses other writes on the database, a second one, closing and maintenance meanwhile", () => {
    using db = shelf();
    using tx = db.begin();
    const refused = expect.objectContaining({ code: "transaction_open" });
    expect(() => db.collection("books").insert({ id: 3, title: "Kim" })).toThrow(refused);
    expect(() => db.transaction(() => undefined)).toThrow(refused);
    expect(() => db.begin()).toThrow(refused);
    expect(() => db.close()).toThrow(refused);
    expect(() => db.verify()).toThrow(refused);
    expect(db.read((view) => view.collection("books").count())).toBe(1);
    tx.collection("books").insert({ id: 3, title: "Kim" });
    tx.commit();
    expect(db.collection("books").has(3)).toBe(true);
  });

  test("cannot be begun inside a callback's transaction, nor can a view be opened there", () => {
    using db = shelf();
    const refused = expect.objectContaining({ code: "transaction_open" });
    expect(() => db.transaction(() => db.begin())).toThrow(refused);
    expect(() => db.transaction(() => db.openView())).toThrow(refused);
  });

  test("keeps or takes back what was done in a savepoint of it, which may hold another", () => {
    using db = shelf();
    using tx = db.begin();
    const kept = tx.begin();
    tx.collection("books").insert({ id: 2, title: "Kim" });
    expect(() => tx.begin()).toThrow(expect.objectContaining({ code: "transaction_open" }));
    expect(() => tx.commit()).toThrow(expect.objectContaining({ code: "transaction_open" }));
    const dropped = kept.begin();
    dropped.register({ name: "authors", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    dropped.collection("books").delete(2);
    dropped.rollback();
    expect(kept.commit()).toBe(0);
    const outer = tx.begin();
    outer.begin().collection("books").delete(1);
    outer.rollback();
    expect(tx.collectionNames()).toEqual(["books"]);
    tx.commit();
    expect(titles(db.collection("books").all())).toEqual(["Emma", "Kim"]);
    expect(db.verify().ok).toBe(true);
  });
});

describe("a view opened by hand", () => {
  test("shows one state until it is closed", () => {
    using db = shelf();
    const view = db.openView();
    db.collection("books").insert({ id: 2, title: "Kim" });
    db.register({ name: "authors", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    expect(view.collection("books").count()).toBe(1);
    expect(view.collectionNames()).toEqual(["books"]);
    expect(view.revision()).toBe(db.revision() - 2);
    expect(() => view.collection("books").insert({ id: 5, title: "She" })).toThrow(
      expect.objectContaining({ code: "view_read_only" }),
    );
    view.close();
    view.close();
    expect(() => view.collection("books")).toThrow(expect.objectContaining({ code: "snapshot_closed" }));
  });
});
