// A process with a vault open, for tests of several. Says what it does in messages; runs on the built packages.
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

const [role = "", path = "", ...rest] = process.argv.slice(2);
/** @param {unknown} message */
const say = (message) => new Promise((sent) => process.send?.(message, sent));
/** @returns {Promise<any>} */
const heard = () => new Promise((resolve) => process.once("message", resolve));

/** Uses up processor time, as a transaction that does something would. @param {number} ms */
function work(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** Raises the shared counter and inserts a row with the number it got, which a unique index lets nobody else have. @param {Database} db @param {string} who @param {number} holdMs */
function takeNumber(db, who, holdMs) {
  db.transaction(() => {
    const counters = db.collection("counters");
    const taken = Number(counters.get("taken")?.value ?? 0) + 1;
    counters.put({ id: "taken", value: taken });
    db.collection("tickets").insert({ id: `${who} ${taken}`, number: taken, who });
    if (holdMs > 0) work(holdMs);
  });
}

/** @type {Record<string, (db: Database) => Promise<void>>} */
const roles = {
  /** Takes so many numbers. */
  async writer(db) {
    const [who = "", times = "0", holdMs = "0"] = rest;
    await say("ready");
    await heard();
    for (let time = 0; time < Number(times); time++) takeNumber(db, who, Number(holdMs));
    await say("done");
  },

  /** Takes numbers, and looks up between them whether it is to end. */
  async endless(db) {
    const [who = ""] = rest;
    await say("ready");
    await heard();
    let stopped = false;
    process.once("message", () => {
      stopped = true;
    });
    let times = 0;
    while (!stopped) {
      for (let time = 0; time < 20; time++, times++) takeNumber(db, who, 0.02);
      await new Promise((turn) => setImmediate(turn));
    }
    await say(times);
  },

  /** Changes the schema each time it is told to. */
  async migrator(db) {
    await say("ready");
    for (let round = 0; ; round++) {
      const order = await heard();
      if (order === "end") return;
      db.register({
        name: `made ${round}`,
        primaryKey: "id",
        fields: [
          { path: "id", type: "int64" },
          { path: "n", type: "int64" },
        ],
        indexes: [{ path: "n" }],
      });
      db.collection(`made ${round}`).insert({ id: round, n: round });
      await say(round);
    }
  },

  /** Takes so many numbers, and opens the vault for each of them. */
  async visitor() {
    const [who = "", times = "0"] = rest;
    db.close();
    await say("ready");
    await heard();
    for (let time = 0; time < Number(times); time++) {
      const visited = Database.open(lmdbStore(path));
      takeNumber(visited, who, 0);
      visited.close();
    }
    await say("done");
  },

  /** Begins a transaction and comes to its end. */
  async leaver() {
    db.close();
    const transaction = lmdbStore(path).open().begin();
    transaction.put({ kind: "rows", collection: 2 }, Uint8Array.of(1), Uint8Array.of(1));
    await say("in a transaction");
  },

  /** Holds a snapshot open in the middle of an iteration until it is killed. */
  async reader(db) {
    const rows = db.collection("tickets").iterate();
    rows.next();
    // What was read with beside the iteration is let go of at the end of the run.
    await null;
    await say("holding");
    await new Promise(() => setInterval(() => undefined, 1_000));
  },
};

const db = Database.open(lmdbStore(path));
await roles[role]?.(db);
db.close();
process.disconnect?.();
