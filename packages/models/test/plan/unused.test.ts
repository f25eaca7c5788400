/** Functions and values that options give and a plan has no step for: told in words and in JSON, and never an error. */
import { Database, memoryStore } from "@modelvault/core";
import {
  apply,
  defineModel,
  index,
  openWith,
  type PlanOptions,
  plan,
  planFromJson,
} from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";

const V1 = z.object({ id: z.int(), title: z.string(), year: z.int(), tags: z.array(z.string()) });
const Book1 = defineModel("books", V1, { primaryKey: "id" });
const Book2 = defineModel("books", V1.extend({ title: z.string().min(1), language: z.string() }), {
  primaryKey: "id",
});

const OPTIONS: PlanOptions = {
  fill: { "books.language": "en", "books.year": () => 1 },
  convert: { "books.title": String, "books.year": Number, "books.tags.[]": String },
  rewrite: { books: (row) => row },
};

test("what a step takes is used, and the rest is told of", () => {
  using db = openWith(memoryStore(), [Book1], { onDiff: "apply" });
  const changes = plan(db, [Book2], OPTIONS);
  const idle = "no step changes its type or tightens it";
  expect(changes.unused).toEqual([
    { option: "convert", name: "books.year", reason: idle },
    { option: "convert", name: "books.tags.[]", reason: idle },
    { option: "fill", name: "books.year", reason: "no step fills it" },
  ]);
  expect(String(changes).split("\n").slice(-3)).toEqual([
    'Not used: convert for "books.year", as no step changes its type or tightens it.',
    'Not used: convert for "books.tags.[]", as no step changes its type or tightens it.',
    'Not used: fill for "books.year", as no step fills it.',
  ]);
  expect(changes.toMarkdown()).toContain('\n\nNot used: fill for "books.year", as no step fills it.');
  expect(String(changes.check(db))).toContain("\nNot used: fill");
});

test("it goes along in JSON and is no part of the hash; a plan without is as before", () => {
  using db = openWith(memoryStore(), [Book1], { onDiff: "apply" });
  const { fill, convert } = { fill: { "books.language": "en" }, convert: { "books.title": String } };
  const lean = plan(db, [Book2], { fill, convert });
  const full = plan(db, [Book2], { fill, convert: { ...convert, "books.year": Number } });
  expect([lean.unused, "unused" in lean.data]).toEqual([[], false]);
  expect(full.hash).toBe(lean.hash);
  expect(planFromJson(JSON.stringify(full)).unused).toEqual(full.unused);
  const odd = { ...JSON.parse(JSON.stringify(full)), unused: [{ option: "drop", name: "", reason: "" }] };
  expect(() => planFromJson(odd)).toThrow("parts of a plan are missing");
});

test("functions of migrations that were made stay in a program, at every start", () => {
  const once: PlanOptions = { ...OPTIONS, rewrite: { books: { once: "trim", row: (row) => row } } };
  using db = openWith(memoryStore(), [Book1], { onDiff: "apply" });
  expect(plan(db, [Book2], once).unused).toHaveLength(3);
  for (const _start of [1, 2]) openWith(db, [Book2], { ...once, onDiff: "apply" });
  const done = plan(db, [Book2], once);
  expect(done.isEmpty).toBe(true);
  expect(String(done).split("\n")[0]).toBe("Nothing to do: the vault is as the models say.");
  expect(done.unused).toHaveLength(6);
  expect(done.unused.at(-1)).toEqual({ option: "rewrite", name: "books", reason: '"trim" ran already' });
  expect(plan(db, [Book2], OPTIONS).unused.at(-1)?.reason).toBe("no step changes its rows");
});

test("a collection that is new has no rows for any of them", () => {
  using db = Database.open(memoryStore());
  const changes = plan(db, [Book2], OPTIONS);
  expect(new Set(changes.unused.map(({ reason }) => reason))).toEqual(new Set(["the collection is new"]));
  expect(changes.unused).toHaveLength(6);
  expect(apply(db, changes).changed).toBe(true);
});

test("a field that no model has is a slip, and refused", () => {
  using db = openWith(memoryStore(), [Book1], { onDiff: "apply" });
  expect(() => plan(db, [Book2], { convert: { "books.titel": String } })).toThrow(
    "is no field of the models",
  );
});

const NAMED = z.object({ id: z.int(), name: z.string().optional(), author: z.object({ first: z.string() }) });

function renamed(collection: string, options: object): Parameters<typeof plan>[1][number] {
  const schema = z.object({
    id: z.int(),
    title: z.string().optional(),
    author: z.object({ first: z.string() }),
  });
  return defineModel(collection, schema, { primaryKey: "id", ...options } as never);
}

test("a former name of a field that the vault does not have is told of, with what may have been meant", () => {
  const Named = defineModel("books", NAMED, { primaryKey: "id" });
  using db = openWith(memoryStore(), [Named], { onDiff: "apply" });
  const changes = plan(db, [renamed("books", { renamedFields: { title: "nmae" } })]);
  expect(changes.unused).toEqual([
    {
      option: "renamedFields",
      name: "books.title",
      reason: '"books" has no "nmae" in this vault (did you mean "name"?)',
    },
  ]);
  const sentence =
    'Not used: renamedFields for "books.title", as "books" has no "nmae" in this vault (did you mean "name"?).';
  expect(String(changes)).toContain(`\n${sentence}`);
  expect(changes.toMarkdown()).toContain(`\n\n${sentence}`);
  expect(planFromJson(JSON.stringify(changes)).unused).toEqual(changes.unused);
});

test("a rename that is made, or was made, is no finding", () => {
  const Named = defineModel("books", NAMED, { primaryKey: "id" });
  using db = openWith(memoryStore(), [Named], { onDiff: "apply" });
  const Title = renamed("books", { renamedFields: { title: "name" } });
  expect(plan(db, [Title]).unused).toEqual([]);
  apply(db, plan(db, [Title]));
  const changes = plan(db, [
    renamed("books", { renamedFields: { title: "name" }, indexes: [index("title")] }),
  ]);
  expect([changes.isEmpty, changes.unused]).toEqual([false, []]);
});

test("a former name of a collection that the vault does not have is told of, where another may have been meant", () => {
  const Named = defineModel("books", NAMED, { primaryKey: "id" });
  using db = openWith(memoryStore(), [Named], { onDiff: "apply" });
  const volumes = (renamedFrom: string): Parameters<typeof plan>[1][number] =>
    renamed("volumes", { renamedFrom });
  expect(plan(db, [volumes("boks")]).unused).toEqual([
    {
      option: "renamedFrom",
      name: "volumes",
      reason: 'there is no "boks" in this vault (did you mean "books"?)',
    },
  ]);
  // Made now, or a new vault: nothing was meant that is there.
  const right = renamed("volumes", { renamedFrom: "books", renamedFields: { title: "name" } });
  expect(plan(db, [right]).unused).toEqual([]);
  expect(plan(Database.open(memoryStore()), [volumes("boks")]).unused).toEqual([]);
  apply(db, plan(db, [right]));
  expect(plan(db, [right]).unused).toEqual([]);
});
