import { Database, type FieldDescriptor, memoryStore, type Row, schemaToDescriptors } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashCollector } from "../../src/evolve/repeated-values.ts";
import { withDefaults } from "../arbitraries/defaults.ts";
import { arbitraryRows, arbitrarySchema, indexablePaths } from "../arbitraries/schema.ts";
import { changedSchema } from "../arbitraries/schema-change.ts";
import { driverOf, lastingStore, withParts } from "../support/shared-store.ts";
import { errorOf, openVault } from "../support/vault.ts";

const ID: FieldDescriptor = { path: "id", type: "int64" };
const NAME: FieldDescriptor = { path: "name", type: { optional: "string" } };
const REQUIRED: FieldDescriptor = { path: "name", type: "string" };

function open(names: readonly (string | null)[]): Database {
  const db = openVault();
  db.register({ name: "t", primaryKey: "id", fields: [ID, NAME], indexes: [{ path: "name" }] });
  db.collection<Row>("t").insertMany(names.map((name, id) => ({ id, name })));
  return db;
}

describe("the dry run of a new version", () => {
  it("tells every row that would fail, the first of them with key and issues", () => {
    const db = open(["a", null, "ccc", null, "eeeeee"]);
    const revision = db.revision();
    const fields = [ID, { ...REQUIRED, constraints: [{ max_length: 4 }] }];
    const check = db.checkVersion("t", { fields }, { limit: 2 });
    expect(check).toMatchObject({
      name: "t",
      version: 2,
      rows: 5,
      failing: 3,
      problems: [
        { key: 1, issues: [{ path: ["name"], rule: "required" }] },
        { key: 3, issues: [{ path: ["name"], rule: "required" }] },
      ],
      uniqueViolations: { count: 0, first: [] },
    });
    expect(check.problems).toHaveLength(2);
    expect(check.findings.map(({ change }) => change)).toEqual(["made_required", "constraint_tightened"]);
    expect(db.revision()).toBe(revision);
    expect(db.schema("t").version).toBe(1);
  });

  it("tells values that a unique index would hold twice, with both keys", () => {
    const db = open([
      "a",
      "b",
      "a",
      null,
      null,
      "a",
      "b".repeat(300),
      "b".repeat(300),
      `${"b".repeat(299)}c`,
    ]);
    const indexes = [{ path: "name", kind: "unique" as const }];
    const { uniqueViolations, failing } = db.checkVersion("t", { fields: [ID, NAME], indexes });
    expect(failing).toBe(0);
    expect(uniqueViolations).toEqual({
      count: 3,
      first: [
        { index: "name_unique", value: "a", key: 2, holder: 0 },
        { index: "name_unique", value: "a", key: 5, holder: 0 },
        { index: "name_unique", value: "b".repeat(300), key: 7, holder: 6 },
      ],
    });
  });

  it("hands out every row that fits, as it would be stored, also where nothing would be looked at", () => {
    const db = open(["a", null, "ccc"]);
    const seen = (fields: FieldDescriptor[], rewrite?: (row: Row) => Row): unknown[] => {
      const rows: unknown[] = [];
      const onRow = (row: Row, key: unknown): number => rows.push([key, row]);
      db.checkVersion("t", { fields }, { onRow, ...(rewrite && { rewrite }) });
      return rows;
    };
    expect(seen([ID, NAME])).toEqual([0, 1, 2].map((id) => [id, { id, name: ["a", null, "ccc"][id] }]));
    const filled = { path: "n", type: "int64", default: 7 } as const;
    expect(seen([ID, REQUIRED, filled])).toEqual([
      [0, { id: 0, name: "a", n: 7 }],
      [2, { id: 2, name: "ccc", n: 7 }],
    ]);
    expect(seen([ID, REQUIRED], ({ id, name }) => ({ id: id ?? 0, name: name ?? "-" }))).toHaveLength(3);
    const wrong = errorOf(() => db.checkVersion("t", { fields: [ID, NAME] }, { onRow: 1 as never }));
    expect(wrong).toMatchObject({ code: "argument_invalid", details: { argument: "options.onRow" } });
  });

  it("goes by the rewrite function, its errors included", () => {
    const db = open(["a", "b", "c", "d"]);
    const check = db.checkVersion(
      "t",
      { fields: [ID, REQUIRED], indexes: [{ path: "name", kind: "unique" }] },
      {
        rewrite(row, key) {
          if (key === 0) throw new Error("not this one");
          if (key === 1) return { ...row, id: 9 };
          return { ...row, name: "same" };
        },
      },
    );
    expect(check.problems.map(({ key, issues }) => [key, issues[0]?.rule])).toEqual([
      [0, "rewrite"],
      [1, "primary_key_changed"],
    ]);
    expect(check.problems[0]?.issues[0]?.message).toBe("not this one");
    expect(check.uniqueViolations).toEqual({
      count: 1,
      first: [{ index: "name_unique", value: "same", key: 3, holder: 2 }],
    });
  });

  it("tells rows that cannot be read as the new version, and rows too large for the store", () => {
    const db = open(["1", "{", "null"]);
    const check = db.checkVersion("t", {
      fields: [ID, { path: "name", type: { optional: "json" } }],
      indexes: [],
    });
    expect(check.problems).toMatchObject([{ key: 1, issues: [{ rule: "migration_row_invalid" }] }]);
    const { store } = lastingStore();
    const traits = { ...store.traits, valueBytesMax: 200 };
    using small = Database.open(driverOf(withParts(store, { traits, close: () => undefined })));
    small.register({ name: "t", primaryKey: "id", fields: [ID, NAME] });
    small.collection("t").insert({ id: 1 });
    const rewrite = (row: Row): Row => ({ ...row, name: "x".repeat(300) });
    expect(small.checkVersion("t", { fields: [ID, NAME] }, { rewrite }).problems).toMatchObject([
      { key: 1, issues: [{ rule: "row_too_large" }] },
    ]);
  });

  it("sees the state of the view or transaction that is asked", () => {
    const db = open([null]);
    const required = { fields: [ID, REQUIRED] };
    db.read((view) => {
      db.collection("t").insert({ id: 1 });
      expect(view.checkVersion("t", required).failing).toBe(1);
    });
    db.transaction((tx) => {
      tx.collection("t").insert({ id: 2 });
      expect(tx.checkVersion("t", required).failing).toBe(3);
    });
    expect(db.checkVersion("t", { fields: [ID, NAME] })).toMatchObject({ version: 1, findings: [], rows: 3 });
  });

  it("refuses what registerVersion refuses", () => {
    const db = open([]);
    const code = (...args: unknown[]) =>
      errorOf(() => (db.checkVersion as (...args: unknown[]) => unknown).apply(db, args)).code;
    expect(code("u", { fields: [ID] })).toBe("collection_unknown");
    expect(code("t", { fields: [] })).toBe("primary_key_field_invalid");
    expect(code("t", { fields: [ID] })).toBe("index_invalid");
    expect(code("t", null)).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, null)).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, { limits: 5 })).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, { limit: -1 })).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, { integers: "any" })).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, { rewrite: 5 })).toBe("argument_invalid");
    expect(code("t", { fields: [ID, NAME] }, { rewrite: async () => ({}) })).toBe("callback_async");
  });

  it("finds nothing exactly where the real thing goes through", () => {
    const seen = { through: 0, refused: 0, unique: 0 };
    fc.assert(
      fc.property(
        arbitrarySchema({ fieldsMax: 4 }).chain((schema) =>
          fc.tuple(fc.constant(schema), arbitraryRows(schema, { maxLength: 8 })),
        ),
        fc.gen(),
        ([before, rows], gen) => {
          const edited = changedSchema(gen, before);
          if (edited === undefined || edited.primaryKey !== before.primaryKey) return;
          const unique = indexablePaths(edited.fields).map((path, at) => ({
            name: `u${at}`,
            path,
            unique: true,
          }));
          const indexes = gen(fc.boolean) ? edited.indexes : unique;
          const after = schemaToDescriptors(withDefaults(gen, { ...edited, indexes }));
          using db = Database.open(memoryStore(), { integers: "bigint" });
          db.register({ name: "t", ...schemaToDescriptors(before) });
          const collection = db.collection<Row>("t");
          for (const row of rows) attempt(() => collection.insert(row));
          const rewrite = gen(fc.boolean) ? (row: Row): Row => row : undefined;
          const options = rewrite === undefined ? {} : { rewrite };
          const check = db.checkVersion("t", after, options);
          const fine = check.failing === 0 && check.uniqueViolations.count === 0;
          const failure = attempt(() => db.registerVersion("t", after, { accept: "breaking", ...options }));
          expect([fine, failure]).toEqual([failure === undefined, failure]);
          if (failure === undefined) {
            seen.through++;
            expect(db.verify().problems).toEqual([]);
          } else if (failure === "unique_violation") seen.unique++;
          else seen.refused++;
        },
      ),
      { numRuns: 1000, endOnFailure: true },
    );
    // Usually 430, 130 and 70, with deviations of 16, 12 and 9: these bounds are there for a generator that has lost a kind.
    expect(seen.through).toBeGreaterThan(200);
    expect(seen.refused).toBeGreaterThan(20);
    expect(seen.unique).toBeGreaterThan(0);
  });
});

function attempt(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe("values that come more than once", () => {
  it("are found, and no others, whatever their hashes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2 }), { maxLength: 3000, size: "max" }), (values) => {
        const collector = new HashCollector();
        for (const value of values) collector.add(value);
        const finder = collector.candidates();
        const first = new Map<string, number>();
        const expected = values.map((value, at) => {
          const text = value.join();
          const holder = first.get(text);
          if (holder === undefined) first.set(text, at);
          return holder;
        });
        const keys = values.map((_, at): Uint8Array => new Uint8Array([at >> 8, at]));
        const found = values.map((value, at) => {
          const holder = finder?.holderOf(value, keys[at] as Uint8Array);
          return holder === undefined ? undefined : keys.indexOf(holder);
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
