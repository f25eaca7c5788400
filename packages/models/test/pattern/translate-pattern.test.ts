import { Database, memoryStore } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { translatePattern } from "../../src/pattern/translate-pattern.ts";

const pattern = (source: string, flags?: string): string | undefined => {
  const translation = translatePattern(source, flags);
  return "pattern" in translation ? translation.pattern : undefined;
};
const refusal = (source: string, flags?: string): string | undefined => {
  const translation = translatePattern(source, flags);
  return "refused" in translation ? translation.refused : undefined;
};

describe("spelling", () => {
  test.each([
    ["^[0-9a-f]{8}$", "^[0-9a-f]{8}$"],
    ["^(a|bc)+?$", "^(a|bc)+$"],
    ["\\d+\\.\\d{2,}", "[0-9]+\\.[0-9]{2,}"],
    ["^\\w[^\\d]$", "^[0-9A-Z_a-z][^0-9]$"],
    ["(?<year>\\d{4})", "([0-9]{4})"],
    ["a\\/b", "a/b"],
    ["[\\]^-]", "[\\-\\]\\^]"],
    ["x{", "x\\{"],
    ["é😀", "é\\x{1F600}"],
    ["\\t\\x41\\u00e9", "\\x{9}Aé"],
    ["\\s[^\\s@]", "[\\x{9}-\\x{D}\\x{FEFF}\\p{Z}][^\\x{9}-\\x{D}@\\x{FEFF}\\p{Z}]"],
    ["^[\\s\\S]*$", "^[\\x{0}-\\x{10FFFF}]*$"],
  ])("%s becomes %s", (source, expected) => {
    expect(pattern(source)).toBe(expected);
  });

  test("the flag i is spelled out for ASCII", () => {
    expect(pattern("^a[b-d]1$", "i")).toBe("^[Aa][B-Db-d]1$");
  });

  test("the flag s lets the dot match line ends", () => {
    expect(pattern("^.*$", "su")).toBe("^[\\x{0}-\\x{10FFFF}]*$");
  });
});

describe("refusals", () => {
  test.each([
    ["(a)\\1", "", "it refers back to a group"],
    ["\\p{L}", "u", "Unicode properties differ between engines"],
    ["^a$", "m", "the flag `m` counts line ends that the engine does not"],
    ["^a$", "iu", "the flags `i` and `u` together fold letters of other scripts"],
    ["é", "i", "the flag `i` on letters beyond ASCII differs between engines"],
    ["😀+", "", "a quantifier after a character above U+FFFF repeats half of it without the `u` flag"],
    ["[😀]", "", "a class holds halves of characters above U+FFFF"],
    ["\\ud83d", "", "it names half of a character above U+FFFF"],
    ["[]", "", "it has a class that matches nothing"],
    ["[[a]--b]", "v", "it combines classes"],
    ["(", "", "it is not a regular expression of JavaScript"],
    ["[\\d-z]", "", "a shorthand class stands before a dash"],
  ])("%s with flags '%s': %s", (source, flags, reason) => {
    expect(refusal(source, flags)).toBe(reason);
  });
});

describe("assertions", () => {
  test.each([
    ["^(?!\\.)(?!.*[)]\\))[a-z.]+@x$", "^[.a-z]+@x$", "its look-around is not kept"],
    ["(?<=a)b(?<!c)", "b", "its look-around is not kept"],
    ["^\\bword\\b", "^word", "its word boundaries are not kept"],
  ])("%s is weakened to %s", (source, expected, weaker) => {
    expect(translatePattern(source)).toEqual({ pattern: expected, weaker });
  });
});

describe("units and characters", () => {
  test("a count of UTF-16 units is lowered to what any text of that many units has in characters", () => {
    expect(translatePattern("^.{4}$")).toEqual({
      pattern: "^.{2,4}$",
      weaker: "it counts UTF-16 units (no `u` flag), the engine counts characters",
    });
  });

  test("a single unbounded run keeps its strength", () => {
    expect(translatePattern("^[^@]+@[^@]+$")).toEqual({ pattern: "^[^@]+@[^@]+$" });
  });

  test("two runs that may share a character are weakened", () => {
    expect(pattern("^.+.+$")).toBe("^.*.*$");
  });

  test("with the flag u nothing is weakened", () => {
    expect(translatePattern("^.{4}[^a]$", "u")).toEqual({ pattern: "^.{4}[^a]$" });
  });
});

/** Stores texts under the translation of a pattern, as any program could: what is refused throws. */
function store(translated: string, texts: readonly string[]): void {
  // Longer ones are left to the schema.
  if (new TextEncoder().encode(translated).length > 512) return;
  using db = Database.open(memoryStore());
  db.register({
    name: "texts",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "text", type: "string", constraints: [{ regex: translated }] },
    ],
  });
  db.collection("texts").insertMany(texts.map((text, id) => ({ id, text })));
}

const atom = fc.constantFrom(
  "a",
  "b",
  "K",
  "s",
  "\\.",
  ".",
  "\\d",
  "\\D",
  "\\w",
  "\\W",
  "\\s",
  "\\S",
  "[^a]",
  "[^\\d]",
  "[a-c]",
  "[\\s\\S]",
  "[\\u0080-\\uFFFF]",
  "é",
  "😀",
  "[^]",
  "[^\\W]",
  "\\n",
  "-",
  "&",
);
const quantifier = fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{3,}", "*?", "+?");
const anchor = fc.constantFrom("", "", "", "^", "$", "\\b", "(?=.*a)", "(?![(b)]|\\))", "(?<!k)");
const sequence = fc
  .array(
    fc.tuple(anchor, atom, quantifier).map((parts) => parts.join("")),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(""));
const grouped = fc
  .tuple(sequence, fc.constantFrom("(", "(?:", "(?<n>"), sequence, sequence, quantifier, sequence)
  .map(([before, open, left, right, count, after]) => `${before}${open}${left}|${right})${count}${after}`);
const source = fc.oneof(
  sequence,
  sequence.map((inner) => `^${inner}$`),
  grouped,
  grouped.map((inner) => `^${inner}$`),
);
const flags = fc.constantFrom("", "u", "i", "s", "su", "v", "g");
const text = fc.string({
  unit: fc.constantFrom(..."abkK\u212asſS.0éÉ😀\u{10ffff}\n\r\u2028\ufeff -&@_\uffff"),
  maxLength: 8,
});
const texts = fc.array(text, { minLength: 30, maxLength: 30 });

test("the engine accepts every text that the original accepts", () => {
  const property = fc.property(source, flags, texts, (s, f, t) => {
    const translated = pattern(s, f);
    if (translated === undefined) return;
    const original = RegExp(s, f.replace("g", ""));
    store(
      translated,
      t.filter((each) => original.test(each)),
    );
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("without knowledge of the flags, so it does where the flag is u", () => {
  const property = fc.property(source, texts, (s, t) => {
    const translated = pattern(s);
    if (translated !== undefined)
      store(
        translated,
        t.filter((each) => RegExp(s, "u").test(each)),
      );
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("the patterns of Zod's formats are translated", () => {
  const { email, guid, uuid4, ipv4, ulid, nanoid, date, e164, html5Email, base64, hex } = z.regexes;
  for (const regex of [email, guid, uuid4, ipv4, ulid, nanoid, date, e164, html5Email, base64, hex]) {
    expect(translatePattern(regex.source, regex.flags)).toEqual({ pattern: expect.any(String) });
  }
});
