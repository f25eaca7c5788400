/** The dry run: what would fail, at which step, with keys and reasons; and that it agrees with what applying does. */
import { Database, isModelVaultError, memoryStore, type Row } from "@modelvault/core";
import { apply, defineModel, type Model, type PlanOptions, plan, unique } from "@modelvault/models";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { books, V1, vault } from "../support/checked-books.ts";
import { fittingValue, modelOf, namedFields, rowsOf, schemaPair } from "../support/random-schema.ts";

/** Kinds of steps, how many rows fail at each, and the keys of the first. */
function found(model: Model, options: PlanOptions = {}): unknown[] {
  using db = vault();
  const revision = db.revision();
  const report = plan(db, [model], options).check(db);
  expect(db.revision()).toBe(revision);
  expect(report.ok).toBe(report.collections.every(({ failing }) => failing === 0));
  return report.steps.map(({ step, failing, problems }) => [
    step.kind,
    failing,
    problems.map(({ key }) => key),
  ]);
}

test("rows are put down to the step that they fail at", () => {
  expect(
    found(
      books(V1.extend({ title: z.string().min(1), year: z.int(), note: z.string() }), {
        indexes: [unique("title")],
      }),
    ),
  ).toEqual([
    ["tightenConstraint", 1, [2]],
    ["convertType", 1, [1]],
    ["makeRequired", 2, [2, 3]],
    ["addIndex", 0, []],
  ]);
});

test("values that a unique index would hold twice are found, with the row that holds them", () => {
  using db = vault();
  const report = plan(db, [books(V1, { indexes: [unique("title")] })]).check(db);
  expect(report.steps[0]).toMatchObject({
    failing: 1,
    problems: [
      {
        key: 3,
        path: "title",
        reason: 'the row 1 has the same value "a" in the unique index "title_unique"',
      },
    ],
  });
  expect(report.collections).toEqual([{ name: "books", rows: 3, failing: 1 }]);
});

test("values that come to be the same in a unique index that is there are put down to the step that changes them", () => {
  using db = Database.open(memoryStore());
  const users = (email: z.ZodType, score: z.ZodType, more: object = {}): Model =>
    defineModel("users", z.object({ id: z.int(), email, score }), {
      primaryKey: "id",
      indexes: [unique("email")],
      ...more,
    } as never);
  apply(db, plan(db, [users(z.string(), z.string())]));
  const rows = ["a", "A", "b", "B"].map((email, id) => ({ id, email, score: "1" }));
  db.collection("users").insertMany(rows);
  const convert = { "users.email": (email: unknown) => String(email).toLowerCase() } as const;
  const reason = (key: number, value: string): string =>
    `the row ${key} has the same value "${value}" in the unique index "email_unique"`;
  const problems = [
    { key: 1, path: "email", reason: reason(0, "a") },
    { key: 3, path: "email", reason: reason(2, "b") },
  ];
  // A conversion of the very field, beside another step.
  const lower = users(z.string().max(9), z.string().min(1));
  expect(plan(db, [lower], { convert }).check(db).steps).toMatchObject([
    { step: { kind: "tightenConstraint", path: ["email"] }, failing: 2, problems },
    { failing: 0, problems: [] },
  ]);
  // A function of the whole row, beside a step that has nothing to do with it; the last of a limit is counted.
  const rewrite = { users: (row: Row) => ({ ...row, email: "same" }) };
  const rewritten = plan(db, [users(z.string(), z.string().min(1))], { rewrite });
  const { steps, collections } = rewritten.check(db, { limit: 2 });
  expect(steps).toMatchObject([
    { step: { kind: "tightenConstraint" }, failing: 0 },
    {
      step: { kind: "rewriteRows" },
      failing: 3,
      problems: [
        { key: 1, reason: reason(0, "same") },
        { key: 2, reason: reason(0, "same") },
      ],
    },
  ]);
  expect(collections).toEqual([{ name: "users", rows: 4, failing: 3 }]);
  // An index that only has another name.
  const named = plan(
    db,
    [users(z.string().max(9), z.string(), { indexes: [unique("email", { name: "mail" })] })],
    {
      convert,
    },
  );
  expect(named.check(db).steps).toMatchObject([
    { step: { kind: "tightenConstraint" }, failing: 2 },
    { step: { kind: "renameIndex" }, failing: 0 },
  ]);
});

test("inside lists, too", () => {
  const schema = V1.extend({ tags: z.array(z.enum(["x", "y"])) });
  expect(found(books(schema))).toEqual([["convertType", 2, [1, 3]]]);
});

test("a field that nothing fills fails for every row", () => {
  expect(found(books(V1.extend({ language: z.string() })))).toEqual([["addField", 3, [1, 2, 3]]]);
});

