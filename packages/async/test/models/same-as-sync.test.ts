/** `asyncCollection` beside `collection` of the synchronous API: the same options, the same answers, the same bytes behind them. */
import { Database, memoryStore, type Row, type SchemaDescription } from "@modelvault/core";
import {
  type CollectionOptions,
  collection,
  defineModel,
  type InputOf,
  index,
  type Model,
  type RowOf,
} from "@modelvault/models";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type AsyncDatabase, type AsyncModelCollection, asyncCollection } from "../../src/index.ts";
import { type Outcome, outcomeOf } from "../support/both.ts";
import { sharedShelf } from "../support/shelf.ts";

const shelf = sharedShelf();

/** The shared database, without a collection. */
async function emptied(): Promise<AsyncDatabase> {
  const db = await shelf.db();
  for (const name of await db.collectionNames()) await db.dropCollection(name);
  return db;
}

const Book = defineModel(
  "books",
  z.object({
    isbn: z.string(),
    title: z.string(),
    year: z.int(),
    big: z.bigint().optional(),
    author: z.object({ name: z.string(), born: z.int().optional() }).optional(),
    tags: z.array(z.string()).default([]),
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
  big: 2n ** 60n,
  author: { name: "Herbert", born: 1920 },
  tags: ["sf"],
};

/** Rows of any model, on either surface: its methods are awaited. */
type Rows = AsyncModelCollection<RowOf<typeof Loose>, InputOf<typeof Loose>, "isbn">;
type Work = (rows: Rows, db: AsyncDatabase) => unknown;

/** What an error is known by, where its words may differ. */
const codeOf = (outcome: Outcome): unknown => ("code" in outcome ? outcome.code : outcome);

/** What a work comes to on either surface, and what the vault holds then, as the engine sees it. */
async function compared(
  model: Model,
  options: CollectionOptions | undefined,
  work: Work,
  known: (outcome: Outcome) => unknown = (outcome) => outcome,
): Promise<unknown> {
  using sync = Database.open(memoryStore());
  const db = await emptied();
  collection(sync, Book).insert(ROW);
  await (await asyncCollection(db, Book)).insert(ROW);
  const onSync = await outcomeOf(() => work(collection(sync, model, options) as never, sync as never), sync);
  const onAsync = await outcomeOf(
    async () => work((await asyncCollection(db, model, options)) as never, db),
    db,
  );
  expect(known(onAsync)).toEqual(known(onSync));
  expect(await db.notes()).toEqual(sync.notes());
  expect(await db.collectionNames()).toEqual(sync.collectionNames());
  for (const name of sync.collectionNames())
    expect(await db.collection(name, { integers: "exact" }).all()).toEqual(
      sync.collection(name, { integers: "exact" }).all(),
    );
  return onAsync;
}

/** What works on rows of a subset come to. */
const withPart = (model: Model, work: Work): Promise<unknown> => compared(model, { subset: true }, work);

describe("a part of a collection", () => {
  test("reads what the model knows", async () => {
    const part = { isbn: "1", title: "Dune", author: { name: "Herbert" } };
    const reads: readonly (readonly [work: Work, value: unknown])[] = [
      [(rows) => rows.get("1"), part],
      [(rows) => rows.getOrThrow("1"), part],
      [(rows) => rows.getMany(["1", "2"]), [part, undefined]],
      [(rows) => rows.all(), [part]],
      [(rows) => rows.where("title", "=", "Dune").first(), part],
      [(rows) => rows.limit(1).page(), { rows: [part], next: null }],
      [(rows) => rows.query().one(), part],
      [
        (rows) =>
          rows
            .query()
            .select("author" as never)
            .one(),
        { author: { name: "Herbert" } },
      ],
      [(rows) => rows.count(), 1],
      [(rows) => rows.has("1"), true],
    ];
    for (const [work, value] of reads) expect(await withPart(Title, work)).toEqual({ value });
    expect(await withPart(Title, (rows) => rows.getOrThrow("2"))).toMatchObject({ code: "row_not_found" });
    const db = await emptied();
    await (await asyncCollection(db, Book)).insert(ROW);
    const seen: unknown[] = [];
    for await (const row of await asyncCollection(db, Title, { subset: true })) seen.push(row);
    expect(seen).toStrictEqual([part]);
  });

  test("updates leave alone what the model does not know, inside objects too", async () => {
    const updates: readonly Work[] = [
      (rows) => rows.update("1", { title: "Dune!", author: { name: "F. Herbert" } } as never),
      (rows) => rows.update("1", (row) => ({ ...row, title: "D" })),
      (rows) => rows.where("title", "=", "Dune").update({ title: "E" }),
      (rows) => rows.update("1", { author: null } as never),
    ];
    for (const work of updates) expect(await withPart(Title, work)).toHaveProperty("value");
    expect(await withPart(Title, (rows) => rows.update("1", { title: "" }))).toMatchObject({
      code: "validation_failed",
    });
  });

  test("rows are stored where the model knows every required field, and put keeps the rest", async () => {
    const row = { isbn: "2", title: "x", year: 1, tags: [] };
    expect(await withPart(Loose, (rows) => rows.insert(row))).toEqual({ value: "2" });
    expect(await withPart(Loose, (rows) => rows.insertMany([row]))).toEqual({ value: 1 });
    expect(await withPart(Loose, (rows) => rows.put({ ...row, isbn: "1" }))).toEqual({ value: true });
    expect(await withPart(Loose, (rows) => rows.put(row))).toEqual({ value: false });
    const lacking: readonly Work[] = [
      (rows) => rows.insert({ isbn: "2", title: "x" } as never),
      (rows) => rows.insertMany([{ isbn: "2", title: "x" } as never]),
      (rows) => rows.put({ isbn: "1", title: "x" } as never),
    ];
    for (const work of lacking)
      expect(await withPart(Title, work)).toMatchObject({
        code: "model_subset_incomplete",
        details: { fields: ["year", "tags"] },
      });
  });

  test("options and models that make no sense are refused alike", async () => {
    const none: Work = () => undefined;
    for (const options of [{ part: true }, { subset: 1 }, null])
      expect(await compared(Title, options as never, none, codeOf)).toMatchObject({
        code: "argument_invalid",
      });
    expect(await compared(Title, undefined, none)).toMatchObject({ code: "model_mismatch" });
    const Absent = defineModel("absent", z.object({ id: z.string() }), { primaryKey: "id" });
    expect(await withPart(Absent, none)).toMatchObject({ code: "collection_unknown" });
    const Wider = defineModel("books", z.object({ isbn: z.string(), rating: z.int() }), {
      primaryKey: "isbn",
    });
    expect(await withPart(Wider, none)).toMatchObject({ code: "model_mismatch" });
  });

  test("whatever is written, both surfaces agree", async () => {
    using sync = Database.open(memoryStore());
    const db = await emptied();
    collection(sync, Book);
    await asyncCollection(db, Book);
    const onSync = collection(sync, Loose, { subset: true });
    const onAsync = await asyncCollection(db, Loose, { subset: true });
    const key = fc.constantFrom("1", "2", "3");
    const row = fc.record({
      isbn: key,
      title: fc.string({ maxLength: 3 }),
      year: fc.integer({ min: 0, max: 3 }),
      tags: fc.array(fc.string({ maxLength: 2 }), { maxLength: 2 }),
    });
    const patch = fc.record({ title: fc.string(), tags: fc.constant<string[]>([]) }, { requiredKeys: [] });
    type Step = (rows: typeof onAsync) => unknown;
    const step: fc.Arbitrary<Step> = fc.oneof(
      row.map(
        (each): Step =>
          (rows) =>
            rows.insert(each),
      ),
      row.map(
        (each): Step =>
          (rows) =>
            rows.put(each),
      ),
      row.map(
        (each): Step =>
          (rows) =>
            rows.insertMany([each]),
      ),
      fc.tuple(key, patch).map(
        ([at, change]): Step =>
          (rows) =>
            rows.update(at, change),
      ),
      fc.tuple(row, patch).map(
        ([{ year }, change]): Step =>
          (rows) =>
            rows.where("year", "=", year).update(change),
      ),
      key.map(
        (at): Step =>
          (rows) =>
            rows.get(at),
      ),
      key.map(
        (at): Step =>
          (rows) =>
            rows.delete(at),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const work of steps) {
          const expected = await outcomeOf(() => work(onSync as never), sync);
          expect(await outcomeOf(() => work(onAsync), db)).toEqual(expected);
        }
        expect(await db.collection("books").all()).toEqual(sync.collection("books").all());
        collection(sync, Book)
          .query()
          .update({ big: 5n, author: { name: "A", born: 1 } });
        await (await asyncCollection(db, Book)).query().update({ big: 5n, author: { name: "A", born: 1 } });
      }),
      { numRuns: 25 },
    );
  });
});

