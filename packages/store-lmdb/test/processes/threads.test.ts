/** Threads of one process: handles of their own, one environment of LMDB beneath. Readers see the commits of a writer at once. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { makeTickets } from "../support/children.ts";
import { newPlace } from "../support/places.ts";

const script = new URL("../support/thread.mjs", import.meta.url);

async function start(role: string, path: string): Promise<Worker> {
  const worker = new Worker(fileURLToPath(script), { workerData: { role, path }, execArgv: [] });
  const [message] = await once(worker, "message");
  expect(message).toBe("ready");
  return worker;
}

async function ask(worker: Worker, question: unknown): Promise<unknown> {
  worker.postMessage(question);
  const [answer] = await once(worker, "message");
  return answer;
}

test("reader threads see each commit of the writer at once, and a snapshot they hold stays", async () => {
  const path = newPlace();
  makeTickets(path);
  // The readers come first: they must not make LMDB open the file for reading only.
  const readers = [await start("reader", path), await start("reader", path)];
  using db = Database.open(lmdbStore(path));
  db.collection("tickets").insert({ id: "0", number: 0, who: "writer" });
  for (const reader of readers) expect(await ask(reader, "hold")).toBe("0");
  for (let number = 1; number <= 200; number++) {
    db.collection("tickets").insert({ id: `${number}`, number, who: "writer" });
    const reader = readers[number % 2] as Worker;
    expect(await ask(reader, "count")).toBe(number + 1);
  }
  for (const reader of readers) expect(await ask(reader, "held")).toBe(0);
  for (const reader of readers) {
    reader.postMessage("end");
    await once(reader, "exit");
  }
  db.collection("tickets").insert({ id: "last", number: 1_000, who: "writer" });
  expect(db.verify().problems).toEqual([]);
});

test("two threads may write: LMDB lets one past begin at a time", async () => {
  const path = newPlace();
  makeTickets(path);
  using db = Database.open(lmdbStore(path));
  const writer = await start("writer", path);
  const times = 300;
  const done = ask(writer, times);
  for (let time = 0; time < times; time++) {
    db.transaction(() => {
      const taken = Number(db.collection("counters").get("taken")?.value ?? 0) + 1;
      db.collection("counters").put({ id: "taken", value: taken });
      db.collection("tickets").insert({ id: `main ${taken}`, number: taken, who: "main" });
    });
  }
  expect(await done).toBe("done");
  writer.postMessage("end");
  await once(writer, "exit");
  expect(db.collection("counters").get("taken")).toEqual({ id: "taken", value: 2 * times });
  expect(db.collection("tickets").count()).toBe(2 * times);
  expect(db.verify().problems).toEqual([]);
});
