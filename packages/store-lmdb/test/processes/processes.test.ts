/** Real processes on one vault: nobody loses an update, nobody starves, nobody sees an old schema, and the dead are in nobody's way. */
import { Database } from "@modelvault/core";
import { expect, test } from "vitest";
import { lmdbStore } from "../../src/index.ts";
import { Child, makeTickets } from "../support/children.ts";
import { newPlace } from "../support/places.ts";

const timeout = 60_000;

test("two writers lose no update and make no duplicate", { timeout }, async () => {
  const path = newPlace();
  makeTickets(path);
  const times = 1_000;
  const children = ["a", "b"].map((who) => new Child("writer", path, who, String(times)));
  for (const child of children) expect(await child.says()).toBe("ready");
  for (const child of children) child.tell("go");
  using db = Database.open(lmdbStore(path));
  const tickets = db.collection("tickets");
  const ours = 300;
  for (let time = 0; time < ours; time++) {
    db.transaction(() => {
      const taken = Number(db.collection("counters").get("taken")?.value ?? 0) + 1;
      db.collection("counters").put({ id: "taken", value: taken });
      tickets.insert({ id: `c ${taken}`, number: taken, who: "c" });
    });
    if (time % 10 === 0) await new Promise((turn) => setImmediate(turn));
  }
  for (const child of children) expect(await child.says()).toBe("done");
  await Promise.all(children.map(({ exited }) => exited));
  const all = 2 * times + ours;
  expect(db.collection("counters").get("taken")).toEqual({ id: "taken", value: all });
  expect(["a", "b", "c"].map((who) => tickets.where("who", "=", who).count())).toEqual([times, times, ours]);
  expect(tickets.orderBy("number", "desc").first()?.number).toBe(all);
  expect(db.verify().problems).toEqual([]);
});

test("long transactions get their turn beside short ones without pause, and these theirs", {
  timeout,
}, async () => {
  const path = newPlace();
  makeTickets(path);
  const long = new Child("writer", path, "long", "100", "2");
  const short = [new Child("endless", path, "short 1"), new Child("endless", path, "short 2")];
  const children = [long, ...short];
  for (const child of children) expect(await child.says()).toBe("ready");
  for (const child of children) child.tell("go");
  // Without a turn for each, this is never said.
  expect(await long.says()).toBe("done");
  for (const child of short) child.tell("stop");
  const times = await Promise.all(short.map((child) => child.says()));
  await Promise.all(children.map(({ exited }) => exited));
  using db = Database.open(lmdbStore(path));
  const counts = ["long", "short 1", "short 2"].map((who) =>
    db.collection("tickets").where("who", "=", who).count(),
  );
  expect(counts).toEqual([100, ...times]);
  for (const count of counts) expect(count).toBeGreaterThan(0);
  // It keeps its share: usually the two have twenty turns to one of it, each a fiftieth as long.
  expect((times as number[]).reduce((sum, count) => sum + count)).toBeLessThan(100 * 400);
  expect(db.verify().problems).toEqual([]);
});

test("a schema that another process changed is the schema of the next operation", { timeout }, async () => {
  const path = newPlace();
  makeTickets(path);
  using db = Database.open(lmdbStore(path));
  const child = new Child("migrator", path);
  expect(await child.says()).toBe("ready");
  for (let round = 0; round < 5; round++) {
    const name = `made ${round}`;
    expect(db.hasCollection(name)).toBe(false);
    child.tell("go");
    expect(await child.says()).toBe(round);
    if (round % 2 === 0) db.collection(name).insert({ id: -1, n: round });
    else expect(db.collection(name).where("n", "=", round).count()).toBe(1);
    expect(db.schema(name).indexes.length).toBe(1);
  }
  child.tell("end");
  await child.exited;
  expect(db.verify().problems).toEqual([]);
});

test("a reader that was killed pins nothing once a writer has looked", { timeout }, async () => {
  const path = newPlace();
  makeTickets(path);
  using db = Database.open(lmdbStore(path));
  db.collection("tickets").insertMany([1, 2, 3].map((number) => ({ id: `${number}`, number, who: "x" })));
  const readers = (): number => db.stats().store.readers ?? 0;
  const alone = readers();
  const child = new Child("reader", path);
  expect(await child.says()).toBe("holding");
  expect(readers()).toBe(alone + 1);
  await child.kill();
  // Opening looks for the dead, and so does a writer every ten seconds.
  Database.open(lmdbStore(path, { mode: "read" })).close();
  expect(readers()).toBe(alone);
});

test("a process that ends in the middle of a transaction ends, and leaves nothing", { timeout }, async () => {
  const path = newPlace();
  makeTickets(path);
  using db = Database.open(lmdbStore(path));
  const child = new Child("leaver", path);
  expect(await child.says()).toBe("in a transaction");
  expect(await child.exited).toEqual([0, null]);
  db.collection("tickets").insert({ id: "1", number: 1, who: "x" });
  expect(db.collection("tickets").count()).toBe(1);
  expect(db.verify().problems).toEqual([]);
});
