import { describe, expect, test } from "vitest";
import { z } from "zod";
import { mergePatch } from "../../src/collection/merge-patch.ts";
import { defineModel } from "../../src/index.ts";

const { shape } = defineModel(
  "m",
  z.object({
    id: z.string(),
    note: z.string().optional(),
    rating: z.number().nullable(),
    tags: z.array(z.string()),
    author: z.object({
      name: z.string(),
      home: z.object({ city: z.string(), zip: z.string().optional() }).optional(),
    }),
    extra: z.record(z.string(), z.unknown()),
  }),
  { primaryKey: "id" },
);
const row = {
  id: "1",
  note: "n",
  rating: 1,
  tags: ["a", "b"],
  author: { name: "A", home: { city: "C", zip: "Z" } },
  extra: { x: 1, y: { z: 2 } },
};
const merge = (patch: unknown): unknown => mergePatch(shape, row, patch);

describe("merging a patch", () => {
  test("objects merge field by field, at every level", () => {
    expect(merge({ author: { home: { city: "D" } } })).toEqual({
      ...row,
      author: { name: "A", home: { city: "D", zip: "Z" } },
    });
  });

  test("lists and JSON values are replaced", () => {
    expect(merge({ tags: ["c"], extra: { w: 1 } })).toEqual({ ...row, tags: ["c"], extra: { w: 1 } });
  });

  test("undefined leaves a field as it is", () => {
    expect(merge({ note: undefined, author: undefined })).toEqual(row);
  });

  test("null leaves an optional field out, and makes a nullable one null", () => {
    const merged = merge({ note: null, rating: null, author: { home: { zip: null } } });
    expect(merged).toStrictEqual({
      id: "1",
      rating: null,
      tags: row.tags,
      author: { name: "A", home: { city: "C" } },
      extra: row.extra,
    });
  });

  test("an object that is not there yet begins empty", () => {
    expect(mergePatch(shape, { ...row, author: { name: "A" } }, { author: { home: { city: "E" } } })).toEqual(
      {
        ...row,
        author: { name: "A", home: { city: "E" } },
      },
    );
  });

  test("neither the row nor the patch is changed", () => {
    const patch = { author: { home: { zip: null } } };
    merge(patch);
    expect(row.author.home.zip).toBe("Z");
    expect(patch).toEqual({ author: { home: { zip: null } } });
  });

  test("what is no patch is left for the schema to refuse", () => {
    for (const patch of [5, "x", null, [1]]) expect(merge(patch)).toBe(patch);
    expect(merge({ author: 5, unknown: 1 })).toEqual({ ...row, author: 5, unknown: 1 });
  });

  test("a key named __proto__ is data", () => {
    const merged = merge(JSON.parse('{"__proto__":{"polluted":true}}')) as object;
    expect(Object.hasOwn(merged, "__proto__")).toBe(true);
    expect("polluted" in merged).toBe(false);
  });
});
