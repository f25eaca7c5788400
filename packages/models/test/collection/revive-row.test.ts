import { isModelVaultError, type Row } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { compileReviver } from "../../src/collection/revive-row.ts";
import { defineModel } from "../../src/index.ts";

const { shape } = defineModel(
  "m",
  z.object({
    id: z.int(),
    plain: z.string(),
    optional: z.string().optional(),
    nullable: z.string().nullable(),
    nullish: z.string().nullish(),
    counts: z.array(z.int().nullable()),
    inner: z.object({ optional: z.int().optional(), nullable: z.int().nullable() }).optional(),
    list: z.array(z.object({ optional: z.string().optional() })),
    json: z.unknown(),
  }),
  { primaryKey: "id" },
);
const revive = compileReviver(shape);

const full: Row = {
  id: 1,
  plain: "p",
  optional: "o",
  nullable: "n",
  nullish: "x",
  counts: [1, null],
  inner: { optional: 1, nullable: 2 },
  list: [{ optional: "a" }],
  json: { a: null },
};

describe("null and absent", () => {
  test("a row with every value is returned as it is", () => {
    expect(revive(full)).toBe(full);
  });

  test("an optional field is absent, a nullable one null, a nullish one null", () => {
    const revived = revive({ ...full, optional: null, nullable: null, nullish: null, json: null });
    expect(revived).toEqual({ ...full, optional: undefined, nullable: null, nullish: null, json: null });
    expect(Object.keys(revived)).not.toContain("optional");
  });

  test("at every level", () => {
    expect(
      revive({
        ...full,
        inner: { optional: null, nullable: null },
        list: [{ optional: null }, { optional: "b" }],
      }),
    ).toStrictEqual({
      ...full,
      inner: { nullable: null },
      list: [{}, { optional: "b" }],
    });
    expect(Object.keys(revive({ ...full, inner: null }))).not.toContain("inner");
  });

  test("parts of a row, as a projection gives them, stay parts", () => {
    expect(revive({ inner: { optional: null } })).toStrictEqual({ inner: {} });
    expect(revive({ plain: "p" })).toStrictEqual({ plain: "p" });
  });

  test("names that every object inherits are names like others", () => {
    const model = z.object({
      id: z.string(),
      constructor: z.array(z.int()),
      toString: z.object({ name: z.string().optional() }),
    });
    const inherited = compileReviver(defineModel("inherited", model, { primaryKey: "id" }).shape);
    expect(inherited({ id: "1" })).toStrictEqual({ id: "1" });
    const revived = inherited({ constructor: [1n], toString: { name: null } });
    expect([revived.constructor, revived.toString]).toStrictEqual([[1], {}]);
  });

  test("the stored row is not changed", () => {
    const stored = { ...full, optional: null };
    revive(stored);
    expect(stored.optional).toBe(null);
  });
});

describe("integers", () => {
  test("that come as bigint become numbers, at every level", () => {
    expect(
      revive({ ...full, id: 1n, counts: [1n, null, 3], inner: { optional: 7n, nullable: null } }),
    ).toStrictEqual({
      ...full,
      counts: [1, null, 3],
      inner: { optional: 7, nullable: null },
    });
  });

  test("that are no safe numbers are refused, never rounded", () => {
    const unsafe = (): unknown => revive({ ...full, id: 2n ** 53n });
    expect(unsafe).toThrow(expect.objectContaining({ code: "integer_unsafe" }));
    expect(isModelVaultError(new Error("x"), "integer_unsafe")).toBe(false);
  });
});
