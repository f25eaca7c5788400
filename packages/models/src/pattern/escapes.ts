/** What letters behind a backslash stand for in ECMAScript patterns. */
import { type CharSet, complement, DIGITS, SPACE, WORD } from "./char-set.ts";

/** Classes of characters. */
export const SHORTHANDS: ReadonlyMap<string, CharSet> = new Map([
  ["d", DIGITS],
  ["D", complement(DIGITS)],
  ["w", WORD],
  ["W", complement(WORD)],
  ["s", SPACE],
  ["S", complement(SPACE)],
]);

/** Single characters, by their number. */
export const CONTROLS: ReadonlyMap<string, number> = new Map([
  ["t", 0x9],
  ["n", 0xa],
  ["v", 0xb],
  ["f", 0xc],
  ["r", 0xd],
]);
