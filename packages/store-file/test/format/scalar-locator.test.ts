/** Scalars found in payloads without decoding: the same that decoding gives, in every layout, for every shape of a row. */
import {
  checkCollection,
  compileState,
  encodeIndexKey,
  numberIndexes,
  type Row,
  valueAt,
} from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteSink } from "../../src/format/byte-sink.ts";
import { writeCanonicalOfTagged } from "../../src/format/canonical-writer.ts";
import { OrderedKey } from "../../src/format/ordered-key.ts";
import { PayloadProblem } from "../../src/format/payload-reader.ts";
import { canonicalOfTagged } from "../../src/format/scalar-keys.ts";
import { ABSENT, ScalarLocator } from "../../src/format/scalar-locator.ts";

const inner = [
  { path: "deep", type: { optional: "float64" } },
  { path: "list", type: { list: { object: [{ path: "x", type: { optional: "bool" } }] } } },
  { path: "name", type: "string" },
] as const;
const indexes = ["id", "text", "maybe.deep", "maybe.name", "flag", "raw", "who", "when", "kind"];
const flat = {
  name: "flat",
  primaryKey: "id",
  fields: [
    { path: "text", type: "string" },
    { path: "maybe", type: { optional: { object: inner } } },
    { path: "id", type: "int64" },
    { path: "flag", type: { optional: "bool" } },
    { path: "raw", type: "bytes" },
    { path: "who", type: { optional: "uuid" } },
    { path: "when", type: "timestamp" },
    { path: "kind", type: { optional: { enum: ["a", "bb"] } } },
    { path: "rest", type: { list: "string" } },
  ],
  indexes: indexes.map((path) => ({ path })),
} as const;
/** The same rows, with objects taken apart into paths: layout 3. */
const nested = {
  ...flat,
  name: "nested",
  fields: [
    ...flat.fields.filter(({ path }) => path !== "maybe"),
    ...inner.map(({ path, type }) => ({ path: `maybe.${path}`, type })),
  ],
};

function stateOf(descriptor: typeof flat | typeof nested) {
  const schema = checkCollection(descriptor).schema;
  const numbering = numberIndexes(1, schema, undefined);
  const history = new Map([[1, schema.fields]]);
  return { schema, state: compileState({ id: 1, name: "t", version: 1, schema, history, numbering }) };
}

const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 20 }), fc.constantFrom("", "\0", "\0a\0"));
const anyInner = fc.record({
  deep: fc.option(fc.oneof(fc.double(), fc.constantFrom(-0, 0, Number.NaN))),
  list: fc.array(fc.record({ x: fc.option(fc.boolean()) }), { maxLength: 3 }),
  name: text,
});
const anyRow = (maybe: fc.Arbitrary<unknown>): fc.Arbitrary<Row> =>
  fc.record({
    id: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    text,
    maybe,
    flag: fc.option(fc.boolean()),
    raw: fc.uint8Array({ maxLength: 9 }),
    who: fc.option(fc.uuid()),
    when: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    kind: fc.option(fc.constantFrom("a", "bb")),
    rest: fc.array(text, { maxLength: 3 }),
  }) as fc.Arbitrary<Row>;

describe.each([
  ["layout 2", flat, anyRow(fc.option(anyInner))],
  ["layout 3", nested, anyRow(anyInner)],
] as const)("in %s", (_, descriptor, rows) => {
  const { schema, state } = stateOf(descriptor);
  const paths = indexes.map((path) => path.split("."));
  const locator = new ScalarLocator(schema.fields, "id", paths);

  test("each path leads to the value that decoding gives, and its key", () => {
    fc.assert(
      fc.property(rows, (row) => {
        const payload = state.encode(row);
        const around = Buffer.concat([Buffer.alloc(5, 3), payload, Buffer.alloc(3, 3)]);
        locator.locate(around, 5, 5 + payload.length);
        const decoded = state.decoder("exact")(payload);
        const key = new OrderedKey();
        state.indexes.forEach(({ kind, definition }, index) => {
          const [start, end] = [locator.starts[index] as number, locator.ends[index] as number];
          const value = valueAt(decoded, definition.path);
          expect(start === ABSENT).toBe(value === null);
          if (value === null) return;
          key.clear();
          expect(key.add(around, start, end)).toBe(end);
          const wanted = encodeIndexKey(kind, value, new Uint8Array(0));
          expect(Buffer.from(key.bytes.subarray(0, key.length)).equals(wanted)).toBe(true);
          const sink = new ByteSink();
          writeCanonicalOfTagged(sink, around, start, end);
          const canonical = canonicalOfTagged(around, start, end);
          expect(sink.view().readUInt32LE(0)).toBe(canonical.length);
          expect(sink.view().subarray(4).equals(canonical)).toBe(true);
        });
        const keyStart = 5 + 11;
        key.clear();
        expect(key.add(around, keyStart, locator.keyEnd)).toBe(locator.keyEnd);
      }),
    );
  });

  test("a payload that is cut short is refused, or what is cut off was not wanted", () => {
    fc.assert(
      fc.property(rows, fc.nat(), (row, at) => {
        const payload = state.encode(row);
        locator.locate(payload, 0, payload.length);
        const wanted = [...locator.starts, ...locator.ends];
        const end = at % payload.length;
        try {
          locator.locate(payload, 0, end);
          expect([...locator.starts, ...locator.ends]).toEqual(wanted);
          expect(Math.max(...locator.ends)).toBeLessThanOrEqual(end);
        } catch (error) {
          expect(error).toBeInstanceOf(PayloadProblem);
        }
      }),
    );
  });
});
