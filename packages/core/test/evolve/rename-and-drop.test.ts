import { type CatalogEntry, Database, decodeCatalogPayload, type StoreDriver } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { CATALOG_SPACE } from "../../src/catalog/catalog.ts";
import { lastingStore } from "../support/shared-store.ts";
import { errorOf, openVault } from "../support/vault.ts";

const ID = { path: "id", type: "int64" } as const;
const NAME = { path: "name", type: "string" } as const;
const books = (name = "books") => ({ name, primaryKey: "id", fields: [ID], indexes: [] });
const people = (name = "books") => ({
  name,
  primaryKey: "name",
  fields: [NAME, { path: "data", type: { optional: "json" } } as const],
  indexes: [{ path: "name" }],
});

/** Names as the catalogue of the file has them, in order. */
function storedNames(driver: StoreDriver): string[] {
  const store = driver.open();
  const names: string[] = [];
  for (const [, payload] of store.scan(CATALOG_SPACE)) {
    const entry: CatalogEntry = decodeCatalogPayload(payload);
    if (entry.kind === "create" && entry.name !== "__modelvault__") names.push(entry.name);
  }
  return names;
}

/** Does something with a vault that is opened anew for it. */
function reopen<T>(driver: StoreDriver, work: (db: Database) => T): T {
  using db = Database.open(driver);
  const result = work(db);
  expect(db.verify().problems).toEqual([]);
  return result;
}

