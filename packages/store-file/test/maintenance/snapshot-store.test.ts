/** Snapshots: a vault as bytes, and vaults opened in memory from bytes or from a file. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { Database, memoryStore, type StoreDriver } from "@modelvault/core";
import { fileStore, snapshotStore } from "@modelvault/store-file";
import { describe, expect, test } from "vitest";
import { errorOf } from "../support/errors.ts";
import { goldenPath } from "../support/golden.ts";
import { newPlace } from "../support/places.ts";

const schema = {
  name: "t",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "s", type: "string" },
  ],
  indexes: [{ path: "s", kind: "unique" }],
} as const;

/** A vault with a past: several commits, replaced and deleted rows. */
function vault(rows = 30): Database {
  const db = Database.open(fileStore(newPlace()));
  db.register(schema);
  for (let id = 0; id < rows; id++) db.collection("t").insert({ id, s: `row ${id}` });
  db.collection("t").put({ id: 3, s: "changed" });
  db.collection("t").delete(4);
  return db;
}

const codeOf = (driver: StoreDriver): string => errorOf(() => Database.open(driver)).code;

describe("the bytes of a snapshot", () => {
  test("open as the state they were taken of, revision and indexes included", () => {
    using db = vault();
    const bytes = db.snapshotBytes();
    db.collection("t").delete(5);
    using copy = Database.open(snapshotStore(bytes));
    expect(copy.revision()).toBe(db.revision() - 1);
    expect(copy.collection("t").count()).toBe(29);
    expect(copy.collection("t").where("s", "=", "changed").all()).toEqual([{ id: 3, s: "changed" }]);
    expect(errorOf(() => copy.collection("t").insert({ id: 99, s: "row 7" })).code).toBe("unique_violation");
    expect(copy.verify().problems).toEqual([]);
  });

  test("of an empty vault open as an empty vault", () => {
    using db = Database.open(fileStore(newPlace()));
    using copy = Database.open(snapshotStore(db.snapshotBytes(), { recovery: "strict" }));
    expect(copy.collectionNames()).toEqual([]);
    expect(copy.revision()).toBe(0);
  });

  test("are an array of their own, and as a file they are a vault", () => {
    using db = vault();
    const bytes = db.snapshotBytes();
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const path = newPlace();
    writeFileSync(path, bytes);
    const driver = fileStore(path, { recovery: "strict" });
    using again = Database.open(driver);
    expect(driver.recoveryInfo().clean).toBe(true);
    expect(again.collection("t").all()).toEqual(db.collection("t").all());
  });

  test("tell how far taking them has come", () => {
    using db = vault();
    const reports: unknown[] = [];
    db.snapshotBytes((progress) => reports.push(progress));
    expect(reports.at(-1)).toEqual({ done: 29, total: 29, unit: "rows" });
  });

  test("are not taken during a transaction, nor by a store that has none", () => {
    using db = vault();
    db.transaction(() => {
      expect(errorOf(() => db.snapshotBytes()).code).toBe("transaction_open");
    });
    expect(errorOf(() => Database.open(memoryStore()).snapshotBytes()).code).toBe("unsupported_operation");
  });

  test("cut short anywhere are refused, even between two transactions", () => {
    using db = vault();
    const bytes = db.snapshotBytes();
    const codes = new Set<string>();
    for (let length = 0; length < bytes.length; length++)
      codes.add(codeOf(snapshotStore(bytes.subarray(0, length))));
    expect([...codes].sort()).toEqual(["file_not_vault", "log_unclean"]);
  });

  test("with any one bit flipped are refused, or hold the right rows", () => {
    using db = vault(3);
    const bytes = db.snapshotBytes();
    const rows = db.collection("t").all();
    for (let at = 0; at < bytes.length; at += at > 4300 && at < 8200 ? 97 : 1) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      try {
        using copy = Database.open(snapshotStore(flipped));
        expect(copy.collection("t").all()).toEqual(rows);
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(
          /^(file_not_vault|file_version_unsupported|log_damaged|log_unclean|checkpoint_invalid)$/,
        );
      }
    }
  });
});

