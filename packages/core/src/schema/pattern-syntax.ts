/**
 * Reads a regex pattern, written in the dialect of Rust's `regex` crate as upstream evaluates it, and rewrites it for RE2,
 * whose dialect is the same but for details. Rewritten: `\d` `\s` `\w` and their opposites mean Unicode classes, not ASCII
 * ones; `\u00e9`, `\u{e9}` and `\U000000e9` become `\x{e9}`. Where a pattern means something else upstream, or nothing at all,
 * it is not portable.
 *
 * Not portable: `\b` and `\B` (RE2 knows ASCII words only), `\<` `\>`, octal escapes, `[` `&&` `--` `~~` and a `-` behind
 * a class inside a bracket class (set operations in Rust), a brace that is no repetition, `\p{^…}`, repetitions of large
 * classes that exceed Rust's size limit, nesting deeper than its limit, and whatever the guard of upstream's catalogue refuses.
 */
import { upstreamAcceptsRegex } from "../catalog/upstream-regex.ts";
import { nonWordRanges } from "./word-class.ts";

/** A pattern as read. */
export interface PatternSyntax {
  /** The pattern in RE2's dialect. */
  readonly re2: string;
  /** Whether upstream accepts the pattern and finds the same texts with it. */
  readonly portable: boolean;
  /** Why the pattern is refused, where RE2's own words would not help; a clause. */
  readonly problem?: string;
}

/** What `\w` is in Rust: Alphabetic, marks, decimal digits, connector punctuation, join controls. */
const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{200C}\\x{200D}";

/** Rust gives up on patterns whose program takes more than 10 MiB. Weights are bytes of program as measured with regex 1.13, and a fifth more. */
const programBytesMax = 10 * 1024 * 1024;
const weights = { character: 100, dot: 1200, space: 2_400, digit: 15_000, word: 60_000 };
/** Its limit is 250 levels. */
const nestingMax = 200;

/** Reads and rewrites; syntax errors that RE2 reports by itself are left in. */
export function readPattern(pattern: string): PatternSyntax {
  return new PatternReader(pattern).read();
}

