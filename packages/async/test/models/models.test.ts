import { memoryStore } from "@modelvault/core";
import { defineModel, index, unique } from "@modelvault/models";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { asyncApply, asyncCollection, asyncPlan } from "../../src/index.ts";
import { coded, ownDatabases } from "../support/shelf.ts";

const open = ownDatabases();

const Book = defineModel(
  "books",
  z.object({
    isbn: z.string().refine((isbn) => isbn !== "forbidden", "is forbidden"),
    title: z.string().min(1),
    published: z.date().optional(),
    copies: z.int().default(1),
    author: z.object({ name: z.string() }),
  }),
  { primaryKey: "isbn", indexes: [index("author.name"), unique("title")] },
);

const row = (isbn: string, name = "Ann") => ({ isbn, title: `Title ${isbn}`, author: { name } });

describe("a collection of a model", () => {
  test("is created, typed, validated in the caller's thread, refinements included, and read back as the model's rows", async () => {
    const db = await open(memoryStore());
    const books = await asyncCollection(db, Book);
    const published = new Date("1965-08-01T00:00:00Z");
    const key: string = await books.insert({ ...row("a"), published });
    expect(key).toBe("a");
    expect(await books.get("a")).toEqual({ ...row("a"), published, copies: 1 });
    await expect(books.insert(row("forbidden"))).rejects.toMatchObject({
      code: "validation_failed",
      issues: [{ message: "is forbidden", path: ["isbn"] }],
    });
    expect(await books.insertMany([row("b", "Bob"), row("c", "Bob")])).toBe(2);
    await expect(books.insertMany([row("d"), { ...row("e"), title: "" }])).rejects.toMatchObject({
      code: "validation_failed",
      details: { position: 1 },
    });
    const names: { readonly author: { readonly name: string } }[] = await books
      .where("author.name", "=", "Bob")
      .orderBy("title", "desc")
      .select("author.name")
      .all();
    expect(names).toEqual([{ author: { name: "Bob" } }, { author: { name: "Bob" } }]);
    expect(await books.where((is) => is.or(is("isbn", "=", "a"), is("published", "isNull"))).count()).toBe(3);
    expect((await books.where("published", ">=", published).one()).isbn).toBe("a");
    const updated = await books.update("a", { author: { name: "Anne" } });
    expect(updated.author.name).toBe("Anne");
    expect((await books.update("a", (book) => ({ ...book, copies: book.copies + 1 }))).copies).toBe(2);
    await expect(books.update("a", { title: "" })).rejects.toEqual(coded("validation_failed"));
    expect(await books.where("author.name", "=", "Bob").update({ copies: 9 })).toBe(2);
    const seen: number[] = [];
    for await (const book of books.orderBy("isbn")) seen.push(book.copies);
    expect(seen).toEqual([2, 9, 9]);
    expect((await books.limit(2).page()).rows).toHaveLength(2);
    expect(await books.put(row("b"))).toBe(true);
    expect(await books.delete("b")).toBe(true);
    expect([await books.has("b"), await books.count()]).toEqual([false, 2]);
    expect(await books.getMany(["c", "zz"])).toEqual([expect.objectContaining({ isbn: "c" }), undefined]);
  });

  test("works inside transactions and views, and refuses a vault of another schema", async () => {
    const db = await open(memoryStore());
    const books = await asyncCollection(db, Book);
    await db.transaction(async () => {
      await books.insert(row("a"));
    });
    await expect(
      db.transaction(async (tx) => {
        await (await asyncCollection(tx, Book)).delete("a");
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await db.read(async (view) => {
      expect(await (await asyncCollection(view, Book)).count()).toBe(1);
    });
    const Other = defineModel("books", z.object({ isbn: z.string() }), { primaryKey: "isbn" });
    await expect(asyncCollection(db, Other)).rejects.toEqual(coded("model_mismatch"));
    await expect(asyncCollection(5 as never, Book)).rejects.toEqual(coded("argument_invalid"));
    await expect(asyncCollection(db, {} as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(books.update("a", 5 as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(books.getMany(5 as never)).rejects.toEqual(coded("argument_invalid"));
    await expect(books.insertMany(5 as never)).rejects.toEqual(coded("argument_invalid"));
  });

  test("makes the keys that the model generates, also when rows are inserted side by side", async () => {
    const db = await open(memoryStore());
    const Note = defineModel("notes", z.object({ id: z.int(), text: z.string() }), {
      primaryKey: "id",
      generate: "autoincrement",
    });
    const notes = await asyncCollection(db, Note);
    const ids = await Promise.all(Array.from({ length: 10 }, (_, n) => notes.insert({ text: `Note ${n}` })));
    expect([...ids].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await notes.insertMany([{ text: "x" }, { id: 50, text: "y" }, { text: "z" }])).toBe(3);
    expect((await notes.where("id", ">", 10).all()).map(({ id }) => id)).toEqual([11, 50, 51]);
    const Event = defineModel("events", z.object({ id: z.uuid(), text: z.string() }), {
      primaryKey: "id",
      generate: "uuidv7",
    });
    const events = await asyncCollection(db, Event);
    expect(await events.insert({ text: "x" })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
});

describe("plans", () => {
  const Wider = defineModel(
    "books",
    Book.schema.extend({ language: z.string(), year: z.int() }) as never,
    { primaryKey: "isbn", indexes: [index("author.name"), unique("title")] } as never,
  );

  test("are made and applied in one transaction, functions of rows in the caller's thread, and nothing is left to do", async () => {
    const db = await open(memoryStore());
    const created = await asyncPlan(db, [Book]);
    expect((await asyncApply(db, created, { program: "test" })).changed).toBe(true);
    const books = await asyncCollection(db, Book);
    await books.insertMany(Array.from({ length: 600 }, (_, n) => row(`isbn ${n}`)));
    const options = {
      fill: {
        "books.language": "en",
        "books.year": (book: object) => String((book as { isbn: string }).isbn).length,
      },
    };
    const wider = await asyncPlan(db, [Wider], options);
    expect(String(wider)).toContain("language");
    const progress: number[] = [];
    const applied = await asyncApply(db, wider, { onProgress: ({ rowsDone }) => progress.push(rowsDone) });
    expect(applied.changed).toBe(true);
    expect(progress.at(-1)).toBe(600);
    expect(await db.collection("books").get("isbn 42")).toMatchObject({ language: "en", year: 7 });
    expect((await asyncPlan(db, [Wider])).isEmpty).toBe(true);
    expect(await asyncApply(db, wider)).toMatchObject({ changed: false });
    expect((await db.verify()).problems).toEqual([]);
  });

  test("are refused for rows that only the model refuses, unless they are to stay", async () => {
    const db = await open(memoryStore());
    const books = await asyncCollection(db, Book);
    await books.insertMany(Array.from({ length: 600 }, (_, n) => row(`isbn ${n}`)));
    const Strict = defineModel(
      "books",
      Book.schema.extend({ language: z.string() }).refine(({ isbn }) => !isbn.endsWith("99")) as never,
      { primaryKey: "isbn", indexes: [index("author.name"), unique("title")] } as never,
    );
    const strict = await asyncPlan(db, [Strict], { fill: { "books.language": "en" } });
    await expect(asyncApply(db, strict)).rejects.toMatchObject({
      code: "migration_row_invalid",
      details: { key: "isbn 199", refused: 6 },
    });
    expect((await asyncPlan(db, [Book])).isEmpty).toBe(true);
    expect((await asyncApply(db, strict, { validateRows: false })).changed).toBe(true);
    expect((await asyncPlan(db, [Strict])).isEmpty).toBe(true);
  });

  test("change nothing when a function, or who watches the progress, throws", async () => {
    const db = await open(memoryStore());
    const books = await asyncCollection(db, Book);
    await books.insert(row("a"));
    const thrown = new RangeError("not this one");
    const failing = {
      fill: {
        "books.language": "en",
        "books.year": () => {
          throw thrown;
        },
      },
    };
    await expect(asyncApply(db, await asyncPlan(db, [Wider], failing))).rejects.toThrow("not this one");
    const fine = await asyncPlan(db, [Wider], { fill: { "books.language": "en", "books.year": 1 } });
    const watching = asyncApply(db, fine, {
      onProgress: () => {
        throw thrown;
      },
    });
    await expect(watching).rejects.toBe(thrown);
    expect(await books.get("a")).toMatchObject({ isbn: "a" });
    expect((await asyncPlan(db, [Book])).isEmpty).toBe(true);
    await expect(asyncPlan(5 as never, [Book])).rejects.toEqual(coded("argument_invalid"));
  });
});
