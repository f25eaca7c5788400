/** Programs whose models differ in nothing but what variants of a union require: the vault has noted whose collection it is. */
import { Database, memoryStore } from "@modelvault/core";
import { apply, collection, defineModel, type Model, openWith, plan } from "@modelvault/models";
import { expect, test } from "vitest";
import { z } from "zod";
import { errorOf } from "../support/errors.ts";

const shapes = (radius: z.ZodType, side: z.ZodType = z.number()): Model =>
  defineModel(
    "shapes",
    z.discriminatedUnion("kind", [
      z.object({ id: z.int(), kind: z.literal("circle"), radius }),
      z.object({ id: z.int(), kind: z.literal("square"), side }),
    ]) as never,
    { primaryKey: "id" } as never,
  ) as never;

const strict = (): Model => shapes(z.number());
const loose = (): Model => shapes(z.number().optional());
const free = (): Model => shapes(z.number().optional(), z.number().optional());

test.each([
  ["made by itself", (db: Database, model: Model): unknown => collection(db, model)],
  ["made by a plan", (db: Database, model: Model): unknown => apply(db, plan(db, [model]))],
])("a collection %s is refused to a model that requires more, or less", (_name, make) => {
  for (const [own, other, says] of [
    [loose(), strict(), 'The model requires "radius" where "kind" is "circle", and the collection does not'],
    [strict(), loose(), 'The collection requires "radius" where "kind" is "circle", and the model does not'],
    [free(), loose(), 'The model requires "side" where "kind" is "square", and the collection does not'],
  ] as const) {
    using db = Database.open(memoryStore());
    make(db, own);
    collection(db, own);
    const error = errorOf(() => collection(db, other));
    expect(error.code).toBe("model_mismatch");
    expect(error.message).toContain(says);
    db.read((view) => expect(errorOf(() => collection(view, other)).code).toBe("model_mismatch"));
    // A plan settles it, and then the former model is the one that does not fit.
    expect(apply(db, plan(db, [other])).changed).toBe(true);
    collection(db, other);
    expect(errorOf(() => collection(db, own)).code).toBe("model_mismatch");
    expect(plan(db, [other]).isEmpty).toBe(true);
  }
});

test("a model that is held stops writing once the collection requires more", () => {
  using db = openWith(memoryStore(), [loose()], { onDiff: "apply" });
  const held = collection(db, loose());
  held.insert({ id: 1, kind: "circle", radius: 1 } as never);
  openWith(db, [strict()], { onDiff: "apply" });
  expect(errorOf(() => held.insert({ id: 2, kind: "circle" } as never)).code).toBe("model_mismatch");
  expect(collection(db, strict()).count()).toBe(1);
});

test("a collection of another program, of whose variants nothing is known, goes with any model", () => {
  using db = Database.open(memoryStore());
  db.register(loose().descriptor);
  for (const model of [loose(), strict(), free()]) expect(collection(db, model).count()).toBe(0);
});

test("a part of a collection says nothing of variants", () => {
  using db = Database.open(memoryStore());
  collection(db, strict());
  expect(collection(db, loose(), { subset: true }).count()).toBe(0);
});
