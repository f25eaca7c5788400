/** An iteration hands out nothing of a transaction or view that has ended: what was rolled back was never there. */
import type { Row } from "@modelvault/core";
import { expect, it } from "vitest";
import { book, errorOf, openLibrary } from "../support/vault.ts";

/** Begins an iteration over what `books` shows and takes one row of it. */
function begin(books: { iterate(): IterableIterator<Row> }): IterableIterator<Row> {
  const rows = books.iterate();
  expect(rows.next().value).toMatchObject({ isbn: "a" });
  return rows;
}

const ENDED: readonly (readonly [string, (db: ReturnType<typeof openLibrary>) => IterableIterator<Row>])[] = [
  [
    "a rolled-back callback, through its transaction",
    (db) => {
      let rows: IterableIterator<Row> | undefined;
      const failed = errorOf(() =>
        db.transaction((tx) => {
          tx.collection("books").insertMany([book("a"), book("b")]);
          rows = begin(tx.collection("books"));
          tx.collection("books").insert(book("a"));
        }),
      );
      expect(failed.code).toBe("row_exists");
      return rows as IterableIterator<Row>;
    },
  ],
  [
    "a rolled-back callback, through the database that joined it",
    (db) => {
      let rows: IterableIterator<Row> | undefined;
      const failed = errorOf(() =>
        db.transaction(() => {
          db.collection("books").insertMany([book("a"), book("b")]);
          rows = begin(db.collection("books"));
          db.collection("books").insert(book("a"));
        }),
      );
      expect(failed.code).toBe("row_exists");
      return rows as IterableIterator<Row>;
    },
  ],
  [
    "a transaction begun by hand and committed",
    (db) => {
      const tx = db.begin();
      tx.collection("books").insertMany([book("a"), book("b")]);
      const rows = begin(tx.collection("books"));
      tx.commit();
      return rows;
    },
  ],
];

it.each(ENDED)("of %s", (_, iterationOf) => {
  using db = openLibrary();
  const rows = iterationOf(db);
  expect(errorOf(() => rows.next()).code).toBe("transaction_closed");
  expect(rows.next().done).toBe(true);
});

it("of a view whose callback has returned", () => {
  using db = openLibrary();
  db.collection("books").insertMany([book("a"), book("b")]);
  const rows = db.read((view) => begin(view.collection("books")));
  expect(errorOf(() => rows.next()).code).toBe("snapshot_closed");
});

it("one begun outside goes on, whatever transactions begin and end meanwhile", () => {
  using db = openLibrary();
  db.collection("books").insertMany([book("a"), book("b")]);
  const rows = begin(db.collection("books"));
  db.transaction((tx) => tx.collection("books").delete("b"));
  expect([...rows]).toMatchObject([{ isbn: "b" }]);
});

it("one inside a transaction goes on over statements that fail there", () => {
  using db = openLibrary();
  db.transaction((tx) => {
    const books = tx.collection("books");
    books.insertMany([book("a"), book("b")]);
    const rows = begin(books);
    expect(errorOf(() => books.insert(book("a"))).code).toBe("row_exists");
    expect([...rows]).toMatchObject([{ isbn: "b" }]);
  });
});
