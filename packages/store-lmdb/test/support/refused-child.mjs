// Opens a vault as a user whom the file system refuses things, or under a limit of file size, and prints what came of it.
import { closeSync, openSync } from "node:fs";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

const [path = "", what = ""] = process.argv.slice(2);

/** @param {import("@modelvault/core").StoreDriver} driver @param {(db: Database) => unknown} work */
function withVault(driver, work) {
  const db = Database.open(driver);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

/** Fills a vault until there is no more room, makes some, and uses it. @param {Database} db */
function fill(db) {
  db.register({
    name: "numbers",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "text", type: "string" },
    ],
  });
  const rows = db.collection("numbers");
  /** @param {number} id */
  const add = (id) => rows.insert({ id, text: "x".repeat(3_000) });
  let id = 0;
  /** @type {{ code?: string }} */
  let error = {};
  try {
    for (; id < 100_000; id++) add(id);
  } catch (thrown) {
    error = told(thrown);
  }
  const kept = rows.count() === id;
  let large = "";
  try {
    db.transaction(() =>
      rows.insertMany(Array.from({ length: 2_000 }, (_, at) => ({ id: -1 - at, text: "y".repeat(3_000) }))),
    );
  } catch (thrown) {
    large = String(told(thrown).code);
  }
  for (let gone = 0; gone < 200; gone++) rows.delete(gone);
  for (let more = 0; more < 100; more++) add(1_000_000 + more);
  const verified = db.verify().ok && kept;
  return { ...error, large, after: "committed", rows: rows.count(), verified };
}

/** Tries to open a vault with 0, 1, 2… files that may still be opened, until it works. */
function openWithFewFiles() {
  /** @type {number[]} */
  const files = [];
  try {
    for (;;) files.push(openSync("/dev/null", "r"));
  } catch {
    // No more: that is the point.
  }
  /** @type {unknown[]} */
  const codes = [];
  for (;;) {
    try {
      return withVault(lmdbStore(path), (db) => ({ codes, count: db.collection("numbers").count() }));
    } catch (error) {
      codes.push(told(error).code);
    }
    closeSync(files.pop() ?? -1);
  }
}

/** @param {unknown} error */
function told(error) {
  const { code, details } = /** @type {import("@modelvault/core").ModelVaultError} */ (error);
  return { code, errno: details?.errno, message: String(error) };
}

/** @type {Record<string, () => unknown>} */
const parts = {
  read: () =>
    withVault(lmdbStore(path, { mode: "read" }), (db) => ({ count: db.collection("numbers").count() })),
  write: () => withVault(lmdbStore(path), () => ({ opened: true })),
  fill: () => withVault(lmdbStore(path), fill),
  files: openWithFewFiles,
};

// "nobody", where we may become somebody else: the superuser is refused nothing.
if ((what === "read" || what === "write") && process.getuid?.() === 0) {
  process.setgid?.(65_534);
  process.setuid?.(65_534);
}
let report;
try {
  report = parts[what]?.();
} catch (error) {
  report = told(error);
}
console.log(JSON.stringify(report));
