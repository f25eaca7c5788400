import { expect, test } from "vitest";
import { testDriver } from "../support/drivers.ts";
import { BOOKS, coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();

async function commitsOf(db: Awaited<ReturnType<typeof open>>): Promise<number> {
  return (await db.stats()).store.commits ?? Number.NaN;
}

test("a thousand writes that wait together take a few commits, each answered for itself", async () => {
  const db = await open(testDriver("faultyStore"));
  await db.register(BOOKS);
  const books = db.collection("books");
  const before = await commitsOf(db);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1000 }, (_, n) =>
      n % 10 === 9
        ? books.insert({ id: n, title: "" })
        : n % 10 === 8
          ? books.insert({ id: n - 1, title: `Again ${n}` })
          : books.insert({ id: n, title: `Title ${n}` }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(800);
  const codes = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "stored"));
  expect(codes.slice(0, 10)).toEqual([...Array(8).fill("stored"), "row_exists", "validation_failed"]);
  expect(await books.count()).toBe(800);
  expect((await commitsOf(db)) - before).toBeLessThanOrEqual(3);
  expect((await db.verify()).problems).toEqual([]);
});

test("a failed commit fails every write of its group, and none of another", async () => {
  // The first commit is the registration.
  const db = await open(testDriver("faultyStore", { failCommits: [2] }));
  await db.register(BOOKS);
  const books = db.collection("books");
  const outcomes = await Promise.allSettled([
    books.insert({ id: 1, title: "One" }),
    books.insert({ id: 2, title: "" }),
    books.update(9, { title: "None" }),
    books.insertMany([{ id: 3, title: "Three" }]),
  ]);
  expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "stored"))).toEqual(
    ["store_io", "validation_failed", "row_not_found", "store_io"],
  );
  expect(await books.count()).toBe(0);
  expect(
    await Promise.all([books.insert({ id: 1, title: "One" }), books.insert({ id: 2, title: "Two" })]),
  ).toEqual([1, 2]);
  expect((await db.verify()).problems).toEqual([]);
});

test("a write that breaks its transaction is refused alone; the others are run again without it", async () => {
  const db = await open(testDriver("faultyStore"));
  await db.register(BOOKS);
  const books = db.collection("books");
  const outcomes = await Promise.allSettled([
    books.insert({ id: 1, title: "One" }),
    books.insert({ id: 2, title: "break" }),
    books.insert({ id: 3, title: "Three" }),
    books.insertMany([
      { id: 4, title: "Four" },
      { id: 5, title: "break too" },
    ]),
    books.insert({ id: 6, title: "Six" }),
  ]);
  expect(outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason.code : "stored"))).toEqual(
    ["stored", "store_full", "stored", "store_full", "stored"],
  );
  expect((await books.all()).map(({ id }) => id)).toEqual([1, 3, 6]);
  expect((await db.verify()).problems).toEqual([]);
});

test("a transaction whose commit fails is rolled back, and the next one goes on", async () => {
  const db = await open(testDriver("faultyStore", { failCommits: [2] }));
  await db.register(BOOKS);
  const failing = db.transaction(async (tx) => tx.collection("books").insert({ id: 1, title: "One" }));
  const next = db.transaction(async (tx) => tx.collection("books").insert({ id: 2, title: "Two" }));
  await expect(failing).rejects.toEqual(coded("store_io"));
  expect(await next).toBe(2);
  expect((await db.collection("books").all()).map(({ id }) => id)).toEqual([2]);
});

test("functions of concurrent updates see each other's results: none is lost", async () => {
  const db = await open(testDriver("faultyStore"));
  await db.register(BOOKS);
  const books = db.collection("books");
  await books.insert({ id: 1, title: "Counter", year: 0 });
  await Promise.all(
    Array.from({ length: 200 }, () => books.update(1, (row) => ({ ...row, year: Number(row.year) + 1 }))),
  );
  expect(await books.get(1)).toMatchObject({ year: 200 });
  const thrown = new RangeError("mine");
  const failing = books.update(1, () => {
    throw thrown;
  });
  await expect(failing).rejects.toBe(thrown);
  await expect(books.update(1, (async (row: object) => row) as never)).rejects.toEqual(
    coded("callback_async"),
  );
  await expect(books.update(1, (() => Promise.reject(new Error("later"))) as never)).rejects.toEqual(
    coded("callback_async"),
  );
  expect(await books.get(1)).toMatchObject({ year: 200 });
});
