// A process whose main thread ends while another thread writes without pause. Runs on the built packages.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Database } from "@modelvault/core";
import { lmdbStore } from "@modelvault/store-lmdb";

function writeForEver() {
  const db = Database.open(lmdbStore(workerData));
  for (let number = 1; ; number++) {
    db.transaction(() => {
      db.collection("tickets").insert({ id: `${number}`, number, who: "thread" });
      if (number === 3) parentPort?.postMessage("in a transaction");
      const end = performance.now() + 5;
      while (performance.now() < end);
    });
  }
}

function endAmidst() {
  const [, , path, how] = process.argv;
  const worker = new Worker(new URL(import.meta.url), { workerData: path });
  worker.once("message", () => {
    if (how === "exit") process.exit(7);
    throw new Error("nobody catches this");
  });
}

if (isMainThread) endAmidst();
else writeForEver();
