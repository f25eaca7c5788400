/** The counter of a collection belongs to it: whatever becomes of the collection or its vault, no number is given out twice. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyVault, Database, memoryStore, type StoreDriver } from "@modelvault/core";
import { apply, collection, defineModel, plan, revert } from "@modelvault/models";
import { fileStore, snapshotStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

const schema = z.object({ number: z.int(), text: z.string() });
const Ticket = defineModel("tickets", schema, { primaryKey: "number", generate: "autoincrement" });
const Case = defineModel("cases", schema, { primaryKey: "number", generate: "autoincrement" });
const Affair = defineModel("affairs", schema, { primaryKey: "number", generate: "autoincrement" });
const RenamedCase = defineModel("cases", schema, {
  primaryKey: "number",
  generate: "autoincrement",
  renamedFrom: "tickets",
});

function folder(): string {
  const place = mkdtempSync(join(tmpdir(), "modelvault-numbers-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

/** Tickets 1 to 3, of which the last is deleted. */
function fill(db: Database, model: typeof Ticket = Ticket): void {
  const tickets = collection(db, model);
  tickets.insertMany([{ text: "a" }, { text: "b" }, { text: "c" }]);
  tickets.delete(3);
}

const DRIVERS: readonly (readonly [string, (place: string) => StoreDriver])[] = [
  ["a file", (place) => fileStore(join(place, "a.modelvault"))],
  ["LMDB", (place) => lmdbStore(join(place, "a.lmdb"))],
];

test.each(DRIVERS)(
  "over renames, by hand and by plan, there and back, and reopening (%s)",
  (_name, driverAt) => {
    const place = folder();
    const reopen = (): Database => Database.open(driverAt(place));
    {
      using db = reopen();
      fill(db);
      // Nothing is inserted under the name in between, and the last model does not know of the first.
      db.renameCollection("tickets", "cases");
      db.renameCollection("cases", "affairs");
    }
    {
      using db = reopen();
      expect(collection(db, Affair).insert({ text: "d" })).toBe(4);
      db.renameCollection("affairs", "tickets");
      collection(db, Ticket).delete(4);
      apply(db, plan(db, [RenamedCase]));
    }
    {
      using db = reopen();
      expect(collection(db, RenamedCase).insert({ text: "e" })).toBe(5);
      collection(db, RenamedCase).delete(5);
      revert(db);
      expect(collection(db, Ticket).insert({ text: "f" })).toBe(6);
      expect(db.verify().problems).toEqual([]);
    }
  },
);

test("a collection that takes a former name counts for itself", () => {
  using db = Database.open(memoryStore());
  fill(db);
  db.renameCollection("tickets", "cases");
  expect(collection(db, Ticket).insert({ text: "x" })).toBe(1);
  expect(collection(db, RenamedCase).insert({ text: "d" })).toBe(4);
  expect(collection(db, Ticket).insert({ text: "y" })).toBe(2);
});

test("a renaming that is rolled back leaves the counter where it was", () => {
  using db = Database.open(memoryStore());
  fill(db);
  expect(() =>
    db.transaction((tx) => {
      tx.renameCollection("tickets", "cases");
      expect(collection(tx, Case).insert({ text: "d" })).toBe(4);
      throw new Error("no");
    }),
  ).toThrow("no");
  expect(collection(db, Ticket).insert({ text: "d" })).toBe(4);
});

test("a collection that is dropped takes its counter along, and so does no other", () => {
  using db = Database.open(memoryStore());
  fill(db);
  fill(db, Case as never);
  db.dropCollection("tickets");
  expect(db.notes("modelvault/").map(([key]) => key)).toEqual(["modelvault/auto-increment/cases"]);
  expect(collection(db, Ticket).insert({ text: "x" })).toBe(1);
  expect(collection(db, Case).insert({ text: "d" })).toBe(4);
});

test("names as long as a collection may have are counted for", () => {
  using db = Database.open(memoryStore());
  const names = ["ä".repeat(500), `${"ä".repeat(500)}b`] as const;
  const long = names.map((name) =>
    defineModel(name, schema, { primaryKey: "number", generate: "autoincrement" }),
  );
  const [one, other] = long;
  if (one === undefined || other === undefined) throw new Error("two names");
  collection(db, one).insert({ text: "a" });
  collection(db, one).delete(1);
  expect(collection(db, other).insert({ text: "a" })).toBe(1);
  db.dropCollection(other.name);
  db.renameCollection(one.name, other.name);
  expect(collection(db, other).insert({ text: "b" })).toBe(2);
});

test("two models of one collection count together, and rows that come with keys of their own are counted", () => {
  using db = Database.open(memoryStore());
  fill(db);
  const Part = defineModel("tickets", z.object({ number: z.int(), text: z.string() }), {
    primaryKey: "number",
    generate: "autoincrement",
  });
  const part = collection(db, Part, { subset: true });
  expect([part.insert({ text: "d" }), collection(db, Ticket).insert({ text: "e" })]).toEqual([4, 5]);
  part.put({ number: 9, text: "f" });
  part.delete(9);
  expect(collection(db, Ticket).insert({ text: "g" })).toBe(10);
});

test("copies and snapshots count on", () => {
  const place = folder();
  {
    using db = Database.open(fileStore(join(place, "a.modelvault")));
    fill(db);
  }
  copyVault(fileStore(join(place, "a.modelvault")), lmdbStore(join(place, "b.lmdb")));
  copyVault(lmdbStore(join(place, "b.lmdb")), fileStore(join(place, "c.modelvault")));
  using db = Database.open(fileStore(join(place, "c.modelvault")));
  expect(collection(db, Ticket).insert({ text: "d" })).toBe(4);
  collection(db, Ticket).delete(4);
  using restored = Database.open(snapshotStore(db.snapshotBytes()));
  expect(collection(restored, Ticket).insert({ text: "e" })).toBe(5);
});

test("processes that write to one LMDB vault never get one number twice", async () => {
  const place = join(folder(), "a.lmdb");
  Database.open(lmdbStore(place)).close();
  const child = fileURLToPath(new URL("counting-child.mjs", import.meta.url));
  const run = (): Promise<number[]> =>
    new Promise((resolve, reject) => {
      const counting = spawn(process.execPath, [child, place], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      counting.stdout.on("data", (piece: Buffer) => {
        text += piece.toString();
      });
      counting.on("error", reject);
      counting.on("close", (code) =>
        code === 0 ? resolve(JSON.parse(text) as number[]) : reject(new Error(`it ended with ${code}`)),
      );
    });
  const numbers = (await Promise.all([run(), run()])).flat();
  expect(numbers).toHaveLength(100);
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
});
