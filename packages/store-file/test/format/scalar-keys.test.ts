/** Scalars in their four spellings agree with core's own keys, whatever the value. */
import { encodeIndexKey, type ScalarKind, splitIndexKey, type Value } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteSink } from "../../src/format/byte-sink.ts";
import { INCOMPLETE, writeCanonical } from "../../src/format/canonical-writer.ts";
import { NO_SCALAR, OrderedKey } from "../../src/format/ordered-key.ts";
import {
  canonicalOfOrdered,
  canonicalOfTagged,
  isOrderedNaN,
  kindOfTag,
  orderedOfTagged,
  taggedEnd,
  taggedOfOrdered,
} from "../../src/format/scalar-keys.ts";

const int64 = fc.oneof(
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(0n, -1n, 1n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n),
);
const uint64 = fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.constantFrom(0n, 2n ** 63n, 2n ** 64n - 1n));
const values: Readonly<Record<ScalarKind, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  int64,
  uint64,
  timestamp: int64,
  float64: fc.double({ noNaN: true }),
  string: fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.constantFrom("", "\0", "\0\0a", "a\0", "éééé", "\u{10ffff}"),
  ),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(new Uint8Array(0), new Uint8Array([0, 255, 0, 0])),
  ),
  uuid: fc.uuid(),
};

/** The tagged bytes of a value, by another way than the code under test. */
function tagged(kind: ScalarKind, value: Value): Buffer {
  const tag = Buffer.from([
    ["bool", "int64", "uint64", "float64", "string", "bytes", "uuid", "timestamp"].indexOf(kind),
  ]);
  const eight = Buffer.alloc(8);
  if (kind === "bool") return Buffer.concat([tag, Buffer.from([value ? 1 : 0])]);
  if (kind === "uuid") return Buffer.concat([tag, Buffer.from((value as string).replaceAll("-", ""), "hex")]);
  if (kind === "float64") eight.writeDoubleLE(value as number);
  else if (kind === "uint64") eight.writeBigUInt64LE(value as bigint);
  else if (kind === "int64" || kind === "timestamp") eight.writeBigInt64LE(value as bigint);
  else {
    const content = typeof value === "string" ? Buffer.from(value) : Buffer.from(value as Uint8Array);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(content.length);
    return Buffer.concat([tag, length, content]);
  }
  return Buffer.concat([tag, eight]);
}

describe.each(Object.entries(values) as [ScalarKind, fc.Arbitrary<Value>][])("%s", (kind, arbitrary) => {
  test("tagged bytes become the key that core makes of the value, and come back", () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const bytes = tagged(kind, value);
        expect(taggedEnd(bytes, 0, bytes.length)).toBe(bytes.length);
        expect(kindOfTag(bytes[0] as number)).toBe(kind);
        const ordered = orderedOfTagged(bytes, 0, bytes.length);
        const key = encodeIndexKey(kind, value, new Uint8Array(0));
        expect(Buffer.compare(ordered, key)).toBe(0);
        const made = new OrderedKey();
        made.addRaw(bytes, 0, 1);
        expect(
          made.add(Buffer.concat([Buffer.from([9]), bytes, Buffer.from([1])]), 1, 2 + bytes.length),
        ).toBe(1 + bytes.length);
        expect(Buffer.from(made.bytes.subarray(1, made.length)).equals(key)).toBe(true);
        made.clear();
        for (let end = 0; end < bytes.length; end++) expect(made.add(bytes, 0, end)).toBe(NO_SCALAR);
        expect(made.length).toBe(0);
        const { valueEnd } = splitIndexKey(kind, key);
        const canonical = Buffer.from(canonicalOfTagged(bytes, 0, bytes.length));
        expect(Buffer.from(canonicalOfOrdered(kind, key, 0, valueEnd)).equals(canonical)).toBe(true);
        const sink = new ByteSink();
        const inside = Buffer.concat([Buffer.from([7, 0]), key, Buffer.from([0, 0, 9])]);
        expect(writeCanonical(sink, kind, inside, 2, inside.length)).toBe(2 + valueEnd);
        expect(sink.view().readUInt32LE(0)).toBe(canonical.length);
        expect(sink.view().subarray(4).equals(canonical)).toBe(true);
        // Minus zero is plus zero as a key; every other value comes back as it was.
        const back = Buffer.from(taggedOfOrdered(kind, key));
        expect(back.equals(Object.is(value, -0) ? tagged(kind, 0) : bytes)).toBe(true);
      }),
    );
  });
});

test("NaN keeps its bits in canonical form, and is one key whatever they are", () => {
  for (const bits of ["000000000000f8ff", "010000000000f07f", "efbeadde0000f87f"]) {
    const bytes = Buffer.from(`03${bits}`, "hex");
    const ordered = orderedOfTagged(bytes, 0, 9);
    expect(isOrderedNaN(ordered, 0)).toBe(true);
    const made = new OrderedKey();
    made.add(bytes, 0, 9);
    expect(Buffer.from(made.bytes.subarray(0, made.length)).equals(ordered)).toBe(true);
    expect(Buffer.compare(ordered, encodeIndexKey("float64", Number.NaN, new Uint8Array(0)))).toBe(0);
    expect(Buffer.from(canonicalOfTagged(bytes, 0, 9)).toString("hex")).toBe(bits);
  }
});

test("what a key does not hold whole is not written from it", () => {
  const sink = new ByteSink();
  const none = new Uint8Array(0);
  const refused: readonly [ScalarKind, Uint8Array][] = [
    ["float64", encodeIndexKey("float64", Number.NaN, none)],
    ["string", encodeIndexKey("string", "long".repeat(100), none)],
    ["bytes", encodeIndexKey("bytes", new Uint8Array(300), none)],
    // Keys of no index: cut short or not closed.
    ["string", Buffer.from("6100", "hex")],
    ["string", Buffer.from("6100ff", "hex")],
    ["int64", new Uint8Array(7)],
    ["uuid", new Uint8Array(15)],
    ["bool", none],
  ];
  for (const [kind, key] of refused) {
    expect(writeCanonical(sink, kind, key, 0, key.length)).toBe(INCOMPLETE);
    expect(sink.length).toBe(0);
  }
});
