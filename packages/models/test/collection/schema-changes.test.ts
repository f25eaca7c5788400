/** What a typed collection does when the collection gets another schema while it is held. */
import {
  Database,
  type FieldDescriptor,
  isModelVaultError,
  type ModelVaultError,
  memoryStore,
} from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, index } from "../../src/index.ts";

const shape = { id: z.string(), year: z.int(), author: z.object({ name: z.string() }) };
const Book = defineModel("books", z.object(shape), { primaryKey: "id", indexes: [index("year")] });
const row = { id: "1", year: 1965, author: { name: "A" } };

function refused(work: () => unknown): ModelVaultError {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a collection whose schema changes while it is held", () => {
  test("takes no more writes, for the model would drop what it does not know", () => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    books.insert(row);
    const { fields } = db.schema("books");
    db.registerVersion("books", { fields: [...fields, { path: "shelf", type: { optional: "string" } }] });
    db.collection("books").update("1", { shelf: "A1" });
    const writes = [
      () => books.update("1", { year: 2000 }),
      () => books.where("id", "=", "1").update({ year: 2000 }),
      () => books.put(row),
      () => books.insert({ ...row, id: "2" }),
      () => books.insertMany([{ ...row, id: "2" }]),
    ];
    for (const write of writes) expect(refused(write).code).toBe("model_mismatch");
    expect(db.collection("books").all()).toEqual([{ ...row, shelf: "A1" }]);
  });

  test("goes on where the new version is the model's still", () => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    books.insert(row);
    const { fields } = db.schema("books");
    db.registerVersion("books", { fields }, { rewrite: (old) => ({ ...old, year: 1 }) });
    expect(books.update("1", { author: { name: "B" } })).toEqual({ ...row, year: 1, author: { name: "B" } });
  });

  const reads = (books: ReturnType<typeof collection<typeof Book>>): readonly (() => unknown)[] => [
    () => books.get("1"),
    () => books.getOrThrow("1"),
    () => books.getMany(["1"]),
    () => books.all(),
    () => books.where("author.name", "=", "A").first(),
    () => books.where("id", "=", "1").one(),
    () => books.limit(1).page(),
    () => [...books.iterate()],
    () => books.select("id").all(),
    () => books.query().explain(),
  ];

  test("is read for as long as its rows have the model's types, whatever else they have", () => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    books.insert(row);
    const { fields } = db.schema("books");
    db.registerVersion("books", { fields: [...fields, { path: "shelf", type: { optional: "string" } }] });
    for (const read of reads(books)) expect(read).not.toThrow();
    expect(books.get("1")).toMatchObject(row);
  });

  test.each<readonly [string, (db: Database) => void]>([
    [
      "type",
      (db) =>
        db.registerVersion(
          "books",
          { fields: fieldsWith(db, "year", { path: "year", type: "string" }) },
          { accept: "breaking", rewrite: (old) => ({ ...old, year: String(old.year) }) },
        ),
    ],
    [
      "field",
      (db) =>
        db.registerVersion(
          "books",
          { fields: fieldsWith(db, "year", { path: "born", type: "int64" }), indexes: [] },
          { accept: "breaking", rewrite: ({ year, ...rest }) => ({ ...rest, born: year ?? 0 }) },
        ),
    ],
    [
      "collection",
      (db) => {
        db.dropCollection("books");
        db.register({ name: "books", primaryKey: "id", fields: [{ path: "id", type: "string" }] });
        db.collection("books").insert({ id: "1" });
      },
    ],
  ])("is not read once it has another %s", (_what, change) => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    books.insert(row);
    change(db);
    for (const read of reads(books)) {
      const error = refused(read);
      expect(error).toMatchObject({ code: "model_mismatch", details: { collection: "books" } });
    }
    for (const write of [() => books.put(row), () => books.update("1", { year: 2 })])
      expect(refused(write).code).toBe("model_mismatch");
  });

  test("an iteration that has begun goes on with the rows it began with", () => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    books.insertMany([row, { ...row, id: "2" }]);
    const iteration = books.iterate();
    expect(iteration.next().value).toEqual(row);
    const late = books.iterate();
    db.registerVersion(
      "books",
      { fields: fieldsWith(db, "year", { path: "year", type: "string" }) },
      { accept: "breaking", rewrite: (old) => ({ ...old, year: "x" }) },
    );
    expect([...iteration]).toEqual([{ ...row, id: "2" }]);
    expect(refused(() => late.next()).code).toBe("model_mismatch");
  });
});

/** The fields of the books, one of them replaced. */
function fieldsWith(db: Database, path: string, field: FieldDescriptor): FieldDescriptor[] {
  return db.schema("books").fields.map((each) => (String(each.path) === path ? field : each));
}

test("a text is no list of keys", () => {
  using db = Database.open(memoryStore());
  const books = collection(db, Book);
  expect(refused(() => books.getMany("978-0")).details).toMatchObject({ argument: "keys" });
  expect(refused(() => db.collection("books").getMany("978-0")).details).toMatchObject({ argument: "keys" });
});
