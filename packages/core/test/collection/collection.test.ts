import { Database, memoryStore, type Row } from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { book, errorOf, openLibrary, openVault } from "../support/vault.ts";

describe("insert", () => {
  it("stores a row and returns its key", () => {
    const books = openLibrary().collection("books");
    expect(books.insert(book("a"))).toBe("a");
    expect(books.get("a")).toEqual({
      isbn: "a",
      title: "Title a",
      year: 2000,
      tags: [],
      author: { name: "Ann", born: null },
    });
  });

  it("refuses a key that exists, and names it", () => {
    const books = openLibrary().collection("books");
    books.insert(book("a"));
    const error = errorOf(() => books.insert(book("a", { title: "Other" })));
    expect(error).toMatchObject({
      code: "row_exists",
      kind: "conflict",
      details: { collection: "books", key: "a" },
    });
    expect(books.get("a")).toMatchObject({ title: "Title a" });
  });

  it("reports every problem of a row at once", () => {
    const books = openLibrary().collection("books");
    const error = errorOf(() =>
      books.insert({ isbn: 5, title: "", tags: ["x", 7], author: {}, yaer: 1 } as never),
    );
    expect(error.code).toBe("validation_failed");
    expect(error.issues.map(({ path, rule }) => [path.join("."), rule])).toEqual([
      ["isbn", "type"],
      ["title", "nonempty"],
      ["tags.1", "type"],
      ["author.name", "required"],
      ["yaer", "unknown_field"],
    ]);
    expect(books.count()).toBe(0);
  });

  it("keeps rows apart from the objects they came from and are read into", () => {
    const books = openLibrary().collection("books");
    const tags = ["x"];
    const row = book("a", { tags });
    books.insert(row);
    tags.push("y");
    (books.get("a") as { tags: string[] }).tags.push("z");
    expect(books.get("a")).toMatchObject({ tags: ["x"] });
  });

  it("treats names of Object.prototype as ordinary data", () => {
    const db = openVault();
    db.register({
      name: "t",
      primaryKey: "constructor",
      fields: [
        { path: "constructor", type: "string" },
        { path: "toString", type: { optional: "string" } },
        { path: "data", type: { optional: "json" } },
      ],
    });
    const rows = db.collection("t");
    rows.insert({ constructor: "a", data: JSON.parse('{"__proto__": {"polluted": true}}') } as never);
    const row = rows.get("a") as Record<string, unknown>;
    expect(Object.hasOwn(row, "toString") && row.toString).toBe(null);
    expect(JSON.stringify(row.data)).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("validate", () => {
  it("tells every problem of a row and writes nothing", () => {
    const books = openLibrary().collection("books");
    expect(books.validate(book("a"))).toEqual([]);
    expect(books.validate({ isbn: 5, title: "" }).map(({ path }) => path.join("."))).toEqual([
      "isbn",
      "title",
      "tags",
      "author",
    ]);
    expect(books.validate(null)).toHaveLength(1);
    expect(books.count()).toBe(0);
  });
});

describe("insertMany", () => {
  it("stores all rows of any iterable and returns how many", () => {
    const books = openLibrary().collection("books");
    expect(books.insertMany(new Set([book("a"), book("b")]))).toBe(2);
    expect(books.insertMany([])).toBe(0);
  });

  it("stores none when one is refused, and says which", () => {
    const books = openLibrary().collection("books");
    const error = errorOf(() => books.insertMany([book("a"), book("b"), book("c", { title: "" })]));
    expect(error).toMatchObject({ code: "validation_failed", details: { position: 2 } });
    expect(error.issues).toHaveLength(1);
    expect(books.count()).toBe(0);
  });

  it("passes on what the iterable throws, and stores none", () => {
    const books = openLibrary().collection("books");
    function* rows(): Generator<Row> {
      yield book("a");
      throw new Error("source ended");
    }
    expect(() => books.insertMany(rows())).toThrow("source ended");
    expect(books.count()).toBe(0);
  });

  it("refuses what is not iterable", () => {
    const books = openLibrary().collection("books");
    for (const rows of [5, null, undefined, { a: 1 }]) {
      expect(errorOf(() => books.insertMany(rows as never))).toMatchObject({
        code: "argument_invalid",
        details: { argument: "rows" },
      });
    }
  });
});

describe("put", () => {
  it("replaces the whole row and says whether there was one", () => {
    const books = openLibrary().collection("books");
    expect(books.put(book("a", { year: 1990 }))).toBe(false);
    expect(books.put(book("a", { year: null }))).toBe(true);
    expect(books.get("a")).toMatchObject({ year: null });
    expect(books.where("year", "=", 1990).count()).toBe(0);
  });
});

describe("update", () => {
  it("merges a patch: objects field by field, lists whole, null empties, undefined leaves alone", () => {
    const books = openLibrary().collection("books");
    books.insert(book("a", { tags: ["x", "y"], author: { name: "Ann", born: 1950 } }));
    const row = books.update("a", { tags: ["z"], author: { born: null }, year: undefined, title: "New" });
    expect(row).toEqual({
      isbn: "a",
      title: "New",
      year: 2000,
      tags: ["z"],
      author: { name: "Ann", born: null },
    });
    expect(books.get("a")).toEqual(row);
  });

  it("takes a function of the row", () => {
    const books = openLibrary().collection<{ isbn: string; year: number }>("books");
    books.insert(book("a") as never);
    expect(books.update("a", (row) => ({ ...row, year: row.year + 1 }))).toMatchObject({ year: 2001 });
  });

  it("moves index entries, and only where the value changed", () => {
    const books = openLibrary().collection("books");
    books.insertMany([book("a", { year: 1990 }), book("b", { year: 1991 })]);
    books.update("a", { year: 1991 });
    expect(books.where("year", "=", 1991).count()).toBe(2);
    expect(books.where("year", "=", 1990).count()).toBe(0);
  });

  it("refuses to change the key, a missing row, a promise, and a row that is not valid", () => {
    const books = openLibrary().collection("books");
    books.insert(book("a"));
    expect(errorOf(() => books.update("a", { isbn: "b" })).code).toBe("primary_key_changed");
    expect(errorOf(() => books.update("zz", {}))).toMatchObject({
      code: "row_not_found",
      details: { key: "zz" },
    });
    expect(errorOf(() => books.update("a", (async (row: object) => row) as never)).code).toBe(
      "callback_async",
    );
    expect(errorOf(() => books.update("a", { title: "" })).code).toBe("validation_failed");
    expect(errorOf(() => books.update("a", { author: { nmae: "x" } } as never)).issues[0]?.path).toEqual([
      "author",
      "nmae",
    ]);
    for (const patch of [null, 5, "x", [], undefined]) {
      expect(errorOf(() => books.update("a", patch as never)).code).toBe("validation_failed");
    }
    expect(books.get("a")).toMatchObject({ title: "Title a" });
  });

  it("refuses a function that changes the very row it was given", () => {
    const books = openLibrary().collection("books");
    books.insert(book("a"));
    const error = errorOf(() =>
      books.update("a", (row) => {
        books.delete("a");
        return row;
      }),
    );
    expect(error.code).toBe("update_reentrant");
    expect(books.has("a")).toBe(true);
  });

  it("merges JSON values whole, for their keys are data and not fields", () => {
    const db = openVault();
    db.register({
      name: "t",
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "data", type: "json" },
      ],
    });
    db.collection("t").insert({ id: 1, data: { a: 1 } });
    expect(db.collection("t").update(1, { data: { b: 2 } })).toEqual({ id: 1, data: { b: 2 } });
  });
});

describe("delete", () => {
  it("removes the row and its index entries, and says whether there was one", () => {
    const books = openLibrary().collection("books");
    books.insert(book("a"));
    expect(books.delete("a")).toBe(true);
    expect(books.delete("a")).toBe(false);
    expect(books.where("title", "=", "Title a").count()).toBe(0);
    books.insert(book("b", { title: "Title a" }));
  });
});

describe("reading by key", () => {
  it("finds one, several, or says that there is none", () => {
    const books = openLibrary().collection("books");
    books.insertMany([book("a"), book("b")]);
    expect(books.has("a")).toBe(true);
    expect(books.has("c")).toBe(false);
    expect(books.get("c")).toBeUndefined();
    expect(books.getMany(["b", "c", "a"]).map((row) => row?.isbn)).toEqual(["b", undefined, "a"]);
    expect(errorOf(() => books.getOrThrow("c"))).toMatchObject({
      code: "row_not_found",
      details: { collection: "books", key: "c" },
    });
    expect(books.getOrThrow("a").isbn).toBe("a");
    expect(errorOf(() => books.getMany(5 as never)).code).toBe("argument_invalid");
  });

  it("refuses a key of the wrong type, and says which type it takes", () => {
    const db = openVault();
    db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    const rows = db.collection("t");
    for (const key of ["1", 1.5, null, undefined, {}, [], true, 2n ** 63n, Number.NaN, 2 ** 53]) {
      for (const call of [
        () => rows.get(key as never),
        () => rows.has(key as never),
        () => rows.delete(key as never),
      ]) {
        const error = errorOf(call);
        expect(error).toMatchObject({
          code: "primary_key_invalid",
          details: { collection: "t", field: "id", expected: "int64" },
        });
      }
    }
  });

  it("of every kind finds what was stored under it", () => {
    const keys = {
      bool: [true, false],
      int64: [0, -1, 256, 2n ** 63n - 1n, -(2n ** 63n)],
      uint64: [0, 1, 2n ** 64n - 1n],
      float64: [0, -1.5, 1e300, Number.MIN_VALUE],
      string: ["", "\0", "é", "\u{1F600}", "a".repeat(5000)],
      bytes: [new Uint8Array(0), new Uint8Array([0, 255, 0])],
      uuid: ["00000000-0000-0000-0000-000000000000", "6f1c2a54-9d0e-4b7b-8a51-0d3c5e7f9a1b"],
      timestamp: [0, -1, 1_796_000_000_123_456],
    } as const;
    const db = openVault({ integers: "bigint" });
    for (const [type, values] of Object.entries(keys)) {
      db.register({
        name: type,
        primaryKey: "id",
        fields: [
          { path: "id", type: type as "string" },
          { path: "n", type: "float64" },
        ],
      });
      const rows = db.collection(type);
      for (const [n, id] of values.entries()) rows.insert({ id, n });
      for (const [n, id] of values.entries()) expect(rows.get(id)).toMatchObject({ n });
    }
    expect(db.collection("float64").get(-0)).toMatchObject({ n: 0 });
    expect(errorOf(() => db.collection("float64").insert({ id: -0, n: 1 })).code).toBe("row_exists");
    expect(db.collection("uuid").get("6F1C2A54-9D0E-4B7B-8A51-0D3C5E7F9A1B")).toMatchObject({ n: 1 });
  });
});

describe("a unique index", () => {
  it("refuses a value another row holds, and names index, value and holder", () => {
    const books = openLibrary().collection("books");
    books.insertMany([book("a"), book("b")]);
    for (const call of [
      () => books.insert(book("c", { title: "Title a" })),
      () => books.put(book("b", { title: "Title a" })),
      () => books.update("b", { title: "Title a" }),
    ]) {
      const error = errorOf(call);
      expect(error).toMatchObject({
        code: "unique_violation",
        details: { collection: "books", index: "title_unique", path: "title", value: "Title a", holder: "a" },
      });
    }
    expect(books.get("b")).toMatchObject({ title: "Title b" });
  });

  it("lets a row keep its value, and rows without a value be many", () => {
    const db = openVault();
    db.register({
      name: "t",
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "u", type: { optional: "float64" } },
      ],
      indexes: [{ path: "u", kind: "unique" }],
    });
    const rows = db.collection("t");
    rows.insertMany([{ id: 1 }, { id: 2, u: null }, { id: 3, u: undefined as never }, { id: 4, u: 1.5 }]);
    rows.put({ id: 4, u: 1.5 });
    rows.insert({ id: 5, u: Number.NaN });
    expect(errorOf(() => rows.insert({ id: 6, u: Number.NaN })).code).toBe("unique_violation");
    rows.insert({ id: 6, u: 0 });
    expect(errorOf(() => rows.insert({ id: 7, u: -0 })).code).toBe("unique_violation");
  });

  it("compares long values whole, though its entries are cut", () => {
    const db = openVault();
    db.register({
      name: "t",
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "u", type: "string" },
      ],
      indexes: [{ path: "u", kind: "unique" }],
    });
    const rows = db.collection("t");
    const long = "x".repeat(1000);
    rows.insertMany([
      { id: 1, u: `${long}a` },
      { id: 2, u: `${long}b` },
    ]);
    expect(errorOf(() => rows.insert({ id: 3, u: `${long}a` }))).toMatchObject({
      code: "unique_violation",
      details: { holder: 1 },
    });
    rows.delete(1);
    rows.insert({ id: 3, u: `${long}a` });
  });
});

