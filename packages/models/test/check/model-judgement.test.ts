/** The dry run's second question: which rows the engine would take and the model would not. */
import type { Row } from "@modelvault/core";
import {
  type CheckOptions,
  defineModel,
  type Model,
  type PlanOptions,
  plan,
  planFromJson,
} from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { books, V1, vault } from "../support/checked-books.ts";

/** What the models say: name, rows, refused, whether that stops `apply`, and the keys of the first. */
function judged(model: Model, options: PlanOptions & CheckOptions = {}): unknown {
  using db = vault();
  const { limit, validateRows, ...planOptions } = options;
  const report = plan(db, [model], planOptions).check(db, {
    ...(limit === undefined ? {} : { limit }),
    ...(validateRows === undefined ? {} : { validateRows }),
  });
  expect(report.ok).toBe(
    report.collections.every(({ failing }) => failing === 0) &&
      report.models.every(({ refused }) => refused === 0),
  );
  return report.models.map(({ name, rows, refused, stopsApply, problems }) => [
    name,
    rows,
    refused,
    stopsApply,
    problems.map(({ key }) => key),
  ]);
}

test("rows that the engine takes and the model would not are counted and named", () => {
  // The engine counts bytes, of which a character may have four.
  const short = V1.extend({ tags: z.array(z.string().min(1)), note: z.string().max(3).optional() });
  expect(judged(books(short))).toEqual([["books", 3, 2, true, [1, 3]]]);
  expect(judged(books(short), { limit: 1 })).toEqual([["books", 3, 2, true, [1]]]);
  expect(judged(books(short), { validateRows: false })).toEqual([]);
  // What a function makes of a row is what is looked at.
  const rewrite = { books: (row: Row) => ({ ...row, tags: [] }) };
  expect(judged(books(short), { rewrite })).toEqual([["books", 3, 0, true, []]]);
  // Rows that fail at a step are put down to that.
  const required = V1.extend({ note: z.string().refine(() => false) });
  expect(judged(books(required))).toEqual([["books", 1, 1, true, [1]]]);
  // No step at all, or one that looks at no row: the plan goes through, and the report says so all the same.
  const refined = V1.refine(({ title }) => title !== "a", { path: ["title"], message: "is taken" });
  expect(judged(books(refined as never))).toEqual([["books", 3, 2, false, [1, 3]]]);
  expect(judged(books(V1.extend({ more: z.int().optional() })))).toEqual([["books", 3, 0, false, []]]);
  const renamed = { primaryKey: "id", renamedFrom: "books" } as const;
  expect(judged(defineModel("tomes", refined, renamed))).toEqual([["tomes", 3, 2, false, [1, 3]]]);
});

test("what a model says stands in a section of its own, in words and in JSON", () => {
  using db = vault();
  const model = books(V1.extend({ title: z.string().max(3), tags: z.array(z.string().min(1, "is empty")) }));
  const report = plan(db, [model]).check(db, { limit: 1 });
  expect(String(report).split("\n").slice(2)).toEqual([
    "books: 3 rows, all fit.",
    "Rows that the model would refuse:",
    "  books: 2 of 3 rows; apply refuses the plan for them, unless it is told validateRows: false",
    "      row 1 at tags.1: is empty",
    "      and 1 more",
  ]);
  expect(JSON.parse(JSON.stringify(report))).toMatchObject({
    ok: false,
    models: [
      { name: "books", rows: 3, refused: 2, stopsApply: true, problems: [{ key: 1, path: "tags.1" }] },
    ],
  });
  const same = plan(db, [books(V1.extend({ tags: z.array(z.string().min(1)) }))]).check(db);
  expect(String(same).split("\n").slice(0, 3)).toEqual([
    "Nothing to do: the vault is as the models say.",
    "Rows that the model would refuse:",
    "  books: 2 of 3 rows; the plan leaves them as they are",
  ]);
});

test("a plan that was read from JSON asks the models it is given, if they are those it was made for", () => {
  using db = vault();
  const strict = books(V1.extend({ title: z.string().min(1).max(3), tags: z.array(z.string().min(1)) }));
  const json = JSON.stringify(plan(db, [strict]));
  expect(planFromJson(json).check(db).models).toEqual([]);
  expect(planFromJson(json, { models: [strict] }).check(db).models).toMatchObject([{ refused: 2 }]);
  expect(planFromJson(json, { models: [books(V1)] }).check(db).models).toEqual([]);
});
