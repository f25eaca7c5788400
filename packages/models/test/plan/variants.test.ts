/** What one variant of a union requires: no schema says it, and stored rows are held to it all the same. */
import { Database, memoryStore, type Row } from "@modelvault/core";
import {
  apply,
  collection,
  defineModel,
  history,
  type Model,
  type PlanOptions,
  plan,
  planFromJson,
  planRevert,
  revert,
} from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorOf } from "../support/errors.ts";

const square = z.object({ id: z.int(), kind: z.literal("square"), side: z.number() });
const loose = z.object({ id: z.int(), kind: z.literal("circle"), radius: z.number().optional() });
const strict = loose.extend({ radius: z.number() });
const shapes = (circle: z.ZodObject, name = "shapes", options: object = {}): Model =>
  defineModel(
    name,
    z.discriminatedUnion("kind", [circle, square] as never) as never,
    {
      primaryKey: "id",
      ...options,
    } as never,
  ) as never;

const ROWS: readonly Row[] = [
  { id: 1, kind: "circle", radius: 1 },
  { id: 2, kind: "square", side: 2 },
  { id: 3, kind: "circle" },
];

function vault(model: Model = shapes(loose), rows: readonly Row[] = ROWS): Database {
  const db = Database.open(memoryStore());
  apply(db, plan(db, [model]));
  db.collection(model.name).insertMany(rows);
  return db;
}

const LINE = 'shapes: make "radius" required where "kind" is "circle"';
const lines = (changes: { toString(): string }): string[] => String(changes).split("\n").slice(1);

test("a field that a variant requires from now on is a step: rows are checked, filled, and the step is made once", () => {
  using db = vault();
  const changes = plan(db, [shapes(strict)]);
  expect(lines(changes)).toEqual([`  ~ ${LINE}, if every such row has it`]);
  expect(changes.safety).toBe("data");
  const report = changes.check(db);
  expect(report.ok).toBe(false);
  expect(report.steps[0]).toMatchObject({
    failing: 1,
    problems: [{ key: 3, path: "radius", reason: '"radius" is required where "kind" is "circle".' }],
  });
  const error = errorOf(() => apply(db, changes));
  expect([error.code, error.details]).toEqual(["migration_row_invalid", { collection: "shapes", key: 3 }]);
  expect(error.issues.map(({ path, rule }) => [path, rule])).toEqual([[["radius"], "required"]]);
  expect(history(db)).toHaveLength(1);

  // A function is asked for rows of the variant only, and for those that lack it.
  const asked: unknown[] = [];
  const options: PlanOptions = {
    fill: {
      "shapes.radius": (row) => {
        asked.push(row.id);
        return 9;
      },
    },
  };
  const filled = planFromJson(JSON.stringify(plan(db, [shapes(strict)], options)), options as never);
  expect(lines(filled)).toEqual([`  ~ ${LINE}, filled by your function`]);
  expect(apply(db, filled).changed).toBe(true);
  expect(asked).toEqual([3]);
  expect(apply(db, filled).changed).toBe(false);
  expect(plan(db, [shapes(strict)], options).isEmpty).toBe(true);
  expect(db.collection("shapes").all()).toEqual([
    { id: 1, kind: "circle", radius: 1, side: null },
    { id: 2, kind: "square", radius: null, side: 2 },
    { id: 3, kind: "circle", radius: 9, side: null },
  ]);
  expect(errorOf(() => planRevert(db)).details.reasons).toEqual([
    `${LINE}, filled by your function: which rows had no value is not known any more`,
  ]);
});

test("a value, and a default of the model, fill rows of the variant alone", () => {
  using db = vault();
  apply(db, plan(db, [shapes(strict)], { fill: { "shapes.radius": 5 } }));
  expect(db.collection("shapes").get(2)).toMatchObject({ radius: null });
  expect(db.collection("shapes").get(3)).toMatchObject({ radius: 5 });

  using other = vault();
  const changes = plan(other, [shapes(loose.extend({ radius: z.number().default(7) }))]);
  expect(lines(changes)).toEqual([`  ~ ${LINE}, filled by the model's default`]);
  apply(other, changes);
  expect(
    other
      .collection("shapes")
      .all()
      .map(({ radius }) => radius),
  ).toEqual([1, null, 7]);
});

test("a field that was optional and has a default now is filled where stored rows have null", () => {
  const plain = z.object({ id: z.int(), note: z.string().optional() });
  using db = vault(defineModel("notes", plain, { primaryKey: "id" }) as never, [
    { id: 1 },
    { id: 2, note: "n" },
  ]);
  const model = defineModel("notes", plain.extend({ note: z.string().default("none") }), {
    primaryKey: "id",
  });
  const changes = plan(db, [model]);
  expect(lines(changes)).toEqual(['  ~ notes: make "note" required, filled by the model\'s default']);
  apply(db, changes);
  expect(
    db
      .collection("notes")
      .all()
      .map(({ note }) => note),
  ).toEqual(["none", "n"]);
});

test("a new field with a default in its variant needs no more than that", () => {
  using db = vault();
  const model = shapes(loose.extend({ colour: z.string().default("red") }));
  expect(lines(plan(db, [model]))).toEqual([
    '  + shapes: add field "colour" (optional string), filled by the model\'s default',
  ]);
  apply(db, plan(db, [model]));
  expect(
    db
      .collection("shapes")
      .all()
      .map(({ colour }) => colour),
  ).toEqual(["red", null, "red"]);
  expect(plan(db, [model]).isEmpty).toBe(true);
});

