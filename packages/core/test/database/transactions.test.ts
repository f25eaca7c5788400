import { Database, memoryStore, type Transaction } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { book, errorOf, openLibrary, openVault } from "../support/vault.ts";

describe("a transaction", () => {
  it("commits what its callback did and returns the callback's value", () => {
    const db = openLibrary();
    const value = db.transaction((tx) => {
      tx.collection("books").insert(book("a"));
      tx.collection("books").insert(book("b"));
      return 42;
    });
    expect(value).toBe(42);
    expect(db.collection("books").count()).toBe(2);
  });

  it("sees its own rows, index entries, queries and schemas", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      const books = tx.collection("books");
      books.insert(book("a", { year: 1999 }));
      expect(books.get("a")).toMatchObject({ year: 1999 });
      expect(books.count()).toBe(1);
      expect(books.where("year", "=", 1999).all()).toHaveLength(1);
      expect(errorOf(() => books.insert(book("b", { title: "Title a" }))).code).toBe("unique_violation");
      tx.register({ name: "notes", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
      tx.collection("notes").insert({ id: 1 });
      expect(tx.collectionNames()).toEqual(["books", "notes"]);
    });
    expect(db.collection("notes").count()).toBe(1);
  });

  it("leaves nothing behind when its callback throws, schemas included", () => {
    const db = openLibrary();
    const before = db.revision();
    const failure = new Error("no");
    expect(() =>
      db.transaction((tx) => {
        tx.collection("books").insert(book("a"));
        tx.register({ name: "notes", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
        throw failure;
      }),
    ).toThrow(failure);
    expect(db.collection("books").count()).toBe(0);
    expect(db.collectionNames()).toEqual(["books"]);
    expect(db.revision()).toBe(before);
    db.register({ name: "notes", primaryKey: "other", fields: [{ path: "other", type: "string" }] });
  });

  it("goes on after a failing statement, whose part alone is undone", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      const books = tx.collection("books");
      books.insert(book("a"));
      expect(errorOf(() => books.insertMany([book("b"), book("c"), book("a")])).code).toBe("row_exists");
      expect(errorOf(() => books.insert(book("d", { title: "" }))).code).toBe("validation_failed");
      books.insert(book("e"));
    });
    expect(
      db
        .collection("books")
        .all()
        .map(({ isbn }) => isbn),
    ).toEqual(["a", "e"]);
  });

  it("is joined by calls on the database made inside its callback", () => {
    const db = openLibrary();
    expect(() =>
      db.transaction(() => {
        db.collection("books").insert(book("a"));
        expect(db.collection("books").has("a")).toBe(true);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(db.collection("books").has("a")).toBe(false);
  });

  it("refuses a callback that returns a promise, and rolls it back", async () => {
    const db = openLibrary();
    const error = errorOf(() =>
      db.transaction((tx) => {
        tx.collection("books").insert(book("a"));
        return Promise.reject(new Error("nobody may hear this as an unhandled rejection"));
      }),
    );
    expect(error.code).toBe("callback_async");
    await Promise.resolve();
    expect(db.collection("books").count()).toBe(0);
    db.collection("books").insert(book("b"));
  });

  it("does not even call an async function", () => {
    const db = openLibrary();
    let called = false;
    const callback = async (): Promise<void> => {
      called = true;
    };
    expect(errorOf(() => db.transaction(callback)).code).toBe("callback_async");
    expect(errorOf(() => db.read(callback)).code).toBe("callback_async");
    expect(errorOf(() => db.transaction((tx) => tx.transaction(callback))).code).toBe("callback_async");
    expect(called).toBe(false);
  });

  it("refuses a thenable that is no promise", () => {
    const db = openLibrary();
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried here.
    expect(errorOf(() => db.transaction(() => ({ then: (): undefined => undefined }))).code).toBe(
      "callback_async",
    );
  });

  it("cannot be used after it ended", () => {
    const db = openLibrary();
    let leaked: Transaction | undefined;
    db.transaction((tx) => {
      leaked = tx;
    });
    expect(errorOf(() => leaked?.collection("books")).code).toBe("transaction_closed");
    expect(errorOf(() => leaked?.register({ name: "x", primaryKey: "id", fields: [] })).code).toBe(
      "transaction_closed",
    );
  });

  it("refuses an argument that is no function", () => {
    const db = openVault();
    expect(errorOf(() => db.transaction(5 as never))).toMatchObject({
      code: "argument_invalid",
      details: { argument: "callback" },
    });
    expect(errorOf(() => db.read(undefined as never)).code).toBe("argument_invalid");
  });

  it("with no writes leaves the revision as it was", () => {
    const db = openLibrary();
    const before = db.revision();
    db.transaction((tx) => tx.collection("books").count());
    expect(db.revision()).toBe(before);
  });

  it("keeps the database from being closed under it", () => {
    const db = openLibrary();
    db.transaction(() => {
      expect(errorOf(() => db.close()).code).toBe("transaction_open");
      expect(errorOf(() => db.compact()).code).toBe("transaction_open");
    });
    expect(db.collection("books").count()).toBe(0);
  });
});

describe("a nested transaction", () => {
  it("undoes its own part when it throws, and leaves the outer one usable", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      const books = tx.collection("books");
      books.insert(book("a"));
      books.insert(book("b"));
      expect(() =>
        tx.transaction((inner) => {
          inner.collection("books").insert(book("c"));
          inner.collection("books").delete("a");
          inner.collection("books").update("b", { year: 1 });
          inner.register({ name: "notes", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
          throw new Error("inner");
        }),
      ).toThrow("inner");
      expect(books.all().map(({ isbn, year }) => [isbn, year])).toEqual([
        ["a", 2000],
        ["b", 2000],
      ]);
      expect(tx.collectionNames()).toEqual(["books"]);
      db.transaction(() => books.insert(book("d")));
    });
    expect(db.collection("books").count()).toBe(3);
  });

  it("nests to any depth, each level on its own", () => {
    const db = openLibrary();
    const descend = (tx: Transaction, depth: number): void => {
      tx.collection("books").insert(book(`level ${depth}`));
      if (depth === 5) return;
      try {
        tx.transaction((inner) => {
          descend(inner, depth + 1);
          if (depth % 2 === 1) throw new Error("odd");
        });
      } catch (error) {
        expect((error as Error).message).toBe("odd");
      }
    };
    db.transaction((tx) => descend(tx, 0));
    expect(
      db
        .collection("books")
        .all()
        .map(({ isbn }) => isbn),
    ).toEqual(["level 0", "level 1"]);
  });

  it("of a whole transaction that throws later is undone too", () => {
    const db = openLibrary();
    expect(() =>
      db.transaction((tx) => {
        tx.transaction((inner) => inner.collection("books").insert(book("a")));
        throw new Error("outer");
      }),
    ).toThrow("outer");
    expect(db.collection("books").count()).toBe(0);
  });
});

