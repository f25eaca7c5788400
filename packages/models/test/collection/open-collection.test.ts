import { Database, isModelVaultError, type ModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, index, type Model, unique } from "../../src/index.ts";

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

describe("creating", () => {
  test("a collection that is missing is created, once", () => {
    using db = Database.open(memoryStore());
    collection(db, Book).insert(row);
    const { version, ...described } = db.schema("books");
    expect(version).toBe(1);
    expect(described).toMatchObject({ name: "books", primaryKey: "id" });
    expect(collection(db, Book).get("1")).toEqual(row);
    expect(db.schema("books").version).toBe(1);
  });

  test("other programs are held to what the schema says", () => {
    using db = Database.open(memoryStore());
    const Strict = defineModel(
      "strict",
      z.object({ id: z.string(), code: z.string().regex(/^[a-z]{2}$/i), n: z.int().gt(0) }),
      {
        primaryKey: "id",
      },
    );
    collection(db, Strict);
    const untyped = db.collection("strict");
    const error = refused(() => untyped.insert({ id: "1", code: "Abc", n: 0 }));
    expect(error.code).toBe("validation_failed");
    expect(error.issues.map(({ path, rule }) => `${path.join(".")} ${rule}`)).toEqual([
      "code regex",
      "n min_i64",
    ]);
    untyped.insert({ id: "1", code: "AB", n: 1 });
  });

  test("a collection created by hand with the same schema is the model's", () => {
    using db = Database.open(memoryStore());
    db.register(Book.descriptor);
    expect(collection(db, Book).count()).toBe(0);
  });
});

describe("inside a transaction and a view", () => {
  test("a collection of a transaction sees its writes, and loses them with it", () => {
    using db = Database.open(memoryStore());
    const books = collection(db, Book);
    expect(() =>
      db.transaction((tx) => {
        const inside = collection(tx, Book);
        inside.insert(row);
        expect([inside.count(), inside.where("year", "=", 1965).count()]).toEqual([1, 1]);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(books.count()).toBe(0);
  });

  test("a collection can be created inside a transaction, and goes with it", () => {
    using db = Database.open(memoryStore());
    expect(() =>
      db.transaction((tx) => {
        collection(tx, Book).insert(row);
        throw new Error("stop");
      }),
    ).toThrow("stop");
    expect(db.hasCollection("books")).toBe(false);
  });

  test("a view reads and does not write or create", () => {
    using db = Database.open(memoryStore());
    expect(refused(() => db.read((view) => collection(view, Book))).code).toBe("collection_unknown");
    collection(db, Book).insert(row);
    expect(db.read((view) => collection(view, Book).get("1"))).toEqual(row);
    expect(refused(() => db.read((view) => collection(view, Book).insert({ ...row, id: "2" }))).code).toBe(
      "view_read_only",
    );
  });
});

describe("a model that differs from its collection", () => {
  const variants: readonly [string, Model, string][] = [
    [
      "a new field",
      defineModel("books", z.object({ ...shape, note: z.string().optional() }), {
        primaryKey: "id",
        indexes: [index("year")],
      }),
      "note",
    ],
    [
      "a field of another type",
      defineModel("books", z.object({ ...shape, year: z.number() }), {
        primaryKey: "id",
        indexes: [index("year")],
      }),
      "year",
    ],
    [
      "another nested field",
      defineModel("books", z.object({ ...shape, author: z.object({ name: z.string().min(1) }) }), {
        primaryKey: "id",
        indexes: [index("year")],
      }),
      "author",
    ],
    [
      "an index more",
      defineModel("books", z.object(shape), {
        primaryKey: "id",
        indexes: [index("year"), unique("author.name")],
      }),
      "author.name",
    ],
    ["an index less", defineModel("books", z.object(shape), { primaryKey: "id" }), "year"],
  ];

  test.each(variants)("%s is refused with what differs", (_name, Changed, named) => {
    using db = Database.open(memoryStore());
    collection(db, Book).insert(row);
    const error = refused(() => collection(db, Changed));
    expect(error.code).toBe("model_mismatch");
    expect(error.details).toMatchObject({ collection: "books", version: 1, findings: expect.any(Array) });
    expect((error.details.findings as unknown[]).length).toBeGreaterThan(0);
    expect(error.message).toContain(named);
    expect(collection(db, Book).get("1")).toEqual(row);
  });

  test("another primary key is a difference", () => {
    using db = Database.open(memoryStore());
    collection(db, Book);
    const Rekeyed = defineModel("books", z.object(shape), { primaryKey: "year", indexes: [index("year")] });
    expect(refused(() => collection(db, Rekeyed)).code).toBe("model_mismatch");
  });

  test("a model that agreed with one vault is compared with another all the same", () => {
    using first = Database.open(memoryStore());
    using second = Database.open(memoryStore());
    collection(first, Book);
    second.register({ ...Book.descriptor, indexes: [] });
    collection(first, Book);
    expect(refused(() => collection(second, Book)).code).toBe("model_mismatch");
  });

  test("an index under the name it would have anyway is no difference", () => {
    using db = Database.open(memoryStore());
    const Same = defineModel("books", z.object(shape), {
      primaryKey: "id",
      indexes: [index("year", { name: "year_idx" })],
    });
    collection(db, Book);
    expect(collection(db, Same).count()).toBe(0);
  });
});

describe("arguments", () => {
  test("what is no vault and what is no model is refused by name", () => {
    using db = Database.open(memoryStore());
    expect(refused(() => collection(JSON.parse("{}"), Book)).details).toMatchObject({ argument: "db" });
    expect(refused(() => collection(db, JSON.parse('{"name":"books"}'))).details).toMatchObject({
      argument: "model",
    });
    expect(refused(() => collection(db, JSON.parse('{"name":"books"}'))).code).toBe("argument_invalid");
  });
});
