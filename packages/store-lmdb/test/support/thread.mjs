// A thread with a vault open, for tests of several. Runs on the built packages.
import { parentPort, workerData } from "node:worker_threads";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

const { role, path } = workerData;
const port = /** @type {import("node:worker_threads").MessagePort} */ (parentPort);
const db = Database.open(lmdbStore(path, role === "reader" ? { mode: "read" } : {}));
/** @type {IterableIterator<any>} */
let held = [].values();

/** @type {Record<string, () => unknown>} */
const answers = {
  count: () => db.collection("tickets").count(),
  /** Begins an iteration on the present state; the first row it gives. */
  hold: () => {
    held = db.collection("tickets").iterate();
    return held.next().value.id;
  },
  /** How many more rows that state has. */
  held: () => [...held].length,
};

/** @param {number} times */
function takeNumbers(times) {
  for (let time = 0; time < times; time++) {
    db.transaction(() => {
      const counters = db.collection("counters");
      const taken = Number(counters.get("taken")?.value ?? 0) + 1;
      counters.put({ id: "taken", value: taken });
      db.collection("tickets").insert({ id: `thread ${taken}`, number: taken, who: "thread" });
    });
  }
  return "done";
}

port.on("message", (question) => {
  if (question === "end") {
    db.close();
    port.close();
  } else {
    port.postMessage(typeof question === "number" ? takeNumbers(question) : answers[question]?.());
  }
});
port.postMessage("ready");
