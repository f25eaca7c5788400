/** Copies, restoring, checks and figures. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Database, isModelVaultError, type MaintenanceProgress } from "@modelvault/core";
import { describe, expect, it, type Mock, vi } from "vitest";
import { OWN_SPACE, TREE } from "../../src/format/keys.ts";
import { lmdbStore, restore } from "../../src/index.ts";
import { checkPages } from "../../src/maintenance/check-pages.ts";
import { Cursors } from "../../src/native/cursors.ts";
import { readHead, withFile } from "../../src/open/check-head.ts";
import { openFile } from "../../src/open/open-file.ts";
import { checkLmdbOptions } from "../../src/options.ts";
import { type ReadAt, readPage } from "../../src/pages/checked-page.ts";
import { newFolder, newPlace } from "../support/places.ts";

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
}

function openNotes(path: string): Database {
  const db = Database.open(lmdbStore(path));
  db.register({
    name: "notes",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "text", type: "string" },
    ],
    indexes: [{ path: "text" }],
  });
  return db;
}

const notesFrom = (first: number, count: number): { id: number; text: string }[] =>
  Array.from({ length: count }, (_, at) => ({
    id: first + at,
    text: `note ${first + at} ${"x".repeat(80)}`,
  }));

/** The pages of the tree of entries, but the heads; of a long value the first. */
function pagesInUse(path: string): number[] {
  return withFile(path, (read, size) => {
    const head = readHead(path, read, size);
    const pages: number[] = [];
    const visit = (number: number): void => {
      pages.push(number);
      const { isLeaf, nodes } = readPage(read, head, number);
      for (const { page, longPages } of nodes) {
        if (!isLeaf) visit(page);
        else if (longPages > 0) pages.push(page);
      }
    };
    visit(head.tree.root ?? 0);
    return pages;
  });
}

describe("copyTo", () => {
  it("makes a compact vault of one commit, while commits go on", () => {
    const folder = newFolder();
    const path = join(folder, "a.lmdb");
    using db = openNotes(path);
    const notes = db.collection("notes");
    // More than one part of a copy.
    notes.insertMany(notesFrom(0, 12_000).map(({ id, text }) => ({ id, text: text.padEnd(1_000) })));
    notes.where("id", ">=", 8_000).delete();
    const { revision } = db.stats();
    const told: MaintenanceProgress[] = [];
    const copy = join(folder, "copy.lmdb");
    db.copyTo(copy, (progress) => {
      told.push(progress);
      // The vault stays in use: commits made now are not in the copy.
      notes.insert({ id: 1_000_000 + told.length, text: "meanwhile" });
    });
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)?.done).toBe(told.at(-1)?.total);
    expect(readdirSync(folder).sort()).toEqual(["a.lmdb", "a.lmdb-lock", "copy.lmdb"]);
    using copied = Database.open(lmdbStore(copy));
    expect(copied.revision()).toBe(revision);
    expect(copied.collection("notes").count()).toBe(8_000);
    expect(copied.verify().problems).toEqual([]);
    expect(db.verify().problems).toEqual([]);
    expect(statSync(copy).size).toBeLessThan(statSync(path).size);
  });

  it("refuses entries that do not ascend, for it writes behind what is there: file_damaged", () => {
    const file = openFile(newPlace(), checkLmdbOptions("a", {}));
    file.env.begin(true);
    file.env.append(TREE, Uint8Array.of(2), new Uint8Array(0));
    expect(codeOf(() => file.env.append(TREE, Uint8Array.of(1), new Uint8Array(0)))).toBe("file_damaged");
    expect(codeOf(() => file.env.append(TREE, Uint8Array.of(2), new Uint8Array(0)))).toBe("file_damaged");
    file.env.abort();
    file.close();
  });

  it("leaves nothing behind when it ends early, under whatever name", () => {
    const folder = newFolder();
    using db = openNotes(join(folder, "a.lmdb"));
    for (const name of ["b.lmdb", "ü".repeat(120)]) {
      const stop = (): never => {
        throw new Error("stop");
      };
      expect(() => db.copyTo(join(folder, name), stop)).toThrow("stop");
      expect(() => restore(join(folder, "a.lmdb"), join(folder, name), { onProgress: stop })).toThrow("stop");
    }
    expect(readdirSync(folder).sort()).toEqual(["a.lmdb", "a.lmdb-lock"]);
  });

  it("goes on to its end when the vault is closed meanwhile, which is closed then", () => {
    const folder = newFolder();
    const path = join(folder, "a.lmdb");
    const db = openNotes(path);
    db.collection("notes").insertMany(notesFrom(0, 100));
    db.copyTo(join(folder, "b.lmdb"), () => db.close());
    expect(codeOf(() => db.stats())).toBe("database_closed");
    for (const name of ["a.lmdb", "b.lmdb"]) {
      using again = Database.open(lmdbStore(join(folder, name)));
      expect(again.collection("notes").count()).toBe(100);
      expect(again.verify().problems).toEqual([]);
    }
  });

  it("closes what it reads with before the transaction of it ends, also when it ends early", () => {
    const folder = newFolder();
    using db = openNotes(join(folder, "a.lmdb"));
    db.collection("notes").insertMany(notesFrom(0, 50));
    const closed: Mock[] = [];
    const { make } = Cursors.prototype;
    const making = vi.spyOn(Cursors.prototype, "make").mockImplementation(function (this: Cursors, txn) {
      const cursor = make.call(this, txn);
      closed.push(vi.spyOn(cursor, "close"));
      return cursor;
    });
    try {
      db.copyTo(join(folder, "b.lmdb"));
      const stop = (): never => {
        throw new Error("stop");
      };
      expect(() => db.copyTo(join(folder, "c.lmdb"), stop)).toThrow("stop");
      expect(db.verify().ok).toBe(true);
    } finally {
      making.mockRestore();
    }
    expect(closed.length).toBeGreaterThanOrEqual(3);
    for (const close of closed) expect(close).toHaveBeenCalledTimes(1);
  });

  it("replaces nothing, and says so before it begins: argument_invalid", () => {
    const path = newPlace();
    using db = openNotes(path);
    const tell = vi.fn();
    expect(codeOf(() => db.copyTo(path, tell))).toBe("argument_invalid");
    expect(tell).not.toHaveBeenCalled();
    expect(codeOf(() => db.copyTo(join(path, "..")))).toBe("argument_invalid");
    expect(codeOf(() => db.copyTo(join(path, "..", "missing", "b.lmdb")))).toBe("store_io");
  });
});

