/**
 * ECMAScript patterns as the engine can hold every program to them. The engine's dialect is linear-time (no look-around,
 * no back-references), matches code points, and its shorthand classes are not JavaScript's; so a pattern is taken apart and
 * spelled again with explicit classes that JavaScript, RE2 and Rust's regex read alike.
 *
 * The result never refuses a text that the original accepts: it is the same pattern or a weaker one. Assertions (look-around,
 * word boundaries) are left out, which only weakens. JavaScript without the `u` flag matches UTF-16 units, of which a character
 * above U+FFFF has two; where such a half can be counted, the count is lowered. What cannot be spelled is refused with a reason.
 */
import {
  type CharSet,
  complement,
  spellChar,
  spellSet,
  surrogateShare,
  union,
  unitsAsCharacters,
  withBothCases,
} from "./char-set.ts";
import { CONTROLS, SHORTHANDS } from "./escapes.ts";
import { type Item, isolated, once, spellQuantifier } from "./items.ts";

/** Why a pattern cannot be spelled. */
class Refusal extends Error {}

export type PatternTranslation =
  /** `weaker`: how the pattern is weaker than the original; absent when both accept the same texts. */
  { readonly pattern: string; readonly weaker?: string } | { readonly refused: string };

/**
 * Translates the source of a JavaScript regular expression. Without knowledge of its flags give none: what is then
 * ambiguous is refused. Understands `g`, `d`, `y`, `s`, `u`, and `i` without `u`.
 */
export function translatePattern(source: string, flags = ""): PatternTranslation {
  try {
    RegExp(source, flags);
  } catch {
    return { refused: "it is not a regular expression of JavaScript" };
  }
  try {
    return new Translator(source, flags).run();
  } catch (refusal) {
    if (refusal instanceof Refusal) return { refused: refusal.message };
    throw refusal;
  }
}

const CASE_BEYOND_ASCII = "the flag `i` on letters beyond ASCII differs between engines";
const COUNTED_UNITS = "it counts UTF-16 units (no `u` flag), the engine counts characters";

class Translator {
  readonly #source: string;
  readonly #unicode: boolean;
  readonly #ignoreCase: boolean;
  readonly #dotAll: boolean;
  /** Flag `v`: classes can be nested, cut and subtracted. */
  readonly #sets: boolean;
  #at = 0;
  #weaker: string | undefined;

