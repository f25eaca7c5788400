/**
 * Regex patterns of the `regex` constraint: an unanchored search in time linear in the text, in the dialect of Rust's `regex`
 * crate, evaluated with RE2 (`re2js`). What RE2 lacks (look-around, back-references, `(?x)`, `(?-u)`) is refused.
 * Which tables of characters a Unicode class uses depends on the release of either engine.
 */
import { RE2JS } from "re2js";
import { ModelVaultError } from "../errors/error.ts";
import { quote } from "./describe-value.ts";
import { patternBytesMax } from "./limits.ts";
import { readPattern } from "./pattern-syntax.ts";
import { isWellFormed, utf8LongerThan } from "./text.ts";

/** A pattern ready for use. */
export interface Pattern {
  /** Whether the pattern is found anywhere in the text. */
  test(text: string): boolean;
}

/** Compiling a Unicode class takes a millisecond or more, and the same pattern is compiled for its check and for each version. */
const compiledMax = 256;
const compiledPatterns = new Map<string, Pattern | string>();

/** A pattern ready for use, or why there is none: a clause about the pattern. The last few hundred are kept. */
export function tryCompilePattern(pattern: string): Pattern | string {
  let compiled = compiledPatterns.get(pattern);
  if (compiled === undefined) {
    compiled = compile(pattern);
    if (compiledPatterns.size >= compiledMax) compiledPatterns.clear();
    compiledPatterns.set(pattern, compiled);
  }
  return compiled;
}

function compile(pattern: string): Pattern | string {
  if (!isWellFormed(pattern)) return "it holds a lone surrogate, which UTF-8 cannot express";
  if (utf8LongerThan(pattern, patternBytesMax)) return `it is longer than ${patternBytesMax} UTF-8 bytes`;
  const syntax = readPattern(pattern);
  if (syntax.problem !== undefined) return syntax.problem;
  try {
    return RE2JS.compile(syntax.re2);
  } catch (error) {
    return reasonOf(error);
  }
}

/** A pattern ready for use. @throws regex_invalid */
export function compilePattern(pattern: string): Pattern {
  const compiled = tryCompilePattern(pattern);
  if (typeof compiled !== "string") return compiled;
  throw new ModelVaultError("regex_invalid", `The pattern ${quote(pattern)} cannot be used: ${compiled}.`, {
    pattern,
    reason: compiled,
  });
}

/**
 * Whether upstream accepts the pattern and finds the same texts with it. A catalogue may hold only such patterns: upstream
 * checks every row against them when it opens a file, and cannot open one that breaks them.
 */
export function isPortablePattern(pattern: string): boolean {
  return typeof tryCompilePattern(pattern) !== "string" && readPattern(pattern).portable;
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error parsing regexp: /, "").slice(0, 200);
}
