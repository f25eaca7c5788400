/**
 * The promise of this package as a property, for every library: whatever a schema accepts, the engine stores, and it comes back as the schema
 * gave it out. Schemas are built up at random from the expressions of the README's table.
 */
import { Database, memoryStore } from "@modelvault/core";
import { type } from "arktype";
import fc from "fast-check";
import * as v from "valibot";
import { expect, test } from "vitest";
import { z } from "zod";
import { collection, type FieldType, field, type Model } from "../../src/index.ts";
import { evaluate, LIBRARIES, type Library, probe } from "./libraries.ts";
import { readTable } from "./readme-table.ts";

/** A field's schema, how it came about, and values for it, good and bad. */
interface Case {
  readonly schema: unknown;
  readonly spelt: string;
  readonly values: fc.Arbitrary<unknown>;
}

/** Ways to make a schema of others. */
interface Wrappers {
  readonly list: (element: unknown) => unknown;
  readonly nullable: (inner: unknown) => unknown;
  readonly object: (a: unknown, b: unknown) => unknown;
  /** An object whose field b may be left out. */
  readonly partial: (a: unknown, b: unknown) => unknown;
}

const WRAPPERS: Readonly<Record<Library, Wrappers>> = {
  Zod: {
    list: (element) => z.array(element as z.ZodType),
    nullable: (inner) => (inner as z.ZodType).nullable(),
    object: (a, b) => z.object({ a: a as z.ZodType, b: b as z.ZodType }),
    partial: (a, b) => z.object({ a: a as z.ZodType, b: (b as z.ZodType).optional() }),
  },
  Valibot: {
    list: (element) => v.array(element as v.GenericSchema),
    nullable: (inner) => v.nullable(inner as v.GenericSchema),
    object: (a, b) => v.object({ a: a as v.GenericSchema, b: b as v.GenericSchema }),
    partial: (a, b) => v.object({ a: a as v.GenericSchema, b: v.optional(b as v.GenericSchema) }),
  },
  ArkType: {
    list: (element) => type(element as "unknown").array(),
    nullable: (inner) => type(inner as "unknown").or("null"),
    object: (a, b) => type({ a: a as "unknown", b: b as "unknown" }),
    partial: (a, b) => type({ a: a as "unknown", "b?": b as "unknown" }),
  },
  field: {
    list: (element) => field.list(element as FieldType<unknown>),
    nullable: (inner) => (inner as FieldType<unknown>).nullable(),
    object: (a, b) => field.object({ a: a as FieldType<unknown>, b: b as FieldType<unknown> }),
    partial: (a, b) => field.object({ a: a as FieldType<unknown>, b: (b as FieldType<unknown>).optional() }),
  },
};

const texts = fc.string({ unit: fc.constantFrom(..."aAbk19@.- é😀\u{10ffff}\0\n"), maxLength: 6 });
const numbers = fc
  .oneof(
    fc.constantFrom(0.1, 1, 9, 10, 15, 2 ** 53 - 1, Number.MIN_VALUE, 1e300, Number.NaN),
    fc.integer({ min: -20, max: 20 }),
    fc.double(),
  )
  .map((number) => (number === 0 ? 0 : number));
