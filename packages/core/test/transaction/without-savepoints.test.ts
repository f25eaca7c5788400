/** A transaction that remembers nothing: of any size in constant memory, and not to be saved once a statement failed half-way. */
import { Database, type Row, type StoreTransaction } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { Catalog } from "../../src/catalog/catalog.ts";
import { WriteSession } from "../../src/transaction/write-session.ts";
import { driverOf, lastingStore, withParts } from "../support/shared-store.ts";
import { book, errorOf, openLibrary } from "../support/vault.ts";

const HOW = { savepoints: false } as const;

describe("a transaction without savepoints", () => {
  it("commits what its statements and inner transactions did", () => {
    const db = openLibrary();
    const value = db.transaction((tx) => {
      tx.collection("books").insertMany([book("1"), book("2")]);
      tx.transaction((inner) => inner.collection("books").insert(book("3")));
      db.transaction(() => db.collection("books").insert(book("4")));
      tx.dropCollection("books");
      tx.register({ name: "books", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
      return tx.collection("books").insert({ id: 1 });
    }, HOW);
    expect(value).toBe(1);
    expect(db.collection("books").all()).toEqual([{ id: 1 }]);
  });

  it("cannot be committed once a statement failed after it had begun to write, and says for which error", () => {
    const db = openLibrary();
    let first: unknown;
    const error = errorOf(() =>
      db.transaction((tx) => {
        try {
          tx.collection("books").insertMany([book("1"), book("1")]);
        } catch (caught) {
          first = caught;
        }
        tx.collection("books").insert(book("9"));
      }, HOW),
    );
    expect(error.code).toBe("transaction_broken");
    expect(error.cause).toBe(first);
    expect(db.collection("books").count()).toBe(0);
    db.collection("books").insert(book("1"));
  });

  it("cannot be committed once an inner transaction failed", () => {
    const db = openLibrary();
    const error = errorOf(() =>
      db.transaction((tx) => {
        try {
          tx.transaction((inner) => {
            inner.collection("books").insert(book("1"));
            throw new Error("inner");
          });
        } catch {}
      }, HOW),
    );
    expect(error).toMatchObject({ code: "transaction_broken", cause: new Error("inner") });
    expect(db.collection("books").count()).toBe(0);
  });

  it("goes on after a statement that was refused before it wrote", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      const books = tx.collection<Row>("books");
      books.insert(book("1"));
      for (const refused of [
        () => books.insert(book("1")),
        () => books.insertMany([book("1")]),
        () => books.update("1", { title: "" }),
        () => tx.register({ name: "books", primaryKey: "x", fields: [{ path: "x", type: "int64" }] }),
        () => tx.dropCollection("nothing"),
        () => tx.renameCollection("books", ""),
      ])
        errorOf(refused);
      books.insert(book("2"));
    }, HOW);
    expect(db.collection("books").count()).toBe(2);
  });

  it("leaves the schema as it was for what is still done in it after a failed change", () => {
    const db = openLibrary();
    db.collection("books").insertMany([book("1"), book("2", { title: "other" })]);
    errorOf(() =>
      db.transaction((tx) => {
        const { fields } = tx.schema("books");
        expect(() =>
          tx.registerVersion(
            "books",
            { fields },
            {
              rewrite: (row) => {
                if (row.isbn === "2") throw new Error("no");
                return row;
              },
            },
          ),
        ).toThrow("no");
        expect(tx.schema("books").version).toBe(1);
        expect(tx.collection("books").count()).toBe(2);
      }, HOW),
    );
    expect(db.schema("books").version).toBe(1);
  });

  it("inside another transaction is a savepoint like any other", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      errorOf(() =>
        db.transaction(() => {
          tx.collection("books").insertMany([book("1"), book("1")]);
        }, HOW),
      );
      expect(tx.collection("books").count()).toBe(0);
      tx.collection("books").insert(book("2"));
    });
    expect(db.collection("books").count()).toBe(1);
  });

  it("can be begun by hand, and its savepoints are no way back", () => {
    const db = openLibrary();
    {
      using tx = db.begin(HOW);
      const inner = tx.begin();
      inner.collection("books").insert(book("1"));
      inner.commit();
      tx.commit();
    }
    expect(db.collection("books").count()).toBe(1);
    using tx = db.begin(HOW);
    const inner = tx.begin();
    inner.collection("books").insert(book("2"));
    inner.rollback();
    expect(tx.broken).toBe(true);
    expect(errorOf(() => tx.commit()).code).toBe("transaction_broken");
    expect(db.collection("books").count()).toBe(1);
  });

  it("keeps no former bytes: whatever is deleted in it can be collected", () => {
    const { store } = lastingStore();
    const transaction: StoreTransaction = store.begin();
    const session = new WriteSession(transaction, Catalog.empty, store.traits, false);
    const space = { kind: "rows", collection: 1 } as const;
    session.atomically(() => {
      for (let n = 0; n < 1000; n++) {
        const key = new Uint8Array([n >> 8, n]);
        session.journal.change(space, key, undefined, key);
      }
    });
    // With a mark set, rolling back would undo; without, the journal holds nothing to undo.
    const mark = session.journal.mark();
    session.journal.rollback(mark);
    expect(session.journal.count(space)).toBe(1000);
    session.abort();
  });

  it("takes no other option", () => {
    const { driver, store } = lastingStore();
    expect(driver.name).toBe("memory");
    using db = Database.open(driverOf(withParts(store, { close: () => undefined })));
    const code = (how: unknown) => errorOf(() => db.transaction(() => 1, how as never)).message;
    expect(code({ savepoint: false })).toContain('Did you mean "savepoints"?');
    expect(code({ savepoints: 0 })).toContain("true or false");
    expect(code([])).toContain("an object");
    expect(errorOf(() => db.begin(null as never)).code).toBe("argument_invalid");
  });
});
