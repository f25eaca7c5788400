import { Database, isModelVaultError, type ModelVaultError, memoryStore } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, type InputOf, index, unique } from "../../src/index.ts";

const Book = defineModel(
  "books",
  z.object({
    isbn: z.string().trim().min(1),
    title: z.string().min(1),
    year: z.int().min(0),
    rating: z.number().nullable(),
    language: z.enum(["en", "de"]).default("en"),
    subtitle: z.string().optional(),
    note: z.string().nullish(),
    tags: z.array(z.string()).default([]),
    author: z.object({
      name: z.string(),
      born: z.int().optional(),
      home: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
    }),
    extra: z.record(z.string(), z.unknown()).default({}),
  }),
  { primaryKey: "isbn", indexes: [unique("title"), index("author.name"), index("year")] },
);

const dune: InputOf<typeof Book> = {
  isbn: "1",
  title: "Dune",
  year: 1965,
  rating: null,
  author: { name: "Frank Herbert" },
};
const emma: InputOf<typeof Book> = {
  isbn: "2",
  title: "Emma",
  year: 1815,
  rating: 4.5,
  subtitle: "A novel",
  note: null,
  tags: ["classic", "love"],
  author: { name: "Jane Austen", born: 1775, home: { city: "Chawton" } },
  extra: { shelf: { row: 3 }, gifts: [null, true] },
};

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

describe("queries", () => {
  beforeEach(() => {
    open().insertMany([
      dune,
      emma,
      { ...dune, isbn: "3", title: "Persuasion", year: 1817, author: { name: "Jane Austen", born: 1775 } },
      {
        ...dune,
        isbn: "4",
        title: "Momo",
        year: 1973,
        language: "de",
        author: { name: "Michael Ende", born: 1929 },
      },
    ]);
  });

  const isbns = (rows: readonly { readonly isbn: string }[]) => rows.map(({ isbn }) => isbn).join("");

  test("by nested paths, ranges, choices, parts and what is missing", () => {
    const books = open();
    expect(isbns(books.where("author.name", "=", "Jane Austen").all())).toBe("23");
    expect(isbns(books.where("year", "between", [1816, 1970]).all())).toBe("13");
    expect(isbns(books.where("language", "in", ["de"]).all())).toBe("4");
    expect(isbns(books.where("author.name", "startsWith", "M").all())).toBe("4");
    expect(isbns(books.where("title", "contains", "m").all())).toBe("24");
    expect(isbns(books.where("tags", "contains", "love").all())).toBe("2");
    expect(isbns(books.where("author.born", "isNull").all())).toBe("1");
    expect(isbns(books.where("author.home.city", "isNull", false).all())).toBe("2");
    expect(
      isbns(books.where((is) => is.or(is("year", "<", 1816), is.not(is("language", "=", "en")))).all()),
    ).toBe("24");
    expect(
      isbns(
        books
          .where((is) => is.and(is("year", ">", 1816), is("year", "<", 1900)))
          .where("language", "=", "en")
          .all(),
      ),
    ).toBe("3");
  });

  test("in order, in part, page by page", () => {
    const books = open();
    expect(isbns(books.orderBy("author.born").orderBy("year", "desc").all())).toBe("3241");
    expect(isbns(books.orderBy("title").offset(1).limit(2).all())).toBe("24");
    expect(isbns(books.limit(1).all())).toBe("1");
    expect(isbns(books.offset(3).all())).toBe("4");
    expect(isbns(books.after(books.limit(2).page().next).all())).toBe("34");
    expect(books.select("title", "author.name").first()).toStrictEqual(
      books.query().select("title", "author.name").first(),
    );
    const query = books.orderBy("title").limit(3).select("isbn");
    const first = query.page();
    const second = query.after(first.next).page();
    expect([isbns(first.rows), isbns(second.rows), second.next]).toEqual(["124", "3", null]);
  });

  test("selected fields come inside their parents, absent ones not at all", () => {
    const books = open();
    expect(books.orderBy("year", "desc").select("title", "author.name").limit(1).all()).toStrictEqual([
      { title: "Momo", author: { name: "Michael Ende" } },
    ]);
    expect(
      books
        .where("isbn", "=", "1")
        .select("subtitle", "note")
        .select("author.born", "author.home.city")
        .one(),
    ).toStrictEqual({
      note: null,
      author: {},
    });
  });

  test("terminals", () => {
    const books = open();
    const austen = books.where("author.name", "=", "Jane Austen");
    expect([austen.count(), austen.exists(), austen.first()?.isbn, isbns([...austen.iterate()])]).toEqual([
      2,
      true,
      "2",
      "23",
    ]);
    expect(refused(() => austen.one()).code).toBe("query_not_one");
    expect(books.where("year", ">", 3000).first()).toBe(undefined);
    expect(austen.explain().text).toContain("author.name");
    expect(austen.explain({ run: false })).not.toHaveProperty("rowsExamined");
    expect(refused(() => austen.explain(null as never)).code).toBe("argument_invalid");
    expect([austen.delete(), books.count()]).toEqual([2, 2]);
  });

  test("an iteration shows the rows as they were when it began", () => {
    const books = open();
    const seen: string[] = [];
    for (const book of books.iterate()) {
      seen.push(book.isbn);
      books.delete("3");
    }
    expect(seen).toEqual(["1", "2", "3", "4"]);
  });

  test("what types would catch is refused without them", () => {
    const books = open();
    const code = (...args: unknown[]) => refused(() => Reflect.apply(books.where, books, args).all()).code;
    expect(code("author.nmae", "=", "x")).toBe("path_unknown");
    expect(code("year", "=", "1990")).toBe("query_value_invalid");
    expect(code("year", "==", 1990)).toBe("query_operator_unknown");
    expect(code("extra", "=", 1)).toBe("query_operator_unsupported");
  });
});
