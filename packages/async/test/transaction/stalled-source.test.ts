import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { AsyncDatabase } from "../../src/index.ts";
import { BOOKS, coded, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();
let db: AsyncDatabase;

beforeEach(async () => {
  db = await shelf.db();
  await db.register(BOOKS);
});

afterEach(() => {
  vi.useRealTimers();
});

/** A source of some rows that then says nothing more. */
function stalling(rows: number): {
  readonly source: AsyncIterable<{ id: number; title: string }>;
  readonly stalled: Promise<void>;
  readonly left: () => number;
} {
  let stall = (): void => undefined;
  const stalled = new Promise<void>((resolve) => {
    stall = resolve;
  });
  let id = 0;
  let left = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: (): Promise<IteratorResult<{ id: number; title: string }>> => {
        id += 1;
        if (id <= rows) return Promise.resolve({ done: false, value: { id, title: `Title ${id}` } });
        stall();
        return new Promise(() => undefined);
      },
      return: () => {
        left += 1;
        return new Promise<never>(() => undefined);
      },
    }),
  };
  return { source, stalled, left: () => left };
}

describe("insertMany of a source that stalls", () => {
  test.each([0, 300, 600])(
    "after %d rows ends when its signal says so, and lets others go on",
    async (rows) => {
      const { source, stalled, left } = stalling(rows);
      const abort = new AbortController();
      const inserting = db.collection("books").insertMany(source, { signal: abort.signal });
      await stalled;
      abort.abort(new Error("the client has gone"));
      await expect(inserting).rejects.toThrow("the client has gone");
      expect(left()).toBe(1);
      expect(await db.collection("books").put({ id: 1, title: "Next" })).toBe(false);
      expect(await db.collection("books").count()).toBe(1);
    },
  );

  test("does not hold the store for longer than 30 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { source, stalled, left } = stalling(600);
    const inserting = db.collection("books").insertMany(source);
    await stalled;
    const next = db.collection("books").put({ id: 1, title: "Next" });
    vi.advanceTimersByTime(30_000);
    await expect(inserting).rejects.toEqual(coded("transaction_timeout"));
    expect(left()).toBe(1);
    expect(await next).toBe(false);
    expect(await db.collection("books").count()).toBe(1);
  });

  test("ends with the transaction that it is called in", async () => {
    const { source, stalled, left } = stalling(600);
    const abort = new AbortController();
    let inserting: Promise<unknown> = Promise.resolve();
    const outer = db.transaction(
      async (tx) => {
        inserting = tx.collection("books").insertMany(source);
        await inserting;
      },
      { signal: abort.signal },
    );
    await stalled;
    abort.abort(new Error("enough"));
    await expect(outer).rejects.toThrow("enough");
    await expect(inserting).rejects.toThrow("enough");
    expect(left()).toBe(1);
    expect(await db.collection("books").count()).toBe(0);
  });

  test("says why it is left, whatever the source says to that", async () => {
    let asked = 0;
    const source = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: { id: ++asked, title: asked > 600 ? 5 : `Title ${asked}` } }),
        return: () => {
          throw new Error("will not be left");
        },
      }),
    };
    const inserting = db.collection("books").insertMany(source as never);
    await expect(inserting).rejects.toEqual(coded("validation_failed"));
    await expect(inserting).rejects.toThrow("Row 600 of rows");
    expect(await db.collection("books").count()).toBe(0);
  });
});