test("a function that throws is a reason like any other", () => {
  using db = vault();
  const options: PlanOptions = {
    fill: {
      "books.slug": ({ title }) => {
        if (title === "") throw new Error("no title");
        return title;
      },
    },
  };
  const report = plan(db, [books(V1.extend({ slug: z.string() }))], options).check(db);
  expect(report.steps[0]).toMatchObject({ failing: 1, problems: [{ key: 2, reason: "no title" }] });
});

test("the report reads like the plan, with what was found below the steps", () => {
  using db = vault();
  const report = plan(db, [books(V1.extend({ title: z.string().min(1), note: z.string() }))]).check(db, {
    limit: 1,
  });
  expect(String(report).split("\n").slice(1)).toEqual([
    '  ~ books: tighten "title": at least 1 character',
    "      1 row would fail:",
    expect.stringMatching(/^ {8}row 2 at title: /),
    '  ~ books: make "note" required, if every row has it',
    "      2 rows would fail:",
    expect.stringMatching(/^ {8}row 2 at note: /),
    "        and 1 more",
    "books: 3 rows, 2 would fail.",
  ]);
  expect(JSON.parse(JSON.stringify(report))).toMatchObject({ ok: false, collections: [{ failing: 2 }] });
});

test("rows of a renamed collection are found under its old name", () => {
  using db = vault();
  const model = defineModel("tomes", V1.extend({ title: z.string().min(1) }), {
    primaryKey: "id",
    renamedFrom: "books",
  });
  expect(plan(db, [model]).check(db).collections).toEqual([{ name: "tomes", rows: 3, failing: 1 }]);
});

test("a plan for other schemas, and options that do not exist, are refused", () => {
  using db = vault();
  const changes = plan(db, [books(V1.extend({ note: z.string() }))]);
  const codeOf = (work: () => unknown): unknown => {
    try {
      return work();
    } catch (error) {
      return isModelVaultError(error) ? error.code : error;
    }
  };
  expect(codeOf(() => changes.check(db, { limits: 1 } as never))).toBe("argument_invalid");
  expect(codeOf(() => changes.check(db, { limit: -1 }))).toBe("argument_invalid");
  expect(codeOf(() => changes.check(db, { validateRows: 1 as never }))).toBe("argument_invalid");
  apply(db, plan(db, [books(V1.extend({ more: z.string().optional() }))]));
  expect(codeOf(() => changes.check(db))).toBe("plan_stale");
});

test("it says yes exactly when applying succeeds, but for rows that are none of the plan's business", () => {
  const random = schemaPair.chain((pair) =>
    fc.tuple(fc.constant(pair), rowsOf(pair[0]), fc.boolean(), fc.boolean()),
  );
  fc.assert(
    fc.property(random, ([[before, after, renamed], rows, fills, picky]) => {
      using db = Database.open(memoryStore());
      db.register({ ...before, indexes: [] });
      db.collection("books").insertMany(rows);
      const names = namedFields("books", after.fields).filter(({ name }) => name !== "books.id");
      const fill = Object.fromEntries(
        names.map(({ name, type, constraints }) => {
          const bare = typeof type === "object" && "optional" in type ? type.optional : type;
          return [name, fc.sample(fittingValue(bare, constraints), { seed: 1, numRuns: 1 })[0] as never];
        }),
      );
      const allowDrop = { fields: namedFields("books", before.fields).map(({ name }) => name) };
      const model = modelOf(after, renamed, picky ? ({ id }) => Number(id) % 2 === 0 : undefined);
      const changes = plan(db, [model], fills ? { allowDrop, fill } : { allowDrop });
      const report = changes.check(db);
      const engine = changes.check(db, { validateRows: false });
      const goesThrough = (validateRows: boolean): boolean => {
        try {
          apply(db, changes, { validateRows });
          return true;
        } catch (error) {
          if (!isModelVaultError(error)) throw error;
          return false;
        }
      };
      // What no rule converts is blocked before any row is looked at.
      if (changes.blockers.length > 0) return;
      const stops = report.models.some(({ refused, stopsApply }) => refused > 0 && stopsApply);
      expect(report.ok).toBe(engine.ok && report.models.every(({ refused }) => refused === 0));
      if (engine.ok && picky) {
        const odd = rows.filter(({ id }) => Number(id) % 2 !== 0).length;
        expect(report.models).toMatchObject([{ rows: rows.length, refused: odd }]);
      }
      const applied = goesThrough(true);
      expect(applied).toBe(engine.ok && !stops);
      if (!applied) expect(goesThrough(false)).toBe(engine.ok);
    }),
    { numRuns: 150 },
  );
});
