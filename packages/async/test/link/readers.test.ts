import { existsSync, writeFileSync } from "node:fs";
import { lmdbStore } from "@modelvault/store-lmdb";
import { describe, expect, test } from "vitest";
import { temporaryPaths } from "../support/drivers.ts";
import { killWorkers, workerCount } from "../support/kill.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();

/** So many that a look at all of them takes several turns of a worker: one that is ended has no second turn. */
const MANY = Array.from({ length: 5000 }, (_, n) => ({ id: n + 1, title: n === 0 ? "Emma" : `Title ${n}` }));

describe("readers", () => {
  test("are started where the driver lets several threads read, as many as asked for", async () => {
    const db = await open(lmdbStore(pathOf("many.lmdb")), { readers: 2 });
    expect(workerCount()).toBe(3);
    await db.close();
    expect(workerCount()).toBe(0);
    await open(lmdbStore(pathOf("none.lmdb")), { readers: 0 });
    expect(workerCount()).toBe(1);
  });

  test("serve reads while the writer's thread stands still in the middle of a transaction", async () => {
    const db = await open(lmdbStore(pathOf("stalled.lmdb")), { readers: 1 });
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(Array.from({ length: 2000 }, (_, n) => ({ id: n, title: `Title ${n}` })));
    const released = pathOf("released");
    let stalled = true;
    const job = new URL("../support/jobs.mjs", import.meta.url);
    const running = db.run(job, "standStill", [released]).then(() => {
      stalled = false;
    });
    while (!existsSync(`${released}.standing`)) await new Promise((resolve) => setTimeout(resolve, 2));
    const writing = books.insert({ id: 9999, title: "Waits" });
    const [row, count, few] = await Promise.all([
      books.get(7),
      books.count(),
      books.where("id", "<", 5).all(),
    ]);
    const rows: unknown[] = [];
    for await (const each of books) rows.push(each);
    const shown = await db.read((view) => view.collection("books").get(7));
    expect(stalled).toBe(true);
    writeFileSync(released, "");
    await Promise.all([running, writing]);
    expect([row, shown]).toMatchObject([{ title: "Title 7" }, { title: "Title 7" }]);
    expect([count, few.length, rows.length]).toEqual([2000, 5, 2000]);
    expect([await books.get(7), await books.count()]).toMatchObject([{ title: "Changed" }, 2001]);
  });

  test("show every write that the caller was told of", async () => {
    const db = await open(lmdbStore(pathOf("fresh.lmdb")), { readers: 2 });
    await db.register(BOOKS);
    const books = db.collection("books");
    for (let n = 0; n < 50; n++) {
      await books.put({ id: 1, title: `Title ${n}`, year: n });
      const rows = await Promise.all([books.get(1), books.get(1), books.where("year", "=", n).first()]);
      for (const row of rows) expect(row).toMatchObject({ year: n });
    }
    await db.registerVersion("books", {
      fields: [...BOOKS.fields, { path: "pages", type: { optional: "int64" } }],
    });
    expect(await books.version()).toBe(2);
    expect(await books.get(1)).toMatchObject({ pages: null });
  });

  test("that die reject their reads and are replaced; the engine goes on", async () => {
    const db = await open(lmdbStore(pathOf("dying.lmdb")), { readers: 1 });
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(MANY);
    const reading = Promise.all(Array.from({ length: 20 }, () => books.all()));
    const caught = expect(reading).rejects.toEqual(coded("worker_died"));
    await killWorkers(1);
    await caught;
    expect(await books.get(1)).toMatchObject({ title: "Emma" });
    await books.insert({ id: 0, title: "Kim" });
    expect(await books.count()).toBe(MANY.length + 1);
  });

  // The writer holds no transaction here: LMDB's own clean-up of a thread that is ended inside one never returns.
  test("outlive a writer that dies: it is started again, and nothing acknowledged is lost", async () => {
    const db = await open(lmdbStore(pathOf("writer.lmdb")), { readers: 1 });
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(MANY);
    const stale = db.verify();
    const caught = expect(stale).rejects.toEqual(coded("worker_died"));
    await killWorkers(0);
    await caught;
    expect(await books.get(1)).toMatchObject({ title: "Emma" });
    await books.insert({ id: 0, title: "After" });
    expect((await books.all()).map(({ id }) => id)).toEqual([0, ...MANY.map(({ id }) => id)]);
    expect((await db.verify()).problems).toEqual([]);
  });
});