class PatternReader {
  readonly #pattern: string;
  #at = 0;
  #out = "";
  #portable: boolean;
  #problem: string | undefined;
  /** Program bytes of each open group so far, and of the atom just read. */
  readonly #groups: number[] = [0];
  #atom = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#portable = upstreamAcceptsRegex(pattern);
  }

  read(): PatternSyntax {
    while (this.#at < this.#pattern.length && this.#problem === undefined) this.#readItem();
    const portable =
      this.#portable &&
      this.#problem === undefined &&
      this.#groups.reduce((sum, bytes) => sum + bytes, 0) <= programBytesMax;
    return { re2: this.#out, portable, ...(this.#problem === undefined ? {} : { problem: this.#problem }) };
  }

  #readItem(): void {
    const rest = this.#pattern.slice(this.#at);
    const character = rest[0];
    if (character === "\\") {
      const escaped = this.#readEscape(false);
      this.#emit(escaped.length, escaped.re2);
      this.#addAtom(escaped.weight);
    } else if (character === "[") {
      this.#readClass();
    } else if (character === "(") {
      this.#readGroupStart(rest);
    } else if (character === ")") {
      this.#emit(1);
      const bytes = this.#groups.length > 1 ? (this.#groups.pop() ?? 0) : 0;
      this.#addAtom(bytes);
    } else if (character === "{") {
      this.#readBrace(rest);
    } else {
      this.#emit(1);
      this.#addAtom(character === "." ? weights.dot : weights.character);
    }
  }

  #emit(length: number, re2: string = this.#pattern.slice(this.#at, this.#at + length)): void {
    this.#out += re2;
    this.#at += length;
  }

  #addAtom(weight: number): void {
    this.#atom = weight;
    this.#addToGroup(weight);
  }

  #addToGroup(weight: number): void {
    const last = this.#groups.length - 1;
    this.#groups[last] = (this.#groups[last] ?? 0) + weight;
  }

  #readGroupStart(rest: string): void {
    if (/^\(\?(=|!|<=|<!)/.test(rest))
      this.#problem = "look-around is not supported, since patterns run in linear time";
    const header = /^\((\?(P?<[^>]*>|[a-zA-Z-]*[:)]))?/.exec(rest)?.[0] ?? "(";
    if (/^\(\?P?</.test(header) && !/^\(\?P?<[A-Za-z_][A-Za-z0-9_]*>$/.test(header)) this.#portable = false;
    this.#emit(header.length);
    if (header.endsWith(")")) {
      // Flags stand for nothing that could be repeated, and there must be some; RE2 does not mind, Rust does.
      if (header === "(?)" || /^[*+?{]/.test(rest.slice(header.length))) this.#portable = false;
      return;
    }
    this.#groups.push(weights.character);
    if (this.#groups.length > nestingMax) this.#portable = false;
  }

  #readBrace(rest: string): void {
    const repetition = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    if (repetition === null) {
      this.#portable = false;
      this.#emit(1);
      this.#addAtom(weights.character);
      return;
    }
    const times = Math.max(Number(repetition[1]), Number(repetition[3] ?? 0), 1);
    this.#addToGroup(this.#atom * (times - 1));
    this.#atom *= times;
    this.#emit(repetition[0].length);
  }

  /** An escape at the current place, not yet consumed. */
  #readEscape(inClass: boolean): Escape {
    const rest = this.#pattern.slice(this.#at);
    const letter = rest[1];
    switch (letter) {
      case "d":
        return { length: 2, re2: "\\p{Nd}", weight: weights.digit, isClass: true };
      case "D":
        return { length: 2, re2: "\\P{Nd}", weight: weights.digit, isClass: true };
      case "s":
        return { length: 2, re2: "\\p{White_Space}", weight: weights.space, isClass: true };
      case "S":
        return { length: 2, re2: "\\P{White_Space}", weight: weights.space, isClass: true };
      case "w":
        return { length: 2, re2: inClass ? WORD : `[${WORD}]`, weight: weights.word, isClass: true };
      case "W":
        return {
          length: 2,
          re2: inClass ? nonWordRanges() : `[^${WORD}]`,
          weight: weights.word,
          isClass: true,
        };
      case "p":
      case "P":
        return this.#readProperty(rest);
      case "u":
      case "U":
      case "x":
        return this.#readCodePoint(rest);
      case "Q":
        this.#problem = "\\Q…\\E is not supported; escape the characters one by one";
        break;
      case "b":
      case "B":
      case "<":
      case ">":
        this.#portable = false;
        break;
      default:
        if (letter !== undefined && letter >= "0" && letter <= "9") this.#readDigitEscape(rest);
    }
    const length = 1 + [...rest.slice(1, 3)].slice(0, 1).join("").length;
    return { length, re2: rest.slice(0, length), weight: weights.character, isClass: false };
  }

  #readDigitEscape(rest: string): void {
    if (/^\\[1-9](?![0-7])/.test(rest))
      this.#problem = "back-references are not supported, since patterns run in linear time";
    this.#portable = false;
  }

  #readProperty(rest: string): Escape {
    const text = /^\\[pP](\{[^}]*\}|.)?/u.exec(rest)?.[0] ?? rest.slice(0, 2);
    if (text.includes("^")) this.#portable = false;
    return { length: text.length, re2: text, weight: weights.word, isClass: true };
  }

  #readCodePoint(rest: string): Escape {
    const match =
      /^\\[xuU]\{([0-9A-Fa-f]+)\}|^\\x([0-9A-Fa-f]{2})|^\\u([0-9A-Fa-f]{4})|^\\U([0-9A-Fa-f]{8})/.exec(rest);
    if (match === null)
      return { length: 2, re2: rest.slice(0, 2), weight: weights.character, isClass: false };
    const codePoint = Number.parseInt(match[1] ?? match[2] ?? match[3] ?? match[4] ?? "", 16);
    if (codePoint > 0x10_ffff) this.#problem = `${match[0]} is no character`;
    if (codePoint >= 0xd800 && codePoint < 0xe000)
      this.#problem = `${match[0]} is half of a surrogate pair; write the character it belongs to as \\u{…}`;
    return {
      length: match[0].length,
      re2: `\\x{${codePoint.toString(16)}}`,
      weight: weights.character,
      isClass: false,
    };
  }

  #readClass(): void {
    const start = /^\[\^?\]?/.exec(this.#pattern.slice(this.#at))?.[0] ?? "[";
    this.#emit(start.length);
    // Negated or ranging beyond ASCII, a class takes about as much as a dot.
    let weight = weights.dot;
    let previous: "none" | "character" | "class" | "range" = start.endsWith("]") ? "character" : "none";
    while (this.#at < this.#pattern.length && this.#problem === undefined) {
      const rest = this.#pattern.slice(this.#at);
      if (rest[0] === "]") break;
      if (/^(&&|--|~~)/.test(rest)) this.#portable = false;
      const posix = /^\[:\^?[a-z]+:\]/.exec(rest)?.[0];
      if (posix !== undefined) {
        this.#emit(posix.length);
        previous = "class";
      } else if (rest[0] === "-" && previous === "character" && rest[1] !== "]" && rest[1] !== undefined) {
        this.#emit(1);
        weight += this.#readClassItem().weight;
        previous = "range";
      } else {
        if (rest[0] === "-" && rest[1] !== "]" && previous !== "none" && previous !== "range")
          this.#portable = false;
        const item = this.#readClassItem();
        weight += item.weight;
        previous = item.isClass ? "class" : "character";
      }
    }
    this.#emit(1);
    this.#addAtom(weight);
  }

  /** One character or escape inside a class. */
  #readClassItem(): Pick<Escape, "weight" | "isClass"> {
    const character = this.#pattern[this.#at];
    if (character === "\\") {
      const escaped = this.#readEscape(true);
      this.#emit(escaped.length, escaped.re2);
      return escaped;
    }
    if (character === "[") this.#portable = false;
    // RE2 takes such a dash for itself, but not everywhere; escaped it does everywhere.
    this.#emit(1, character === "-" ? "\\-" : undefined);
    return { weight: weights.character, isClass: false };
  }
}

interface Escape {
  readonly length: number;
  readonly re2: string;
  readonly weight: number;
  readonly isClass: boolean;
}
