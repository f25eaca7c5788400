import { getEventListeners } from "node:events";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AsyncDatabase } from "../../src/index.ts";
import { BOOKS, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
const warnings: Error[] = [];
const note = (warning: Error): void => void warnings.push(warning);
let db: AsyncDatabase;

beforeEach(async () => {
  db = await shelf.db();
  await db.register(BOOKS);
  warnings.length = 0;
  process.on("warning", note);
});

afterEach(() => {
  process.off("warning", note);
});

test("one signal serves any number of calls, and is let go when they have settled", async () => {
  const { signal } = new AbortController();
  const books = db.collection("books");
  const gets = Array.from({ length: 50 }, (_, id) => books.get(id, { signal }));
  const reading = db.read(async (view) => view.collection("books").all({ signal }), { signal });
  const writing = db.transaction(async () => books.insertMany([{ id: 1, title: "Emma" }], { signal }), {
    signal,
  });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await Promise.all([...gets, reading, writing]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

test("a signal of many calls calls all of them off, those that are made of its abort included", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  const books = db.collection("books");
  const iteration = books.iterate({ signal });
  const first = iteration.next();
  const calls = Array.from({ length: 20 }, (_, id) => books.put({ id, title: `Title ${id}` }, { signal }));
  const again = calls[0]?.catch(() => books.get(1, { signal }));
  abort.abort(new Error("enough"));
  const outcomes = await Promise.allSettled([first, ...calls, again]);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { message: "enough" } });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  expect(await books.count()).toBe(0);
});

test("an iteration lets its signal go at its end, when it is left, and when it fails", async () => {
  const { signal } = new AbortController();
  const books = db.collection("books");
  await books.insertMany(Array.from({ length: 3 }, (_, id) => ({ id, title: `Title ${id}` })));
  const seen: unknown[] = [];
  for await (const { id } of books.iterate({ signal })) seen.push(id);
  expect(seen).toEqual([0, 1, 2]);
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  for await (const _ of books.iterate({ signal })) {
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    break;
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  await expect(db.collection("nowhere").iterate({ signal }).next()).rejects.toMatchObject({
    code: "collection_unknown",
  });
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});