test("a new field whose values a variant needs is checked, when a function gives them", () => {
  using db = vault();
  const model = shapes(loose.extend({ colour: z.string() }));
  const changes = plan(db, [model], { fill: { "shapes.colour": ({ id }) => (id === 1 ? "red" : null) } });
  expect(errorOf(() => apply(db, changes)).issues.map(({ path }) => path)).toEqual([["colour"]]);
  expect(changes.check(db).steps[0]).toMatchObject({ failing: 1, problems: [{ key: 3, path: "colour" }] });
});

test("a function that rewrites rows is held to what variants require", () => {
  using db = vault(shapes(strict), ROWS.slice(0, 2));
  const changes = plan(db, [shapes(strict)], {
    rewrite: { shapes: { once: "all are circles", row: (row) => ({ ...row, kind: "circle" }) } },
  });
  expect(errorOf(() => apply(db, changes)).issues.map(({ path }) => path)).toEqual([["radius"]]);
});

test("what a variant requires no more is noted, so that it can be required again", () => {
  using db = vault(shapes(strict), ROWS.slice(0, 2));
  const changes = plan(db, [shapes(loose)]);
  expect(lines(changes)).toEqual(['  ~ shapes: make "radius" optional where "kind" is "circle"']);
  expect(changes.safety).toBe("safe");
  apply(db, changes);
  db.collection("shapes").insert({ id: 3, kind: "circle" });
  expect(plan(db, [shapes(strict)]).check(db).ok).toBe(false);
  // The way back is to require it again, which row 3 is in the way of.
  expect(errorOf(() => revert(db)).code).toBe("migration_row_invalid");
  db.collection("shapes").delete(3);
  revert(db);
  expect(plan(db, [shapes(strict)]).isEmpty).toBe(true);
  expect(lines(plan(db, [shapes(loose)]))).toHaveLength(1);
});

test("a requirement that was only checked is undone", () => {
  using db = vault(shapes(loose), ROWS.slice(0, 2));
  apply(db, plan(db, [shapes(strict)]));
  revert(db);
  expect(plan(db, [shapes(loose)]).isEmpty).toBe(true);
  expect(lines(plan(db, [shapes(strict)]))).toHaveLength(1);
});

test("fields and collections that are renamed take their requirements along", () => {
  using db = vault(shapes(strict), ROWS.slice(0, 2));
  const model = shapes(strict.omit({ radius: true }).extend({ r: z.number() }), "figures", {
    renamedFrom: "shapes",
    renamedFields: { r: "radius" },
  });
  expect(lines(plan(db, [model]))).toEqual([
    '  ~ figures: rename the collection from "shapes"',
    '  ~ figures: rename field "radius" to "r"',
  ]);
  apply(db, plan(db, [model]));
  expect(plan(db, [model]).isEmpty).toBe(true);
  db.renameCollection("figures", "others");
  expect(
    plan(db, [{ ...model, name: "others", descriptor: { ...model.descriptor, name: "others" } }]).isEmpty,
  ).toBe(true);
});

test("a collection that a model makes by itself has its requirements noted", () => {
  using db = Database.open(memoryStore());
  collection(db, shapes(strict));
  expect(plan(db, [shapes(strict)]).isEmpty).toBe(true);
  using other = Database.open(memoryStore());
  other.register(shapes(strict).descriptor);
  // Nobody knows what rows are in there.
  expect(lines(plan(other, [shapes(strict)]))).toEqual([
    `  ~ ${LINE}, if every such row has it`,
    '  ~ shapes: make "side" required where "kind" is "square", if every such row has it',
  ]);
});

test("what variants require inside lists, objects and variants is told by its whole path", () => {
  const inner = (radius: z.ZodType): z.ZodType =>
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("circle"), at: z.object({ x: z.number(), r: radius }) }),
      z.object({
        kind: z.literal("group"),
        at: z.object({ x: z.number() }),
        parts: z.array(
          z.discriminatedUnion("as", [
            z.object({ as: z.literal("dot"), size: radius }),
            z.object({ as: z.literal("dash"), length: z.number() }),
          ]),
        ),
      }),
    ]);
  const model = (radius: z.ZodType): Model =>
    defineModel("docs", z.object({ id: z.int(), items: z.array(inner(radius)) }), {
      primaryKey: "id",
    }) as never;
  using db = vault(model(z.number().optional()), [
    { id: 1, items: [{ kind: "circle", at: { x: 1, r: 1 } }] },
    {
      id: 2,
      items: [
        { kind: "circle", at: { x: 1 } },
        { kind: "group", at: { x: 1 }, parts: [{ as: "dash", length: 1 }, { as: "dot" }] },
      ],
    },
  ]);
  const changes = plan(db, [model(z.number())]);
  expect(lines(changes)).toEqual([
    '  ~ docs: make "items.[].at.r" required where "items.[].kind" is "circle", if every such row has it',
    '  ~ docs: make "items.[].parts.[].size" required where "items.[].kind" is "group" and "items.[].parts.[].as" is "dot", if every such row has it',
  ]);
  expect(changes.check(db).steps.map(({ problems }) => problems.map(({ key, path }) => [key, path]))).toEqual(
    [[[2, "items.0.at.r"]], [[2, "items.1.parts.1.size"]]],
  );
  apply(
    db,
    plan(db, [model(z.number())], { fill: { "docs.items.[].at.r": 4, "docs.items.[].parts.[].size": 5 } }),
  );
  expect(db.collection("docs").get(2)).toMatchObject({
    items: [{ at: { r: 4 } }, { at: { r: null }, parts: [{ size: null }, { size: 5 }] }],
  });
});
