// The promises of the file driver that only upstream itself can confirm: each is one scenario.
import { copyFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect } from "./model.mjs";

/** @typedef {import("./scenarios.mjs").Setting} Setting */
/** @typedef {{ name: string, run: (setting: Setting) => void | Promise<void> }} Rule */

const fixtures = join(
  dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
  "packages/store-file/test/fixtures",
);
/** @typedef {import("@modelvault/core").FieldDescriptor} FieldDescriptor */
/** @type {FieldDescriptor} */
const id = { path: ["id"], type: "int64" };
/** @type {FieldDescriptor[]} */
const idAndText = [id, { path: ["s"], type: { optional: "string" } }];
/** @type {import("@modelvault/core").IndexDescriptor[]} */
const uniqueText = [{ name: "only", path: ["s"], kind: "unique" }];

/** @param {string} path @param {(db: Database) => void} work */
function withOurs(path, work) {
  const db = Database.open(fileStore(path), { integers: "bigint" });
  try {
    work(db);
  } finally {
    db.close();
  }
}

/** Opens with upstream in strict mode. @param {Setting} setting @param {string} path @param {() => Promise<void>} work */
async function withTheirs({ upstream }, path, work) {
  await upstream.call("open", { path, recovery: "strict" });
  try {
    await work();
  } finally {
    await upstream.call("close");
  }
}

/** @param {Setting} setting @param {string} name @param {any[]} fields @returns {Promise<any[]>} */
const dump = ({ upstream }, name, fields) => upstream.call("dump", { name, fields });

/** Keys that upstream finds by equality. @param {Setting} setting @param {string} name @param {string} field @param {any} value */
async function theirKeys({ upstream }, name, field, value) {
  const { keys } = await upstream.call("where", { name, path: [field], value, primary: "id", kind: "int64" });
  return keys.map((/** @type {any} */ key) => Number(key.int64)).sort();
}

/** @param {Setting} setting @param {string} name */
function golden(setting, name) {
  const path = setting.place(`golden-${name}`);
  copyFileSync(join(fixtures, `${name}.modelvault`), path);
  return path;
}

