/**
 * One slow query starves nobody. Its progress is observed through a store whose scans do not end before another call was served by the
 * same thread: were the query run in one go, it would end in an error.
 */
import { describe, expect, test } from "vitest";
import type { AsyncCollection, AsyncDatabase } from "../../src/index.ts";
import { temporaryPaths, testDriver } from "../support/drivers.ts";
import { BOOKS, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();
const pathOf = temporaryPaths();

type Slow = (books: AsyncCollection) => Promise<unknown>;

/** Each looks at every row and finds none, or finds them at the end. */
const SLOW: Readonly<Record<string, Slow>> = {
  all: (books) => books.where("title", "contains", "zz").all(),
  first: (books) => books.where("title", "contains", "zz").first(),
  count: (books) => books.where("title", "contains", "zz").count(),
  exists: (books) => books.where("title", "contains", "zz").exists(),
  page: (books) => books.where("title", "contains", "zz").limit(5).page(),
  "the first of a sort": (books) => books.where("title", "contains", "zz").orderBy("author.name").first(),
  iterate: async (books) => {
    for await (const row of books.where("title", "contains", "zz")) return row;
    return undefined;
  },
  explain: (books) => books.where("title", "contains", "zz").explain(),
};

async function filled(db: AsyncDatabase): Promise<AsyncCollection> {
  await db.register(BOOKS);
  const books = db.collection("books");
  await books.insertMany(Array.from({ length: 20 }, (_, id) => ({ id, title: `Title ${id}` })));
  return books;
}

const PLACES = [
  ["the engine's thread, of a store in memory", () => undefined],
  ["a reader's thread, of LMDB", () => pathOf("endless.lmdb")],
] as const;

describe.each(PLACES)("while a slow query runs in %s", (_, place) => {
  test("others are served", async () => {
    const path = place();
    const db = await open(testDriver("endlessStore", ...(path === undefined ? [] : [path])), { readers: 1 });
    const books = await filled(db);
    for (const [name, slow] of Object.entries(SLOW)) {
      let over = false;
      const running = slow(books).finally(() => {
        over = true;
      });
      expect(await books.get(7), name).toMatchObject({ title: "Title 7" });
      expect(over, name).toBe(false);
      // An iteration sends its call a little later.
      while (!over) await books.where("id", "=", 7).first();
      await running;
    }
  });

  test("as are those of a view, and it goes on to its end before the view is closed", async () => {
    const path = place();
    const db = await open(testDriver("endlessStore", ...(path === undefined ? [] : [path])), { readers: 1 });
    await filled(db);
    let running: Promise<unknown> | undefined;
    await db.read(async (view) => {
      running = view.collection("books").where("title", "contains", "zz").count();
      await db.outside(() => db.collection("books").get(1));
    });
    expect(await running).toBe(0);
  });
});
