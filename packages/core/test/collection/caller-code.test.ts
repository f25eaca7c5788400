/** Writes run code of the caller: update functions, generators of rows, getters of rows and patches. Whatever that code does, the vault stays whole. */
import type { Collection, Database, Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { book, errorOf, openLibrary } from "../support/vault.ts";

function library(): { readonly db: Database; readonly books: Collection<Row> } {
  const db = openLibrary();
  const books = db.collection("books");
  books.insertMany([book("a", { year: 1 }), book("b", { year: 2 }), book("c", { year: 3 })]);
  return { db, books };
}

/** A new version whose indexes are others, so that a row written by the old one would lack entries. */
function addIndex(db: Database): void {
  const { fields, indexes } = db.schema("books");
  db.registerVersion("books", { fields, indexes: [...indexes, { path: "author.born" }] });
}

describe("code of the caller that changes the row being updated", () => {
  it("is refused where it is a getter of what the update function returned", () => {
    const { books } = library();
    const change = (row: Row): Row => ({
      ...row,
      get year() {
        books.update("a", { title: "Changed meanwhile" });
        return 10;
      },
    });
    expect(errorOf(() => books.update("a", change)).code).toBe("update_reentrant");
    expect(books.get("a")).toMatchObject({ title: "Title a", year: 1 });
  });

  it("comes first where it is a getter of a patch, for a patch is read before the row", () => {
    const { books } = library();
    const patch = {
      get year() {
        books.update("a", { title: "Changed meanwhile" });
        return 10;
      },
    };
    expect(books.update("a", patch)).toMatchObject({ title: "Changed meanwhile", year: 10 });
  });
});

describe("code of the caller that changes the schema being written by", () => {
  const writes: Record<string, (db: Database, books: Collection<Row>) => unknown> = {
    "a getter of an inserted row": (db, books) =>
      books.insert({
        ...book("d"),
        get year() {
          addIndex(db);
          return 4;
        },
      }),
    "a getter of a patch": (db, books) =>
      books.update("a", {
        get year() {
          addIndex(db);
          return 4;
        },
      }),
    "an update function": (db, books) =>
      books.update("a", (row) => {
        addIndex(db);
        return row;
      }),
    "an update function of many rows": (db, books) =>
      books.query().update((row) => {
        if (row.isbn === "b") addIndex(db);
        return row;
      }),
    "a generator of rows": (db, books) =>
      books.insertMany(
        (function* () {
          yield book("d");
          addIndex(db);
          yield book("e");
        })(),
      ),
  };

  for (const [name, write] of Object.entries(writes)) {
    it(`is refused with the whole statement: ${name}`, () => {
      const { db, books } = library();
      expect(errorOf(() => write(db, books)).code).toBe("update_reentrant");
      expect(db.schema("books").version).toBe(1);
      expect(books.count()).toBe(3);
    });
  }
});

describe("code of the caller that changes other rows", () => {
  it("counts as updated only what was still there", () => {
    const { books } = library();
    let left = ["b", "c"];
    const updated = books.query().update((row) => {
      for (const isbn of left) books.delete(isbn);
      left = [];
      return { ...row, year: 10 };
    });
    expect(updated).toBe(1);
    expect(books.all()).toMatchObject([{ isbn: "a", year: 10 }]);
  });

  it("is done before keys are looked up, where it is a generator of keys", () => {
    const { db, books } = library();
    const found = db.transaction((tx) => {
      const { fields } = tx.schema("books");
      return books.getMany(
        (function* () {
          yield "a";
          books.insert(book("d"));
          tx.registerVersion("books", { fields }, { rewrite: (row) => ({ ...row, year: 0 }) });
          yield "d";
        })(),
      );
    });
    expect(found).toMatchObject([
      { isbn: "a", year: 0 },
      { isbn: "d", year: 0 },
    ]);
  });
});

describe("an update function that returns a promise", () => {
  it("is refused, and a rejection of the promise stays unheard", () => {
    const { books } = library();
    const change = (() => Promise.reject(new Error("never heard"))) as never;
    expect(errorOf(() => books.update("a", change)).code).toBe("callback_async");
    expect(errorOf(() => books.query().update(change)).code).toBe("callback_async");
  });
});

describe("a patch", () => {
  it("is refused where it is no plain object of fields", () => {
    const { books } = library();
    const patches = [
      new Map([["year", 5]]),
      new Date(0),
      Promise.resolve({ year: 5 }),
      { author: new Map() },
    ];
    for (const patch of patches) {
      expect(errorOf(() => books.update("a", patch as never)).code).toBe("validation_failed");
    }
    expect(errorOf(() => books.update("a", { [Symbol("year")]: 5 } as never)).issues).toMatchObject([
      { rule: "unknown_field", actual: "a symbol key" },
    ]);
  });
});
