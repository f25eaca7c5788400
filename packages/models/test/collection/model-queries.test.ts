/** Queries of a model's collection: typed paths, operators and values, selections, pages and terminals. */
import { Database, isModelVaultError, type ModelVaultError, memoryStore } from "@modelvault/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { collection } from "../../src/index.ts";
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
