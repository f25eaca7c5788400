/**
 * Names of collections, primary keys and indexes: white space around them does not count, and what remains
 * is 1 to 1023 UTF-8 bytes of well-formed text. White space is what Unicode calls `White_Space`, which has U+0085 and
 * lacks U+FEFF, unlike ECMAScript's `trim`.
 */
import { nameBytesMax } from "./limits.ts";
import { isWellFormed, utf8LongerThan } from "./text.ts";

/** Collections whose names begin like this belong to ModelVault. */
export const RESERVED_PREFIX: string = "__modelvault";

/** The name without the white space around it. */
export function trimName(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && isWhiteSpace(name.charCodeAt(start))) start++;
  while (end > start && isWhiteSpace(name.charCodeAt(end - 1))) end--;
  return name.slice(start, end);
}

/** What is wrong with a trimmed name, as the end of a sentence; undefined for a good one. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (!isWellFormed(name)) return "holds a lone surrogate, which UTF-8 cannot express";
  if (utf8LongerThan(name, nameBytesMax)) return `is longer than ${nameBytesMax} UTF-8 bytes`;
  return undefined;
}

function isWhiteSpace(unit: number): boolean {
  if (unit <= 0x20) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  if (unit >= 0x2000 && unit <= 0x200a) return true;
  return (
    unit === 0x1680 ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}
