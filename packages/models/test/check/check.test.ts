/** The dry run: what would fail, at which step, with keys and reasons; and that it agrees with what applying does. */
import { Database, isModelVaultError, memoryStore, type Row } from "@modelvault/core";
import { apply, defineModel, type Model, type PlanOptions, plan, unique } from "@modelvault/models";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { fittingValue, modelOf, namedFields, rowsOf, schemaPair } from "../support/random-schema.ts";

const V1 = z.object({
  id: z.int(),
  title: z.string(),
  year: z.number(),
  tags: z.array(z.string()),
  note: z.string().optional(),
});

const ROWS: readonly Row[] = [
  { id: 1, title: "a", year: 1.5, tags: ["x", ""], note: "n" },
  { id: 2, title: "", year: 2, tags: [], note: null },
  { id: 3, title: "a", year: 3, tags: [""], note: null },
];

function vault(rows: readonly Row[] = ROWS): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [books(V1)]));
  db.collection("books").insertMany(rows);
  return db;
}

function books(schema: z.ZodObject, options: object = {}): Model {
  return defineModel("books", schema, { primaryKey: "id", ...options } as never);
}

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
    // The bounds of safe integers.
    ["tightenConstraint", 0, []],
    ["makeRequired", 2, [2, 3]],
    ["addIndex", 0, []],
  ]);
});

test("values that a unique index would hold twice are found, with the row that holds them", () => {
  using db = vault();
  const report = plan(db, [books(V1, { indexes: [unique("title")] })]).check(db);
  expect(report.steps[0]).toMatchObject({
    failing: 1,
    problems: [{ key: 3, reason: "the row 1 has the same value" }],
  });
  expect(report.collections).toEqual([{ name: "books", rows: 3, failing: 1 }]);
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
    '  ~ books: tighten "title": min_length 1 is added',
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
  apply(db, plan(db, [books(V1.extend({ more: z.string().optional() }))]));
  expect(codeOf(() => changes.check(db))).toBe("plan_stale");
});

test("it says yes exactly when applying succeeds", () => {
  const outcomes = new Set<boolean>();
  fc.assert(
    fc.property(
      schemaPair.chain((pair) => fc.tuple(fc.constant(pair), rowsOf(pair[0]), fc.boolean())),
      ([[before, after, renamed], rows, fills]) => {
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
        const changes = plan(db, [modelOf(after, renamed)], fills ? { allowDrop, fill } : { allowDrop });
        const { ok } = changes.check(db);
        let applied = true;
        try {
          apply(db, changes);
        } catch (error) {
          if (!isModelVaultError(error)) throw error;
          applied = false;
        }
        // What no rule converts is blocked before any row is looked at.
        if (changes.blockers.length === 0) expect(applied).toBe(ok);
        outcomes.add(applied);
      },
    ),
    { numRuns: 150 },
  );
  expect(outcomes.size).toBe(2);
});
