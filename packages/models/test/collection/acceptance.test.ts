/** The promise of this package as a property: whatever a schema accepts, the engine stores, and it comes back as it was. */
import { Database, memoryStore } from "@modelvault/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel } from "../../src/index.ts";

/** A field's schema and values for it, good and bad. */
interface Field {
  readonly schema: z.ZodType;
  readonly values: fc.Arbitrary<unknown>;
}

const words = fc.string({ unit: fc.constantFrom(..."aAbZ09@.-_ é😀\u{10ffff}\0\n\ufffd"), maxLength: 6 });
const numbers = fc
  .oneof(
    fc.constantFrom(
      0,
      0.1,
      1,
      -1,
      2,
      5,
      1e21,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
      Number.MIN_VALUE,
      Number.MAX_VALUE,
      Number.NaN,
      Infinity,
    ),
    fc.integer({ min: -10, max: 10 }),
    fc.double(),
  )
  .map((number) => (number === 0 ? 0 : number));

const texts: readonly z.ZodType[] = [
  z.string(),
  z.string().min(2),
  z.string().max(3),
  z.string().length(2),
  z.string().regex(/^.{1,2}$/),
  z.string().regex(/^[^a]+@?$/i),
  z.string().regex(/^(?!a)\w*/u),
  z.string().startsWith("a"),
  z.string().endsWith("b").trim(),
  z.string().includes("@"),
  z.string().lowercase(),
  z.string().toUpperCase().max(2),
  z.email(),
  z.base64(),
  z.hex(),
  z.enum(["a", "b", "😀"]),
  z.templateLiteral(["a", z.string()]),
  z.string().refine((text) => !text.includes("Z")),
];
const figures: readonly z.ZodType[] = [
  z.number(),
  z.number().gt(0).lt(5),
  z.number().min(-1).max(1),
  z.number().multipleOf(0.5),
  z.number().lt(1e-300),
  z.int(),
  z.int().gt(0.5).lte(5.5),
  z.int().gt(-1).lt(2),
  z.int32(),
  z.uint32(),
  z.float32(),
  z.coerce.number(),
];

const scalar: fc.Arbitrary<Field> = fc.oneof(
  fc.constantFrom(...texts).map((schema) => ({ schema, values: words })),
  fc.constantFrom(...figures).map((schema) => ({ schema, values: numbers })),
  fc.constant({ schema: z.boolean(), values: fc.boolean() }),
  fc.constant({ schema: z.uuid(), values: fc.uuid() }),
  fc.constant({
    schema: z.json(),
    values: fc.jsonValue({ maxDepth: 2, noUnicodeString: true }).map(withoutNegativeZero),
  }),
);

/** JSON has one zero. */
function withoutNegativeZero(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

const field: fc.Arbitrary<Field> = fc.letrec<{ field: Field }>((tie) => {
  const inner = fc.oneof({ withCrossShrink: true, maxDepth: 2 }, scalar, tie("field"));
  return {
    field: fc.oneof(
      { withCrossShrink: true, maxDepth: 2 },
      scalar,
      inner.map(({ schema, values }) => ({
        schema: schema.optional(),
        values: fc.option(values, { nil: undefined }),
      })),
      inner.map(({ schema, values }) => ({ schema: schema.nullable(), values: fc.option(values) })),
      inner.map(({ schema, values }) => ({
        schema: schema.nullish(),
        values: fc.option(fc.option(values), { nil: undefined }),
      })),
      scalar.map(({ schema, values }) => ({
        schema: z.array(schema.nullable()).max(2),
        values: fc.array(fc.option(values), { maxLength: 3 }),
      })),
      fc.tuple(inner, inner).map(([a, b]) => ({
        schema: z.object({ a: a.schema, b: b.schema }),
        values: fc.record({ a: a.values, b: b.values }),
      })),
    ),
  };
}).field;

/** Told as JSON Schema when a case fails: a schema itself is unreadable. */
const cases = field.chain(({ schema, values }) =>
  fc.array(values, { minLength: 5, maxLength: 5 }).map((five) => ({
    schema,
    values: five,
    [fc.toStringMethod]: () => `${JSON.stringify(z.toJSONSchema(schema))} with ${fc.stringify(five)}`,
  })),
);

/** A row without what stands for nothing: a nullish field that was absent comes back null. */
function substance(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row), (_key, part: unknown) => (part === null ? undefined : part));
}

test("the engine stores every row that the schema accepts, and gives it back as the schema accepts it", () => {
  let stored = 0;
  const property = fc.property(cases, ({ schema, values }) => {
    const Probe = defineModel("probe", z.object({ id: z.int(), field: schema }), { primaryKey: "id" });
    using db = Database.open(memoryStore());
    const rows = collection(db, Probe);
    for (const [id, value] of values.entries()) {
      const row = { id, field: value };
      const accepted = Probe.schema.safeParse(row);
      if (!accepted.success) {
        expect(() => rows.insert(row)).toThrow(expect.objectContaining({ code: "validation_failed" }));
        continue;
      }
      rows.insert(row);
      stored += 1;
      const read = rows.getOrThrow(id);
      expect(substance(read)).toEqual(substance(accepted.data));
      expect(Probe.schema.parse(read)).toEqual(read);
    }
    expect(db.verify().problems).toEqual([]);
  });
  fc.assert(property, { numRuns: 1_000 });
  expect(stored).toBeGreaterThan(1_000);
});
