import fc from "fast-check";
import { expect, test } from "vitest";
import { describeValue } from "../../src/schema/describe-value.ts";
import { trimName } from "../../src/schema/names.ts";
import { isWellFormed, utf8Length, utf8LongerThan } from "../../src/schema/text.ts";
import { arbitraryString } from "../arbitraries/schema.ts";

test("the length of text is that of its UTF-8 form", () => {
  const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
  fc.assert(
    fc.property(arbitraryString(), fc.nat(40), (text, limit) => {
      expect(utf8Length(text)).toBe(bytesOf(text));
      expect(utf8LongerThan(text, limit)).toBe(bytesOf(text) > limit);
      expect(isWellFormed(text)).toBe(true);
    }),
  );
  for (const text of ["\ud800", "a\udc00b", "\udc00\ud800"]) expect(isWellFormed(text)).toBe(false);
});

test("names are trimmed of Unicode's white space, no more and no less", () => {
  const isSpace = /^\p{White_Space}$/u;
  const wrong: number[] = [];
  for (let unit = 0; unit < 0x1_0000; unit++) {
    const character = String.fromCharCode(unit);
    const whole = `${character}a${character}b${character}`;
    if (trimName(whole) !== (isSpace.test(character) ? `a${character}b` : whole)) wrong.push(unit);
  }
  expect(wrong).toEqual([]);
  expect(trimName(" \u0085 ")).toBe("");
});

test("any value is described in a few words", () => {
  const texts: [unknown, string][] = [
    ["a\n", '"a\\n"'],
    ["x".repeat(100), `"${"x".repeat(60)}…" (100 characters)`],
    [-0, "-0"],
    [5n, "5n"],
    [2n ** 1_000_000n, "a bigint of more than 64 bits"],
    [null, "null"],
    [undefined, "undefined"],
    [[1, 2], "a list of 2"],
    [{ a: 1 }, "an object"],
    [new Date(), "a Date"],
    [new Uint8Array(3), "3 bytes"],
    [Buffer.from("ab"), "2 bytes"],
    [new Float64Array(3), "a Float64Array"],
    [new Error("x"), "an Error"],
    [Promise.resolve(), "a Promise"],
    [() => 1, "a function"],
    [Symbol("s"), "a symbol"],
    [new (class Thing {})(), "an object"],
    [{ [Symbol.toStringTag]: "x".repeat(1000) }, `a ${"x".repeat(60)}`],
    [
      {
        get [Symbol.toStringTag](): string {
          throw new Error("no");
        },
      },
      "an object",
    ],
  ];
  for (const [value, text] of texts) expect(describeValue(value)).toBe(text);
});
