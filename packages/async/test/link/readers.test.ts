import { lmdbStore } from "@modelvault/store-lmdb";
import { describe, expect, test } from "vitest";
import { temporaryPaths } from "../support/drivers.ts";
import { killWorkers, workerCount } from "../support/kill.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();

describe("readers", () => {
  test("are started where the driver lets several threads read, as many as asked for", async () => {
    const db = await open(lmdbStore(pathOf("many.lmdb")), { readers: 2 });
    expect(workerCount()).toBe(3);
    await db.close();
    expect(workerCount()).toBe(0);
    await open(lmdbStore(pathOf("none.lmdb")), { readers: 0 });
    expect(workerCount()).toBe(1);
  });

  test("serve reads while the writer stands still in the middle of a statement", async () => {
    const db = await open(lmdbStore(pathOf("stalled.lmdb")), { readers: 1 });
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insertMany(Array.from({ length: 2000 }, (_, n) => ({ id: n, title: `Title ${n}` })));
    // The worker that writes cannot end this statement before the caller's thread is done with the function; meanwhile
    // the reader answers into a message port that is looked at only afterwards. A second database shows that it did.
    const order: string[] = [];
    const reads = Promise.all([books.get(7), books.count(), books.where("id", "<", 5).all()]).then(
      (found) => {
        order.push("reads");
        return found;
      },
    );
    const tx = await db.begin();
    await tx.collection("books").update(7, { title: "Changed" });
    const writing = books.insert({ id: 9999, title: "Waits" }).then(() => order.push("write"));
    const [row, count, few] = await reads;
    expect(row).toMatchObject({ title: "Title 7" });
    expect([count, few.length]).toEqual([2000, 5]);
    const view = await db.read(async (shown) => {
      expect(await shown.collection("books").get(7)).toMatchObject({ title: "Title 7" });
      await tx.commit();
      await writing;
      return [await shown.collection("books").get(7), await shown.collection("books").count()];
    });
    expect(view).toEqual([expect.objectContaining({ title: "Title 7" }), 2000]);
    expect(order).toEqual(["reads", "write"]);
    expect(await books.get(7)).toMatchObject({ title: "Changed" });
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
    await books.insert({ id: 1, title: "Emma" });
    const reading = Promise.all(Array.from({ length: 500 }, () => books.all()));
    const caught = expect(reading).rejects.toEqual(coded("worker_died"));
    await killWorkers(1);
    await caught;
    expect(await books.get(1)).toMatchObject({ title: "Emma" });
    await books.insert({ id: 2, title: "Kim" });
    expect(await books.count()).toBe(2);
  });

  // The writer holds no transaction here: LMDB's own clean-up of a thread that is ended inside one never returns.
  test("outlive a writer that dies: it is started again, and nothing acknowledged is lost", async () => {
    const db = await open(lmdbStore(pathOf("writer.lmdb")), { readers: 1 });
    await db.register(BOOKS);
    const books = db.collection("books");
    await books.insert({ id: 1, title: "Emma" });
    const stale = db.verify();
    const caught = expect(stale).rejects.toEqual(coded("worker_died"));
    await killWorkers(0);
    await caught;
    expect(await books.get(1)).toMatchObject({ title: "Emma" });
    await books.insert({ id: 4, title: "After" });
    expect((await books.all()).map(({ id }) => id)).toEqual([1, 4]);
    expect((await db.verify()).problems).toEqual([]);
  });
});