describe("iteration", () => {
  it("shows the state at its start while rows change", () => {
    const books = openLibrary().collection("books");
    books.insertMany(["a", "b", "c", "d"].map((isbn) => book(isbn)));
    const seen: unknown[] = [];
    for (const row of books.iterate()) {
      seen.push([row.isbn, row.year]);
      books.delete("c");
      books.update("d", { year: 1 });
      books.put(book(`${String(row.isbn)}${seen.length}`));
    }
    expect(seen).toEqual([
      ["a", 2000],
      ["b", 2000],
      ["c", 2000],
      ["d", 2000],
    ]);
  });

  it("inside a transaction shows the state at its start too", () => {
    const db = openLibrary();
    db.transaction((tx) => {
      const books = tx.collection("books");
      books.insertMany(["a", "b", "c"].map((isbn) => book(isbn)));
      const seen: unknown[] = [];
      for (const row of books.iterate()) {
        seen.push(row.isbn);
        books.delete("b");
        books.put(book("d"));
      }
      expect(seen).toEqual(["a", "b", "c"]);
    });
  });
});

describe("a collection", () => {
  it("that does not exist is refused, with the likely name", () => {
    const db = openLibrary();
    const error = errorOf(() => db.collection("bokos"));
    expect(error).toMatchObject({ code: "collection_unknown", details: { collection: "bokos" } });
    expect(error.message).toContain('"books"');
    expect(errorOf(() => db.collection(5 as never)).code).toBe("argument_invalid");
    expect(errorOf(() => db.collection("__proto__")).code).toBe("collection_unknown");
    expect(errorOf(() => db.collection("x".repeat(100_000))).message.length).toBeLessThan(200);
    expect(db.collection("  books ").name).toBe("books");
  });
});

it("a query may begin with any part of it", () => {
  using db = Database.open(memoryStore());
  db.register({
    name: "n",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "s", type: "string" },
    ],
  });
  const rows = db.collection("n");
  rows.insertMany([1, 2, 3].map((id) => ({ id, s: `s${id}` })));
  expect(rows.offset(1).all()).toEqual([
    { id: 2, s: "s2" },
    { id: 3, s: "s3" },
  ]);
  expect(rows.select("s").first()).toEqual({ s: "s1" });
  expect(rows.after(rows.limit(2).page().next).all()).toEqual([{ id: 3, s: "s3" }]);
  expect(rows.after(null).count()).toBe(3);
});
