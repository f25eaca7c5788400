/** Rows held to their model when a plan is applied: by the rules that the engine cannot keep, on the rows that the plan touches. */
import { type Database, memoryStore, type Row } from "@modelvault/core";
import {
  apply,
  defineModel,
  field,
  history,
  type Model,
  openWith,
  plan,
  planFromJson,
  planRevert,
  unique,
} from "@modelvault/models";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { errorOf } from "../support/errors.ts";

const V1 = z.object({ id: z.int(), title: z.string().max(20), note: z.string().optional() });

function books(schema: object, more: object = {}): Model {
  return defineModel("books", schema as never, { primaryKey: "id", ...more } as never);
}

let db: Database;

beforeEach(() => {
  db = openWith(memoryStore(), [books(V1)], { onDiff: "apply" });
  const opened = db;
  onTestFinished(() => opened.close());
  const titles = ["short", "as long as this one", "ok", "twenty characters or"];
  db.collection("books").insertMany(titles.map((title, id) => ({ id, title })));
});

function all(): readonly Row[] {
  return db.collection("books").all();
}

test("a shorter text is refused by its characters, where the engine counts bytes, and the rows are named", () => {
  const before = all();
  const revision = db.revision();
  const changes = plan(db, [books(V1.extend({ title: z.string().max(10) }))]);
  const error = errorOf(() => apply(db, changes));
  expect(error).toMatchObject({
    code: "migration_row_invalid",
    details: {
      collection: "books",
      key: 1,
      by: "model",
      refused: 2,
      rows: [
        { key: 1, path: "title" },
        { key: 3, path: "title" },
      ],
    },
    issues: [{ path: ["title"], rule: "too_big" }],
  });
  expect(error.message).toMatch(
    /^The model refuses 2 rows of "books" as they would be .*validateRows: false.*\n- row 1 at title: .*\n- row 3 at title: .*$/,
  );
  expect([all(), db.revision(), history(db).length]).toEqual([before, revision, 1]);
  expect(changes.check(db).models).toMatchObject([{ refused: 2, stopsApply: true }]);
  // By word of the caller they stay.
  expect(apply(db, changes, { validateRows: false }).changed).toBe(true);
  expect(all()).toEqual(before);
});

test("a function mends them on the way", () => {
  const shorter = books(V1.extend({ title: z.string().max(10) }));
  const convert = { "books.title": (title: unknown) => String(title).slice(0, 10) };
  expect(apply(db, plan(db, [shorter], { convert })).changed).toBe(true);
  expect(all().map(({ title }) => title)).toEqual(["short", "as long as", "ok", "twenty cha"]);
});

test("no more than ten are named, and all are counted", () => {
  db.collection("books").insertMany(Array.from({ length: 30 }, (_, at) => ({ id: 10 + at, title: "no" })));
  const refined = V1.extend({ year: z.int() }).refine(({ title }) => title !== "no", "not so");
  const error = errorOf(() => apply(db, plan(db, [books(refined)], { fill: { "books.year": 1 } })));
  expect(error.details).toMatchObject({ key: 10, refused: 30 });
  expect(error.details.rows).toHaveLength(10);
  expect(error.message).toMatch(/\n- row 19: not so\n- and 20 more$/);
});

test("what throws in the schema, and dates that are none, are told by row like the rest", () => {
  const throwing = field.object({
    id: field.int(),
    title: field.string().max(20),
    note: field.string().optional(),
    year: field.int().check((value) => {
      if (value === 2) throw new Error("not this one");
      return true;
    }, "is odd"),
  });
  const year = { fill: { "books.year": ({ id }: Row) => id } } as const;
  expect(errorOf(() => apply(db, plan(db, [books(throwing)], year)))).toMatchObject({
    code: "migration_row_invalid",
    details: { refused: 1, rows: [{ key: 2, reason: expect.stringContaining("not this one") }] },
    issues: [{ rule: "model_schema_threw" }],
  });
  const dated = V1.extend({ at: z.date() });
  const fill = { "books.at": 2n ** 63n - 1n };
  expect(errorOf(() => apply(db, plan(db, [books(dated)], { fill })))).toMatchObject({
    code: "migration_row_invalid",
    details: { refused: 4 },
    issues: [{ rule: "date_out_of_range" }],
  });
  // A schema that does not answer at once is no fault of a row.
  const later = V1.extend({ year: z.int().default(1) }).refine(async () => true);
  expect(errorOf(() => apply(db, plan(db, [books(later)], year)))).toMatchObject({
    code: "validation_async",
  });
});

test("rows that the plan does not look at are not looked at", () => {
  const strict = V1.extend({
    title: z
      .string()
      .max(20)
      .refine((title) => title === "ok"),
    more: z.int().optional(),
  });
  const safe = plan(db, [books(strict)]);
  expect([safe.safety, apply(db, safe).changed]).toEqual(["safe", true]);
  // A unique index looks at every row.
  const unlike = books(strict, { indexes: [unique("title")] });
  expect(errorOf(() => apply(db, plan(db, [unlike]))).code).toBe("migration_row_invalid");
});

test("a plan from JSON holds rows to the model it is given, and undoing one to none", () => {
  const shorter = books(V1.extend({ title: z.string().max(10), more: z.int().optional() }));
  const json = JSON.stringify(plan(db, [shorter]));
  expect(errorOf(() => apply(db, planFromJson(json), { models: [shorter] })).code).toBe(
    "migration_row_invalid",
  );
  // Another model of that name says nothing about these rows.
  expect(apply(db, planFromJson(json), { models: [books(V1)] }).changed).toBe(true);
  expect(apply(db, planRevert(db)).changed).toBe(true);
});

test("openWith passes it on, and it must be true or false", () => {
  const shorter = [books(V1.extend({ title: z.string().max(10) }))];
  expect(errorOf(() => openWith(db, shorter, { onDiff: "apply" })).code).toBe("migration_row_invalid");
  expect(errorOf(() => openWith(db, shorter, { onDiff: "apply", validateRows: 0 as never }))).toMatchObject({
    code: "argument_invalid",
    details: { argument: "options.validateRows" },
  });
  openWith(db, shorter, { onDiff: "apply", validateRows: false });
  expect(plan(db, shorter).isEmpty).toBe(true);
});

test("progress goes through the rows once more, and can end it", () => {
  const many = 16_384;
  db.collection("books").insertMany(Array.from({ length: many }, (_, at) => ({ id: 10 + at, title: "t" })));
  const changes = plan(db, [books(V1.extend({ title: z.string().min(1).max(40) }))]);
  const seen: number[] = [];
  const rewound = (): boolean => seen.some((rows, at) => rows < (seen[at - 1] ?? 0));
  const stop = ({ rowsDone }: { readonly rowsDone: number }): void => {
    seen.push(rowsDone);
    if (rewound()) throw new Error("stop");
  };
  expect(errorOf(() => apply(db, changes, { onProgress: stop }))).toMatchObject({ message: "stop" });
  expect(seen.slice(-2)).toEqual([many + 4, many]);
  expect(db.schema("books").version).toBe(1);
});
