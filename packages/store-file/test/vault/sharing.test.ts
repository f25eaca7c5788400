import { readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Database } from "@modelvault/core";
import { fileStore, restore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { errorOf } from "../support/errors.ts";
import { newFolder, newPlace } from "../support/places.ts";

const fields = [
  { path: "id", type: "int64" },
  { path: "s", type: { optional: "string" } },
] as const;

function vault(path: string): Database {
  const db = Database.open(fileStore(path));
  db.register({ name: "t", primaryKey: "id", fields, indexes: [{ path: "s" }] });
  return db;
}

describe("one writer", () => {
  test("a second one in the same process is told to share the handle, by whatever path it comes", () => {
    const folder = newFolder();
    const path = join(folder, "a.modelvault");
    const db = vault(path);
    symlinkSync(path, join(folder, "link.modelvault"));
    for (const other of [path, join(folder, ".", "a.modelvault"), join(folder, "link.modelvault")]) {
      const error = errorOf(() => fileStore(other).open());
      expect(error.code).toBe("store_in_use");
      expect(error.message).toContain("Share that handle");
    }
    expect(errorOf(() => fileStore(path, { mode: "read" }).open()).code).toBe("store_in_use");
    db.close();
    fileStore(path).open().close();
  });

  test("leaves the sidecar empty and takes its note away", () => {
    const path = newPlace();
    const db = vault(path);
    expect(statSync(`${path}.writer.lock`).size).toBe(0);
    expect(JSON.parse(readFileSync(`${path}.writer.info`, "utf8"))).toMatchObject({
      pid: process.pid,
      host: hostname(),
    });
    db.close();
    expect(statSync(path.concat(".writer.info"), { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a failed open holds no lock", () => {
    const path = newPlace();
    writeFileSync(path, "not a vault");
    expect(errorOf(() => fileStore(path).open()).code).toBe("file_not_vault");
    const lmdb = Buffer.alloc(4096);
    lmdb.writeUInt32LE(0xbeefc0de, 24);
    writeFileSync(path, lmdb);
    expect(errorOf(() => fileStore(path).open()).message).toContain("lmdbStore");
    writeFileSync(path, "");
    fileStore(path).open().close();
  });
});

describe("readers", () => {
  test("keep writers out and are many", () => {
    const path = newPlace();
    vault(path).close();
    const [one, two] = [fileStore(path, { mode: "read" }).open(), fileStore(path, { mode: "read" }).open()];
    expect(errorOf(() => fileStore(path).open()).code).toMatch(/^store_(busy|in_use)$/);
    one.close();
    two.close();
    fileStore(path).open().close();
  });

  test("of a missing file there are none", () => {
    for (const mode of ["read", "follow"] as const) {
      const error = errorOf(() => fileStore(newPlace(), { mode }).open());
      expect(error.code).toBe("store_io");
      expect(error.details.errno).toBe("ENOENT");
    }
    expect(errorOf(() => fileStore(newPlace(), { createIfMissing: false }).open()).details.errno).toBe(
      "ENOENT",
    );
  });
});

describe("followers", () => {
  test("see a consistent commit, and later ones after a refresh, indexes included", () => {
    const path = newPlace();
    const db = vault(path);
    db.collection("t").insert({ id: 1, s: "a" });
    const driver = fileStore(path, { mode: "follow" });
    using follower = Database.open(driver);
    expect(follower.collection("t").where("s", "=", "a").count()).toBe(1);
    db.transaction(() => {
      db.collection("t").put({ id: 1, s: "b" });
      db.collection("t").insert({ id: 2, s: "a" });
      db.collection("t").insert({ id: 3, s: "c" });
    });
    db.collection("t").delete(3);
    expect(follower.collection("t").count()).toBe(1);
    expect(driver.refresh()).toBe(db.revision());
    expect(follower.collection("t").all()).toEqual(db.collection("t").all());
    expect(follower.collection("t").where("s", "=", "a").all()).toEqual([{ id: 2, s: "a" }]);
    expect(follower.verify().problems).toEqual([]);
    db.close();
  });

  test("go along with a compaction, a new schema and a checkpoint", () => {
    const path = newPlace();
    const db = vault(path);
    for (let id = 1; id <= 20; id++) db.collection("t").put({ id: id % 7, s: `s${id}` });
    const driver = fileStore(path, { mode: "follow" });
    using follower = Database.open(driver);
    const changes = [
      (): void => db.compact(),
      (): unknown =>
        db.registerVersion("t", { fields: [...fields, { path: "o", type: { optional: "int64" } }] }),
      (): void => db.checkpoint(),
      (): unknown => db.register({ name: "u", primaryKey: "id", fields }),
      (): void => db.compact(),
    ];
    let id = 100;
    for (const change of changes) {
      change();
      db.collection("t").insert({ id: id++, s: "later" });
      expect(driver.refresh()).toBe(db.revision());
      expect(follower.collection("t").all()).toEqual(db.collection("t").all());
      expect(follower.collection("t").where("s", "=", "later").count()).toBe(id - 100);
      expect(follower.verify().problems).toEqual([]);
    }
    db.close();
  });

  // A restored vault, or one that upstream has compacted, may be at a revision that the follower has shown before for something else.
  test("never show one revision for two states, whatever takes the place of the file", () => {
    const path = newPlace();
    const db = vault(path);
    const saved = db.snapshotBytes();
    for (let id = 1; id <= 9; id++) db.collection("t").insert({ id, s: `s${id}` });
    const driver = fileStore(path, { mode: "follow" });
    using follower = Database.open(driver);
    const seen = new Map([[follower.revision(), JSON.stringify(follower.collection("t").all())]]);
    const look = (): void => {
      driver.refresh();
      const state = JSON.stringify(follower.collection("t").all());
      const revision = follower.revision();
      expect(seen.get(revision) ?? state).toBe(state);
      if (!seen.has(revision)) expect(revision).toBeGreaterThan(Math.max(...seen.keys()));
      seen.set(revision, state);
    };
    db.close();
    restore(saved, path, { overwrite: true });
    look();
    const again = Database.open(fileStore(path));
    for (let id = 1; id <= 12; id++) {
      again.collection("t").insert({ id, s: `other ${id}` });
      look();
    }
    again.compact();
    look();
    again.registerVersion("t", { fields: [...fields, { path: "o", type: { optional: "int64" } }] });
    look();
    again.collection("t").delete(3);
    look();
    expect(seen.size).toBeGreaterThanOrEqual(16);
    again.close();
  });

  test("a snapshot of one outlives a refresh", () => {
    const path = newPlace();
    const db = vault(path);
    db.collection("t").insert({ id: 1, s: "a" });
    const driver = fileStore(path, { mode: "follow" });
    const store = driver.open();
    const snapshot = store.snapshot();
    db.collection("t").insert({ id: 2, s: "b" });
    db.compact();
    driver.refresh();
    const rows = { kind: "rows", collection: 1 } as const;
    expect([snapshot.count(rows), store.count(rows)]).toEqual([1, 2]);
    expect([...snapshot.scan({ kind: "index", collection: 1, index: 1 })].length).toBe(1);
    store.close();
    expect(errorOf(() => snapshot.count(rows)).code).toBe("snapshot_closed");
    db.close();
  });
});

test("options that are none are refused by name", () => {
  expect(errorOf(() => fileStore("")).details.argument).toBe("path");
  expect(errorOf(() => fileStore("a", { mode: "rw" as never })).code).toBe("argument_invalid");
  expect(errorOf(() => fileStore("a", { durabilty: "none" } as never)).details.argument).toBe(
    "options.durabilty",
  );
  expect(errorOf(() => fileStore("a").refresh()).code).toBe("store_closed");
});

test("a vault that was moved is opened where it is", () => {
  const path = newPlace();
  vault(path).close();
  const moved = newPlace("moved.modelvault");
  renameSync(path, moved);
  using db = Database.open(fileStore(moved));
  expect(db.collectionNames()).toEqual(["t"]);
});
