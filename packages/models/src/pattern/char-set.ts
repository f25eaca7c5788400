/**
 * Sets of code points for the pattern translator: sorted, disjoint, inclusive ranges; and how a set is spelled as a
 * character class that JavaScript, RE2 and Rust's regex read alike.
 */

/** Sorted, disjoint, not touching; both ends inclusive. */
export type CharSet = readonly (readonly [first: number, last: number])[];

export const LAST_CODE_POINT = 0x10ffff;

const SURROGATES: CharSet = [[0xd800, 0xdfff]];
const ASTRAL: CharSet = [[0x10000, LAST_CODE_POINT]];

export const DIGITS: CharSet = [[0x30, 0x39]];
export const WORD: CharSet = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
/** The separators of Unicode, its category Z, to which nothing is added any more. */
const SEPARATORS: CharSet = [
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
];
/** White space and line ends, as ECMAScript's `\s` has them. */
export const SPACE: CharSet = [[0x9, 0xd], ...SEPARATORS, [0xfeff, 0xfeff]];

export function union(...sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of ranges) {
    const top = merged.at(-1);
    if (top !== undefined && first <= top[1] + 1) top[1] = Math.max(top[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export function complement(set: CharSet): CharSet {
  const ranges: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST_CODE_POINT) ranges.push([next, LAST_CODE_POINT]);
  return ranges;
}

export function intersects(a: CharSet, b: CharSet): boolean {
  return a.some(([first, last]) => b.some((other) => first <= other[1] && other[0] <= last));
}

/** The set with the other case of every ASCII letter in it. */
export function withBothCases(set: CharSet): CharSet {
  const swapped: (readonly [number, number])[] = [];
  for (const [first, last] of set) {
    for (const [low, high, shift] of [[0x41, 0x5a, 32] as const, [0x61, 0x7a, -32] as const]) {
      const from = Math.max(first, low);
      const to = Math.min(last, high);
      if (from <= to) swapped.push([from + shift, to + shift]);
    }
  }
  return union(set, swapped);
}

/** How a set of UTF-16 units meets characters above U+FFFF, which are two units each. */
export function surrogateShare(set: CharSet): "none" | "some" | "all" {
  if (!intersects(set, SURROGATES)) return "none";
  return intersects(complement(set), SURROGATES) ? "some" : "all";
}

/** A set of units that holds all surrogates, as the set of the characters that those units make up. */
export function unitsAsCharacters(set: CharSet): CharSet {
  return union(set, ASTRAL);
}

/** A class, or the bare character for a set of one. The shorter of the class and its negation is taken. */
export function spellSet(set: CharSet): string {
  const [only] = set;
  if (set.length === 1 && only !== undefined && only[0] === only[1]) return spellChar(only[0]);
  const negated = complement(set);
  if (negated.length > 0 && set.at(-1)?.[1] === LAST_CODE_POINT) return `[^${spellRanges(negated)}]`;
  return `[${spellRanges(set)}]`;
}

function spellRanges(set: CharSet): string {
  const inFull = spellEach(set);
  const others = complement(union(complement(set), SEPARATORS));
  const inShort = `${spellEach(others)}\\p{Z}`;
  return intersects(complement(set), SEPARATORS) || inFull.length <= inShort.length ? inFull : inShort;
}

function spellEach(set: CharSet): string {
  return set
    .map(([first, last]) => {
      if (first === last) return spellClassChar(first);
      return `${spellClassChar(first)}${last === first + 1 ? "" : "-"}${spellClassChar(last)}`;
    })
    .join("");
}

/** A character outside a class. */
export function spellChar(code: number): string {
  const char = String.fromCodePoint(code);
  return /[\\^$.*+?()[\]{}|]/.test(char) ? `\\${char}` : spellPlain(code, char);
}

function spellClassChar(code: number): string {
  const char = String.fromCodePoint(code);
  // Rust reads &&, -- and ~~ inside a class as operators, and [ as a class within the class.
  return /[\\^\][&~-]/.test(char) ? `\\${char}` : spellPlain(code, char);
}

function spellPlain(code: number, char: string): string {
  const readable = code < 0x80 ? code >= 0x20 && code < 0x7f : /[\p{L}\p{N}]/u.test(char);
  return readable ? char : `\\x{${code.toString(16).toUpperCase()}}`;
}