/** @type {Rule[]} */
export const rules = [
  {
    name: "a unique value that changes its owner within one transaction, in any order of calls",
    run: async (setting) => {
      const path = setting.place("owner");
      withOurs(path, (db) => {
        db.register({ name: "t", primaryKey: "id", fields: idAndText, indexes: uniqueText });
        const t = db.collection("t");
        t.insert({ id: 1n, s: "x" });
        t.insert({ id: 2n, s: "y" });
        db.transaction(() => {
          t.put({ id: 1n, s: null });
          t.put({ id: 2n, s: "x" });
          t.put({ id: 1n, s: "y" });
          t.insert({ id: 3n, s: "z" });
          t.delete(3n);
          t.insert({ id: 4n, s: "z" });
        });
      });
      await withTheirs(setting, path, async () => {
        expect((await theirKeys(setting, "t", "s", { string: "x" })).join() === "2", "x belongs to row 2");
        expect((await theirKeys(setting, "t", "s", { string: "y" })).join() === "1", "y belongs to row 1");
        expect((await theirKeys(setting, "t", "s", { string: "z" })).join() === "4", "z belongs to row 4");
        const { error } = await setting.upstream.ask("apply", {
          name: "t",
          steps: [{ op: "put", row: { id: { int64: "9" }, s: { string: "z" } } }],
        });
        expect(error !== undefined, "upstream enforces the unique value we wrote");
      });
    },
  },
  {
    name: "entries of a dropped index (B17) are corrected by our first write",
    run: async (setting) => {
      const path = golden(setting, "17-dropped-index");
      withOurs(path, (db) =>
        expect(
          db.collection("t").where("s", "=", "a").count() === 0,
          "we are right before anything is written",
        ),
      );
      await withTheirs(setting, path, async () => {
        expect(
          (await theirKeys(setting, "t", "s", { string: "a" })).length === 1,
          "upstream is wrong as long as nothing was",
        );
      });
      withOurs(path, (db) =>
        db.collection("t").insert({ ...db.collection("t").all()[0], id: 77n, s: "new" }),
      );
      await withTheirs(setting, path, async () => {
        expect((await theirKeys(setting, "t", "s", { string: "a" })).length === 0, "the stale entry is gone");
        expect(
          (await theirKeys(setting, "t", "s", { string: "new" })).join() === "77",
          "the new row is found",
        );
      });
    },
  },
  ...["13-forced-checkpoint", "14-bug-required-field", "15-bug-nested-bump", "16-bug-duplicate-name"].map(
    (name) => ({
      name: `${name}: after our first write upstream can open it`,
      run: async (/** @type {Setting} */ setting) => {
        const path = golden(setting, name);
        let rows = 0;
        withOurs(path, (db) => {
          const [collection = ""] = db.collectionNames();
          const row = /** @type {any} */ (db.collection(collection).all()[0]);
          db.collection(collection).put({ ...row, id: typeof row.id === "bigint" ? 4711n : "4711" });
          rows = db.collection(collection).count();
        });
        await withTheirs(setting, path, async () => {
          const [collection] = await setting.upstream.call("names");
          const found = await dump(setting, collection, [id]);
          expect(found.length === rows, `upstream reads ${found.length} rows, not ${rows}`);
        });
      },
    }),
  ),
  ...[
    "18-damaged-torn-marker",
    "19-damaged-torn-record",
    "20-damaged-torn-manifest",
    "21-damaged-zero-tail",
    "24-damaged-newer-superblock",
    "25-damaged-checkpoint",
  ].map((name) => ({
    name: `${name}: once we have opened it, upstream opens it in strict mode`,
    run: async (/** @type {Setting} */ setting) => {
      const path = golden(setting, name);
      withOurs(path, () => undefined);
      await withTheirs(setting, path, async () => undefined);
    },
  })),
  {
    name: "schema versions that make old records invalid (B1, B2) leave a file that upstream opens",
    run: async (setting) => {
      const path = setting.place("versions");
      /** @type {FieldDescriptor[]} */
      const nested = [
        { path: ["id"], type: "int64" },
        { path: ["a", "b"], type: "string" },
      ];
      withOurs(path, (db) => {
        db.register({ name: "flat", primaryKey: "id", fields: idAndText, indexes: uniqueText });
        db.register({ name: "nested", primaryKey: "id", fields: nested });
        for (let id = 1n; id <= 5n; id++) {
          db.collection("flat").insert({ id, s: `s${id}` });
          db.collection("nested").insert({ id, a: { b: "x" } });
        }
        db.collection("flat").delete(5n);
        db.registerVersion(
          "flat",
          { fields: [...idAndText, { path: ["r"], type: "int64" }] },
          { accept: "migration", rewrite: (row) => ({ ...row, r: 1n }) },
        );
        db.registerVersion("nested", {
          fields: [...nested, { path: ["a", "c"], type: { optional: "string" } }],
        });
        db.registerVersion(
          "flat",
          {
            fields: [id, { path: ["s"], type: { optional: "string" }, constraints: [{ max_length: 9 }] }],
          },
          { accept: "breaking" },
        );
      });
      await withTheirs(setting, path, async () => {
        expect((await dump(setting, "flat", idAndText)).length === 4, "all rows of flat");
        expect((await dump(setting, "nested", nested)).length === 5, "all rows of nested");
        expect(
          (await theirKeys(setting, "flat", "s", { string: "s3" })).join() === "3",
          "the index is right",
        );
      });
    },
  },
  {
    name: "what only our system collection can say leaves plain rows for upstream",
    run: async (setting) => {
      const path = setting.place("system");
      /** @type {FieldDescriptor[]} */
      const fields = [
        { path: ["id"], type: "int64" },
        { path: ["doc"], type: "json" },
        { path: ["o"], type: { object: [{ path: ["n"], type: "int64", constraints: [{ min_i64: 3 }] }] } },
        { path: ["p"], type: "string", constraints: [{ regex: "^a+?b$" }] },
      ];
      withOurs(path, (db) => {
        db.register({ name: "t", primaryKey: "id", fields });
        db.collection("t").insert({ id: 1n, doc: { deep: [1, "x", null] }, o: { n: 5n }, p: "aab" });
      });
      await withTheirs(setting, path, async () => {
        const [row] = await dump(setting, "t", [
          fields[0],
          { path: ["doc"], type: "string" },
          fields[2],
          { path: ["p"], type: "string" },
        ]);
        expect(JSON.parse(row.doc.string).deep[1] === "x", "the JSON text is a string");
      });
      withOurs(path, (db) => {
        const { fields: kept } = db.schema("t");
        expect(JSON.stringify(kept[1]?.type) === '"json"', "we still know the type json");
      });
    },
  },
  {
    name: "one process of either engine keeps the other out, at once",
    run: async (setting) => {
      const path = setting.place("locks");
      withOurs(path, () => undefined);
      await setting.upstream.call("open", { path });
      try {
        for (const mode of /** @type {const} */ (["write", "read"])) {
          const error = /** @type {any} */ (caught(() => fileStore(path, { mode }).open()));
          expect(error?.code === "store_busy", `opening for ${mode} while upstream writes: ${error}`);
          if (process.platform === "linux")
            expect(
              error.details.pid === setting.upstream.pid,
              `the holder is ${setting.upstream.pid}, not ${error.details.pid}`,
            );
        }
        fileStore(path, { mode: "follow" }).open().close();
      } finally {
        await setting.upstream.call("close");
      }
      const store = fileStore(path).open();
      for (const readOnly of [false, true]) {
        const { error } = await setting.upstream.ask("open", { path, readOnly });
        expect(
          error?.includes("locked") === true || error?.includes("os error 11") === true,
          `upstream while we write: ${error}`,
        );
      }
      store.close();
      const reader = fileStore(path, { mode: "read" }).open();
      const { error } = await setting.upstream.ask("open", { path });
      expect(error !== undefined, "upstream cannot write while we read");
      await setting.upstream.call("open", { path, readOnly: true });
      await setting.upstream.call("close");
      reader.close();
      await setting.upstream.call("open", { path });
      await setting.upstream.call("close");
    },
  },
  {
    name: "a commit of ours that is cut at any byte is no loss to upstream",
    run: async (setting) => {
      const path = setting.place("cut");
      withOurs(path, (db) => {
        db.register({ name: "t", primaryKey: "id", fields: idAndText, indexes: uniqueText });
        db.collection("t").insert({ id: 1n, s: "one" });
      });
      const before = statSync(path).size;
      withOurs(path, (db) => db.collection("t").insert({ id: 2n, s: "two" }));
      const after = statSync(path).size;
      for (let length = before; length <= after; length++) {
        const torn = setting.place("torn");
        copyFileSync(path, torn);
        truncateSync(torn, length);
        await setting.upstream.call("open", { path: torn });
        const rows = await dump(setting, "t", idAndText);
        await setting.upstream.call("close");
        expect(rows.length === (length === after ? 2 : 1), `cut to ${length}: ${rows.length} rows`);
      }
    },
  },
  {
    name: "checkpoint, compaction and copy are files that upstream opens, extends and compacts",
    run: async (setting) => {
      const path = setting.place("maintained");
      const copy = setting.place("maintained-copy");
      withOurs(path, (db) => {
        db.register({ name: "t", primaryKey: "id", fields: idAndText, indexes: uniqueText });
        for (let id = 1n; id <= 300n; id++) db.collection("t").put({ id, s: `s${id}` });
        for (let id = 1n; id <= 100n; id++) db.collection("t").delete(id);
        db.checkpoint();
        db.collection("t").insert({ id: 1000n, s: "after" });
        db.copyTo(copy);
      });
      for (const file of [path, copy]) {
        for (const step of ["checkpoint", "compact"]) {
          await withTheirs(setting, file, async () => {
            expect((await dump(setting, "t", idAndText)).length === 201, `${step}: all rows`);
            expect(
              (await theirKeys(setting, "t", "s", { string: "after" })).join() === "1000",
              `${step}: the index`,
            );
            await setting.upstream.call(step);
          });
        }
        withOurs(file, (db) => {
          expect(db.collection("t").count() === 201 && db.verify().ok, "we read it back");
          db.compact();
        });
        await withTheirs(setting, file, async () =>
          expect((await dump(setting, "t", idAndText)).length === 201, "compacted by us"),
        );
      }
    },
  },
  {
    name: "a state above 64 MiB (B4) gets no checkpoint, and compacts to a file that upstream opens",
    run: async (setting) => {
      const path = setting.place("large");
      withOurs(path, (db) => {
        db.register({ name: "t", primaryKey: "id", fields: idAndText });
        for (let id = 1n; id <= 5n; id++) db.collection("t").insert({ id, s: "x".repeat(14 * 1024 * 1024) });
        const error = /** @type {any} */ (caught(() => db.checkpoint()));
        expect(error?.code === "checkpoint_too_large", `checkpoint: ${error}`);
        db.compact();
      });
      await withTheirs(setting, path, async () =>
        expect((await dump(setting, "t", [id])).length === 5, "five rows"),
      );
    },
  },
  {
    name: "a file is not changed by an open of ours that finds nothing wrong",
    run: async (setting) => {
      const path = setting.place("untouched");
      await setting.upstream.call("open", { path });
      await setting.upstream.call("register", {
        name: "t",
        primary: "id",
        fields: idAndText,
        indexes: uniqueText,
      });
      await setting.upstream.call("close");
      const bytes = readFileSync(path);
      withOurs(path, (db) => expect(db.collection("t").count() === 0, "no rows"));
      expect(readFileSync(path).equals(bytes), "the same bytes");
    },
  },
];

/** @param {() => void} call @returns {unknown} */
function caught(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
