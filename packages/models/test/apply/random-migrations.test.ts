/** Random pairs of schemas with random rows: a plan that is applied leaves nothing to plan, loses nothing that was not named, or changes nothing at all. */
import {
  type CollectionDescriptor,
  type ConstraintDescriptor,
  Database,
  isModelVaultError,
  memoryStore,
  type Row,
  type TypeDescriptor,
} from "@modelvault/core";
import { apply, history, type PlanOptions, plan, planFromJson } from "@modelvault/models";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  fittingValue,
  modelOf,
  namedFields,
  rowsOf,
  type SchemaPair,
  schemaPair,
} from "../support/random-schema.ts";

const numRuns = Number(process.env.MODELVAULT_MIGRATIONS ?? 150);

interface Outcome {
  readonly applied: boolean;
  readonly code: string;
}

/** One pair for every way that a migration can end, so that none is left to luck. */
const examples: readonly (readonly [outcome: string, pair: SchemaPair, rows: Row[]])[] = [
  ["applied", pairOf({ type: "int64" }, { type: { optional: "int64" } }), [{ id: 0, a: 5 }]],
  [
    "migration_row_invalid",
    pairOf({ type: { optional: "int64" } }, { type: "int64" }),
    [
      { id: 0, a: 5 },
      { id: 1, a: null },
    ],
  ],
  [
    "migration_row_invalid",
    pairOf({ type: "string" }, { type: "string", constraints: [{ min_length: 1 }] }),
    [
      { id: 0, a: "de" },
      { id: 1, a: "" },
    ],
  ],
  ["plan_blocked", pairOf({ type: "int64" }, { type: "uuid" }), [{ id: 0, a: 5 }]],
  [
    "unique_violation",
    pairOf({ type: "int64", kind: "index" }, { type: "int64", kind: "unique" }),
    [
      { id: 0, a: 5 },
      { id: 1, a: 5 },
    ],
  ],
];

interface Version {
  readonly type: TypeDescriptor;
  readonly constraints?: ConstraintDescriptor[];
  readonly kind?: "index" | "unique";
}

function pairOf(before: Version, after: Version): SchemaPair {
  const versionOf = ({ type, constraints, kind }: Version): CollectionDescriptor => ({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: ["id"], type: "int64" },
      { path: ["a"], type, ...(constraints && { constraints }) },
    ],
    indexes: kind ? [{ path: ["a"], kind }] : [],
  });
  return [versionOf(before), versionOf(after), {}];
}

/** What the options allow and give: everything that the second version could ask for. */
function optionsFor(
  before: CollectionDescriptor,
  after: CollectionDescriptor,
  seed: number,
  functions: boolean,
): PlanOptions {
  const fields = namedFields("books", after.fields).filter(({ name }) => name !== "books.id");
  const sample = ({ type, constraints }: (typeof fields)[number], at: number): unknown => {
    const bare = typeof type === "object" && "optional" in type ? type.optional : type;
    return fc.sample(fittingValue(bare, constraints), { seed: seed + at, numRuns: 1 })[0];
  };
  return {
    allowDrop: {
      fields: namedFields("books", before.fields).map(({ name }) => name),
      indexes: (before.indexes ?? []).map(
        ({ path, kind }) => `books.${String(path)}_${kind === "unique" ? "unique" : "idx"}`,
      ),
    },
    ...(functions
      ? {
          fill: Object.fromEntries(fields.map((each, at) => [each.name, sample(each, at) as never])),
          convert: Object.fromEntries(fields.map((each, at) => [each.name, () => sample(each, at)])),
        }
      : {}),
  };
}

function rowsIn(db: Database): Row[] {
  return db.collection("books", { integers: "exact" }).all();
}