describe("dropping a collection", () => {
  it("takes its rows, its entries and its name", () => {
    const db = openVault();
    db.register(people());
    const handle = db.collection("books");
    handle.insertMany([{ name: "a" }, { name: "b" }]);
    expect(db.dropCollection(" books ")).toEqual({ name: "books", rows: 2 });
    expect(db.collectionNames()).toEqual([]);
    expect(db.hasCollection("books")).toBe(false);
    for (const call of [
      () => handle.count(),
      () => db.schema("books"),
      () => db.dropCollection("books"),
      () => handle.insert({ name: "c" }),
    ]) {
      expect(errorOf(call).code).toBe("collection_unknown");
    }
    expect(db.stats().collections).toEqual([]);
  });

  it("frees the name for another collection, as often as one likes, also after reopening", () => {
    const { driver } = lastingStore();
    for (let round = 0; round < 4; round++) {
      reopen(driver, (db) => {
        db.register(round % 2 === 0 ? books() : people());
        db.collection("books").insert(round % 2 === 0 ? { id: round } : { name: `n${round}`, data: [round] });
      });
      reopen(driver, (db) => {
        expect(db.schema("books").primaryKey).toBe(round % 2 === 0 ? "id" : "name");
        expect(db.collection("books").all()).toEqual([
          round % 2 === 0 ? { id: round } : { name: `n${round}`, data: [round] },
        ]);
        expect(db.schema("books").version).toBe(1);
        expect(db.dropCollection("books").rows).toBe(1);
      });
    }
    // Upstream cannot open a file that holds a name twice (its bug B3), so each is written under one of its own.
    const stored = storedNames(driver);
    expect(stored).toHaveLength(4);
    expect(new Set(stored).size).toBe(4);
  });

  it("and registering it again in one transaction gives an empty collection, and neither happens when the transaction fails", () => {
    const db = openVault();
    db.register(books());
    db.collection("books").insert({ id: 1 });
    const hash = db.schemaHash();
    expect(() =>
      db.transaction((tx) => {
        tx.dropCollection("books");
        tx.register(people());
        expect(tx.collection("books").count()).toBe(0);
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(db.collection("books").all()).toEqual([{ id: 1 }]);
    expect(db.schemaHash()).toBe(hash);
    db.transaction((tx) => {
      try {
        tx.transaction((inner) => {
          inner.dropCollection("books");
          throw new Error("inner");
        });
      } catch {}
      expect(tx.collection("books").count()).toBe(1);
      tx.dropCollection("books");
      tx.register(people());
      tx.collection("books").insert({ name: "x" });
    });
    expect(db.collection("books").all()).toEqual([{ name: "x", data: null }]);
  });

  it("is refused for the collection whose rows are being rewritten", () => {
    const db = openVault();
    db.register(books());
    db.collection("books").insert({ id: 1 });
    const rewrite = (work: () => void) =>
      errorOf(() =>
        db.registerVersion(
          "books",
          { fields: [ID, { path: "x", type: { optional: "string" } }] },
          {
            rewrite: (row) => {
              work();
              return row;
            },
          },
        ),
      );
    expect(rewrite(() => db.dropCollection("books")).code).toBe("update_reentrant");
    expect(rewrite(() => db.renameCollection("books", "b")).code).toBe("update_reentrant");
    expect(db.collectionNames()).toEqual(["books"]);
  });

  it("ends iterations and updates that were under way in an error or at once, never in rows of another collection", () => {
    const db = openVault();
    db.register(books());
    db.collection("books").insertMany([{ id: 1 }, { id: 2 }]);
    const error = errorOf(() =>
      db
        .collection("books")
        .query()
        .update((row) => {
          db.dropCollection("books");
          db.register(books());
          return row;
        }),
    );
    expect(error.code).toBe("update_reentrant");
    expect(db.collection("books").count()).toBe(2);
  });

  it("shows a collection again that another engine has written rows to since", () => {
    const { driver, store } = lastingStore();
    reopen(driver, (db) => {
      db.register(books());
      db.dropCollection("books");
      db.register(people());
      db.collection("books").insert({ name: "mine" });
    });
    const row = storedBook(7);
    const transaction = store.begin();
    transaction.put({ kind: "rows", collection: 1 }, row.key, row.payload);
    transaction.commit();
    reopen(driver, (db) => {
      expect(db.collectionNames()).toEqual(["books~1", "books"]);
      expect(db.collection("books~1").all()).toEqual([{ id: 7 }]);
      expect(db.collection("books").all()).toEqual([{ name: "mine", data: null }]);
      expect(db.dropCollection("books~1")).toEqual({ name: "books~1", rows: 1 });
      expect(db.collectionNames()).toEqual(["books"]);
    });
  });
});

/** Key and payload of a row for collection 1 in version 1, made by a vault of its own. */
function storedBook(id: number): { key: Uint8Array; payload: Uint8Array } {
  const { driver, store } = lastingStore();
  reopen(driver, (db) => {
    db.register(books());
    db.collection("books").insert({ id });
  });
  const [entry] = [...store.scan({ kind: "rows", collection: 1 })];
  if (entry === undefined) throw new Error("no row");
  return { key: entry[0], payload: entry[1] };
}

describe("renaming a collection", () => {
  it("keeps rows, indexes and version, and frees the old name", () => {
    const { driver } = lastingStore();
    reopen(driver, (db) => {
      db.register(people());
      db.collection("books").insert({ name: "a", data: { x: 1 } });
      db.registerVersion("books", {
        ...people(),
        fields: [...people().fields, { path: "n", type: { optional: "int64" } }],
      });
      expect(db.renameCollection("books", " persons ")).toEqual({ name: "persons", changed: true });
      db.register(books());
      db.collection("books").insert({ id: 5 });
      db.collection("persons").insert({ name: "b", n: 2 });
    });
    reopen(driver, (db) => {
      expect(db.collectionNames()).toEqual(["persons", "books"]);
      expect(db.schema("persons")).toMatchObject({ name: "persons", version: 2 });
      expect(db.collection("persons").where("name", ">=", "").all()).toEqual([
        { name: "a", data: { x: 1 }, n: null },
        { name: "b", data: null, n: 2 },
      ]);
      expect(db.collection("books").all()).toEqual([{ id: 5 }]);
      // A cycle of names, through a third one.
      db.transaction((tx) => {
        tx.renameCollection("persons", "third");
        tx.renameCollection("books", "persons");
        tx.renameCollection("third", "books");
      });
    });
    reopen(driver, (db) => {
      expect(db.collection("persons").all()).toEqual([{ id: 5 }]);
      expect(db.collection("books").count()).toBe(2);
      expect(errorOf(() => db.collection("persons").insert({})).message).toContain('"persons"');
    });
    expect(new Set(storedNames(driver)).size).toBe(2);
  });

  it("to the name it has changes nothing", () => {
    const db = openVault();
    db.register(books());
    const revision = db.revision();
    expect(db.renameCollection("books", " books")).toEqual({ name: "books", changed: false });
    expect(db.revision()).toBe(revision);
  });

  it("there and back again leaves no trace of it", () => {
    const { driver } = lastingStore();
    reopen(driver, (db) => {
      db.register(books());
      db.renameCollection("books", "b");
      db.renameCollection("b", "books");
    });
    reopen(driver, (db) => expect(db.collectionNames()).toEqual(["books"]));
  });

  it("refuses names that are taken, reserved, empty, or of no collection", () => {
    const db = openVault();
    db.register(books());
    db.register(books("b"));
    const code = (from: string, to: unknown) => errorOf(() => db.renameCollection(from, to as string)).code;
    expect(code("books", "b")).toBe("collection_exists");
    expect(code("books", "__modelvault__")).toBe("collection_name_invalid");
    expect(code("books", "  ")).toBe("collection_name_invalid");
    expect(code("books", 5)).toBe("collection_name_invalid");
    expect(code("boks", "c")).toBe("collection_unknown");
    expect(errorOf(() => db.renameCollection(5 as never, "c")).code).toBe("argument_invalid");
    expect(errorOf(() => db.dropCollection(null as never)).code).toBe("argument_invalid");
    expect(db.collectionNames()).toEqual(["books", "b"]);
  });

  it("finds a stored name for the longest of names", () => {
    const { driver } = lastingStore();
    const name = `${"ä".repeat(511)}x`;
    for (let round = 0; round < 3; round++) {
      reopen(driver, (db) => {
        db.register(books(name));
        db.dropCollection(name);
      });
    }
    reopen(driver, (db) => db.register(books(name)));
    reopen(driver, (db) => expect(db.collectionNames()).toEqual([name]));
    expect(new Set(storedNames(driver)).size).toBe(4);
  });

  it("writes no name twice, even where one looks like a name made for another", () => {
    const { driver } = lastingStore();
    reopen(driver, (db) => {
      db.register(books("a"));
      db.dropCollection("a");
      db.register(books("a"));
      // Taken in the catalogue, by the second "a"; free for user code.
      const [, second] = storedNames(driver);
      db.register(books(second));
      db.collection(second as string).insert({ id: 3 });
      expect(db.collectionNames()).toEqual(["a", second]);
    });
    reopen(driver, (db) => expect(db.collection(storedNames(driver)[1] as string).count()).toBe(1));
    expect(new Set(storedNames(driver)).size).toBe(3);
  });
});

describe("the hash of all schemas", () => {
  it("is that of any vault with the same schemas, whatever became of them on the way", () => {
    const a = openVault();
    const b = openVault();
    a.register(books("x"));
    a.register(people("y"));
    b.register(books("z"));
    b.register(people("gone"));
    b.register(people("y"));
    b.dropCollection("gone");
    expect(a.schemaHash()).not.toBe(b.schemaHash());
    b.renameCollection("z", "x");
    expect(a.schemaHash()).toBe(b.schemaHash());
    expect(a.schemaHash()).toMatch(/^[0-9a-f]{64}$/);
    const before = a.schemaHash();
    a.registerVersion("y", { ...people("y"), indexes: [] });
    expect(a.schemaHash()).not.toBe(before);
    expect(b.read((view) => view.schemaHash())).toBe(before);
    b.transaction((tx) => {
      tx.dropCollection("x");
      expect(tx.schemaHash()).not.toBe(before);
      tx.register(books("x"));
    });
    expect(b.schemaHash()).toBe(before);
  });
});
