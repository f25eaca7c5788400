import { describe, expect, it } from "vitest";
import { mergePatch } from "../../src/collection/merge-patch.ts";
import type { Schema } from "../../src/schema/types.ts";

const schema: Schema = {
  primaryKey: "id",
  indexes: [],
  fields: [
    { path: ["id"], type: { kind: "int64" }, constraints: [] },
    { path: ["deep", "a"], type: { kind: "int64" }, constraints: [] },
    { path: ["deep", "in", "b"], type: { kind: "optional", inner: { kind: "int64" } }, constraints: [] },
    {
      path: ["object"],
      type: {
        kind: "optional",
        inner: {
          kind: "object",
          fields: [
            { name: "x", type: { kind: "int64" }, constraints: [] },
            { name: "__proto__", type: { kind: "optional", inner: { kind: "string" } }, constraints: [] },
          ],
        },
      },
      constraints: [],
    },
    { path: ["data"], type: { kind: "json" }, constraints: [] },
    { path: ["list"], type: { kind: "list", element: { kind: "int64" } }, constraints: [] },
  ],
};

const row = { id: 1, deep: { a: 1, in: { b: 2 } }, object: { x: 5 }, data: { k: 1 }, list: [1, 2] };

describe("merging a patch", () => {
  it("goes down where the schema has objects or nested paths, and nowhere else", () => {
    expect(mergePatch(schema, row, { deep: { in: { b: 3 } }, data: { z: 0 }, list: [9] })).toEqual({
      ...row,
      deep: { a: 1, in: { b: 3 } },
      data: { z: 0 },
      list: [9],
    });
  });

  it("changes neither row nor patch", () => {
    const before = structuredClone(row);
    const patch = Object.freeze({ deep: Object.freeze({ a: 7 }) });
    expect(mergePatch(schema, row, patch)).toEqual({ ...row, deep: { a: 7, in: { b: 2 } } });
    expect(row).toEqual(before);
  });

  it("empties with null, leaves alone with undefined, sets an object where none was", () => {
    expect(mergePatch(schema, row, { object: null, id: undefined })).toEqual({ ...row, object: null });
    expect(mergePatch(schema, { ...row, object: null }, { object: { x: 1 } })).toEqual({
      ...row,
      object: { x: 1 },
    });
  });

  it("keeps unknown names for validation to report, and __proto__ as plain data", () => {
    const patch = JSON.parse('{"nope": 1, "object": {"__proto__": "text"}}');
    const merged = mergePatch(schema, row, patch) as { nope: number; object: object };
    expect(merged.nope).toBe(1);
    expect(Object.getPrototypeOf(merged.object)).toBe(Object.prototype);
    expect(Object.entries(merged.object)).toEqual([
      ["x", 5],
      ["__proto__", "text"],
    ]);
  });

  it("hands on what is no object, for validation to refuse", () => {
    for (const patch of [null, 5, "x", [1]]) expect(mergePatch(schema, row, patch)).toBe(patch);
  });
});