  constructor(source: string, flags: string) {
    this.#source = source;
    this.#unicode = /[uv]/.test(flags);
    this.#ignoreCase = flags.includes("i");
    this.#dotAll = flags.includes("s");
    this.#sets = flags.includes("v");
    if (flags.includes("m")) throw new Refusal("the flag `m` counts line ends that the engine does not");
    if (this.#unicode && this.#ignoreCase)
      throw new Refusal("the flags `i` and `u` together fold letters of other scripts");
    if (flags.includes("y")) this.#weaker = "the flag `y` is not kept";
  }

  run(): PatternTranslation {
    const pattern = this.#alternatives(0);
    return this.#weaker === undefined ? { pattern } : { pattern, weaker: this.#weaker };
  }

  #alternatives(depth: number): string {
    const branches = [this.#sequence(depth)];
    while (this.#take("|")) branches.push(this.#sequence(depth));
    return branches.join("|");
  }

  #sequence(depth: number): string {
    const items: Item[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#peek())) items.push(this.#item(depth));
    return items.map((item, index) => this.#spell(item, isolated(items, index, depth))).join("");
  }

  #item(depth: number): Item {
    const item = this.#atom(depth);
    const quantifier = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(this.#rest());
    if (quantifier === null) return item;
    if (item.kind === "anchor" || item.kind === "dropped")
      throw new Refusal("a quantified assertion has no counterpart");
    if (item.kind === "pair") {
      throw new Refusal(
        "a quantifier after a character above U+FFFF repeats half of it without the `u` flag",
      );
    }
    // Whether a quantifier is lazy changes what is captured, never whether there is a match.
    this.#at += quantifier[0].length;
    const [symbol = "", low, comma, high] = quantifier;
    if (low !== undefined) {
      const max = comma === "" ? Number(low) : high === "" ? Number.POSITIVE_INFINITY : Number(high);
      return { ...item, min: Number(low), max };
    }
    const [min, max] =
      symbol[0] === "*"
        ? [0, Number.POSITIVE_INFINITY]
        : symbol[0] === "+"
          ? [1, Number.POSITIVE_INFINITY]
          : [0, 1];
    return { ...item, min, max };
  }

  #atom(depth: number): Item {
    const char = this.#next();
    switch (char) {
      case "^":
      case "$":
        return once("anchor", char);
      case ".":
        return this.#dot();
      case "(":
        return this.#group(depth);
      case "[":
        return this.#set(this.#classBody());
      case "\\":
        return this.#escapeAtom();
      default:
        return this.#literal(char.codePointAt(0) as number);
    }
  }

  /** `.`: the engine's own dot is kept, which leaves out U+000A only, where JavaScript leaves out four line ends. */
  #dot(): Item {
    return once(this.#unicode ? "atom" : "wide", this.#dotAll ? "[\\x{0}-\\x{10FFFF}]" : ".");
  }

  #group(depth: number): Item {
    let open = "(";
    const look = /^\?<?[=!]/.exec(this.#rest());
    if (look !== null) {
      this.#at += look[0].length;
      return this.#drop("its look-around is not kept", () => this.#skipGroup());
    }
    if (this.#take("?:")) open = "(?:";
    else if (this.#take("?")) {
      const name = /^<[^>]+>/.exec(this.#rest());
      if (name === null) throw new Refusal("it changes flags inside a group");
      this.#at += name[0].length;
    }
    const text = `${open}${this.#alternatives(depth + 1)})`;
    this.#at += 1;
    return once("group", text);
  }

  #drop(weaker: string, skip: () => void): Item {
    skip();
    this.#weaker ??= weaker;
    return once("dropped", "");
  }

  /** Goes on behind the `)` that closes the group whose inside begins here. */
  #skipGroup(): void {
    let inClass = false;
    for (let open = 1; open > 0; ) {
      const char = this.#next();
      if (char === "\\") this.#next();
      else if (inClass) inClass = char !== "]";
      else if (char === "[") inClass = true;
      else if (char === "(") open += 1;
      else if (char === ")") open -= 1;
    }
  }

  #literal(code: number): Item {
    if (code > 0xffff && !this.#unicode) return once("pair", spellChar(code));
    if (!this.#ignoreCase) return once("atom", spellChar(code));
    if (code > 0x7f) throw new Refusal(CASE_BEYOND_ASCII);
    return once("atom", spellSet(withBothCases([[code, code]])));
  }

  #set(units: CharSet): Item {
    if (units.length === 0) throw new Refusal("it has a class that matches nothing");
    if (this.#unicode) return once("atom", spellSet(units));
    const share = surrogateShare(units);
    if (share === "some") throw new Refusal("a class holds some halves of characters above U+FFFF");
    return share === "all" ? once("wide", spellSet(unitsAsCharacters(units))) : once("atom", spellSet(units));
  }

  #escapeAtom(): Item {
    if (this.#take("b") || this.#take("B"))
      return this.#drop("its word boundaries are not kept", () => undefined);
    if (/^[1-9k]/.test(this.#peek())) throw new Refusal("it refers back to a group");
    const escaped = this.#escape();
    return typeof escaped === "number" ? this.#literal(escaped) : this.#set(escaped);
  }

  /** After a backslash: one character, or a shorthand class. */
  #escape(): number | CharSet {
    const char = this.#next();
    const shorthand = SHORTHANDS.get(char);
    if (shorthand !== undefined) return shorthand;
    const control = CONTROLS.get(char);
    if (control !== undefined) return control;
    if (char === "x" || char === "u") return this.#hexEscape(char);
    if (char === "0" && !/^[0-9]/.test(this.#peek())) return 0;
    if (char === "p" || char === "P") throw new Refusal("Unicode properties differ between engines");
    if (/^[0-9A-Za-z]$/.test(char)) throw new Refusal(`the escape \\${char} has no counterpart`);
    return char.codePointAt(0) as number;
  }

  #hexEscape(kind: "x" | "u"): number {
    const braced = kind === "u" && this.#unicode ? /^\{([0-9A-Fa-f]+)\}/.exec(this.#rest()) : null;
    const digits = braced ?? (kind === "x" ? /^([0-9A-Fa-f]{2})/ : /^([0-9A-Fa-f]{4})/).exec(this.#rest());
    if (digits === null) throw new Refusal(`the escape \\${kind} has no counterpart here`);
    this.#at += digits[0].length;
    const code = Number.parseInt(digits[1] as string, 16);
    if (code < 0xd800 || code > 0xdfff) return code;
    const low = /^\\u([dD][c-fC-F][0-9A-Fa-f]{2})/.exec(this.#rest());
    if (code > 0xdbff || low === null || !this.#unicode)
      throw new Refusal("it names half of a character above U+FFFF");
    this.#at += low[0].length;
    return (code - 0xd800) * 0x400 + (Number.parseInt(low[1] as string, 16) - 0xdc00) + 0x10000;
  }

  /** After `[`: the set up to and with `]`. */
  #classBody(): CharSet {
    const negated = this.#take("^");
    const parts: CharSet[] = [];
    while (!this.#take("]")) {
      const first = this.#classMember();
      const dash = this.#peek() === "-" && this.#source[this.#at + 1] !== "]";
      if (typeof first !== "number") {
        if (dash) throw new Refusal("a shorthand class stands before a dash");
        parts.push(first);
        continue;
      }
      if (dash) this.#at += 1;
      const last = dash ? this.#classMember() : first;
      if (typeof last !== "number") throw new Refusal("a shorthand class stands after a dash");
      if (this.#ignoreCase && last > 0x7f) throw new Refusal(CASE_BEYOND_ASCII);
      parts.push([[first, last]]);
    }
    // V8 up to Node 22 reads [^] under the flag v as if it could match nothing at all.
    if (this.#sets && parts.length === 0) throw new Refusal("it has an empty class with the flag `v`");
    const set = this.#ignoreCase ? withBothCases(union(...parts)) : union(...parts);
    return negated ? complement(set) : set;
  }

  #classMember(): number | CharSet {
    const char = this.#next();
    if (this.#sets && (char === "[" || (/^[&-]$/.test(char) && this.#peek() === char)))
      throw new Refusal("it combines classes");
    if (char !== "\\") {
      const code = char.codePointAt(0) as number;
      if (code > 0xffff && !this.#unicode)
        throw new Refusal("a class holds halves of characters above U+FFFF");
      return code;
    }
    return this.#take("b") ? 8 : this.#escape();
  }

  #spell(item: Item, alone: boolean): string {
    let { min, max } = item;
    if (item.kind === "wide") {
      const weakened = min === 0 ? 0 : alone ? Math.ceil(min / 2) : Math.ceil((min - 1) / 2);
      if (weakened < min || max !== Number.POSITIVE_INFINITY) this.#weaker = COUNTED_UNITS;
      min = weakened;
    }
    return item.text + spellQuantifier(min, max);
  }

  #rest(): string {
    return this.#source.slice(this.#at);
  }

  #peek(): string {
    return this.#source[this.#at] ?? "";
  }

  /** The next character, whole even where it is two units. */
  #next(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #take(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
