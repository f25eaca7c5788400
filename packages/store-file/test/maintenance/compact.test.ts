/** Compaction gives back what is dead and never makes a file larger. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Database, type Row } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect, test } from "vitest";
import { goldenPath } from "../support/golden.ts";
import { copyOf, newPlace } from "../support/places.ts";

const COLLECTION = {
  name: "things",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "text", type: "string" },
  ],
  indexes: [{ path: "text", kind: "unique" }],
} as const;

const rows = (count: number): Row[] =>
  Array.from({ length: count }, (_, id) => ({ id, text: `thing ${(id * 7919) % count}` }));

test.each([0, 1, 12_000])(
  "a file of %i rows stored at once does not grow, however often it is compacted",
  (count) => {
    const path = newPlace();
    using db = Database.open(fileStore(path, { autoCompact: false }));
    db.register(COLLECTION);
    db.collection("things").insertMany(rows(count));
    const stored = db.collection("things").all();
    let before = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 4; round++) {
      let done = 0;
      db.compact((progress) => {
        done = progress.done;
      });
      expect(done).toBe(count);
      const { logBytes } = db.stats().store as { logBytes: number };
      expect(logBytes).toBeLessThanOrEqual(before);
      before = logBytes;
      expect(db.collection("things").all()).toEqual(stored);
      expect(db.verify().problems).toEqual([]);
    }
    expect(readdirSync(dirname(path)).filter((name) => name.includes("compact"))).toEqual([]);
  },
);

test("rows that were replaced, deleted or written one by one make room, and a checkpoint goes", () => {
  const path = newPlace();
  {
    using db = Database.open(fileStore(path, { autoCompact: false }));
    db.register(COLLECTION);
    const things = db.collection("things");
    for (const row of rows(200)) things.insert(row);
    for (let id = 0; id < 50; id++) things.delete(id);
    for (let id = 50; id < 100; id++) things.update(id, { text: `changed ${id}` });
    db.checkpoint();
    things.insert({ id: 500, text: "behind" });
  }
  const before = statSync(path).size;
  const revision = Database.open(fileStore(path));
  const at = revision.revision();
  revision.close();
  {
    using db = Database.open(fileStore(path));
    db.compact();
    expect(db.revision()).toBe(at);
  }
  expect(statSync(path).size).toBeLessThan(before / 2);
  using db = Database.open(fileStore(path, { recovery: "strict" }));
  expect(db.collection("things").count()).toBe(151);
  expect(db.revision()).toBe(at);
  expect(db.verify().problems).toEqual([]);
});

test("a file that another engine wrote last is written anew even where that gains nothing", () => {
  const path = copyOf(goldenPath("10-compacted"));
  const before = readFileSync(path);
  {
    using db = Database.open(fileStore(path));
    db.compact();
  }
  expect(readFileSync(path).equals(before)).toBe(false);
  using db = Database.open(fileStore(path, { recovery: "strict" }));
  expect(db.verify().problems).toEqual([]);
});
