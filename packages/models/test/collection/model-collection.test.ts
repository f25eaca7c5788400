import { Database, isModelVaultError, type ModelVaultError, memoryStore } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";
import { Book, dune, emma } from "../support/book-model.ts";

let db: Database;
const open = () => collection(db, Book);

beforeEach(() => {
  db = Database.open(memoryStore());
});

afterEach(() => {
  expect(db.verify().problems).toEqual([]);
  db.close();
});

function refused(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("rows in and out", () => {
  test("a row comes back as the schema gave it out", () => {
    const books = open();
    expect(books.insert(dune)).toBe("1");
    expect(books.insertMany([emma])).toBe(1);
    expect(books.get("1")).toStrictEqual({
      isbn: "1",
      title: "Dune",
      year: 1965,
      rating: null,
      language: "en",
      note: null,
      tags: [],
      author: { name: "Frank Herbert" },
      extra: {},
    });
    expect(books.get("2")).toStrictEqual({ ...emma, language: "en" });
    expect(books.all()).toStrictEqual([books.get("1"), books.get("2")]);
    expect([...books.iterate()]).toStrictEqual(books.all());
    expect(books.getMany(["2", "3", "1"])).toStrictEqual([books.get("2"), undefined, books.get("1")]);
    expect([books.count(), books.has("1"), books.has("3"), books.get("3")]).toStrictEqual([
      2,
      true,
      false,
      undefined,
    ]);
  });

  test("the key that insert returns is the one that was stored", () => {
    expect(open().insert({ ...dune, isbn: "  7 " })).toBe("7");
    expect(open().has("7")).toBe(true);
  });

  test("a key can be a default: insert tells what it became", () => {
    let next = 0;
    const Note = defineModel("notes", z.object({ id: z.int().default(() => ++next), text: z.string() }), {
      primaryKey: "id",
    });
    const notes = collection(db, Note);
    // Zod has called the default already, to describe the schema.
    const keys = [notes.insert({ text: "a" }), notes.insert({ text: "b" })];
    expect(keys).toEqual([next - 1, next]);
    expect(notes.update(next, { text: "c" })).toEqual({ id: keys[1], text: "c" });
  });

  test("a uuid is found in either case, and read in lower case", () => {
    const Tag = defineModel("tags", z.object({ id: z.uuid() }), { primaryKey: "id" });
    const tags = collection(db, Tag);
    tags.insert({ id: "3F2504E0-4F89-41D3-9A0C-0305E82C3301" });
    expect(tags.get("3F2504E0-4F89-41D3-9A0C-0305E82C3301")).toEqual({
      id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    });
  });

  test("put replaces, and fills in defaults again", () => {
    const books = open();
    expect(books.put({ ...emma, language: "de" })).toBe(false);
    expect(books.put({ ...dune, isbn: "2" })).toBe(true);
    expect(books.get("2")).toMatchObject({ title: "Dune", language: "en", tags: [] });
    expect(books.get("2")).not.toHaveProperty("subtitle");
  });

  test("what was read can be written again", () => {
    const books = open();
    books.insertMany([dune, emma]);
    const before = books.all();
    for (const row of before) books.put(row);
    expect(books.all()).toStrictEqual(before);
  });

  test("delete says whether there was a row", () => {
    const books = open();
    books.insert(dune);
    expect([books.delete("1"), books.delete("1"), books.count()]).toEqual([true, false, 0]);
  });

  test("a missing row is refused by getOrThrow and by update", () => {
    expect(refused(() => open().getOrThrow("9")).code).toBe("row_not_found");
    expect(refused(() => open().update("9", { year: 1 })).code).toBe("row_not_found");
  });

  test("integers are numbers even where the vault hands out bigint", () => {
    using wide = Database.open(memoryStore(), { integers: "bigint" });
    const books = collection(wide, Book);
    books.insert(emma);
    expect(books.where("year", "<", 1900).select("year", "author.born").all()).toStrictEqual([
      { year: 1815, author: { born: 1775 } },
    ]);
    const Counter = defineModel("counters", z.object({ id: z.int(), at: z.int() }), { primaryKey: "id" });
    const counters = collection(wide, Counter);
    expect(counters.insert({ id: 5, at: 6 })).toBe(5);
    expect(counters.update(5, (row) => ({ ...row, at: row.at + 1 }))).toStrictEqual({ id: 5, at: 7 });
  });
});

describe("refused rows", () => {
  test("all problems come at once, and nothing is stored", () => {
    const books = open();
    const error = refused(() =>
      books.insert(JSON.parse('{"isbn":"","title":5,"year":-1,"rating":"x","author":{}}')),
    );
    expect(error.code).toBe("validation_failed");
    expect(error.issues.map(({ path, rule }) => `${path.join(".")} ${rule}`)).toEqual([
      "isbn too_small",
      "title type",
      "year too_small",
      "rating type",
      "author.name required",
    ]);
    expect(books.count()).toBe(0);
  });

  test("among many rows, the position is told and none is stored", () => {
    const books = open();
    const error = refused(() => books.insertMany([dune, { ...emma, year: -1 }]));
    expect(error.code).toBe("validation_failed");
    expect(error.details).toMatchObject({ collection: "books", position: 1 });
    expect(error.message).toMatch(/^Row 1 of rows: /);
    expect(refused(() => books.insertMany([dune, emma, dune])).details).toMatchObject({ position: 2 });
    expect(books.count()).toBe(0);
  });

  test("an iterable that is none is refused by name", () => {
    expect(refused(() => open().insertMany(JSON.parse("5"))).details).toMatchObject({ argument: "rows" });
  });

  test("what the schema lets through and the engine cannot hold is the engine's issue", () => {
    const books = open();
    const error = refused(() => books.insert({ ...dune, title: "\ud800" }));
    expect(error.code).toBe("validation_failed");
    expect(error.issues.map(({ path }) => path)).toEqual([["title"]]);
    expect(refused(() => books.insert({ ...dune, extra: { when: new Date(0) } })).code).toBe(
      "validation_failed",
    );
  });

  test("a second row with a unique value is refused by the engine", () => {
    const books = open();
    books.insert(dune);
    expect(refused(() => books.insert({ ...dune, isbn: "9" })).code).toBe("unique_violation");
    expect(refused(() => books.insert(dune)).code).toBe("row_exists");
  });

  test("rules that only the schema knows run on every way in", () => {
    const Even = defineModel(
      "evens",
      z.object({
        id: z.int(),
        n: z
          .int()
          .multipleOf(2)
          .refine((n) => n !== 6, "not six"),
      }),
      {
        primaryKey: "id",
      },
    );
    const evens = collection(db, Even);
    evens.insert({ id: 1, n: 2 });
    const ways: (() => unknown)[] = [
      () => evens.insert({ id: 2, n: 6 }),
      () => evens.insertMany([{ id: 2, n: 3 }]),
      () => evens.put({ id: 1, n: 6 }),
      () => evens.update(1, { n: 6 }),
      () => evens.update(1, (row) => ({ ...row, n: 3 })),
      () => evens.where("n", "=", 2).update({ n: 6 }),
      () => evens.where("n", "=", 2).update((row) => ({ ...row, n: 3 })),
    ];
    for (const way of ways) expect(refused(way).code).toBe("validation_failed");
    expect(evens.all()).toEqual([{ id: 1, n: 2 }]);
  });

  test("a schema that validates asynchronously is refused at the write", () => {
    const Slow = defineModel("slow", z.object({ id: z.string().refine(async () => true) }), {
      primaryKey: "id",
    });
    expect(refused(() => collection(db, Slow).insert({ id: "1" })).code).toBe("validation_async");
  });
});

describe("updates", () => {
  test("a patch is merged into nested objects, and the new row is returned", () => {
    const books = open();
    books.insertMany([dune, emma]);
    const updated = books.update("2", { author: { home: { zip: "GU34" } }, tags: ["classic"] });
    expect(updated).toStrictEqual({
      ...emma,
      language: "en",
      tags: ["classic"],
      author: { name: "Jane Austen", born: 1775, home: { city: "Chawton", zip: "GU34" } },
    });
    expect(books.get("2")).toStrictEqual(updated);
  });

  test("null empties, undefined leaves alone", () => {
    const books = open();
    books.insert(emma);
    const updated = books.update("2", {
      subtitle: null,
      rating: null,
      year: undefined,
      author: { home: null },
    });
    expect(updated).not.toHaveProperty("subtitle");
    expect(updated).toMatchObject({ rating: null, year: 1815 });
    expect(updated.author).toStrictEqual({ name: "Jane Austen", born: 1775 });
  });

  test("a part of an object that is not there is not enough", () => {
    const books = open();
    books.insert(dune);
    const error = refused(() => books.update("1", { author: { home: { zip: "1" } } }));
    expect(error.issues.map(({ path }) => path.join("."))).toEqual(["author.home.city"]);
  });

  test("a function gets the model's row and gives the whole new one", () => {
    const books = open();
    books.insert(dune);
    const updated = books.update("1", (book) => {
      expect(book).not.toHaveProperty("subtitle");
      return { ...book, year: book.year + 1, subtitle: "again" };
    });
    expect(updated).toMatchObject({ year: 1966, subtitle: "again" });
  });

  test("what is neither a patch nor a function is refused, for it would change nothing", () => {
    const books = open();
    books.insert(dune);
    for (const change of [
      new Map([["year", 1]]),
      Promise.resolve({ year: 1 }),
      new Date(0),
      [],
      null,
      "year",
    ]) {
      for (const update of [
        () => books.update("1", change as never),
        () => books.where("isbn", "=", "none").update(change as never),
      ])
        expect(refused(update)).toMatchObject({ code: "argument_invalid", details: { argument: "change" } });
    }
  });

  test("the primary key stays", () => {
    const books = open();
    books.insert(dune);
    expect(refused(() => books.update("1", (book) => ({ ...book, isbn: "5" }))).code).toBe(
      "primary_key_changed",
    );
  });

  test("a function that returns a promise is refused", () => {
    const books = open();
    books.insert(dune);
    const change = (async (book: unknown) => book) as unknown;
    expect(refused(() => books.update("1", change as { year: number })).code).toBe("callback_async");
    expect(books.get("1")?.year).toBe(1965);
  });

  test("many rows are changed at once or not at all", () => {
    const books = open();
    books.insertMany([dune, emma]);
    expect(books.where("year", "<", 1900).update({ author: { born: null } })).toBe(1);
    expect(books.get("2")?.author).not.toHaveProperty("born");
    expect(refused(() => books.query().update((book) => ({ ...book, year: book.year - 1900 }))).code).toBe(
      "validation_failed",
    );
    expect(books.all().map(({ year }) => year)).toEqual([1965, 1815]);
  });
});