describe("a store opened from a snapshot", () => {
  test("can be written and maintained, and says that nothing lasts", () => {
    using db = vault();
    const bytes = db.snapshotBytes();
    const driver = snapshotStore(bytes);
    const store = driver.open();
    expect(store.traits).toMatchObject({ durable: false, persistent: false, sharing: "none" });
    store.close();
    const copy = Database.open(driver);
    copy.register({ ...schema, name: "u", indexes: [] });
    copy.registerVersion(
      "t",
      { fields: [...schema.fields, { path: "n", type: "int64" }] },
      { accept: "migration", rewrite: (row) => ({ ...row, n: 1 }) },
    );
    copy.collection("u").insert({ id: 1, s: "only here" });
    copy.checkpoint();
    copy.compact();
    expect(copy.verify().problems).toEqual([]);
    const again = copy.snapshotBytes();
    copy.close();
    expect(Database.open(driver).collectionNames()).toEqual(["t"]);
    expect(Database.open(snapshotStore(again)).collection("u").count()).toBe(1);
    expect(db.hasCollection("u")).toBe(false);
  });

  test("is not changed by what becomes of the bytes, nor they by it", () => {
    using db = vault();
    const bytes = db.snapshotBytes();
    const before = bytes.slice();
    const driver = snapshotStore(bytes);
    using copy = Database.open(driver);
    copy.collection("t").insert({ id: 77, s: "x" });
    expect(bytes).toEqual(before);
    bytes.fill(0);
    expect(copy.collection("t").count()).toBe(30);
    expect(Database.open(driver).collection("t").count()).toBe(29);
  });

  test("copies itself to a place on the disk", () => {
    using db = vault();
    using copy = Database.open(snapshotStore(db.snapshotBytes()));
    const path = newPlace();
    copy.copyTo(path);
    expect(Database.open(fileStore(path)).collection("t").count()).toBe(29);
    expect(copy.path).toBeUndefined();
  });

  test("is opened by a worker from its module, export and options", async () => {
    using db = vault();
    const { moduleUrl, factory, args } = snapshotStore(db.snapshotBytes());
    const worker = new Worker(
      `const { parentPort, workerData } = require("node:worker_threads");
       import(workerData.moduleUrl.replace("/src/", "/dist/").replace(/ts$/, "js")).then((module) => {
         const store = module[workerData.factory](...workerData.args).open();
         parentPort.postMessage(store.count({ kind: "rows", collection: 1 }));
         store.close();
       });`,
      { eval: true, execArgv: [], workerData: { moduleUrl, factory, args } },
    );
    const rows = await new Promise((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
    });
    await worker.terminate();
    expect(rows).toBe(29);
  });
});

describe("a file as a snapshot", () => {
  test("is read when it is opened, and neither locked nor changed", () => {
    const path = newPlace();
    const driver = snapshotStore(path);
    expect(errorOf(() => driver.open())).toMatchObject({ code: "store_io", details: { errno: "ENOENT" } });
    using db = Database.open(fileStore(path));
    db.register(schema);
    db.collection("t").insert({ id: 1, s: "one" });
    const bytes = readFileSync(path);
    using copy = Database.open(driver);
    copy.collection("t").insert({ id: 2, s: "two" });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(db.collection("t").count()).toBe(1);
    expect(readdirSync(dirname(path)).filter((name) => name.includes("tmp"))).toEqual([]);
  });

  test("that was torn is refused, or mended in memory where that is asked for", () => {
    const path = goldenPath("19-damaged-torn-record");
    const bytes = readFileSync(path);
    expect(codeOf(snapshotStore(path))).toBe("log_unclean");
    using copy = Database.open(snapshotStore(path, { recovery: "auto" }));
    expect(copy.verify().problems).toEqual([]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(existsSync(`${path}.writer.lock`)).toBe(false);
  });
});

test("a misuse names the argument", () => {
  for (const [source, options, argument] of [
    [undefined, undefined, "source"],
    [[1, 2], undefined, "source"],
    ["", undefined, "path"],
    ["a", { recovery: "maybe" }, "options.recovery"],
    ["a", { mode: "read" }, "options.mode"],
    ["a", 5, "options"],
  ] as const) {
    expect(errorOf(() => snapshotStore(source as never, options as never))).toMatchObject({
      code: "argument_invalid",
      details: { argument },
    });
  }
});