describe("a collection that gets another schema while its model is held", () => {
  const withNote: Work = (_rows, db) => {
    const widened = (schema: SchemaDescription) => {
      const { name: _, version: __, ...descriptor } = schema;
      const note = { path: "note", type: { optional: "string" } } as const;
      return db.registerVersion("books", { ...descriptor, fields: [...descriptor.fields, note] });
    };
    // The one surface gives a schema, the other a promise of it.
    const schema: unknown = db.schema("books");
    return schema instanceof Promise ? schema.then(widened) : widened(schema as never);
  };
  const inTurn =
    (...works: readonly Work[]): Work =>
    async (rows, db) => {
      let last: unknown;
      for (const work of works) last = await work(rows, db);
      return last;
    };
  const row = { isbn: "2", title: "x", year: 1, tags: [] };
  const writes: readonly Work[] = [
    (rows) => rows.insert(row),
    (rows) => rows.insertMany([row]),
    (rows) => rows.put(row),
    (rows) => rows.update("1", { title: "x" }),
    (rows) => rows.query().update({ title: "x" }),
  ];

  test("takes no more writes through a model that would drop what it does not know", async () => {
    for (const write of writes) {
      const outcome = await compared(Book, undefined, inTurn(withNote, write), codeOf);
      expect(outcome).toMatchObject({ code: "model_mismatch", details: { findings: [expect.anything()] } });
    }
  });

  test("gives rows as long as they have the types that the model says, and refuses reads where they do not", async () => {
    const db = await emptied();
    using sync = Database.open(memoryStore());
    const books = await asyncCollection(db, Book);
    const onSync = collection(sync, Book);
    await books.insert(ROW);
    onSync.insert(ROW);
    const reads: readonly ((rows: typeof books) => unknown)[] = [
      (rows) => rows.get("1"),
      (rows) => rows.getOrThrow("1"),
      (rows) => rows.getMany(["1"]),
      (rows) => rows.all(),
      (rows) => rows.where("year", ">", 1).first(),
      (rows) => rows.query().one(),
      (rows) => rows.limit(1).page(),
      (rows) => rows.select("title").offset(0).after(null).all(),
      async (rows) => (await rows.iterate().next()).value,
      (rows) => rows.count(),
    ];
    const compare = async (): Promise<unknown[]> => {
      const outcomes: unknown[] = [];
      for (const read of reads) {
        const expected = await outcomeOf(() => read(onSync as never), sync);
        const outcome = await outcomeOf(() => read(books), db);
        expect(outcome).toEqual(expected);
        outcomes.push(codeOf(outcome));
      }
      return outcomes;
    };
    const both = (change: (each: AsyncDatabase) => unknown) => [change(db), change(sync as never)];
    // Another field is nothing to a reader.
    await withNote(undefined as never, db);
    withNote(undefined as never, sync as never);
    expect(await compare()).not.toContain("model_mismatch");
    // Years that are texts are.
    const { name: _, version: __, ...descriptor } = await db.schema("books");
    const fields = descriptor.fields.map((field) =>
      String(field.path) === "year" ? { path: "year", type: "string" as const } : field,
    );
    const rewrite = (row: Row): Row => ({ ...row, year: String(row.year) });
    await Promise.all(
      both((each) =>
        each.registerVersion(
          "books",
          { ...descriptor, fields },
          { accept: "breaking", integers: "exact", rewrite },
        ),
      ),
    );
    expect((await compare()).filter((code) => code === "model_mismatch")).toHaveLength(reads.length - 1);
    for (const wrong of ["1", 5])
      await expect(books.getMany(wrong as never)).rejects.toMatchObject({ code: "argument_invalid" });
    await expect(db.collection("books").getMany("1")).rejects.toMatchObject({ code: "argument_invalid" });
  });

  test("takes them through a model of some of its fields, and once the schema is the model's again", async () => {
    for (const write of writes)
      expect(await withPart(Loose, inTurn(withNote, write))).toHaveProperty("value");
  });

  test("is another collection when it was dropped and made anew", async () => {
    const db = await emptied();
    const books = await asyncCollection(db, Book);
    await db.dropCollection("books");
    await expect(books.insert(ROW)).rejects.toMatchObject({ code: "collection_unknown" });
    await db.register({
      name: "books",
      primaryKey: "isbn",
      fields: ["isbn", "shelf"].map((path) => ({ path, type: "string" as const })),
    });
    await expect(books.update("1", { title: "x" })).rejects.toMatchObject({ code: "model_mismatch" });
    await expect(
      books.insertMany(
        (async function* () {
          yield ROW;
        })(),
      ),
    ).rejects.toMatchObject({ code: "model_mismatch" });
    await db.dropCollection("books");
    await asyncCollection(db, Book);
    expect(await Promise.all([books.insert(ROW), books.insert({ ...ROW, isbn: "2" })])).toEqual(["1", "2"]);
  });
});

