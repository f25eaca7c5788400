/** Subset models on random rows: whatever the model does not know is there afterwards as it was. */
import { type CollectionDescriptor, Database, memoryStore, type Row, valueAt } from "@modelvault/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";

const UNKNOWN = [["wide"], ["other"], ["inner", "other"], ["inner", "deep", "other"]];

test("whatever the model does not know survives every way of writing", () => {
  const descriptor: CollectionDescriptor = {
    name: "things",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "known", type: { optional: "string" } },
      { path: "stamp", type: { optional: "timestamp" } },
      { path: "wide", type: { optional: "int64" } },
      {
        path: "inner",
        type: {
          optional: {
            object: [
              { path: "known", type: { optional: "string" } },
              { path: "other", type: { optional: { list: "int64" } } },
              {
                path: "deep",
                type: {
                  optional: {
                    object: [
                      { path: "known", type: { optional: "bool" } },
                      { path: "other", type: { optional: "json" } },
                    ],
                  },
                },
              },
            ],
          },
        },
      },
      { path: "other", type: { optional: "bytes" } },
    ],
  };
  const Part = defineModel(
    "things",
    z.object({
      id: z.int(),
      known: z.string().optional(),
      stamp: z.date().optional(),
      inner: z
        .object({
          known: z.string().optional(),
          deep: z.object({ known: z.boolean().optional() }).optional(),
        })
        .optional(),
    }),
    { primaryKey: "id" },
  );
  const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values);
  const deep = fc.record({
    known: maybe(fc.boolean()),
    other: maybe(
      fc
        .jsonValue({ maxDepth: 1, noUnicodeString: true })
        .map((value) => JSON.parse(JSON.stringify(value)) as Row[string]),
    ),
  });
  const inner = fc.record({
    known: maybe(fc.string({ unit: "grapheme-ascii" })),
    other: maybe(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))),
    deep: maybe(deep),
  });
  const rows = fc.record({
    id: fc.constant(1),
    known: maybe(fc.string({ unit: "grapheme-ascii" })),
    stamp: maybe(fc.bigInt({ min: -(8n * 10n ** 18n), max: 8n * 10n ** 18n })),
    wide: maybe(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    inner: maybe(inner),
    other: maybe(fc.uint8Array({ maxLength: 4 })),
  });
  const patches = fc.record(
    {
      known: maybe(fc.string({ unit: "grapheme-ascii" })),
      inner: fc.record(
        {
          known: maybe(fc.string({ unit: "grapheme-ascii" })),
          deep: fc.record({ known: maybe(fc.boolean()) }, { requiredKeys: [] }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  );
  const ways = fc.constantFrom("patch", "function", "query", "put");
  const property = fc.property(rows, patches, ways, (row, patch, way) => {
    using db = Database.open(memoryStore());
    db.register(descriptor);
    const all = db.collection("things", { integers: "bigint" });
    all.insert(row as Row);
    const parts = collection(db, Part, { subset: true });
    const unknown = () => UNKNOWN.map((path) => valueAt(all.getOrThrow(1), path) ?? null);
    const before = unknown();
    const stamp = all.getOrThrow(1).stamp;
    if (way === "patch") parts.update(1, patch);
    else if (way === "function") parts.update(1, (part) => ({ ...part, known: patch.known ?? "x" }));
    else if (way === "query") parts.query().update(patch);
    else parts.put({ ...parts.getOrThrow(1), known: "y" });
    expect(unknown()).toEqual(before);
    if (way !== "put") expect(all.getOrThrow(1).stamp).toEqual(stamp);
    expect(db.verify().problems).toEqual([]);
  });
  fc.assert(property, { numRuns: 400 });
});
