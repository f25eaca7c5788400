import { Database, type FieldDescriptor, type Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { lastingStore } from "../support/shared-store.ts";
import { book, errorOf, openLibrary, openVault } from "../support/vault.ts";

const ID: FieldDescriptor = { path: "id", type: "int64" };
const optional = (path: string): FieldDescriptor => ({ path, type: { optional: "string" } });

function openNumbers(
  fields: readonly FieldDescriptor[] = [],
  indexes: { path: string; kind?: "unique" }[] = [],
): Database {
  const db = openVault();
  db.register({ name: "t", primaryKey: "id", fields: [ID, ...fields], indexes });
  return db;
}

describe("registering a collection", () => {
  it("tells name, version and that something was written", () => {
    const db = openVault();
    const descriptor = { name: " t ", primaryKey: "id", fields: [ID] };
    expect(db.register(descriptor)).toEqual({ name: "t", version: 1, changed: true, findings: [] });
    const revision = db.revision();
    expect(db.register(descriptor)).toEqual({ name: "t", version: 1, changed: false, findings: [] });
    expect(db.revision()).toBe(revision);
  });

  it("refuses a name that another schema holds, and writes nothing", () => {
    const db = openNumbers();
    const revision = db.revision();
    const error = errorOf(() => db.register({ name: "t", primaryKey: "id", fields: [ID, optional("x")] }));
    expect(error).toMatchObject({ code: "collection_exists", details: { collection: "t", version: 1 } });
    expect(db.revision()).toBe(revision);
  });

  it("writes nothing of a schema it refuses (upstream's B3: a refused registration made the file unopenable)", () => {
    const { driver } = lastingStore();
    const db = Database.open(driver);
    db.register({ name: "t", primaryKey: "id", fields: [ID] });
    const revision = db.revision();
    for (const fields of [
      [ID, { path: "a", type: "string" }, { path: "a.c", type: "string" }],
      [ID, ID],
      [ID, { path: "a", type: "string", constraints: [{ regex: "[a" }] }],
    ] as FieldDescriptor[][]) {
      errorOf(() => db.register({ name: "u", primaryKey: "id", fields }));
    }
    expect(db.revision()).toBe(revision);
    db.close();
    const again = Database.open(driver);
    expect(again.collectionNames()).toEqual(["t"]);
    again.close();
  });

  it("refuses names that belong to ModelVault", () => {
    const db = openVault();
    expect(() => db.register({ name: "__modelvault__", primaryKey: "id", fields: [ID] })).toThrow();
    expect(errorOf(() => db.collection("__modelvault__")).code).toBe("collection_unknown");
  });
});

describe("a new schema version", () => {
  it("that is safe leaves rows as they are, and they read in the new shape", () => {
    const db = openNumbers([{ path: "a", type: "string" }]);
    db.collection("t").insert({ id: 1, a: "x" });
    const result = db.registerVersion("t", {
      fields: [ID, optional("early"), { path: "a", type: "string" }, optional("late")],
    });
    expect(result).toMatchObject({
      version: 2,
      changed: true,
      findings: [{ class: "safe" }, { class: "safe" }],
    });
    expect(db.collection("t").get(1)).toEqual({ id: 1, early: null, a: "x", late: null });
    db.collection("t").insert({ id: 2, a: "y", late: "z" });
    expect(db.collection("t").all()).toHaveLength(2);
  });

  it("that differs in nothing writes nothing (upstream's defect 6: it rewrote every row)", () => {
    const db = openNumbers([optional("a")], [{ path: "a" }]);
    const revision = db.revision();
    expect(db.registerVersion("t", { fields: [ID, optional("a")] })).toMatchObject({
      version: 1,
      changed: false,
    });
    expect(db.revision()).toBe(revision);
  });

  it("without indexes keeps them (upstream's defect 5: they were dropped, uniqueness too)", () => {
    const db = openNumbers([optional("u")], [{ path: "u", kind: "unique" }]);
    db.collection("t").insert({ id: 1, u: "x" });
    db.registerVersion("t", { fields: [ID, optional("u"), optional("more")] });
    expect(errorOf(() => db.collection("t").insert({ id: 2, u: "x" })).code).toBe("unique_violation");
  });

  it("with an empty list of indexes drops them, entries and all", () => {
    const db = openNumbers([optional("u")], [{ path: "u", kind: "unique" }]);
    db.collection("t").insert({ id: 1, u: "x" });
    db.registerVersion("t", { fields: [ID, optional("u")], indexes: [] });
    db.collection("t").insert({ id: 2, u: "x" });
    expect(db.stats().collections[0]?.indexes).toEqual([]);
    // B17 of upstream: an index added again under its old name found the old entries.
    expect(db.registerVersion("t", { fields: [ID, optional("u")], indexes: [{ path: "u" }] }).version).toBe(
      3,
    );
    expect(db.collection("t").where("u", "=", "x").count()).toBe(2);
    expect(db.verify().ok).toBe(true);
  });

  it("fills an index that is new", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insertMany([
      { id: 1, a: "x" },
      { id: 2, a: null },
      { id: 3, a: "x" },
    ]);
    db.registerVersion("t", { fields: [ID, optional("a")], indexes: [{ path: "a" }] });
    expect(db.collection("t").where("a", "=", "x").explain().text).toContain("a_idx");
    expect(db.collection("t").where("a", "=", "x").count()).toBe(2);
  });

  it("that needs a migration is refused with every finding, and changes nothing", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insert({ id: 1 });
    const revision = db.revision();
    const fields: FieldDescriptor[] = [
      ID,
      optional("a"),
      { path: "b", type: "string" },
      { path: "c", type: "int64" },
    ];
    const error = errorOf(() =>
      db.registerVersion("t", { fields, indexes: [{ path: "a", kind: "unique" }] }),
    );
    expect(error.code).toBe("migration_required");
    expect((error.details.findings as unknown[]).length).toBe(3);
    expect(errorOf(() => db.registerVersion("t", { fields: [ID] })).code).toBe("breaking_change");
    expect(db.revision()).toBe(revision);
  });

  it("rewrites every row with a function, in one transaction", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insertMany([{ id: 1, a: "x" }, { id: 2 }]);
    const fields: FieldDescriptor[] = [ID, optional("a"), { path: "b", type: "string" }];
    db.registerVersion(
      "t",
      { fields, indexes: [{ path: "b", kind: "unique" }] },
      { accept: "migration", rewrite: (row) => ({ ...row, b: `b${String(row.id)}` }) },
    );
    expect(db.collection("t").all()).toEqual([
      { id: 1, a: "x", b: "b1" },
      { id: 2, a: null, b: "b2" },
    ]);
    expect(db.collection("t").where("b", "=", "b2").one()).toMatchObject({ id: 2 });
  });

  it("that a row does not fit changes nothing, and names the row and all its problems", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insertMany([{ id: 1, a: "x" }, { id: 2 }]);
    const fields: FieldDescriptor[] = [ID, { path: "a", type: "string", constraints: [{ max_length: 3 }] }];
    const error = errorOf(() => db.registerVersion("t", { fields }, { accept: "migration" }));
    expect(error).toMatchObject({
      code: "migration_row_invalid",
      details: { collection: "t", key: 2 },
      issues: [{ path: ["a"] }],
    });
    expect(db.schema("t").version).toBe(1);
    db.collection("t").put({ id: 2, a: "y" });
    expect(db.registerVersion("t", { fields }, { accept: "migration" }).version).toBe(2);
  });

  it("cannot make duplicates of a unique index", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insertMany([
      { id: 1, a: "x" },
      { id: 2, a: "x" },
    ]);
    const version = { fields: [ID, optional("a")], indexes: [{ path: "a", kind: "unique" as const }] };
    expect(errorOf(() => db.registerVersion("t", version, { accept: "migration" }))).toMatchObject({
      code: "unique_violation",
      details: { index: "a_unique", value: "x" },
    });
    expect(db.schema("t").indexes).toEqual([]);
  });

  it("may exchange unique values between rows", () => {
    const db = openNumbers([optional("a")], [{ path: "a", kind: "unique" }]);
    db.collection("t").insertMany([
      { id: 1, a: "x" },
      { id: 2, a: "y" },
    ]);
    const swap = (row: Row): Row => ({ ...row, a: row.a === "x" ? "y" : "x" });
    db.registerVersion("t", { fields: [ID, optional("a"), optional("b")] }, { rewrite: swap });
    expect(db.collection("t").where("a", "=", "y").one()).toMatchObject({ id: 1 });
  });

  it("refuses a rewrite that changes keys, returns a promise or throws, and undoes it", () => {
    const db = openNumbers([optional("a")]);
    db.collection("t").insertMany([{ id: 1, a: "x" }, { id: 2 }]);
    const version = { fields: [ID, optional("a"), optional("b")] };
    const rewrites: [(row: Row) => Row, string][] = [
      [(row) => ({ ...row, id: 9 }), "primary_key_changed"],
      [(async (row: Row) => row) as never, "callback_async"],
      [() => null as never, "migration_row_invalid"],
    ];
    for (const [rewrite, code] of rewrites)
      expect(errorOf(() => db.registerVersion("t", version, { rewrite })).code).toBe(code);
    expect(() =>
      db.registerVersion("t", version, {
        rewrite: () => {
          throw new Error("mine");
        },
      }),
    ).toThrow("mine");
    expect(db.schema("t").version).toBe(1);
    // Upstream's defect 9: a failing bump left an invisible transaction open.
    db.transaction((tx) => tx.collection("t").insert({ id: 3 }));
    expect(db.collection("t").count()).toBe(3);
  });

  it("refuses a rewrite that uses the collection, half of which is of another version by then", () => {
    const db = openNumbers([optional("a")], [{ path: "a" }]);
    db.register({ name: "other", primaryKey: "id", fields: [ID] });
    const rows = db.collection("t");
    rows.insertMany([{ id: 1, a: "x" }, { id: 2 }]);
    const version = { fields: [ID, optional("a"), optional("b")] };
    const uses: (() => unknown)[] = [
      () => rows.where("a", "=", "x").all(),
      () => rows.count(),
      () => db.collection("t"),
      () => rows.put({ id: 1 }),
      () => rows.query().delete(),
      () => db.registerVersion("t", version),
      () => db.collection("other").insert({ id: 1 }),
    ];
    for (const use of uses) {
      const rewrite = (row: Row): Row => {
        use();
        return row;
      };
      expect(errorOf(() => db.registerVersion("t", version, { rewrite })).code).toBe("update_reentrant");
      expect(db.verify().problems).toEqual([]);
    }
    const looksUp = (row: Row): Row => ({ ...row, b: String(db.collection("other").has(row.id as number)) });
    db.registerVersion("t", version, { rewrite: looksUp });
    expect(rows.where("a", "=", "x").all()).toEqual([{ id: 1, a: "x", b: "false" }]);
  });

  it("lets the rejection of a refused promise go unheard", () => {
    const db = openNumbers();
    db.collection("t").insert({ id: 1 });
    const rewrite = (() => Promise.reject(new Error("never heard"))) as never;
    expect(errorOf(() => db.registerVersion("t", { fields: [ID] }, { rewrite })).code).toBe("callback_async");
  });

  it("takes back the schema as db.schema gives it, and refuses another name or primary key", () => {
    const db = openNumbers([optional("a")]);
    const { version, ...same } = db.schema("t");
    expect(db.registerVersion("t", same)).toMatchObject({ version, changed: false });
    expect(db.registerVersion("t", { ...same, ...{ name: " t ", primaryKey: "id " } }).changed).toBe(false);
    for (const change of [{ name: "u" }, { primaryKey: "a" }]) {
      expect(errorOf(() => db.registerVersion("t", { ...same, ...change }))).toMatchObject({
        code: "argument_invalid",
        details: { argument: `descriptor.${Object.keys(change).join()}` },
      });
    }
  });

  it("refuses a descriptor that registers a version while it is read", () => {
    const { driver } = lastingStore();
    const db = Database.open(driver);
    db.register({ name: "t", primaryKey: "id", fields: [ID] });
    const nested = {
      get fields() {
        db.registerVersion("t", { fields: [ID, optional("a")] });
        return [ID, optional("b")];
      },
    };
    expect(errorOf(() => db.registerVersion("t", nested)).code).toBe("update_reentrant");
    const again = Database.open(driver);
    expect(again.schema("t")).toEqual(db.schema("t"));
    again.close();
    db.close();
  });

  it("widens int64 to float64 when asked, and takes a field away when told", () => {
    const db = openNumbers([{ path: "n", type: "int64" }, optional("gone")], [{ path: "n" }]);
    db.collection("t").insertMany([
      { id: 1, n: 5, gone: "x" },
      { id: 2, n: -5 },
    ]);
    const fields: FieldDescriptor[] = [ID, { path: "n", type: "float64" }];
    db.registerVersion("t", { fields }, { accept: "breaking" });
    expect(db.collection("t").where("n", "<", 0.5).all()).toEqual([{ id: 2, n: -5 }]);
    expect(db.collection("t").get(1)).toEqual({ id: 1, n: 5 });
  });

  it("names the kept index that would have nothing to index", () => {
    const db = openNumbers([optional("a")], [{ path: "a" }]);
    const error = errorOf(() => db.registerVersion("t", { fields: [ID] }, { accept: "breaking" }));
    expect(error).toMatchObject({ code: "index_invalid", details: { index: "a_idx", path: "a" } });
    expect(error.message).toContain("List the indexes to keep");
    expect(db.registerVersion("t", { fields: [ID], indexes: [] }, { accept: "breaking" }).version).toBe(2);
  });

  it("refuses options it does not know", () => {
    const db = openNumbers();
    expect(errorOf(() => db.registerVersion("t", { fields: [ID] }, { force: true } as never)).code).toBe(
      "argument_invalid",
    );
    expect(errorOf(() => db.registerVersion("t", { fields: [ID] }, { accept: "all" } as never)).code).toBe(
      "argument_invalid",
    );
    expect(errorOf(() => db.registerVersion("t", null as never)).code).toBe("argument_invalid");
    expect(errorOf(() => db.registerVersion("x", { fields: [ID] })).code).toBe("collection_unknown");
  });

  it("keeps nothing when the transaction around it is rolled back", () => {
    const db = openLibrary();
    db.collection("books").insert(book("a"));
    const { fields } = db.schema("books");
    expect(() =>
      db.transaction((tx) => {
        tx.registerVersion("books", { fields: [...fields, optional("more")] });
        tx.collection("books").put({ ...book("a"), more: "x" } as never);
        expect(tx.schema("books").version).toBe(2);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(db.schema("books").version).toBe(1);
    expect(db.collection("books").get("a")).not.toHaveProperty("more");
  });
});