function migrate(
  before: CollectionDescriptor,
  after: CollectionDescriptor,
  renamed: { readonly [path: string]: string },
  rows: readonly Row[],
  options: PlanOptions,
): Outcome {
  using db = Database.open(memoryStore());
  db.register(before);
  for (const row of rows) {
    try {
      db.collection("books").insert(row);
    } catch (error) {
      if (!isModelVaultError(error, "unique_violation")) throw error;
    }
  }
  const stored = rowsIn(db);
  const model = modelOf(after, renamed);
  const changes = plan(db, [model], options);
  const { convert, fill } = options;
  const sent = planFromJson(JSON.stringify(changes), { ...(convert && { convert }), ...(fill && { fill }) });
  try {
    apply(db, sent);
  } catch (error) {
    if (!isModelVaultError(error)) throw error;
    expect(["plan_blocked", "migration_row_invalid", "unique_violation"]).toContain(error.code);
    // Nothing in between: everything is as it was.
    expect(rowsIn(db)).toEqual(stored);
    expect(plan(db, [modelOf(before)]).isEmpty).toBe(true);
    expect(db.verify().problems).toEqual([]);
    return { applied: false, code: error.code };
  }
  expect(plan(db, [model], options).steps).toEqual([]);
  expect(history(db)).toHaveLength(changes.isEmpty ? 0 : 1);
  const now = rowsIn(db);
  expect(now.map(({ id }) => id)).toEqual(stored.map(({ id }) => id));
  // A field that is the same in both versions, but perhaps for its name, has the values it had.
  for (const field of after.fields) {
    const name = String(field.path);
    const oldName = renamed[name] ?? name;
    // Its name went to another field, so this one is new.
    if (renamed[name] === undefined && Object.values(renamed).includes(name)) continue;
    const twin = before.fields.find(({ path }) => String(path) === oldName);
    if (twin === undefined || JSON.stringify({ ...twin, path: field.path }) !== JSON.stringify(field))
      continue;
    expect(now.map((row) => row[name])).toEqual(stored.map((row) => row[oldName]));
  }
  // Every surviving row validates.
  expect(db.verify().problems).toEqual([]);
  return { applied: true, code: "" };
}

test.each([true, false])("random migrations, functions given: %s", (functions) => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      schemaPair.chain((pair) => fc.tuple(fc.constant(pair), rowsOf(pair[0]), fc.nat(1000))),
      ([[before, after, renamed], rows, seed]) => {
        const options = optionsFor(before, after, seed, functions);
        const { applied, code } = migrate(before, after, renamed, rows, options);
        const outcome = applied ? "applied" : code;
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      },
    ),
    { numRuns, examples: examples.map(([, pair, rows]) => [[pair, rows, 0]]) },
  );
  // The property is not about refusals alone: half of the runs without functions apply, this is ten deviations below.
  expect(seen.get("applied") ?? 0).toBeGreaterThan(numRuns / 10);
});

test.each(examples)("a migration that ends as %s", (outcome, [before, after, renamed], rows) => {
  const options = optionsFor(before, after, 0, false);
  expect(migrate(before, after, renamed, rows, options).code || "applied").toBe(outcome);
});

/** The rows after a migration that leaves indexes out, or the code of its refusal. */
function outcomeOf([before, after]: SchemaPair, rows: readonly Row[], options: PlanOptions): unknown {
  using db = Database.open(memoryStore());
  db.register({ ...before, indexes: [] });
  db.collection("books").insertMany(rows);
  try {
    apply(db, plan(db, [modelOf({ ...after, indexes: [] })], options));
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return rowsIn(db);
}

test("rows that go through a function become what the engine makes of them by its own rules", () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(
      schemaPair.chain((pair) => fc.tuple(fc.constant(pair), rowsOf(pair[0]))),
      ([pair, rows]) => {
        const allowDrop = { fields: namedFields("books", pair[0].fields).map(({ name }) => name) };
        const own = outcomeOf(pair, rows, { allowDrop });
        expect(outcomeOf(pair, rows, { allowDrop, rewrite: { books: (row) => row } })).toEqual(own);
        outcomes.add(typeof own === "string" ? own : "applied");
      },
    ),
    { numRuns, examples: examples.map(([, pair, rows]) => [[pair, rows]]) },
  );
  expect([...outcomes].sort()).toEqual(["applied", "migration_row_invalid", "plan_blocked"]);
});
