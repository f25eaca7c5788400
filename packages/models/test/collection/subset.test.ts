/** Subset models: reading a part of a collection, and writing it without touching the rest. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, index } from "../../src/index.ts";

const Author = z.object({ name: z.string(), born: z.int().optional() });
const Book = defineModel(
  "books",
  z.object({
    isbn: z.string(),
    title: z.string(),
    year: z.int(),
    cover: z.instanceof(Uint8Array).optional(),
    author: Author.optional(),
    tags: z.array(z.string()).default([]),
    editions: z.array(z.object({ year: z.int(), note: z.string().optional() })).optional(),
  }),
  { primaryKey: "isbn", indexes: [index("year")] },
);
const Title = defineModel(
  "books",
  z.object({ isbn: z.string(), title: z.string().min(1), author: z.object({ name: z.string() }).optional() }),
  { primaryKey: "isbn" },
);
const Loose = defineModel(
  "books",
  z.object({ isbn: z.string(), title: z.string(), year: z.int(), tags: z.array(z.string()) }),
  { primaryKey: "isbn" },
);

const ROW = {
  isbn: "1",
  title: "Dune",
  year: 1965,
  cover: Uint8Array.of(1, 2),
  author: { name: "Herbert", born: 1920 },
  tags: ["sf"],
  editions: [{ year: 1965, note: "first" }],
};

function open(): Database {
  const db = Database.open(memoryStore());
  collection(db, Book).insert(ROW);
  return db;
}

const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
};

describe("reading", () => {
  test("rows have what the model knows", () => {
    using db = open();
    const titles = collection(db, Title, { subset: true });
    const part = { isbn: "1", title: "Dune", author: { name: "Herbert" } };
    expect(titles.get("1")).toStrictEqual(part);
    expect(titles.getOrThrow("1")).toStrictEqual(part);
    expect(titles.getMany(["1", "2"])).toStrictEqual([part, undefined]);
    expect(titles.all()).toStrictEqual([part]);
    expect([...titles.iterate()]).toStrictEqual([part]);
    expect(titles.where("title", "=", "Dune").first()).toStrictEqual(part);
    expect(titles.limit(1).page().rows).toStrictEqual([part]);
    expect(titles.query().select("author").one()).toStrictEqual({ author: { name: "Herbert" } });
    expect(codeOf(() => titles.getOrThrow("2"))).toBe("row_not_found");
    expect(titles.count()).toBe(1);
  });

  test("what the model lacks is not decoded", () => {
    using db = Database.open(memoryStore());
    db.register({
      name: "books",
      primaryKey: "isbn",
      fields: [
        { path: "isbn", type: "string" },
        { path: "big", type: "int64" },
        { path: "title", type: "string" },
      ],
    });
    db.collection("books").insert({ isbn: "1", big: 2n ** 60n, title: "Dune" });
    const Small = defineModel("books", z.object({ isbn: z.string(), title: z.string() }), {
      primaryKey: "isbn",
    });
    const small = collection(db, Small, { subset: true });
    // A whole row could not be read: one of its numbers does not fit.
    expect(codeOf(() => db.collection("books").get("1"))).toBe("integer_unsafe");
    expect(small.get("1")).toEqual({ isbn: "1", title: "Dune" });
    expect(small.all()).toEqual([{ isbn: "1", title: "Dune" }]);
  });

  test("an object that is not there is absent", () => {
    using db = open();
    collection(db, Book).update("1", { author: null });
    expect(collection(db, Title, { subset: true }).get("1")).toStrictEqual({ isbn: "1", title: "Dune" });
  });
});

describe("writing", () => {
  test("an update leaves alone what the model does not know, inside objects too", () => {
    using db = open();
    const titles = collection(db, Title, { subset: true });
    expect(titles.update("1", { title: "Dune!", author: { name: "F. Herbert" } })).toStrictEqual({
      isbn: "1",
      title: "Dune!",
      author: { name: "F. Herbert" },
    });
    const expected = { ...ROW, title: "Dune!", author: { name: "F. Herbert", born: 1920 } };
    expect(collection(db, Book).get("1")).toStrictEqual(expected);
    titles.update("1", (row) => ({ ...row, title: "D" }));
    titles.where("title", "=", "D").update({ title: "E" });
    expect(collection(db, Book).get("1")).toStrictEqual({ ...expected, title: "E" });
  });

  test("emptying an object that the model knows empties all of it", () => {
    using db = open();
    collection(db, Title, { subset: true }).update("1", { author: null });
    expect(collection(db, Book).get("1")).not.toHaveProperty("author");
  });

  test("the model's schema judges what is written", () => {
    using db = open();
    expect(codeOf(() => collection(db, Title, { subset: true }).update("1", { title: "" }))).toBe(
      "validation_failed",
    );
  });

  test("rows are not inserted or put where the model lacks a required field", () => {
    using db = open();
    const titles = collection(db, Title, { subset: true });
    for (const work of [
      () => titles.insert({ isbn: "2", title: "x" }),
      () => titles.insertMany([{ isbn: "2", title: "x" }]),
      () => titles.put({ isbn: "1", title: "x" }),
    ]) {
      try {
        work();
        expect.unreachable();
      } catch (error) {
        if (!isModelVaultError(error, "model_subset_incomplete")) throw error;
        expect(error.details.fields).toEqual(["year", "tags"]);
      }
    }
    expect(collection(db, Book).all()).toStrictEqual([ROW]);
  });

  test("where it lacks none, rows are inserted, and put keeps what it does not know", () => {
    using db = open();
    const loose = collection(db, Loose, { subset: true });
    loose.insert({ isbn: "2", title: "x", year: 1, tags: [] });
    expect(loose.put({ isbn: "1", title: "y", year: 2, tags: ["a"] })).toBe(true);
    expect(loose.put({ isbn: "3", title: "z", year: 3, tags: [] })).toBe(false);
    expect(collection(db, Book).all()).toStrictEqual([
      { ...ROW, title: "y", year: 2, tags: ["a"] },
      { isbn: "2", title: "x", year: 1, tags: [] },
      { isbn: "3", title: "z", year: 3, tags: [] },
    ]);
    expect(
      db.transaction((tx) =>
        collection(tx, Loose, { subset: true }).put({ isbn: "3", title: "w", year: 4, tags: [] }),
      ),
    ).toBe(true);
  });

  test("a field with a default of the engine need not be known", () => {
    using db = Database.open(memoryStore());
    db.register({
      name: "books",
      primaryKey: "isbn",
      fields: [
        { path: "isbn", type: "string" },
        { path: "stars", type: "int64", default: 3 },
      ],
    });
    const Small = defineModel("books", z.object({ isbn: z.string() }), { primaryKey: "isbn" });
    collection(db, Small, { subset: true }).insert({ isbn: "1" });
    expect(db.collection("books").get("1")).toEqual({ isbn: "1", stars: 3 });
  });

  test("a view writes nothing", () => {
    using db = open();
    expect(
      codeOf(() =>
        db.read((view) =>
          collection(view, Loose, { subset: true }).put({ isbn: "1", title: "", year: 1, tags: [] }),
        ),
      ),
    ).toBe("view_read_only");
  });
});

describe("what is no part of the collection", () => {
  const refused = (
    schema: Parameters<typeof defineModel>[1],
    indexes: ReturnType<typeof index>[] = [],
  ): void => {
    using db = open();
    const Model = defineModel("books", schema as typeof Title.schema, {
      primaryKey: "isbn",
      indexes: indexes as never,
    });
    expect(codeOf(() => collection(db, Model, { subset: true }))).toBe("model_mismatch");
  };

  test("a field that it does not have", () =>
    refused(z.object({ isbn: z.string(), rating: z.int().optional() })));
  test("another type", () => refused(z.object({ isbn: z.string(), year: z.string() })));
  test("a field that may be missing, required", () =>
    refused(z.object({ isbn: z.string(), author: Author })));
  test("a required field that may be missing", () =>
    refused(z.object({ isbn: z.string(), title: z.string().optional() })));
  test("elements of a list without a field, which would be lost", () =>
    refused(z.object({ isbn: z.string(), editions: z.array(z.object({ year: z.int() })).optional() })));
  test("an index that it does not have", () =>
    refused(z.object({ isbn: z.string(), title: z.string() }), [index("title")]));
  test("a collection that is not there", () => {
    using db = Database.open(memoryStore());
    expect(codeOf(() => collection(db, Title, { subset: true }))).toBe("collection_unknown");
  });
  test("the whole model without saying so", () => {
    using db = open();
    expect(codeOf(() => collection(db, Title))).toBe("model_mismatch");
  });
  test("options that there are not", () => {
    using db = open();
    expect(codeOf(() => collection(db, Title, { part: true } as object))).toBe("argument_invalid");
    expect(codeOf(() => collection(db, Title, { subset: 1 as never }))).toBe("argument_invalid");
    expect(codeOf(() => collection(db, Title, null as never))).toBe("argument_invalid");
  });
});

test("a new version of the collection is looked at before the next write", () => {
  using db = open();
  const loose = collection(db, Loose, { subset: true });
  const { name: _, version: __, ...schema } = db.schema("books");
  db.registerVersion("books", {
    ...schema,
    fields: [...schema.fields, { path: ["shelf"], type: { optional: "string" } }],
  });
  loose.update("1", { title: "still" });
  expect(loose.get("1")).toMatchObject({ title: "still" });
  db.registerVersion(
    "books",
    { ...schema, fields: [...schema.fields, { path: ["shelf"], type: "string" }] },
    { accept: "migration", rewrite: (row) => ({ ...row, shelf: "a" }) },
  );
  loose.update("1", { title: "again" });
  expect(codeOf(() => loose.insert({ isbn: "5", title: "x", year: 1, tags: [] }))).toBe(
    "model_subset_incomplete",
  );
  expect(db.collection("books").get("1")).toMatchObject({ title: "again", shelf: "a" });
});

test("an integer that the handle's numbers cannot hold, in a field the model does not know, is carried along", () => {
  using db = Database.open(memoryStore(), { integers: "number" });
  const Part = defineModel("wide", z.object({ id: z.string(), n: z.int() }), { primaryKey: "id" });
  db.register({
    ...Part.descriptor,
    fields: [...Part.descriptor.fields, { path: ["big"], type: { optional: "int64" } }],
  });
  const exact = db.collection("wide", { integers: "exact" });
  exact.insert({ id: "a", n: 1, big: 2n ** 60n });
  const part = collection(db, Part, { subset: true });
  expect(part.update("a", { n: 2 })).toEqual({ id: "a", n: 2 });
  expect(part.update("a", (row) => ({ ...row, n: row.n + 1 }))).toEqual({ id: "a", n: 3 });
  expect(part.put({ id: "a", n: 4 })).toBe(true);
  expect(part.query().update({ n: 5 })).toBe(1);
  expect(part.all()).toEqual([{ id: "a", n: 5 }]);
  expect(exact.get("a")).toEqual({ id: "a", n: 5, big: 2n ** 60n });
});
