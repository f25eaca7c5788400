import fc from "fast-check";
import { expect, test } from "vitest";
import { checkCollection, checkSchema } from "../../src/schema/check-collection.ts";
import { descriptorsFromJson, descriptorsToJson } from "../../src/schema/json.ts";
import { sameSchema, schemaFingerprint } from "../../src/schema/same-schema.ts";
import { schemaToDescriptors } from "../../src/schema/to-descriptors.ts";
import type { Schema } from "../../src/schema/types.ts";
import { arbitrarySchema } from "../arbitraries/schema.ts";

test("a schema written as descriptors and checked again is the same schema", () => {
  fc.assert(
    fc.property(arbitrarySchema(), (schema) => {
      expect(checkSchema(schemaToDescriptors(schema))).toEqual(schema);
      expect(checkCollection({ name: "c", ...schemaToDescriptors(schema) })).toEqual({ name: "c", schema });
    }),
    { numRuns: 300 },
  );
});

test("a schema survives JSON text, 64-bit bounds and all", () => {
  fc.assert(
    fc.property(arbitrarySchema(), (schema) => {
      const text = descriptorsToJson(schemaToDescriptors(schema));
      const again = checkSchema(descriptorsFromJson(text));
      expect(again).toEqual(schema);
      expect(sameSchema(again, schema)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("descriptors have the shape that upstream reads", () => {
  const { schema } = checkCollection({
    name: "parts",
    primaryKey: "sku",
    fields: [
      { path: "sku", type: "string", constraints: [{ nonempty: true }, { max_length: 32 }] },
      { path: ["count"], type: "uint64", constraints: [{ max_u64: 18446744073709551615n }] },
      { path: "state", type: { enum: ["new", "sold"] } },
      {
        path: "maker",
        type: { object: [{ path: "site", type: { optional: "string" }, constraints: [{ url: true }] }] },
      },
    ],
    indexes: [
      { path: "maker.site", kind: "unique" },
      { path: "state", name: "by_state" },
    ],
  });
  expect(schemaToDescriptors(schema)).toEqual({
    primaryKey: "sku",
    fields: [
      { path: ["sku"], type: "string", constraints: [{ nonempty: true }, { max_length: 32 }] },
      { path: ["count"], type: "uint64", constraints: [{ max_u64: 18446744073709551615n }] },
      { path: ["state"], type: { enum: ["new", "sold"] } },
      {
        path: ["maker"],
        type: { object: [{ path: ["site"], type: { optional: "string" }, constraints: [{ url: true }] }] },
      },
    ],
    indexes: [
      { name: "maker.site_unique", path: ["maker", "site"], kind: "unique" },
      { name: "by_state", path: ["state"], kind: "index" },
    ],
  });
});

test("two schemas are the same only when nothing differs, order included", () => {
  const schema: Schema = {
    primaryKey: "id",
    fields: [
      { path: ["id"], type: { kind: "string" }, constraints: [] },
      {
        path: ["f"],
        type: { kind: "float64" },
        constraints: [
          { kind: "min_f64", value: 0 },
          { kind: "max_f64", value: 1 },
        ],
      },
    ],
    indexes: [],
  };
  const [id, f] = schema.fields;
  if (id === undefined || f === undefined) throw new Error("two fields");
  expect(sameSchema(schema, structuredClone(schema))).toBe(true);
  const others: Schema[] = [
    { ...schema, fields: [f, id] },
    { ...schema, primaryKey: "f" },
    { ...schema, fields: [id, { ...f, constraints: [...f.constraints].reverse() }] },
    {
      ...schema,
      fields: [
        id,
        {
          ...f,
          constraints: [
            { kind: "min_f64", value: -0 },
            { kind: "max_f64", value: 1 },
          ],
        },
      ],
    },
    { ...schema, fields: [id, { ...f, type: { kind: "optional", inner: f.type } }] },
    { ...schema, indexes: [{ name: "i", path: ["f"], unique: false }] },
  ];
  expect(new Set([schema, ...others].map(schemaFingerprint)).size).toBe(others.length + 1);
});