describe("a view", () => {
  it("shows one state to all its queries, whatever is written meanwhile", () => {
    const db = openLibrary();
    db.collection("books").insert(book("a"));
    db.read((view) => {
      const books = view.collection("books");
      expect(books.count()).toBe(1);
      db.collection("books").insert(book("b"));
      expect(books.count()).toBe(1);
      expect(books.where("year", "=", 2000).all()).toHaveLength(1);
      expect(books.get("b")).toBeUndefined();
    });
    expect(db.collection("books").count()).toBe(2);
  });

  it("takes no writes, ends with its callback, and refuses a promise", () => {
    const db = openLibrary();
    const view = db.read((inner) => {
      expect(errorOf(() => inner.collection("books").insert(book("a"))).code).toBe("view_read_only");
      return inner;
    });
    expect(errorOf(() => view.collection("books")).code).toBe("snapshot_closed");
    expect(errorOf(() => db.read(async () => 1)).code).toBe("callback_async");
  });
});

describe("a closed database", () => {
  it("refuses everything but another close", () => {
    const db = Database.open(memoryStore());
    db.close();
    db.close();
    for (const call of [
      () => db.collectionNames(),
      () => db.collection("x"),
      () => db.register({ name: "x", primaryKey: "id", fields: [] }),
      () => db.transaction(() => 1),
      () => db.read(() => 1),
      () => db.verify(),
      () => db.stats(),
      () => db.revision(),
      () => db.checkpoint(),
    ]) {
      expect(errorOf(call).code).toBe("database_closed");
    }
  });

  it("ends what was taken from it", () => {
    const db = openLibrary();
    const books = db.collection("books");
    books.insertMany([book("a"), book("b")]);
    const rows = books.iterate();
    rows.next();
    db.close();
    expect(errorOf(() => books.get("a")).code).toBe("database_closed");
    expect(() => rows.next()).toThrow();
  });

  it("is closed by using", () => {
    let kept: Database;
    {
      using db = Database.open(memoryStore());
      kept = db;
    }
    expect(errorOf(() => kept.collectionNames()).code).toBe("database_closed");
  });
});
