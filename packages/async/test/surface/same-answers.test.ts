import { isDeepStrictEqual } from "node:util";
import { Database, memoryStore, type Row } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Operation, outcomeOf } from "../support/both.ts";
import { BOOKS, sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();

class Tome {
  readonly id: number;
  readonly title: string;
  constructor(id: number, title: string) {
    this.id = id;
    this.title = title;
  }
}

let deep: unknown = 1;
for (let level = 0; level < 5000; level++) deep = { deep };

/** Bytes whose constructor takes no length. */
class Hash extends Uint8Array {
  constructor(hex: string) {
    super(Buffer.from(hex, "hex"));
  }
}

class Spoken {
  toJSON(): number {
    return 1;
  }
}

const gone = new Uint8Array(4);
structuredClone(gone.buffer, { transfer: [gone.buffer] });

const withGetter = Object.defineProperty({ id: 20 }, "title", {
  enumerable: true,
  get: () => {
    throw new Error("no title");
  },
});
const cyclic: Record<string, unknown> = { id: 21, title: "Ouroboros" };
cyclic.extra = { again: cyclic };
const holes: unknown[] = ["a"];
holes[2] = "c";

/** Each runs after those before it, on both. Arguments that no type allows are given on purpose. */
const operations: Readonly<Record<string, Operation>> = {
  register: (db) => db.register(BOOKS),
  "register again": (db) => db.register(BOOKS),
  "register otherwise": (db) => db.register({ ...BOOKS, indexes: [] }),
  "register nonsense": (db) => db.register({ name: 5 } as never),
  insert: (db) =>
    db.collection("books").insert({ id: 1, title: "Emma", year: 1815, author: { name: "Jane" } }),
  "insert its key again": (db) => db.collection("books").insert({ id: 1, title: "Other" }),
  "insert a taken title": (db) => db.collection("books").insert({ id: 2, title: "Emma" }),
  "insert bytes, lists and JSON": (db) =>
    db.collection("books").insert({
      id: 2,
      title: "Kim",
      tags: ["a", "b"],
      extra: { list: [1, null, { deep: "x" }] },
      cover: new Uint8Array([0, 255]),
    }),
  "insert what is wrong in many ways": (db) =>
    db.collection("books").insert({ id: "x", title: "", nope: 1, tags: [1], cover: "text" }),
  "insert a function": (db) => db.collection("books").insert({ id: 3, title: () => "x" } as never),
  "insert a symbol": (db) => db.collection("books").insert({ id: 3, title: Symbol("x") } as never),
  "insert under a symbol": (db) =>
    db.collection("books").insert({ id: 3, title: "Ok", [Symbol("y")]: 1 } as never),
  "insert a promise": (db) => db.collection("books").insert({ id: 3, title: Promise.resolve("x") } as never),
  "insert a date": (db) => db.collection("books").insert({ id: 3, title: new Date(0) } as never),
  "insert a map": (db) => db.collection("books").insert({ id: 3, title: "Ok", extra: new Map() } as never),
  "insert an instance": (db) => db.collection("books").insert(new Tome(4, "Ivanhoe") as never),
  "insert many instances": (db) =>
    db.collection("books").insertMany([new Tome(50, "One"), new Tome(51, "Two")] as never),
  "delete many instances": (db) => db.collection("books").where("id", ">=", 50).delete(),
  "insert an instance inside a row": (db) =>
    db.collection("books").insert({
      id: 52,
      title: "In",
      author: new (class Author {
        name = "Jane";
      })(),
    } as never),
  "get an instance inside a row": (db) => db.collection("books").get(52),
  "update by an instance": (db) =>
    db.collection("books").update(
      52,
      new (class Patch {
        year = 1999;
      })() as never,
    ),
  "delete an instance inside a row": (db) => db.collection("books").delete(52),
  "insert an instance as JSON": (db) =>
    db.collection("books").insert({ id: 53, title: "Ok", extra: new Tome(1, "x") } as never),
  "insert instances in JSON": (db) =>
    db
      .collection("books")
      .insertMany([{ id: 53, title: "Ok", extra: { a: [new Tome(1, "x"), { b: [] }] } }] as never),
  "insert an instance that speaks JSON": (db) =>
    db.collection("books").insert({ id: 53, title: "Ok", extra: [new Spoken()] } as never),
  "validate an instance in JSON": (db) =>
    db.collection("books").validate({ id: 53, title: "Ok", extra: { a: new Tome(1, "x") } }),
  "update with an instance in JSON": (db) =>
    db.collection("books").update(1, { extra: { a: new Tome(1, "x") } } as never),
  "insert what is very deep": (db) =>
    db.collection("books").insert({ id: 53, title: "Ok", extra: deep } as never),
  "insert bytes that are gone": (db) => db.collection("books").insert({ id: 53, title: "Ok", cover: gone }),
  "insert bytes of a class": (db) =>
    db.collection("books").insert({ id: 54, title: "Hash", cover: new Hash("00ff") }),
  "get bytes of a class": (db) => db.collection("books").where("cover", "=", new Hash("00ff")).all(),
  "delete bytes of a class": (db) => db.collection("books").delete(54),
  "insert lists with properties": (db) =>
    db.collection("books").insertMany([
      { id: 55, title: "A", tags: Object.assign([], { "1e3": "x" }) },
      { id: 56, title: "B", tags: Object.assign(["a"], { "": "x", "-1": "y", "1.0": "z", length2: "w" }) },
      { id: 57, title: "C", extra: Object.assign([], { "1e3": 5 }) },
    ]),
  "get lists with properties": (db) => db.collection("books").getMany([55, 56, 57]),
  "delete lists with properties": (db) => db.collection("books").where("id", ">=", 55).delete(),
  "insert no bytes": (db) => db.collection("books").insert({ id: 53, title: "Ok", cover: new Uint8Array(0) }),
  "get no bytes": (db) => db.collection("books").get(53),
  "delete no bytes": (db) => db.collection("books").delete(53),
  "insert other buffers": (db) =>
    db.collection("books").insertMany([{ id: 53, title: "Ok", cover: new Uint16Array(2) }] as never),
  "insert a buffer": (db) =>
    db.collection("books").insert({ id: 53, title: "Ok", cover: new ArrayBuffer(4) } as never),
  "insert a view": (db) =>
    db.collection("books").insert({ id: 53, title: "Ok", cover: new DataView(new ArrayBuffer(3)) } as never),
  "insert a throwing getter": (db) => db.collection("books").insert(withGetter as never),
  "insert a cycle": (db) => db.collection("books").insert(cyclic as never),
  "insert holes": (db) => db.collection("books").insert({ id: 22, title: "Holes", tags: holes } as never),
  "insert nothing": (db) => db.collection("books").insert(undefined as never),
  "insert a list": (db) => db.collection("books").insert([1, 2] as never),
  "insert a bigint": (db) => db.collection("books").insert({ id: 2n ** 60n, title: "Big" } as never),
  "get a big key": (db) => db.collection("books").get(2n ** 60n),
  "delete a big key": (db) => db.collection("books").delete(2n ** 60n),
  get: (db) => db.collection("books").get(1),
  "get nothing": (db) => db.collection("books").get(99),
  "get by text": (db) => db.collection("books").get("1"),
  "get by a symbol": (db) => db.collection("books").get(Symbol("k") as never),
  "getOrThrow nothing": (db) => db.collection("books").getOrThrow(99),
  getMany: (db) => db.collection("books").getMany([2, 99, 1]),
  "getMany of nonsense": (db) => db.collection("books").getMany([1, "x"] as never),
  "getMany of no list": (db) => db.collection("books").getMany(5 as never),
  has: (db) => db.collection("books").has(2),
  put: (db) => db.collection("books").put({ id: 4, title: "Ivanhoe", year: 1819 }),
  "put anew": (db) => db.collection("books").put({ id: 5, title: "Dracula", year: 1897 }),
  update: (db) => db.collection("books").update(1, { author: { name: "Austen" }, year: null } as never),
  "update nothing": (db) => db.collection("books").update(99, { year: 1 } as never),
  "update the key": (db) => db.collection("books").update(1, { id: 7 } as never),
  "update by a function": (db) =>
    db.collection("books").update(4, (row: Row) => ({ ...row, year: Number(row.year) + 1 })),
  "update to nothing by a function": (db) => db.collection("books").update(4, () => undefined as never),
  "update many to nothing by a function": (db) =>
    db
      .collection("books")
      .where("id", "=", 4)
      .update(() => undefined as never),
  "a version to nothing by a function": (db) =>
    db.registerVersion(
      "books",
      { fields: [...BOOKS.fields, { path: "more", type: "int64" }] },
      { rewrite: () => undefined as never },
    ),
  "check a version to nothing": (db) =>
    db.checkVersion(
      "books",
      { fields: [...BOOKS.fields, { path: "more", type: "int64" }] },
      { rewrite: () => undefined as never },
    ),
  "update to nonsense by a function": (db) => db.collection("books").update(4, () => ({ id: 4 })),
  "update to a function by a function": (db) =>
    db.collection("books").update(4, (row: Row) => ({ ...row, title: () => 1 }) as never),
  "update by nonsense": (db) => db.collection("books").update(4, 5 as never),
  insertMany: (db) =>
    db
      .collection("books")
      .insertMany(
        Array.from({ length: 700 }, (_, n) => ({ id: 1000 + n, title: `Title ${n}`, year: 1900 + (n % 50) })),
      ),
  "insertMany of a generator": (db) =>
    db.collection("books").insertMany(
      (function* () {
        for (let n = 0; n < 300; n++) yield { id: 2000 + n, title: `More ${n}` };
      })(),
    ),
  "insertMany with a late mistake": (db) =>
    db
      .collection("books")
      .insertMany(
        Array.from({ length: 600 }, (_, n) => ({ id: 3000 + n, title: n === 555 ? "" : `Late ${n}` })),
      ),
  "insertMany with a mistake": (db) =>
    db.collection("books").insertMany([
      { id: 3000, title: "Fine" },
      { id: 1, title: "Not" },
    ]),
  "insertMany of none": (db) => db.collection("books").insertMany([]),
  "insertMany of no text": (db) => db.collection("books").insertMany("" as never),
  "insertMany of a text": (db) => db.collection("books").insertMany("2020" as never),
  "insertMany of no list": (db) => db.collection("books").insertMany(5 as never),
  count: (db) => db.collection("books").count(),
  version: (db) => {
    const { version } = db.collection("books");
    return typeof version === "function" ? version.call(db.collection("books")) : version;
  },
  validate: (db) => db.collection("books").validate({ id: 1, title: "" }),
  "all by a condition": (db) =>
    db.collection("books").where("year", "between", [1900, 1905]).orderBy("year", "desc").all(),
  "all of everything": (db) => db.collection("books").all(),
  "all of some paths": (db) =>
    db.collection("books").where("id", "<", 10).select("author.name", "title").all(),
  first: (db) => db.collection("books").orderBy("title").first(),
  "first of none": (db) => db.collection("books").where("id", "<", 0).first(),
  one: (db) => db.collection("books").where("title", "=", "Kim").one(),
  "one of many": (db) => db.collection("books").where("year", ">", 0).one(),
  "count by a condition": (db) => db.collection("books").where("year", ">=", 1940).count(),
  exists: (db) =>
    db
      .collection("books")
      .where((is) => is.or(is("year", "=", 1), is.not(is("year", "isNull"))))
      .exists(),
  "a page": (db) => db.collection("books").orderBy("year").limit(7).page(),
  "some paths of some rows": (db) => db.collection("books").select("title").offset(3).limit(2).all(),
  "all but the first": (db) => db.collection("books").offset(20).all(),
  "from a cursor on": async (db) => {
    const { next } = await db.collection("books").limit(5).page();
    return db.collection("books").after(next).limit(2).all();
  },
  "the next page": async (db) => {
    const query = db.collection("books").orderBy("year").limit(7);
    const { next } = await query.page();
    return query.after(next).page();
  },
  "a page without limit": (db) => db.collection("books").query().page(),
  "a damaged cursor": (db) => db.collection("books").limit(1).after("nope").page(),
  "an unknown path": (db) => db.collection("books").where("yaer", "=", 1).all(),
  "an unknown operator": async (db) =>
    db
      .collection("books")
      .where("year", "==" as never, 1)
      .all(),
  "a wrong value": (db) => db.collection("books").where("year", "=", "x").count(),
  "a function for a value": async (db) =>
    db
      .collection("books")
      .where("year", "=", (() => 1) as never)
      .count(),
  "a negative limit": async (db) => db.collection("books").limit(-1).all(),
  "no such collection": async (db) => db.collection("boks").count(),
  "a collection of a list": async (db) => db.collection(["books"] as never).count(),
  "a collection of no name": async (db) => db.collection(5 as never).count(),
  "planned only": (db) => db.collection("books").where("year", "=", 1900).explain({ run: false }),
  "explained wrongly": async (db) =>
    db
      .collection("books")
      .query()
      .explain({ ran: true } as never),
  "update many": (db) =>
    db
      .collection("books")
      .where("year", "=", 1910)
      .update({ author: { name: "Nobody" } } as never),
  "update many by a function": (db) =>
    db
      .collection("books")
      .where("year", ">", 1910)
      .update((row: Row) => ({ ...row, year: Number(row.year) - 100 })),
  "update many to a taken title": (db) =>
    db
      .collection("books")
      .where("year", "=", 1905)
      .update({ title: "Same" } as never),
  delete: (db) => db.collection("books").delete(5),
  "delete again": (db) => db.collection("books").delete(5),
  "delete many": (db) => db.collection("books").where("year", "<", 1840).delete(),
  "the first rows by iteration": async (db) => {
    const rows: unknown[] = [];
    for await (const row of db.collection("books").orderBy("id", "desc").iterate())
      if (rows.push(row) === 5) break;
    return rows;
  },
  names: (db) => db.collectionNames(),
  "has a collection": (db) => db.hasCollection("books"),
  schema: (db) => db.schema("books"),
  "schema of nothing": (db) => db.schema("x"),
  "a hash": (db) => db.schemaHash(),
  "check a version": (db) => db.checkVersion("books", { fields: BOOKS.fields.slice(0, 3) }),
  "check a version by a function": (db) =>
    db.checkVersion("books", { fields: BOOKS.fields }, { rewrite: (row) => ({ ...row, title: "" }) }),
  "a breaking version": (db) => db.registerVersion("books", { fields: BOOKS.fields.slice(0, 3) }),
  "a version by a function": (db) =>
    db.registerVersion(
      "books",
      { fields: [...BOOKS.fields, { path: "pages", type: "int64" }] },
      { accept: "migration", rewrite: (row, key) => ({ ...row, pages: Number(key) * 2 }) },
    ),
  "a version by a throwing function": (db) =>
    db.registerVersion(
      "books",
      { fields: BOOKS.fields },
      {
        accept: "breaking",
        rewrite: () => {
          throw new Error("not today");
        },
      },
    ),
  "rows of the new version": (db) => db.collection("books").where("id", ">", 1990).all(),
  rename: (db) => db.renameCollection("books", "tomes"),
  "use the new name": (db) => db.collection("tomes").count(),
  note: async (db) => {
    await db.setNote("tool/x", new Uint8Array([1, 2]));
    return [await db.note("tool/x"), await db.notes("tool/"), await db.note("none")];
  },
  "a transaction that fails": (db) =>
    db.transaction((tx) => {
      void tx.collection("tomes").delete(1);
      throw new Error("no");
    }),
  "what it left": (db) => db.collection("tomes").get(1),
  "a copy without a place": (db) => db.copyTo("/nowhere"),
  "a checkpoint of memory": (db) => db.checkpoint(),
  "a revision": (db) => db.revision(),
  drop: (db) => db.dropCollection("tomes"),
  "drop again": (db) => db.dropCollection("tomes"),
};

describe("both surfaces", () => {
  test("give the same values, error codes, messages, details and issues, operation by operation", async () => {
    const async = await shelf.db();
    using sync = Database.open(memoryStore());
    const differing: unknown[] = [];
    for (const [name, operation] of Object.entries(operations)) {
      const expected = await outcomeOf(operation, sync);
      const found = await outcomeOf(operation, async);
      if (!isDeepStrictEqual(found, expected)) differing.push({ name, found, expected });
    }
    expect(differing).toEqual([]);
    expect(sync.verify().problems).toEqual([]);
  });

  test("give the same in any order of operations", async () => {
    const async = await shelf.db();
    // Revisions count what the drops between two runs took, too; a call that nobody awaits rejects for nobody.
    // Without the collection, a query that is wrong in itself is refused for that: here nobody looked for the collection yet.
    const apart = ["a revision", "a transaction that fails", "rename"];
    const names = Object.keys(operations).filter((name) => !apart.includes(name));
    const programs = fc.array(fc.constantFrom(...names), { minLength: 5, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(programs, async (program) => {
        for (const name of await async.collectionNames()) await async.dropCollection(name);
        await async.setNote("tool/x", undefined);
        using sync = Database.open(memoryStore());
        for (const name of ["register", ...program]) {
          const operation = operations[name] as Operation;
          const expected = await outcomeOf(operation, sync);
          expect({ name, outcome: await outcomeOf(operation, async) }).toStrictEqual({
            name,
            outcome: expected,
          });
        }
      }),
      { numRuns: 25 },
    );
  });
});
