// What upstream's catalogue cannot say: dropped and renamed collections, defaults. Upstream opens such vaults, and what it does to them is not lost.
import { Database } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { expect } from "./model.mjs";

/** @typedef {import("./scenarios.mjs").Setting} Setting */

const ID = /** @type {const} */ ({ path: "id", type: "int64" });
const fields = [{ path: ["id"], type: "int64" }];

/** @template T @param {string} path @param {(db: Database) => T} work @returns {T} */
function withOurs(path, work) {
  const db = Database.open(fileStore(path));
  try {
    const result = work(db);
    expect(db.verify().ok, "verify");
    return result;
  } finally {
    db.close();
  }
}

/** @param {Setting} setting @param {string} path @param {() => Promise<void>} work */
async function withTheirs({ upstream }, path, work) {
  await upstream.call("open", { path, recovery: "strict" });
  await work();
  await upstream.call("close");
}

export const nameRules = [
  {
    name: "a name is used again and again, and upstream sees a collection for each use",
    run: async (/** @type {Setting} */ setting) => {
      const path = setting.place("names-again");
      for (let round = 0; round < 4; round++) {
        withOurs(path, (db) => {
          if (round > 0) expect(db.dropCollection("books").rows === 1, "rows");
          db.register({ name: "books", primaryKey: "id", fields: [ID], indexes: [{ path: "id" }] });
          db.collection("books").insert({ id: round });
          if (round === 2) db.checkpoint();
          if (round === 3) db.compact();
        });
        await withTheirs(setting, path, async () => {
          const names = /** @type {string[]} */ (await setting.upstream.call("names", {}));
          const theirs = names.filter((name) => name.startsWith("books"));
          expect(theirs.length === round + 1, `upstream sees ${names}`);
          for (const name of theirs) {
            const rows = await setting.upstream.call("dump", { name, fields });
            const newest = theirs.every((other) => other.length <= name.length && other <= name);
            expect(rows.length === (newest ? 1 : 0), `upstream sees ${JSON.stringify(rows)} in ${name}`);
          }
        });
      }
    },
  },
  {
    name: "a dropped collection that upstream writes to is there again, and nothing of it is lost",
    run: async (/** @type {Setting} */ setting) => {
      const path = setting.place("names-revived");
      withOurs(path, (db) => {
        for (const name of ["books", "other"]) db.register({ name, primaryKey: "id", fields: [ID] });
        db.collection("books").insert({ id: 1 });
        db.dropCollection("books");
        db.renameCollection("other", "books");
        db.collection("books").insert({ id: 2 });
      });
      await withTheirs(setting, path, () =>
        setting.upstream.call("apply", {
          name: "books",
          steps: [{ op: "put", row: { id: { int64: "7" } } }],
        }),
      );
      withOurs(path, (db) => {
        expect(db.collectionNames().join() === "books~1,books", `we have ${db.collectionNames()}`);
        expect(JSON.stringify(db.collection("books~1").all()) === '[{"id":7}]', "their row");
        expect(JSON.stringify(db.collection("books").all()) === '[{"id":2}]', "our row");
        db.dropCollection("books~1");
      });
      withOurs(path, (db) => expect(db.collectionNames().join() === "books", "names"));
      await withTheirs(setting, path, async () => undefined);
    },
  },
  {
    name: "a collection that upstream creates under a name we use is called by it and its number",
    run: async (/** @type {Setting} */ setting) => {
      const path = setting.place("names-clash");
      withOurs(path, (db) => {
        db.register({ name: "first", primaryKey: "id", fields: [ID] });
        db.renameCollection("first", "books");
        db.collection("books").insert({ id: 1 });
      });
      await withTheirs(setting, path, async () => {
        await setting.upstream.call("register", { name: "books", primary: "id", fields, indexes: [] });
        await setting.upstream.call("apply", {
          name: "books",
          steps: [{ op: "put", row: { id: { int64: "2" } } }],
        });
      });
      withOurs(path, (db) => {
        const [, theirs] = db.collectionNames();
        expect(theirs === "books~3", `we have ${db.collectionNames()}`);
        expect(JSON.stringify(db.collection("books").all()) === '[{"id":1}]', "our row");
        expect(JSON.stringify(db.collection("books~3").all()) === '[{"id":2}]', "their row");
        db.renameCollection("books~3", "theirs");
      });
      withOurs(path, (db) => expect(db.collectionNames().join() === "books,theirs", "names"));
    },
  },
  {
    name: "upstream opens a vault with defaults and notes, and leaves them to us when it writes",
    run: async (/** @type {Setting} */ setting) => {
      const path = setting.place("names-defaults");
      withOurs(path, (db) => {
        db.register({
          name: "books",
          primaryKey: "id",
          fields: [ID, { path: "state", type: { enum: ["new", "sold"] }, default: "new" }],
        });
        db.setNote("tool/1", new Uint8Array([0, 255]));
        db.collection("books").insert({ id: 1 });
        const more = /** @type {const} */ ({ path: "n", type: "int64", default: 5 });
        db.registerVersion(
          "books",
          { fields: [...db.schema("books").fields, more] },
          { accept: "migration" },
        );
      });
      await withTheirs(setting, path, () =>
        setting.upstream.call("apply", {
          name: "books",
          steps: [{ op: "put", row: { id: { int64: "2" }, state: { enum: "sold" }, n: { int64: "1" } } }],
        }),
      );
      withOurs(path, (db) => {
        db.collection("books").insert({ id: 3 });
        const rows = JSON.stringify(db.collection("books").all());
        const expected = [
          { id: 1, state: "new", n: 5 },
          { id: 2, state: "sold", n: 1 },
          { id: 3, state: "new", n: 5 },
        ];
        expect(rows === JSON.stringify(expected), rows);
        expect(db.note("tool/1")?.[1] === 255, "the note");
      });
      // A version of theirs, which knows of no default.
      const seen = [
        ...fields,
        { path: ["state"], type: { enum: ["new", "sold"] } },
        { path: ["n"], type: "int64" },
        { path: ["more"], type: { optional: "bool" } },
      ];
      await withTheirs(setting, path, () =>
        setting.upstream.call("version", { name: "books", fields: seen, indexes: [] }),
      );
      withOurs(path, (db) => {
        db.collection("books").insert({ id: 4 });
        const row = JSON.stringify(db.collection("books").get(4));
        expect(row === '{"id":4,"state":"new","n":5,"more":null}', row);
      });
      await withTheirs(setting, path, async () => undefined);
    },
  },
];
