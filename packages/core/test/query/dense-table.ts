/**
 * Tables whose values are few, so that rows tie, match and miss often: an index on every path, nulls, NaN, both zeros, empty
 * and eight-byte texts, and texts that an index has to cut, many with the same first 255 bytes.
 */
import type { Row, Schema, Value } from "@modelvault/core";
import fc from "fast-check";
import { checkCollection } from "../../src/schema/check-collection.ts";
import type { TypeDescriptor } from "../../src/schema/descriptors.ts";

const long = "x".repeat(255);

/** At, below and above what an index holds, with the same beginning; and others that sort before, between and behind. */
export const cutTexts: readonly string[] = [
  long.slice(1),
  long,
  `${long}\0`,
  `${long}\0\0`,
  `${long}a`,
  `${long}é`,
  `${long}\u{10ffff}`,
  `${long}${long}`,
  `${"x".repeat(254)}é`,
  `${"x".repeat(254)}w`,
  "y",
];

const texts: readonly string[] = ["", "\0", "a", "abcdefgh", "éééé", "\uffff", "\u{10000}", ...cutTexts];
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const pool = (...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);

const fields: Readonly<
  Record<string, { readonly type: TypeDescriptor; readonly values: fc.Arbitrary<Value> }>
> = {
  n: { type: { optional: "int64" }, values: pool(null, -1, 1, 2, 256, 2n ** 60n) },
  f: {
    type: { optional: "float64" },
    values: pool(null, Number.NaN, -0, 0, 1.5, -1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  },
  s: { type: "string", values: pool(...texts) },
  d: {
    type: { optional: "bytes" },
    values: pool(null, ...texts.map(bytesOf), new Uint8Array(300).fill(255)),
  },
  e: { type: { enum: ["new", "sold", ""] }, values: pool("new", "sold", "") },
  b: { type: { optional: "bool" }, values: pool(null, true, false) },
  u: { type: { optional: "string" }, values: pool(null, null, null, ...texts) },
  list: { type: { list: { optional: "int64" } }, values: fc.array(pool(null, 1, 2), { maxLength: 2 }) },
};

const keyPools: Readonly<Record<"int64" | "string" | "float64", fc.Arbitrary<Value>>> = {
  int64: fc.oneof(pool(-1, 1, 2, 256, 2n ** 60n), fc.integer({ min: -500, max: 500 })),
  string: fc.oneof(
    pool(...texts),
    fc.nat({ max: 1000 }).map((number) => `k${number}`),
  ),
  float64: fc.oneof(pool(-0, 0.5, -0.5), fc.integer({ min: -500, max: 500 })),
};

function schemaWith(key: keyof typeof keyPools): Schema {
  const names = Object.keys(fields).filter((name) => name !== "list");
  return checkCollection({
    name: "things",
    primaryKey: "id",
    fields: [
      { path: "id", type: key },
      ...Object.entries(fields).map(([path, { type }]) => ({ path, type })),
      {
        path: "o",
        type: {
          optional: {
            object: [
              { path: "k", type: { optional: "int64" } },
              { path: "t", type: "string" },
            ],
          },
        },
      },
    ],
    indexes: [
      ...names.map((path) => ({ path, kind: path === "u" ? ("unique" as const) : ("index" as const) })),
      { path: "o.k" },
    ],
  }).schema;
}

/** A schema with rows for it, in canonical form. */
export function arbitraryDenseTable(): fc.Arbitrary<{
  readonly schema: Schema;
  readonly rows: readonly Row[];
}> {
  const object = fc.option(fc.record({ k: pool(null, 1, 2), t: pool("", "a") }));
  return fc.constantFrom<keyof typeof keyPools>("int64", "string", "float64").chain((key) => {
    const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.values]));
    const row = fc.record({ id: keyPools[key], ...values, o: object });
    return fc
      .uniqueArray(row, { maxLength: 30, selector: ({ id }) => String(id) })
      .map((rows) => ({ schema: schemaWith(key), rows: rows as readonly Row[] }));
  });
}
