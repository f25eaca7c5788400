import { Database, memoryStore } from "@modelvault/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { defineModel, plan } from "../../src/index.ts";

const schema = z.object({
  isbn: z.string(),
  title: z.string(),
  author: z.object({ name: z.string() }),
  "a.b": z.string(),
});

test("a model keeps what it says of former names", () => {
  const Book = defineModel("books", schema, {
    primaryKey: "isbn",
    renamedFrom: "tomes",
    renamedFields: { title: "name", author: "writer", "author.name": "author.full" },
  });
  expect(Book.renamedFrom).toBe("tomes");
  expect(Book.renamedFields).toEqual({ title: "name", author: "writer", "author.name": "author.full" });
  expect(Object.isFrozen(Book.renamedFields)).toBe(true);
});

test("white space around names of collections does not count", () => {
  const Book = defineModel(" books\u0085", schema, { primaryKey: "isbn", renamedFrom: "tomes " });
  expect([Book.name, Book.descriptor.name, Book.renamedFrom]).toEqual(["books", "books", "tomes"]);
  const Other = defineModel("books", z.object({ isbn: z.string() }), { primaryKey: "isbn" });
  using db = Database.open(memoryStore());
  expect(() => plan(db, [Book, Other])).toThrow(expect.objectContaining({ code: "argument_invalid" }));
  expect(() => defineModel("books", schema, { primaryKey: "isbn", renamedFrom: " " })).toThrow(
    expect.objectContaining({ code: "collection_name_invalid" }),
  );
});

test("without renames there is no former name", () => {
  const Book = defineModel("books", schema, { primaryKey: "isbn" });
  expect(Book.renamedFrom).toBeUndefined();
  expect(Book.renamedFields).toEqual({});
});

test("a field of a list's elements keeps what it was called there", () => {
  const lists = z.object({
    id: z.string(),
    lines: z.array(z.object({ count: z.int(), parts: z.array(z.array(z.object({ sku: z.string() }))) })),
  });
  const renamedFields = {
    "lines.[].count": "lines.[].n",
    "lines.[].parts.[].[].sku": "lines.[].parts.[].[].id",
  };
  expect(defineModel("orders", lists, { primaryKey: "id", renamedFields }).renamedFields).toEqual(
    renamedFields,
  );
  const refused: Record<string, string>[] = [
    { "lines.[].cuont": "lines.[].n" },
    { "id.[].count": "id.[].n" },
    { "lines.[].count": "count" },
    { id: "lines.[].id" },
  ];
  for (const wrong of refused)
    expect(() => defineModel("orders", lists, { primaryKey: "id", renamedFields: wrong })).toThrow(
      expect.objectContaining({ code: "argument_invalid" }),
    );
});

test("a name with dots in it is a path", () => {
  const renamedFields = { "a.b": "ab" } as Record<string, string>;
  expect(defineModel("books", schema, { primaryKey: "isbn", renamedFields }).renamedFields).toEqual({
    "a.b": "ab",
  });
});

test.each<[string, object, string]>([
  ["a former name that is no text", { renamedFrom: 5 }, "options.renamedFrom"],
  ["an empty former name", { renamedFrom: "" }, "options.renamedFrom"],
  ["renamed fields as a list", { renamedFields: ["title"] }, "options.renamedFields"],
  [
    "a path that the model does not have",
    { renamedFields: { titel: "name" } },
    'options.renamedFields["titel"]',
  ],
  ["a path below a text", { renamedFields: { "title.x": "y" } }, 'options.renamedFields["title.x"]'],
  ["a former path with a hole", { renamedFields: { title: "a..b" } }, 'options.renamedFields["title"]'],
  ["a field that was itself", { renamedFields: { title: "title" } }, 'options.renamedFields["title"]'],
  [
    "two fields that were one",
    { renamedFields: { isbn: "x", title: "x" } },
    'options.renamedFields["title"]',
  ],
  [
    "names that change places",
    { renamedFields: { title: "isbn", isbn: "title" } },
    'options.renamedFields["title"]',
  ],
  [
    "names that go round in a circle",
    { renamedFields: { title: "isbn", isbn: "author", author: "title" } },
    'options.renamedFields["title"]',
  ],
])("%s is refused by name", (_name, options, argument) => {
  expect(() => defineModel("books", schema, { primaryKey: "isbn", ...options })).toThrow(
    expect.objectContaining({ code: "argument_invalid", details: expect.objectContaining({ argument }) }),
  );
});
