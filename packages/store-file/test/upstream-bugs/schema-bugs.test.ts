/**
 * Upstream's bugs around schemas and limits, each as a story: what it does, and that a vault of ours neither does it nor is harmed by it.
 * What only upstream can confirm (that it opens our files) is tools/interop's.
 */
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { SEGMENT } from "../../src/format/layout.ts";
import { errorOf } from "../support/errors.ts";
import { contentOf, goldenContent, goldenFacts, goldenPath } from "../support/golden.ts";
import { copyOf, newPlace } from "../support/places.ts";
import { segmentsOf } from "../support/segments.ts";

const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: { optional: "string" } },
] as const;

function withRows(path: string, indexes: { path: string; kind: "unique" | "index" }[] = []): Database {
  const db = Database.open(fileStore(path));
  db.register({ name: "t", primaryKey: "id", fields, indexes });
  for (let id = 1; id <= 5; id++) db.collection("t").insert({ id, s: `s${id}` });
  db.collection("t").delete(5);
  return db;
}

describe("B1 and B24: a required field makes upstream's own file unopenable, for old records lack it", () => {
  test("a version that makes old records invalid leaves none of them in the file", () => {
    const path = newPlace();
    const db = withRows(path);
    db.registerVersion(
      "t",
      { fields: [...fields, { path: "r", type: "int64" }] },
      { accept: "migration", rewrite: (row) => ({ ...row, r: 1 }) },
    );
    expect(db.verify().problems).toEqual([]);
    db.close();
    const records = segmentsOf(path).filter(({ type }) => type === SEGMENT.record);
    expect(records.map(({ payload }) => payload.readUInt32LE(6))).toEqual([2, 2, 2, 2]);
    using again = Database.open(fileStore(path, { recovery: "strict" }));
    expect(again.collection("t").count()).toBe(4);
  });

  test("a version that leaves them valid is appended", () => {
    const path = newPlace();
    const db = withRows(path);
    db.registerVersion("t", { fields: [...fields, { path: "o", type: { optional: "int64" } }] });
    db.close();
    const records = segmentsOf(path).filter(({ type }) => type === SEGMENT.record);
    expect(records.length).toBe(6);
  });

  test.each(["13-forced-checkpoint", "14-bug-required-field"])("%s opens with its rows", (name) => {
    using db = Database.open(fileStore(copyOf(goldenPath(name))), { integers: "bigint" });
    expect(contentOf(db)).toEqual(goldenContent(goldenFacts(name)));
  });
});

describe("B2: a version of a collection with nested paths makes upstream's own file unopenable", () => {
  test("ours is written anew, without records of the old version", () => {
    const path = newPlace();
    const nested = [
      { path: "id", type: "int64" },
      { path: ["a", "b"], type: "string" },
    ] as const;
    const db = Database.open(fileStore(path));
    db.register({ name: "t", primaryKey: "id", fields: nested });
    db.collection("t").insert({ id: 1, a: { b: "x" } });
    db.registerVersion("t", { fields: [...nested, { path: ["a", "c"], type: { optional: "string" } }] });
    db.close();
    const records = segmentsOf(path).filter(({ type }) => type === SEGMENT.record);
    expect(records.map(({ payload }) => payload.readUInt32LE(6))).toEqual([2]);
  });

  test("15-bug-nested-bump opens with its rows", () => {
    using db = Database.open(fileStore(copyOf(goldenPath("15-bug-nested-bump"))), { integers: "bigint" });
    expect(contentOf(db)).toEqual(goldenContent(goldenFacts("15-bug-nested-bump")));
  });
});

describe("B3: a refused registration is written all the same", () => {
  test("ours leaves no byte", () => {
    const path = newPlace();
    const db = withRows(path);
    const before = segmentsOf(path).length;
    const refused = [
      () => db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "string" }] }),
      () => db.register({ name: "u", primaryKey: "id", fields: [...fields, { path: "s.x", type: "int64" }] }),
      () => db.registerVersion("t", { fields: [fields[1]] }, { accept: "breaking" }),
    ];
    for (const call of refused) expect(errorOf(call).kind).toBe("schema");
    expect(segmentsOf(path).length).toBe(before);
    db.close();
  });

  test("16-bug-duplicate-name opens without the refused schema, and tells of it", () => {
    const driver = fileStore(copyOf(goldenPath("16-bug-duplicate-name")));
    using db = Database.open(driver, { integers: "bigint" });
    expect(contentOf(db)).toEqual(goldenContent(goldenFacts("16-bug-duplicate-name")));
    expect(driver.recoveryInfo().refusedSchemas).toMatchObject([{ collection: 2, version: 1 }]);
    db.register({ name: "next", primaryKey: "id", fields });
    expect(db.verify().problems).toEqual([]);
  });
});

