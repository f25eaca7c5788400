import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readUtf8, utf8Bytes, writeUtf8 } from "../../src/keys/text.ts";

test("text is written and read as the host's own encoder does it", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string(),
        fc
          .tuple(fc.string({ unit: "binary", maxLength: 8 }), fc.integer({ min: 8, max: 40 }))
          .map(([text, times]) => text.repeat(times)),
      ),
      fc.nat(3),
      (text, at) => {
        const expected = new TextEncoder().encode(text);
        const target = new Uint8Array(at + 3 * text.length);
        const end = writeUtf8(text, target, at);
        expect(Buffer.compare(target.subarray(at, end), expected)).toBe(0);
        expect(readUtf8(target, at, end)).toBe(text);
        expect(Buffer.compare(utf8Bytes(text) ?? Buffer.of(0xff), expected)).toBe(0);
      },
    ),
  );
});

test("a text with a lone surrogate is not written", () => {
  for (const text of ["\ud800", "\udc00", "a\ud800b", "\udc00\ud800", `${"x".repeat(80)}\ud800`]) {
    expect(writeUtf8(text, new Uint8Array(300), 0)).toBe(-1);
    expect(utf8Bytes(text)).toBeUndefined();
  }
});

test("bytes that are not UTF-8 are never replaced", () => {
  for (const hex of [
    "80",
    "c080",
    "c1bf",
    "c3",
    "c3c3",
    "eda080",
    "edbfbf",
    "e08080",
    "f0808080",
    "f4908080",
    "f8888080",
    "ff",
    "41c3",
    `${"41".repeat(40)}80`,
  ]) {
    const bytes = new Uint8Array(Buffer.from(hex, "hex"));
    expect(readUtf8(bytes, 0, bytes.length)).toBeUndefined();
  }
});

test("U+FFFD and a byte order mark are text like any other", () => {
  for (const text of ["\ufffd", "\ufeff", "\ufeffa", "é\ufffd", `${"a".repeat(20)}\ufffd`]) {
    const bytes = new TextEncoder().encode(text);
    expect(readUtf8(bytes, 0, bytes.length)).toBe(text);
  }
});

test("any bytes are read as a strict decoder reads them", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const pieces = fc.constantFrom("41", "c3a9", "80", "e282ac", "e282", "f09f9880", "f09f98", "eda080", "00");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const bytes = new Uint8Array(Buffer.from(parts.join(""), "hex"));
      let expected: string | undefined;
      try {
        expected = decoder.decode(bytes);
      } catch {
        expected = undefined;
      }
      expect(readUtf8(bytes, 0, bytes.length)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

describe("on a host without Node's Buffer", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test.each([
    ["there is none", undefined],
    ["its slice is another", { prototype: { utf8Slice: () => "something else" } }],
    ["its slice throws", { prototype: { utf8Slice: () => assertFail() } }],
  ])("text is read the same: %s", async (_, buffer) => {
    const samples = ["", "a", "é", "\ufeff\ufffd", "a".repeat(100), "日本".repeat(30)].map((text) =>
      new TextEncoder().encode(text),
    );
    const expected = samples.map((bytes) => readUtf8(bytes, 0, bytes.length));
    vi.resetModules();
    vi.stubGlobal("Buffer", buffer);
    const { readUtf8: read } = await import("../../src/keys/text.ts");
    expect(samples.map((bytes) => read(bytes, 0, bytes.length))).toEqual(expected);
    expect(read(new Uint8Array(20).fill(0x80), 0, 20)).toBeUndefined();
  });
});

function assertFail(): never {
  throw new Error("not on this object");
}
