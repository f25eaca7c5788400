import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isModelVaultError } from "../../src/errors/error.ts";
import { compareBytes } from "../../src/keys/compare-values.ts";
import { decodeKey, encodeKey, encodeKeyPrefix, prefixSuccessor } from "../../src/keys/key-codec.ts";
import type { ScalarKind, Value } from "../../src/schema/types.ts";
import { canonical, orderOf, SCALAR_KINDS, valuesOf, wellFormedTexts } from "./key-values.ts";

/** Values that primary keys may have. */
function keysOf(kind: ScalarKind): fc.Arbitrary<Value> {
  return kind === "float64" ? valuesOf(kind).filter((value) => Number.isFinite(value)) : valuesOf(kind);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isModelVaultError(error) ? error.code : String(error);
  }
  return "nothing thrown";
}

describe.each(SCALAR_KINDS)("keys of %s", (kind) => {
  test("sort by byte as their values sort", () => {
    fc.assert(
      fc.property(keysOf(kind), keysOf(kind), (a, b) => {
        expect(Math.sign(compareBytes(encodeKey(kind, a), encodeKey(kind, b)))).toBe(orderOf(kind, a, b));
      }),
      { numRuns: 500 },
    );
  });

  test("decode to the value they were made from", () => {
    fc.assert(
      fc.property(keysOf(kind), (value) => {
        const exact = decodeKey(kind, encodeKey(kind, value), "exact");
        expect(exact).toStrictEqual(canonical(kind, value));
      }),
    );
  });

  test("are not changed by later keys", () => {
    fc.assert(
      fc.property(fc.array(keysOf(kind), { maxLength: 20 }), (values) => {
        const keys = values.map((value) => encodeKey(kind, value));
        const copies = keys.map(hex);
        for (const value of values) encodeKey(kind, value);
        expect(keys.map(hex)).toEqual(copies);
      }),
    );
  });

  test("are no prefix of another", () => {
    fc.assert(
      fc.property(keysOf(kind), keysOf(kind), (a, b) => {
        const [left, right] = [encodeKey(kind, a), encodeKey(kind, b)];
        if (left.length < right.length)
          expect(compareBytes(left, right.subarray(0, left.length))).not.toBe(0);
      }),
    );
  });

  test("are decoded from nothing but what encoding makes", () => {
    fc.assert(
      fc.property(keysOf(kind), fc.nat(), fc.nat(255), fc.nat(2), (value, position, byte, what) => {
        const key = encodeKey(kind, value);
        const at = position % (key.length + 1);
        const damaged =
          what === 0
            ? key.slice(0, at)
            : what === 1
              ? concat(key.slice(0, at), new Uint8Array([byte]), key.slice(at))
              : key.slice();
        if (what === 2 && at < damaged.length) damaged[at] = byte;
        let decoded: Value;
        try {
          decoded = decodeKey(kind, damaged, "exact");
        } catch (error) {
          expect(isModelVaultError(error, "key_invalid")).toBe(true);
          return;
        }
        if (!(kind === "float64" && !Number.isFinite(decoded)))
          expect(hex(encodeKey(kind, decoded))).toBe(hex(damaged));
      }),
      { numRuns: 500 },
    );
  });
});

test("tuples of keys sort as tuples", () => {
  const tuples = fc.array(fc.constantFrom(...SCALAR_KINDS), { minLength: 1, maxLength: 4 }).chain((kinds) => {
    const values = fc.tuple(...kinds.map(keysOf));
    // The second often shares its beginning with the first, or else the first component would always decide.
    const pairs = fc
      .tuple(values, values, fc.nat(kinds.length))
      .map(
        ([a, b, shared]) =>
          [a, b.map((value, index) => (index < shared ? (a[index] as Value) : value))] as const,
      );
    return fc.tuple(fc.constant(kinds), pairs);
  });
  fc.assert(
    fc.property(tuples, ([kinds, [a, b]]) => {
      const encode = (values: readonly Value[]): Uint8Array =>
        concat(...kinds.map((kind, index) => encodeKey(kind, values[index] as Value)));
      const order =
        kinds
          .map((kind, index) => orderOf(kind, a[index] as Value, b[index] as Value))
          .find((sign) => sign !== 0) ?? 0;
      expect(Math.sign(compareBytes(encode(a), encode(b)))).toBe(order);
    }),
    { numRuns: 1000 },
  );
});