const bigints = fc.oneof(
  fc.bigInt({ min: -12n, max: 12n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const dates = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.constantFrom(new Date(0), new Date(8.64e15), new Date(-8.64e15)),
);
const bytes = fc.uint8Array({ maxLength: 3 });
const json = fc
  .jsonValue({ maxDepth: 2, noUnicodeString: true })
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** Values by construct; those that are not here are of the shape of a text. */
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  text: texts,
  "text with lengths": texts,
  "text with a pattern": fc.oneof(texts, fc.constantFrom("a", "AA", "aaA")),
  "text in a format": fc.oneof(texts, fc.constantFrom("a@b.de", "A.b@c.d.com")),
  "text in a format without a pattern": fc.oneof(texts, fc.webUrl()),
  "text that is changed": texts,
  uuid: fc.oneof(texts, fc.uuid()),
  number: numbers,
  "number with bounds": numbers,
  "whole number": numbers,
  "whole number with bounds": numbers,
  "number in steps": numbers,
  bigint: bigints,
  "bigint with bounds": bigints,
  "unsigned bigint": fc.oneof(bigints, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
  "yes or no": fc.boolean(),
  date: dates,
  "date with bounds": dates,
  "date from text": fc.oneof(dates, texts),
  bytes,
  "bytes with lengths": bytes,
  "choice of texts": fc.constantFrom("a", "b", "c"),
  "one text": fc.constantFrom("a", "b"),
  list: fc.array(texts, { maxLength: 4 }),
  "rules for elements": fc.array(texts, { maxLength: 3 }),
  object: fc.record({ a: texts, b: numbers }, { requiredKeys: ["a"] }),
  "object with listed keys": fc.record({ a: fc.boolean(), b: fc.boolean() }),
  "objects told apart by a text": fc.oneof(
    fc.record({ k: fc.constantFrom("a", "c"), x: texts }),
    fc.record({ k: fc.constant("b"), y: dates }),
  ),
  "texts of several kinds": fc.oneof(texts, fc.constantFrom("-", "a@b.de")),
  record: fc.dictionary(
    fc.string({ unit: "grapheme-ascii" }).filter((name) => name !== "__proto__"),
    numbers.filter(Number.isFinite),
  ),
  "any JSON": json,
  anything: json,
  "rule in code": fc.oneof(texts, fc.constant("no")),
};

function casesOf(library: Library): fc.Arbitrary<Case> {
  const wrap = WRAPPERS[library];
  const leaves = readTable().flatMap(({ what, code }): Case[] => {
    const [expression, values] = [code.get(library), VALUES[what]];
    if (expression === undefined || values === undefined) return [];
    return [
      {
        schema: evaluate(expression),
        spelt: what,
        values: fc.oneof({ weight: 9, arbitrary: values }, texts),
      },
    ];
  });
  return fc.letrec<{ case: Case }>((tie) => {
    const leaf = fc.constantFrom(...leaves);
    const inner = fc.oneof({ maxDepth: 2 }, leaf, tie("case"));
    return {
      case: fc.oneof(
        { maxDepth: 2 },
        leaf,
        inner.map(({ schema, spelt, values }) => ({
          schema: wrap.list(schema),
          spelt: `list of ${spelt}`,
          values: fc.array(values, { maxLength: 3 }),
        })),
        inner.map(({ schema, spelt, values }) => ({
          schema: wrap.nullable(schema),
          spelt: `${spelt} or null`,
          values: fc.option(values),
        })),
        fc.tuple(inner, inner, fc.boolean()).map(([a, b, whole]) => ({
          schema: whole ? wrap.object(a.schema, b.schema) : wrap.partial(a.schema, b.schema),
          spelt: `{ ${a.spelt}, ${b.spelt}${whole ? "" : " or nothing"} }`,
          values: fc.record({ a: a.values, b: b.values }, { requiredKeys: whole ? ["a", "b"] : ["a"] }),
        })),
      ),
    };
  }).case;
}

/** A row told without what stands for nothing, with uuids as they are read. */
function substance(value: unknown): unknown {
  if (typeof value === "string")
    return /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(value) ? value.toLowerCase() : value;
  if (value === null || typeof value !== "object" || value instanceof Date || value instanceof Uint8Array)
    return value ?? undefined;
  if (Array.isArray(value)) return value.map(substance);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === null || inner === undefined ? [] : [[name, substance(inner)]],
    ),
  );
}

test.each(LIBRARIES)(
  "%s: the engine stores every row that the schema accepts, and gives it back",
  (library) => {
    const cases = casesOf(library).chain(({ schema, spelt, values }) =>
      fc.array(values, { minLength: 4, maxLength: 4 }).map((rows) => ({
        schema,
        rows,
        [fc.toStringMethod]: () => `${spelt}: ${fc.stringify(rows)}`,
      })),
    );
    let stored = 0;
    const property = fc.property(cases, ({ schema, rows }) => {
      const Probe = probe(library, schema);
      using db = Database.open(memoryStore());
      const collected = collection(db, Probe as Model);
      for (const [position, value] of rows.entries()) {
        const row = { key: String(position), f: value };
        const verdict = Probe.schema["~standard"].validate(row);
        if (verdict instanceof Promise) throw new Error("a schema of the table is asynchronous");
        if (verdict.issues !== undefined) {
          expect(() => collected.insert(row)).toThrow(expect.objectContaining({ code: "validation_failed" }));
          continue;
        }
        collected.insert(row);
        stored += 1;
        const read: unknown = collected.get(row.key as never);
        expect(substance(read)).toEqual(substance(verdict.value));
        // What is read can be written again, as it is.
        expect(collected.update(row.key as never, (same: object) => ({ ...same }))).toEqual(read);
      }
      expect(db.verify().problems).toEqual([]);
    });
    fc.assert(property, { numRuns: 300 });
    expect(stored).toBeGreaterThan(300);
  },
);
