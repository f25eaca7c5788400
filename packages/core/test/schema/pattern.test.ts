import { describe, expect, test } from "vitest";
import { compilePattern, isPortablePattern, tryCompilePattern } from "../../src/schema/pattern.ts";

const matches = (pattern: string, text: string): boolean => compilePattern(pattern).test(text);

describe("a pattern", () => {
  test.each<[string, string, boolean]>([
    // Found anywhere; $ is the very end.
    ["b", "abc", true],
    ["^b", "abc", false],
    ["c$", "abc\n", false],
    ["(?m)c$", "abc\n", true],
    ["", "", true],
    // One character is one code point.
    ["^.$", "😀", true],
    [".", "\n", false],
    ["(?s).", "\n", true],
    // Classes are those of Unicode, as upstream has them.
    ["^\\d$", "٣", true],
    ["^\\D$", "٣", false],
    ["^\\w+$", "Zoë_1", true],
    ["^\\w+$", "Ⓐa\u0301\u200d", true],
    ["^\\W$", "ë", false],
    ["^\\s$", "\u00a0", true],
    ["^\\s$", "\v", true],
    ["^\\s$", "\ufeff", false],
    ["^\\S$", "\u0085", false],
    ["^[\\w-]+$", "a-ë", true],
    ["^[^\\W\\d]$", "ë", true],
    ["^[^\\W\\d]$", "1", false],
    ["^[\\W_]$", "_", true],
    ["^[\\W_]$", "é", false],
    ["^[[:alpha:]]$", "é", false],
    ["^\\p{Greek}+$", "αβγ", true],
    ["^\\pL\\PL$", "a1", true],
    // Case folding is Unicode's.
    ["(?i)k", "\u212a", true],
    ["(?i)^straße$", "STRASSE", false],
    // Escapes of Rust and of JavaScript.
    ["^\\u00e9$", "é", true],
    ["^\\u{1F600}$", "😀", true],
    ["^\\U0001F600$", "😀", true],
    ["^\\x{e9}\\x41$", "éA", true],
    ["^[\\u00e0-\\u00ef]$", "é", true],
    ["^\\(\\)$", "()", true],
    ["^a+?$", "aa", true],
    ["^(?P<x>a)(?<y>b)$", "ab", true],
    ["^[]a]+$", "]a", true],
    ["^[a-]+$", "a-", true],
  ])("%j in %j: %s", (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  test("runs in linear time where backtracking takes for ever", () => {
    expect(matches("^(a+)+$", `${"a".repeat(50_000)}b`)).toBe(false);
    expect(matches("(x+x+)+y", "x".repeat(50_000))).toBe(false);
  });
});

describe("a pattern is refused", () => {
  test.each<[string, string]>([
    ["(?=a)", "look-around is not supported, since patterns run in linear time"],
    ["a(?!b)", "look-around is not supported, since patterns run in linear time"],
    ["(?<=a)b", "look-around is not supported, since patterns run in linear time"],
    ["(?<!a)b", "look-around is not supported, since patterns run in linear time"],
    ["(a)\\1", "back-references are not supported, since patterns run in linear time"],
    ["\\Qa.b\\E", "\\Q…\\E is not supported; escape the characters one by one"],
    ["\\ud83d\\ude00", "\\ud83d is half of a surrogate pair; write the character it belongs to as \\u{…}"],
    ["\\u{110000}", "\\u{110000} is no character"],
    ["(?x) a", "invalid or unsupported Perl syntax: `(?x`"],
    ["[a", "missing closing ]: `[a`"],
    ["a)", "unexpected ): `a)`"],
    ["(a", "missing closing ): `(a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["\\p{Klingon}", "invalid character class range: `\\p{Klingon}`"],
    ["\\", "trailing backslash at end of expression"],
    ["\ud800", "it holds a lone surrogate, which UTF-8 cannot express"],
    ["é".repeat(257), "it is longer than 512 UTF-8 bytes"],
  ])("%j", (pattern, reason) => {
    expect(tryCompilePattern(pattern)).toBe(reason);
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({ code: "regex_invalid", details: { pattern, reason } }),
    );
    expect(isPortablePattern(pattern)).toBe(false);
  });

  test("but not when it is 512 bytes long", () => {
    expect(typeof tryCompilePattern("é".repeat(256))).toBe("object");
  });
});

describe("upstream finds the same with", () => {
  test.each([
    "",
    "^a|b$",
    "(?i)straße",
    "^\\w+\\s\\d$",
    "[a-z0-9_-]+",
    "[\\W_]",
    "(a+b)+",
    "\\p{Lu}",
    "^\\p{L}{1,100}$",
    "\\u00e9",
    "[]x]",
    "a{2,}",
    "(?P<n>a)",
  ])("%j", (pattern) => {
    expect(isPortablePattern(pattern)).toBe(true);
  });
});

describe("upstream refuses or reads otherwise", () => {
  test.each<[string, string]>([
    ["a+?", "its guard sees two quantifiers"],
    ["(a+)+", "its guard sees two quantifiers"],
    ["\\(", "its guard counts the parenthesis"],
    ["[(]", "its guard counts the parenthesis"],
    ["\\bfoo\\b", "its words are Unicode's, RE2's are ASCII"],
    ["\\<", "a word boundary"],
    ["\\07", "no octal escapes"],
    ["a{,3}", "a repetition, or an error"],
    ["a{", "an error"],
    ["[a&&b]", "an intersection"],
    ["[a[b]]", "a class in a class"],
    ["[\\w-.]", "a range from a class"],
    ["\\p{^L}", "an error"],
    ["(?i){2}", "nothing to repeat"],
    ["(?)", "no flags"],
    ["^\\w{1,255}$", "larger than its limit for programs"],
    ["(?<1a>x)", "no name for a group"],
  ])("%j: %s", (pattern) => {
    expect(isPortablePattern(pattern)).toBe(false);
  });
});