test("a collection that creates itself leaves the note that plans will ask for", async () => {
  const Event = defineModel(
    "events",
    z.object({
      id: z.string(),
      what: z.discriminatedUnion("kind", [
        z.object({ kind: z.literal("free") }),
        z.object({ kind: z.literal("ticket"), cents: z.int() }),
      ]),
    }),
    { primaryKey: "id" },
  );
  const row = { id: "1", what: { kind: "ticket", cents: 5 } };
  expect(await compared(Event, undefined, (rows) => rows.insert(row as never))).toEqual({ value: "1" });
  const db = await emptied();
  await db.transaction(async (tx) => {
    await asyncCollection(tx, Event);
  });
  expect(await db.notes()).toHaveLength(1);
});

test("a model whose variants require something else than the vault has noted is refused", async () => {
  const withCents = (cents: z.ZodType) =>
    defineModel(
      "events",
      z.object({
        id: z.string(),
        what: z.discriminatedUnion("kind", [
          z.object({ kind: z.literal("free") }),
          z.object({ kind: z.literal("ticket"), cents }),
        ]),
      }) as never,
      { primaryKey: "id" } as never,
    );
  const [Strict, Loose] = [withCents(z.int()), withCents(z.int().optional())];
  const db = await emptied();
  using sync = Database.open(memoryStore());
  const expected = await outcomeOf(() => [Strict, Loose].map((model) => collection(sync, model)), sync);
  const outcome = await outcomeOf(async () => {
    await asyncCollection(db, Strict);
    return asyncCollection(db, Loose);
  }, db);
  expect(outcome).toEqual(expected);
  expect(outcome).toMatchObject({ code: "model_mismatch" });
});

test("a view counts no keys up", async () => {
  const Note = defineModel("notes", z.object({ id: z.int(), text: z.string() }), {
    primaryKey: "id",
    generate: "autoincrement",
  });
  const db = await emptied();
  await asyncCollection(db, Note);
  const written = db.read(async (view) => (await asyncCollection(view, Note)).insert({ text: "x" }));
  await expect(written).rejects.toMatchObject({ code: "view_read_only" });
});
