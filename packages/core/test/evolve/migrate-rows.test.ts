import { Database, type FieldDescriptor, type MaintenanceProgress, type Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { driverOf, lastingStore, withParts } from "../support/shared-store.ts";
import { errorOf, openVault } from "../support/vault.ts";

const ID: FieldDescriptor = { path: "id", type: "int64" };
const NAME: FieldDescriptor = { path: "name", type: { optional: "string" } };
const HOW = { accept: "migration" } as const;

/** A vault with five rows, and a count of what is written to its rows. */
function open(): { readonly db: Database; readonly rowWrites: () => number } {
  const { store } = lastingStore();
  let writes = 0;
  const begin = (): ReturnType<typeof store.begin> => {
    const transaction = store.begin();
    return {
      get: (space, key) => transaction.get(space, key),
      scan: (space, range) => transaction.scan(space, range),
      count: (space) => transaction.count(space),
      put(space, key, value) {
        if (space.kind === "rows" && space.collection === 1) writes++;
        transaction.put(space, key, value);
      },
      delete: (space, key) => transaction.delete(space, key),
      commit: () => transaction.commit(),
      abort: () => transaction.abort(),
    };
  };
  const db = Database.open(driverOf(withParts(store, { begin, close: () => undefined })));
  db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
  db.collection<Row>("t").insertMany([1, 2, 3, 4, 5].map((id) => ({ id, name: `n${id}` })));
  writes = 0;
  return { db, rowWrites: () => writes };
}

describe("rows that stay valid as they are", () => {
  it.each<[string, FieldDescriptor]>([
    ["a constraint is tightened", { ...NAME, constraints: [{ max_length: 3 }] }],
    ["a field becomes required", { path: "name", type: "string" }],
    ["a field gets a default", { ...NAME, default: "x" }],
    [
      "a text must not be empty",
      { path: "name", type: { optional: "string" }, constraints: [{ nonempty: true }] },
    ],
  ])("are looked at and not written when %s", (_what, field) => {
    const { db, rowWrites } = open();
    expect(db.registerVersion("t", { fields: [ID, field] }, HOW).changed).toBe(true);
    expect(rowWrites()).toBe(0);
    expect(db.collection("t").count()).toBe(5);
    expect(db.verify().problems).toEqual([]);
  });

  it("are not written when a unique index is built from them", () => {
    const { db, rowWrites } = open();
    db.registerVersion("t", { fields: [ID, NAME], indexes: [{ path: "name", kind: "unique" }] }, HOW);
    expect(rowWrites()).toBe(0);
    expect(errorOf(() => db.collection("t").insert({ id: 9, name: "n1" })).code).toBe("unique_violation");
    expect(db.verify().problems).toEqual([]);
  });

  it("refuse the change when one of them does not fit", () => {
    const { db } = open();
    db.collection("t").insert({ id: 6, name: null });
    const required = { fields: [ID, { path: "name", type: "string" } as const], indexes: [{ path: "name" }] };
    expect(errorOf(() => db.registerVersion("t", required, HOW))).toMatchObject({
      code: "migration_row_invalid",
      details: { key: 6 },
      issues: [{ path: ["name"], rule: "required" }],
    });
    expect(db.schema("t")).toMatchObject({ version: 1, indexes: [] });
  });
});

describe("a default", () => {
  it("fills rows that lack a field that is required now", () => {
    const { db, rowWrites } = open();
    db.collection("t").insert({ id: 6, name: null });
    const result = db.registerVersion(
      "t",
      {
        fields: [
          ID,
          { path: "name", type: "string", default: "?" },
          { path: "state", type: { enum: ["new", "old"] }, default: "new" },
          { path: "note", type: { optional: "string" }, default: "-" },
        ],
        indexes: [{ path: "state" }],
      },
      HOW,
    );
    expect(result.findings.map(({ change, work }) => [change, work])).toEqual([
      ["made_required", "rewrite"],
      ["default_changed", "none"],
      ["required_field_added", "rewrite"],
      ["field_added", "none"],
      ["index_added", "index"],
    ]);
    expect(rowWrites()).toBe(7);
    const rows = db.collection<Row>("t");
    expect(rows.get(1)).toEqual({ id: 1, name: "n1", state: "new", note: null });
    expect(rows.get(6)).toEqual({ id: 6, name: "?", state: "new", note: null });
    expect(rows.where("state", "=", "new").count()).toBe(6);
    expect(db.verify().problems).toEqual([]);
  });

  it("fills what a rewrite function leaves out, nested as well", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID] });
    db.collection("t").insert({ id: 1 });
    const inner: FieldDescriptor[] = [{ path: "country", type: "string", default: "AT" }];
    db.registerVersion(
      "t",
      { fields: [ID, { path: "place", type: { object: inner } }] },
      { ...HOW, rewrite: (row) => ({ ...row, place: {} }) },
    );
    expect(db.collection("t").get(1)).toEqual({ id: 1, place: { country: "AT" } });
  });

  it("that is changed on its own makes a version and touches no row", () => {
    const { db, rowWrites } = open();
    const hash = db.schemaHash();
    expect(db.registerVersion("t", { fields: [ID, { ...NAME, default: "a" }] })).toMatchObject({
      version: 2,
      findings: [{ class: "safe", change: "default_changed", path: ["name"] }],
    });
    expect(db.registerVersion("t", { fields: [ID, { ...NAME, default: "a" }] }).changed).toBe(false);
    expect(db.schemaHash()).not.toBe(hash);
    expect(rowWrites()).toBe(0);
    db.registerVersion("t", { fields: [ID, NAME] });
    expect(db.schemaHash()).toBe(hash);
  });
});

