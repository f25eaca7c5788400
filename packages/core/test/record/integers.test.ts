import { expect, test } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import { errorOf, field, historyOf, list, object, schemaOf } from "./sample-records.ts";

const schema = schemaOf(
  field("id", "uint64"),
  field("i", "int64"),
  field("u", "uint64"),
  field("t", "timestamp"),
  field("o", object({ deep: list("int64") })),
);
const encode = compileRowEncoder(1, 1, schema);
const modes = [0, Number.POSITIVE_INFINITY];
const edges = [
  0n,
  1n,
  -1n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  -(2n ** 53n) + 1n,
  2n ** 53n,
  -(2n ** 53n),
  2n ** 63n - 1n,
  -(2n ** 63n),
];

test.each(edges)(
  "%d is given as number where it fits, as bigint where it does not or where asked",
  (value) => {
    for (const generateAfter of modes) {
      const unsigned = value < 0n ? 2n ** 64n + value : value;
      const payload = encode({ id: 1, i: value, u: unsigned, t: value, o: { deep: [value] } });
      const exact = (given: bigint): number | bigint =>
        Number.isSafeInteger(Number(given)) ? Number(given) : given;
      const decode = (integers: "bigint" | "exact"): unknown =>
        compileRowDecoder({ history: historyOf(schema), schema, integers, generateAfter })(payload);
      expect(decode("bigint")).toStrictEqual({
        id: 1n,
        i: value,
        u: unsigned,
        t: value,
        o: { deep: [value] },
      });
      expect(decode("exact")).toStrictEqual({
        id: 1,
        i: exact(value),
        u: exact(unsigned),
        t: exact(value),
        o: { deep: [exact(value)] },
      });
    }
  },
);

test("numbers and bigints are stored alike", () => {
  for (const value of [
    0,
    1,
    -1,
    2 ** 31,
    -(2 ** 31),
    2 ** 40 + 3,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ]) {
    const unsigned = Math.abs(value);
    const asNumber = encode({ id: 1, i: value, u: unsigned, t: value, o: { deep: [] } });
    expect(
      encode({ id: 1n, i: BigInt(value), u: BigInt(unsigned), t: BigInt(value), o: { deep: [] } }),
    ).toEqual(asNumber);
  }
});

test.each([
  ["i", { id: 7, i: 2n ** 53n, u: 0, t: 0, o: { deep: [] } }, 7],
  ["u", { id: 7, i: 0, u: 2n ** 64n - 1n, t: 0, o: { deep: [] } }, 7],
  ["t", { id: 7, i: 0, u: 0, t: -(2n ** 53n), o: { deep: [] } }, 7],
  ["o.deep.1", { id: 7, i: 0, u: 0, t: 0, o: { deep: [1, 2n ** 60n] } }, 7],
  ["i", { id: 2n ** 63n, i: 2n ** 53n, u: 0, t: 0, o: { deep: [] } }, 2n ** 63n],
])("integer_unsafe names the field %s and the key of the row", (name, row, key) => {
  for (const generateAfter of modes) {
    const paths = typeof key === "bigint" ? { paths: [["i"]] } : {};
    const decode = compileRowDecoder({
      history: historyOf(schema),
      schema,
      integers: "number",
      generateAfter,
      ...paths,
    });
    const error = errorOf(() => decode(encode(row)));
    expect(error.code).toBe("integer_unsafe");
    expect(error.details).toMatchObject({ field: name, key });
  }
});

test("an unsafe primary key is its own key", () => {
  const decode = compileRowDecoder({ history: historyOf(schema), schema, integers: "number" });
  const error = errorOf(() => decode(encode({ id: 2n ** 53n, i: 0, u: 0, t: 0, o: { deep: [] } })));
  expect(error.details).toMatchObject({ field: "id", key: 2n ** 53n });
});

test("an unsafe integer that is not asked for does no harm", () => {
  const decode = compileRowDecoder({
    history: historyOf(schema),
    schema,
    integers: "number",
    paths: [["t"]],
  });
  expect(decode(encode({ id: 2n ** 53n, i: 2n ** 60n, u: 0, t: 5, o: { deep: [] } }))).toStrictEqual({
    t: 5,
  });
});