describe("restore", () => {
  it("puts a copy where nothing is, under its own revision", () => {
    const folder = newFolder();
    const [path, copy, restored] = ["a.lmdb", "copy.lmdb", "restored.lmdb"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    using db = openNotes(path);
    db.collection("notes").insertMany(notesFrom(0, 100));
    db.copyTo(copy);
    expect(restore(copy, restored)).toEqual({ revision: db.revision() });
    using again = Database.open(lmdbStore(restored));
    expect([again.revision(), again.collection("notes").count()]).toEqual([db.revision(), 100]);
    expect(again.verify().problems).toEqual([]);
  });

  it("replaces a vault in one commit, which others that have it open see as such", async () => {
    const folder = newFolder();
    const [path, copy] = ["a.lmdb", "copy.lmdb"].map((name) => join(folder, name)) as [string, string];
    let before: number;
    {
      using db = openNotes(path);
      db.collection("notes").insertMany(notesFrom(0, 100));
      db.copyTo(copy);
      db.collection("notes").where("id", ">=", 0).delete();
      db.register({ name: "later", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
      before = db.revision();
    }
    using reader = Database.open(lmdbStore(path, { mode: "read" }));
    expect(reader.collectionNames()).toEqual(["notes", "later"]);
    expect(codeOf(() => restore(copy, path))).toBe("argument_invalid");
    expect(restore(copy, path, { overwrite: true })).toEqual({ revision: before + 1 });
    await null;
    expect(reader.collectionNames()).toEqual(["notes"]);
    expect(reader.collection("notes").count()).toBe(100);
    expect(reader.revision()).toBeGreaterThan(before);
    expect(reader.verify().problems).toEqual([]);
    using db = Database.open(lmdbStore(path));
    db.collection("notes").insert({ id: 1_000, text: "new" });
    expect(db.verify().problems).toEqual([]);
    expect(codeOf(() => restore(copy, path, { overwrite: true }))).toBe("store_in_use");
  });

  it("takes vaults only, and options by name", () => {
    const folder = newFolder();
    const text = join(folder, "text");
    writeFileSync(text, "no vault");
    expect(codeOf(() => restore(text, join(folder, "a.lmdb")))).toBe("file_not_vault");
    expect(codeOf(() => restore(join(folder, "none"), join(folder, "a.lmdb")))).toBe("store_io");
    for (const options of [null, { overwrite: 1 }, { onProgress: 1 }, { force: true }])
      expect(codeOf(() => restore(text, join(folder, "a.lmdb"), options as never))).toBe("argument_invalid");
    expect(existsSync(join(folder, "a.lmdb"))).toBe(false);
  });
});

describe("verify", () => {
  it("finds any page that is damaged, without LMDB, which it may make end the process", () => {
    const path = newPlace();
    {
      using db = openNotes(path);
      db.collection("notes").insertMany(notesFrom(0, 400));
      db.collection("notes").insert({ id: 1_000, text: "long ".repeat(3_000) });
      db.collection("notes").where("id", "<", 100).delete();
      db.collection("notes").update(200, { text: "changed" });
      expect(db.verify().problems).toEqual([]);
    }
    const sound = readFileSync(path);
    expect(checkPages(path)).toBeUndefined();
    const pages = pagesInUse(path);
    expect(pages.length).toBeGreaterThan(20);
    for (const page of pages) {
      const bytes = Buffer.from(sound);
      const damages: ((at: Buffer) => unknown)[] = [
        (at) => at.fill(0),
        (at) => at.fill(255),
        (at) => at.subarray(0, 8).fill(1),
        (at) => at.subarray(16, 24).fill(3),
        // The first entry, or the head of a long value.
        (at) => at.subarray(20, 26).fill(0xfe),
      ];
      for (const damage of damages) {
        damage(bytes.subarray(page * 4_096, page * 4_096 + 4_096));
        writeFileSync(path, bytes);
        expect(checkPages(path), `page ${page}, ${String(damage)}`).toBeTypeOf("string");
        sound.copy(bytes);
      }
    }
    // A page of rows: the vault opens, and says what is wrong.
    const bytes = Buffer.from(sound);
    const at = bytes.lastIndexOf("note 300 ");
    bytes.fill(255, at - (at % 4_096), at - (at % 4_096) + 4_096);
    writeFileSync(path, bytes);
    using db = Database.open(lmdbStore(path));
    expect(db.verify()).toMatchObject({ ok: false, rowsChecked: 0, problems: [{ rule: "store" }] });
  });

  it("takes no file for one cut off that another process makes longer meanwhile", () => {
    const path = newPlace();
    openNotes(path).close();
    withFile(path, (read, size) => {
      let heads = 0;
      const counted: ReadAt = (at, length) => {
        heads++;
        return read(at, length);
      };
      expect(readHead(path, counted, () => (heads < 2 ? 0 : size())).tree.root).toBeGreaterThan(1);
    });
  });

  it("is told at the opening when a page with the catalog is damaged: file_damaged", () => {
    const path = newPlace();
    openNotes(path).close();
    const bytes = readFileSync(path);
    const at = bytes.lastIndexOf("modelvault");
    bytes.fill(255, at - (at % 4_096) + 16, at - (at % 4_096) + 64);
    writeFileSync(path, bytes);
    expect(codeOf(() => Database.open(lmdbStore(path)))).toBe("file_damaged");
  });

  it("finds keys of no keyspace, and counts that are not those counted", () => {
    const path = newPlace();
    openNotes(path).close();
    const file = openFile(path, checkLmdbOptions(path, {}));
    file.env.begin(true);
    file.env.set(TREE, Uint8Array.of(9, 9), new Uint8Array(0));
    file.env.set(OWN_SPACE, Uint8Array.of(2, 2, 1), Uint8Array.of(7));
    file.env.set({ kind: "rows", collection: 9 }, Uint8Array.of(1), Uint8Array.of(1));
    file.env.commit();
    file.close();
    using db = Database.open(lmdbStore(path));
    const messages = db.verify().problems.map(({ message }) => message);
    expect(messages).toContain("The key 0909 belongs to no keyspace.");
    expect(messages).toContain("The vault counts 0 entries in the rows of collection 9 and holds 1.");
    expect(messages.some((message) => message.includes("counts 7"))).toBe(true);
  });
});

describe("stats", () => {
  it("tell pages, readers and the map", () => {
    using db = openNotes(newPlace());
    db.collection("notes").insertMany(notesFrom(0, 5_000));
    const first = db.stats().store;
    expect(first.pagesUsed).toBeGreaterThan(100);
    expect(first.fileBytes).toBeGreaterThanOrEqual((first.pagesUsed ?? 0) * (first.pageBytes ?? 0));
    expect(first.mapBytes).toBeGreaterThanOrEqual(first.fileBytes ?? 0);
    expect(first.readersMax).toBe(4_096);
    // Nobody holds anything: what this call itself reads with is not counted.
    expect([first.readers, first.snapshotsOpen]).toEqual([0, 0]);
    db.read(() => undefined);
    const rows = db.collection("notes").iterate();
    rows.next();
    expect([db.stats().store.readers, db.stats().store.snapshotsOpen]).toEqual([1, 1]);
    rows.return?.();
    db.collection("notes").where("id", "<", 4_000).delete();
    expect(db.stats().store.pagesFree).toBeGreaterThan(first.pagesFree ?? 0);
  });
});