test.each<[ScalarKind, Value, string]>([
  ["bool", false, "00"],
  ["bool", true, "01"],
  ["int64", 0, "8000000000000000"],
  ["int64", -1, "7fffffffffffffff"],
  ["int64", 9_007_199_254_740_991, "801fffffffffffff"],
  ["int64", -(2n ** 63n), "0000000000000000"],
  ["int64", 2n ** 63n - 1n, "ffffffffffffffff"],
  ["timestamp", 1_796_000_000_123_456, "80066173d6062240"],
  ["uint64", 256, "0000000000000100"],
  ["uint64", 2n ** 64n - 1n, "ffffffffffffffff"],
  ["float64", 0, "8000000000000000"],
  ["float64", -0, "8000000000000000"],
  ["float64", 1.5, "bff8000000000000"],
  ["float64", -1.5, "4007ffffffffffff"],
  ["string", "", "0000"],
  ["string", "a\0b", "6100ff620000"],
  ["string", "\u{10000}", "f09080800000"],
  ["bytes", new Uint8Array([0, 255, 0]), "00ffff00ff0000"],
  ["uuid", "6F1C2A54-9d0e-4b7b-8a51-0d3c5e7f9a1b", "6f1c2a549d0e4b7b8a510d3c5e7f9a1b"],
])("the %s key of %s has these very bytes", (kind, value, bytes) => {
  expect(hex(encodeKey(kind, value))).toBe(bytes);
});

test("integers are decoded in the mode asked for", () => {
  const small = encodeKey("int64", 5);
  expect(decodeKey("int64", small, "number")).toBe(5);
  expect(decodeKey("int64", small, "bigint")).toBe(5n);
  expect(decodeKey("int64", small, "exact")).toBe(5);
  for (const large of [2n ** 53n, -(2n ** 53n), -(2n ** 63n)]) {
    expect(decodeKey("int64", encodeKey("int64", large), "exact")).toBe(large);
    expect(codeOf(() => decodeKey("int64", encodeKey("int64", large), "number"))).toBe("integer_unsafe");
  }
  expect(decodeKey("int64", encodeKey("int64", Number.MIN_SAFE_INTEGER), "number")).toBe(
    Number.MIN_SAFE_INTEGER,
  );
});

test.each<[ScalarKind, unknown]>([
  ["bool", 1],
  ["int64", 1.5],
  ["int64", 2 ** 53],
  ["int64", 2n ** 63n],
  ["int64", -(2n ** 63n) - 1n],
  ["int64", "1"],
  ["uint64", -1],
  ["uint64", -1n],
  ["uint64", 2n ** 64n],
  ["timestamp", new Date(0)],
  ["float64", Number.NaN],
  ["float64", -Infinity],
  ["float64", 1n],
  ["string", "\ud800"],
  ["string", "a\udc00b"],
  ["string", "\ud800".repeat(100)],
  ["string", null],
  ["bytes", "00"],
  ["bytes", [0]],
  ["uuid", "6f1c2a549d0e4b7b8a510d3c5e7f9a1b"],
  ["uuid", "6f1c2a54-9d0e-4b7b-8a51-0d3c5e7f9a1g"],
  ["uuid", "6f1c2a54-9d0e-4b7b-8a51-0d3c5e7f9a1\u0161"],
  ["uuid", "6f1c2a54x9d0e-4b7b-8a51-0d3c5e7f9a1b"],
])("a %s key is not made from %o", (kind, value) => {
  expect(codeOf(() => encodeKey(kind, value as Value))).toBe("primary_key_invalid");
  // A refused key leaves nothing behind in the next one.
  expect(hex(encodeKey("bool", true))).toBe("01");
});

test("a text key is the bytes of its prefix and more", () => {
  fc.assert(
    fc.property(wellFormedTexts, wellFormedTexts, (prefix, text) => {
      const beginning = encodeKeyPrefix("string", prefix);
      const key = encodeKey("string", text);
      expect(compareBytes(key.subarray(0, beginning.length), beginning) === 0).toBe(text.startsWith(prefix));
      expect(compareBytes(encodeKey("string", prefix + text).subarray(0, beginning.length), beginning)).toBe(
        0,
      );
    }),
  );
  expect(codeOf(() => encodeKeyPrefix("bytes", "text"))).toBe("primary_key_invalid");
});

test("keys longer than a chunk are whole, and so are the short ones after them", () => {
  const long = "\0é".repeat(50_000);
  const key = encodeKey("string", long);
  const short = encodeKey("string", "a");
  expect(decodeKey("string", key, "exact")).toBe(long);
  expect(hex(short)).toBe("610000");
});

test("the successor of a prefix is the least key above all keys with that prefix", () => {
  expect(prefixSuccessor(new Uint8Array())).toBeUndefined();
  expect(prefixSuccessor(new Uint8Array([255, 255]))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (prefix, key) => {
      const successor = prefixSuccessor(prefix);
      const below = successor === undefined || compareBytes(key, successor) < 0;
      const within =
        compareBytes(key.subarray(0, prefix.length), prefix) === 0 && key.length >= prefix.length;
      expect(within).toBe(compareBytes(key, prefix) >= 0 && below);
    }),
    { numRuns: 1000 },
  );
});
