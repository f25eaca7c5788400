/**
 * What upstream's catalogue cannot say (bounds inside objects, defaults, patterns, names used twice) survives reopening on every driver that
 * keeps anything: after each migration the vault is closed and opened again, and there is nothing left to plan.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Database, type StoreDriver } from "@modelvault/core";
import {
  apply,
  defineModel,
  history,
  index,
  type Model,
  type PlanOptions,
  plan,
  planRevert,
  unique,
} from "@modelvault/models";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

const V1 = z.object({
  id: z.string(),
  title: z.string(),
  meta: z.object({ pages: z.int(), tags: z.array(z.string()) }),
});

const inner = (pages: z.ZodType): z.ZodObject =>
  z.object({ id: z.string(), title: z.string(), meta: z.object({ pages, tags: z.array(z.string()) }) });

const books = (schema: z.ZodObject, options: object = {}, name = "books"): Model =>
  defineModel(name, schema, { primaryKey: "id", ...options } as never);

/** The same with a default that the engine knows of. */
const withDefault = (model: Model, name: string, value: string): Model => ({
  ...model,
  descriptor: {
    ...model.descriptor,
    fields: model.descriptor.fields.map((field) =>
      String(field.path) === name ? { ...field, default: value } : field,
    ),
  },
});

/** One after the other, each on what the last has left. */
const MIGRATIONS: readonly (readonly [name: string, models: readonly Model[], options?: PlanOptions])[] = [
  ["a collection", [books(V1)]],
  ["bounds inside an object", [books(inner(z.int().min(1).max(5000)))]],
  ["looser bounds inside an object", [books(inner(z.int().min(0)))]],
  ["a pattern", [books(V1.extend({ title: z.string().regex(/^[^<>]*$/) }))]],
  [
    "another pattern, which upstream would refuse",
    [books(V1.extend({ title: z.string().regex(/^(?:[^<>]|\(x)*?$/) }))],
  ],
  ["a default", [withDefault(books(V1.extend({ language: z.enum(["de", "en"]) })), "language", "de")]],
  ["another default", [withDefault(books(V1.extend({ language: z.enum(["de", "en"]) })), "language", "en")]],
  [
    "an object in an optional object",
    [
      books(
        V1.extend({
          language: z.enum(["de", "en"]).default("en"),
          extra: z.object({ a: z.object({ b: z.string().max(3) }) }).optional(),
        }),
      ),
    ],
  ],
  [
    "indexes",
    [books(V1, { indexes: [unique("title"), index("meta.pages")] })],
    { allowDrop: { fields: ["books.language", "books.extra"] } },
  ],
  [
    "another name, and the old one used again",
    [books(V1, { renamedFrom: "books" }, "old_books"), books(V1.pick({ id: true }))],
    { allowDrop: { indexes: ["old_books.title_unique", "old_books.meta.pages_idx"] } },
  ],
  ["the old one dropped", [books(V1.pick({ id: true }))], { allowDrop: { collections: ["old_books"] } }],
  ["and made again under its name", [books(V1.pick({ id: true })), books(V1, {}, "old_books")]],
];

function folder(): string {
  const place = mkdtempSync(join(tmpdir(), "modelvault-migrations-"));
  onTestFinished(() => rmSync(place, { recursive: true, force: true }));
  return place;
}

test.each<[string, (place: string) => StoreDriver]>([
  ["a file", (place) => fileStore(join(place, "a.modelvault"))],
  ["LMDB", (place) => lmdbStore(join(place, "a.lmdb"))],
])("after each migration of %s and reopening there is nothing to plan", (_name, driverAt) => {
  const place = folder();
  const reopen = (): Database => Database.open(driverAt(place));
  for (const [at, [name, models, options]] of MIGRATIONS.entries()) {
    {
      using db = reopen();
      expect(apply(db, plan(db, models, options)).changed, name).toBe(true);
      // A row in the way of whatever comes next, where the collection takes it.
      if (at === 0) db.collection("books").insert({ id: "a", title: "t", meta: { pages: 3, tags: [] } });
    }
    using db = reopen();
    expect(String(plan(db, models, options)), name).toMatch(/^Nothing to do/);
    expect(db.verify().problems).toEqual([]);
    expect(history(db)).toHaveLength(at + 1);
  }
  using db = reopen();
  apply(db, planRevert(db));
  expect(db.collectionNames()).toEqual(["books"]);
});
