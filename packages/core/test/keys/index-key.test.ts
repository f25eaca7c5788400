import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isModelVaultError } from "../../src/errors/error.ts";
import { compareBytes } from "../../src/keys/compare-values.ts";
import {
  decodeIndexValue,
  decodeKey,
  encodeIndexKey,
  encodeIndexPrefix,
  encodeIndexValue,
  encodeKey,
  INDEX_KEY_OVERHEAD_BYTES_MAX,
  INDEX_VALUE_BYTES_MAX,
  isCutIndexValue,
  primaryKeyOf,
  splitIndexKey,
} from "../../src/keys/key-codec.ts";
import type { ScalarKind, Value } from "../../src/schema/types.ts";
import { canonical, orderOf, SCALAR_KINDS, valuesOf, wellFormedTexts } from "./key-values.ts";

function contentBytes(value: Value): number {
  if (typeof value === "string") return new TextEncoder().encode(value).length;
  return value instanceof Uint8Array ? value.length : 0;
}

/** The first bytes of a text or byte string, as far as an index key holds them. */
function group(value: Value): string {
  return Buffer.from(typeof value === "string" ? new TextEncoder().encode(value) : (value as Uint8Array))
    .subarray(0, INDEX_VALUE_BYTES_MAX)
    .toString("hex");
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isModelVaultError(error) ? error.code : String(error);
  }
  return "nothing thrown";
}

describe.each(SCALAR_KINDS)("index keys of %s", (kind) => {
  test("sort by value, then by primary key; values cut alike stand together", () => {
    fc.assert(
      fc.property(valuesOf(kind), valuesOf(kind), fc.string(), fc.string(), (a, b, keyA, keyB) => {
        const left = encodeIndexKey(kind, a, encodeKey("string", keyA));
        const right = encodeIndexKey(kind, b, encodeKey("string", keyB));
        const order = orderOf(kind, a, b);
        const byBytes = Math.sign(compareBytes(left, right));
        const cut = isCutIndexValue(kind, left) && isCutIndexValue(kind, right);
        if (order === 0) expect(byBytes).toBe(orderOf("string", keyA, keyB));
        else if (cut && group(a) === group(b)) expect(byBytes).not.toBe(0);
        else expect(byBytes).toBe(order);
      }),
      { numRuns: 500 },
    );
  });

  test("give back the primary key, and the value unless it was cut", () => {
    fc.assert(
      fc.property(valuesOf(kind), fc.integer(), (value, id) => {
        const primaryKey = encodeKey("int64", id);
        const key = encodeIndexKey(kind, value, primaryKey);
        const component = encodeIndexValue(kind, value);
        const { valueEnd, cut } = splitIndexKey(kind, key);
        expect(valueEnd).toBe(component.length);
        expect(compareBytes(key.subarray(0, valueEnd), component)).toBe(0);
        expect(decodeKey("int64", primaryKeyOf(kind, key), "exact")).toBe(id);
        expect(cut).toBe(contentBytes(value) > INDEX_VALUE_BYTES_MAX);
        expect(isCutIndexValue(kind, component)).toBe(cut);
        expect(decodeIndexValue(kind, key, "exact")).toStrictEqual(cut ? undefined : canonical(kind, value));
        expect(component.length).toBeLessThanOrEqual(INDEX_KEY_OVERHEAD_BYTES_MAX);
      }),
    );
  });
});

test("NaN is one value and sorts after infinity", () => {
  const nan = encodeIndexValue("float64", Number.NaN);
  const signed = new DataView(new ArrayBuffer(8));
  signed.setUint32(0, 0xfff80001);
  expect(compareBytes(nan, encodeIndexValue("float64", signed.getFloat64(0)))).toBe(0);
  expect(compareBytes(nan, encodeIndexValue("float64", Infinity))).toBeGreaterThan(0);
  expect(Buffer.from(nan).toString("hex")).toBe("fff8000000000000");
});

test("a value of 255 bytes is whole, one of 256 is its first 255 bytes and a hash", () => {
  const whole = encodeIndexValue("string", "a".repeat(255));
  const cut = encodeIndexValue("string", "a".repeat(256));
  expect(Buffer.from(whole).toString("hex")).toBe(`${"61".repeat(255)}0000`);
  expect(Buffer.from(cut).toString("hex")).toBe(`${"61".repeat(255)}000102d7160d77e18c6447be80c2e355c7ed`);
  expect(encodeIndexValue("bytes", new Uint8Array(300)).length).toBe(INDEX_KEY_OVERHEAD_BYTES_MAX);
});

test("the keys of all values with a prefix begin with the bytes of the prefix", () => {
  fc.assert(
    fc.property(wellFormedTexts, wellFormedTexts, (prefix, text) => {
      const { bytes, exact } = encodeIndexPrefix("string", prefix);
      const begins = (value: string): boolean =>
        compareBytes(encodeIndexValue("string", value).subarray(0, bytes.length), bytes) === 0;
      expect(begins(prefix + text)).toBe(true);
      if (exact) expect(begins(text)).toBe(text.startsWith(prefix));
      expect(exact).toBe(contentBytes(prefix) <= INDEX_VALUE_BYTES_MAX);
    }),
  );
  const long = encodeIndexPrefix("bytes", new Uint8Array(300).fill(7));
  expect([long.bytes.length, long.exact]).toEqual([255, false]);
});

test.each<[ScalarKind, unknown]>([
  ["string", "\ud800"],
  ["string", `${"a".repeat(300)}\ud800`],
  ["string", 1],
  ["bytes", "a"],
  ["int64", 0.5],
  ["uuid", ""],
])("a %s entry is not made from %o", (kind, value) => {
  expect(codeOf(() => encodeIndexValue(kind, value as Value))).toBe("index_value_invalid");
  expect(codeOf(() => encodeIndexKey(kind, value as Value, new Uint8Array()))).toBe("index_value_invalid");
  if (kind === "string" || kind === "bytes")
    expect(codeOf(() => encodeIndexPrefix(kind, value as Value))).toBe("index_value_invalid");
});

test("damaged index keys are refused by code", () => {
  for (const key of [[], [97], [97, 0], [97, 0, 2, 0], [97, 0, 1, 1, 2, 3]]) {
    expect(codeOf(() => primaryKeyOf("string", new Uint8Array(key)))).toBe("key_invalid");
  }
  expect(codeOf(() => primaryKeyOf("int64", new Uint8Array(7)))).toBe("key_invalid");
  expect(codeOf(() => splitIndexKey("bytes", new Uint8Array(3).fill(1)))).toBe("key_invalid");
  expect(codeOf(() => isCutIndexValue("bytes", new Uint8Array(3).fill(1)))).toBe("key_invalid");
  expect(codeOf(() => decodeIndexValue("bool", new Uint8Array([2]), "exact"))).toBe("key_invalid");
  expect(codeOf(() => decodeIndexValue("int64", encodeIndexValue("int64", 2n ** 60n), "number"))).toBe(
    "integer_unsafe",
  );
});