describe("B4, B25: what its own reader refuses is written happily", () => {
  test("lists, texts, types and schemas beyond the limits are refused before anything is written", () => {
    const path = newPlace();
    const db = Database.open(fileStore(path));
    let deep: unknown = "int64";
    for (let level = 0; level < 33; level++) deep = { optional: deep };
    const before = segmentsOf(path).length;
    expect(() =>
      db.register({
        name: "deep",
        primaryKey: "id",
        fields: [...fields, { path: "d", type: deep as never }],
      }),
    ).toThrow();
    const many = Array.from({ length: 4097 }, (_, at) => ({
      path: `f${at}`,
      type: { optional: "int64" } as const,
    }));
    expect(() => db.register({ name: "wide", primaryKey: "id", fields: [fields[0], ...many] })).toThrow();
    db.register({
      name: "t",
      primaryKey: "id",
      fields: [fields[0], { path: "l", type: { list: "bool" } }, { path: "s", type: "string" }],
    });
    const after = segmentsOf(path).length;
    expect(() => db.collection("t").insert({ id: 1, l: new Array(1_048_577).fill(true), s: "" })).toThrow();
    expect(() => db.collection("t").insert({ id: 1, l: [], s: "x".repeat(16_777_217) })).toThrow();
    expect([before, segmentsOf(path).length]).toEqual([before, after]);
    db.close();
  });

  test("a checkpoint that would not fit is refused, and the log stays as it was", () => {
    const path = newPlace();
    const db = Database.open(fileStore(path, { durability: "none" }));
    db.register({ name: "t", primaryKey: "id", fields });
    for (let id = 0; id < 5; id++) db.collection("t").insert({ id, s: "x".repeat(14 * 1024 * 1024) });
    const before = segmentsOf(path).length;
    expect(errorOf(() => db.checkpoint()).code).toBe("checkpoint_too_large");
    expect(segmentsOf(path).length).toBe(before);
    db.close();
    using again = Database.open(fileStore(path));
    expect(again.collection("t").count()).toBe(5);
  });
});

test("B12: an optional field inside an object may be left out", () => {
  const path = newPlace();
  const object = {
    object: [
      { path: "a", type: "int64" },
      { path: "b", type: { optional: "int64" } },
    ],
  } as const;
  const db = Database.open(fileStore(path));
  db.register({ name: "t", primaryKey: "id", fields: [fields[0], { path: "o", type: object }] });
  db.collection("t").insert({ id: 1, o: { a: 1 } });
  db.close();
  using again = Database.open(fileStore(path));
  expect(again.collection("t").get(1)).toEqual({ id: 1, o: { a: 1, b: null } });
});

test("B13: constraints inside objects are still enforced after reopening", () => {
  const path = newPlace();
  const object = { object: [{ path: "a", type: "int64", constraints: [{ min_i64: 3 }] }] } as const;
  const db = Database.open(fileStore(path));
  db.register({ name: "t", primaryKey: "id", fields: [fields[0], { path: "o", type: object }] });
  db.close();
  using again = Database.open(fileStore(path));
  expect(errorOf(() => again.collection("t").insert({ id: 1, o: { a: 2 } })).code).toBe("validation_failed");
});

test("B16: a version whose rows do not fit leaves no open transaction behind", () => {
  const path = newPlace();
  const db = withRows(path);
  expect(
    errorOf(() =>
      db.registerVersion(
        "t",
        { fields: [fields[0], { path: "s", type: "string", constraints: [{ max_length: 1 }] }] },
        { accept: "breaking" },
      ),
    ).code,
  ).toBe("migration_row_invalid");
  db.collection("t").insert({ id: 9, s: "kept" });
  db.close();
  using again = Database.open(fileStore(path));
  expect(again.collection("t").get(9)).toEqual({ id: 9, s: "kept" });
});

test("B18: a file with a pattern that upstream refuses today still opens, and ours never holds one", () => {
  const path = newPlace();
  const db = Database.open(fileStore(path));
  db.register({
    name: "t",
    primaryKey: "id",
    fields: [fields[0], { path: "p", type: "string", constraints: [{ regex: "^a+?$" }] }],
  });
  db.close();
  for (const { type, payload } of segmentsOf(path)) {
    if (type === SEGMENT.schema) expect(payload.includes("a+?")).toBe(false);
  }
  using again = Database.open(fileStore(path));
  expect(errorOf(() => again.collection("t").insert({ id: 1, p: "b" })).code).toBe("validation_failed");
});

describe("B17, B20: dropped indexes keep their entries; ranges miss eight-byte strings", () => {
  test("an index that is dropped and added again knows nothing of before", () => {
    const path = newPlace();
    const db = withRows(path, [{ path: "s", kind: "unique" }]);
    db.registerVersion("t", { fields, indexes: [] });
    db.collection("t").put({ id: 1, s: "other" });
    db.registerVersion("t", { fields, indexes: [{ path: "s", kind: "unique" }] }, { accept: "migration" });
    db.collection("t").insert({ id: 6, s: "s1" });
    expect(db.collection("t").where("s", "=", "s1").all()).toEqual([{ id: 6, s: "s1" }]);
    db.close();
    using again = Database.open(fileStore(path));
    expect(again.verify().problems).toEqual([]);
  });

  test("17-dropped-index answers as its rows are", () => {
    const path = copyOf(goldenPath("17-dropped-index"));
    using db = Database.open(fileStore(path), { integers: "bigint" });
    expect(db.collection("t").where("s", "=", "a").count()).toBe(0);
    db.collection("t").insert({ ...(db.collection("t").all()[0] as object), id: 99n, s: "a" } as never);
    expect(db.verify().problems).toEqual([]);
  });

  test("a range finds every string", () => {
    const path = copyOf(goldenPath("05-indexes"));
    using db = Database.open(fileStore(path));
    const all = db.collection("words").count();
    const nulls = db.collection("words").where("w", "isNull").count();
    expect(db.collection("words").where("w", ">=", "").count()).toBe(all - nulls);
  });
});
