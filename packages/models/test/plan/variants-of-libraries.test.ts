/** What one variant of a union requires, in the other libraries: see `variants.test.ts`. */
import { Database, memoryStore } from "@modelvault/core";
import { apply, defineModel, field, type Model, plan } from "@modelvault/models";
import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { expect, test } from "vitest";

test.each<[string, (required: boolean) => Model]>([
  [
    "Valibot",
    (required) =>
      defineModel(
        "shapes",
        toStandardJsonSchema(
          v.variant("kind", [
            v.object({
              id: v.pipe(v.number(), v.integer()),
              kind: v.literal("circle"),
              radius: (required ? v.number() : v.optional(v.number())) as never,
            }),
            v.object({ id: v.pipe(v.number(), v.integer()), kind: v.literal("square"), side: v.number() }),
          ]),
        ) as never,
        { primaryKey: "id" } as never,
      ) as never,
  ],
  [
    "ArkType",
    (required) =>
      defineModel(
        "shapes",
        type({
          id: "number.integer",
          kind: "'circle'",
          [required ? "radius" : "radius?"]: "number",
        } as never).or({
          id: "number.integer",
          kind: "'square'",
          side: "number",
        } as never) as never,
        { primaryKey: "id" } as never,
      ) as never,
  ],
  [
    "our builder",
    (required) =>
      defineModel(
        "shapes",
        field.variants("kind", [
          field.object({
            id: field.int(),
            kind: field.choice(["circle"]),
            radius: required ? field.number() : field.number().optional(),
          }),
          field.object({ id: field.int(), kind: field.choice(["square"]), side: field.number() }),
        ]),
        { primaryKey: "id" } as never,
      ) as never,
  ],
])("%s tells what a variant requires from now on", (_name, model) => {
  using db = Database.open(memoryStore());
  apply(db, plan(db, [model(false)]));
  db.collection("shapes").insertMany([
    { id: 1, kind: "circle", radius: 1 },
    { id: 3, kind: "circle" },
  ]);
  const changes = plan(db, [model(true)]);
  expect(changes.steps).toMatchObject([
    { kind: "makeVariantRequired", path: ["radius"], when: [{ path: ["kind"], is: "circle" }] },
  ]);
  expect(changes.check(db).steps).toMatchObject([{ failing: 1, problems: [{ key: 3, path: "radius" }] }]);
});