describe("a rewrite function", () => {
  it("is given the key beside the row, in the form of the handle's integers", () => {
    for (const integers of ["number", "bigint"] as const) {
      const db = openVault({ integers });
      db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
      db.collection("t").insert({ id: 7, name: "x" });
      const keys: unknown[] = [];
      db.registerVersion(
        "t",
        { fields: [ID, NAME] },
        {
          rewrite(row, key) {
            keys.push(key, row.id);
            return row;
          },
        },
      );
      const key = integers === "number" ? 7 : 7n;
      expect(keys).toEqual([key, key]);
    }
  });
});

describe("progress", () => {
  const rows = (count: number): Row[] => Array.from({ length: count }, (_, id) => ({ id, name: `n${id}` }));

  it("is told while rows are looked at, rewritten or indexed, and at the end", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
    db.collection<Row>("t").insertMany(rows(2500));
    const expected: MaintenanceProgress[] = [1024, 2048, 2500].map((done) => ({
      done,
      total: 2500,
      unit: "rows",
    }));
    const reports: MaintenanceProgress[] = [];
    const onProgress = (progress: MaintenanceProgress): void => void reports.push(progress);
    const name: FieldDescriptor = { path: "name", type: "string" };
    db.registerVersion("t", { fields: [ID, name] }, { ...HOW, onProgress });
    expect(reports.splice(0)).toEqual(expected);
    db.registerVersion("t", { fields: [ID, name], indexes: [{ path: "name" }] }, { onProgress });
    expect(reports.splice(0)).toEqual(expected);
    db.registerVersion("t", { fields: [ID, name] }, { rewrite: (row) => row, onProgress });
    expect(reports.splice(0)).toEqual(expected);
    // Nothing to go through, nothing to tell.
    db.registerVersion("t", { fields: [ID, name, NAME].slice(0, 2), indexes: [] }, { onProgress });
    expect(reports).toEqual([]);
  });

  it("that throws ends all, and that writes is refused", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
    db.collection("t").insert({ id: 1, name: "x" });
    const change = (onProgress: () => void) =>
      db.registerVersion("t", { fields: [ID, NAME], indexes: [{ path: "name" }] }, { onProgress });
    expect(() =>
      change(() => {
        throw new Error("stop");
      }),
    ).toThrow("stop");
    const written = errorOf(() => change(() => db.setNote("x", new Uint8Array(1))));
    expect(written.code).toBe("update_reentrant");
    expect(written.message).toContain("onProgress");
    expect(errorOf(() => change(() => db.collection("t").count())).code).toBe("update_reentrant");
    expect(errorOf(() => change(5 as never)).code).toBe("argument_invalid");
    expect(db.schema("t").version).toBe(1);
    expect(db.note("x")).toBe(undefined);
  });
});

describe("a change of a million rows", () => {
  it("inside a transaction without savepoints remembers none of them", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
    db.collection<Row>("t").insertMany(Array.from({ length: 3000 }, (_, id) => ({ id, name: null })));
    db.transaction(
      (tx) => {
        tx.registerVersion("t", { fields: [ID, { path: "name", type: "string", default: "?" }] }, HOW);
        tx.renameCollection("t", "u");
        tx.register({ name: "t", primaryKey: "id", fields: [ID] });
      },
      { savepoints: false },
    );
    expect(db.collection("u").where("name", "=", "?").count()).toBe(3000);
    expect(db.collection("t").count()).toBe(0);
  });

  it("is refused by name where a row would be too large for the store", () => {
    const { store } = lastingStore();
    const traits = { ...store.traits, valueBytesMax: 200 };
    using db = Database.open(driverOf(withParts(store, { traits, close: () => undefined })));
    db.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
    db.collection("t").insert({ id: 1, name: "x" });
    const error = errorOf(() =>
      db.registerVersion(
        "t",
        { fields: [ID, NAME] },
        { rewrite: (row) => ({ ...row, name: "x".repeat(300) }) },
      ),
    );
    expect(error).toMatchObject({ code: "row_too_large", details: { key: 1, valueBytesMax: 200 } });
  });
});
