/**
 * Values for programs, as literals: the ones that databases get wrong. A program draws a few of each kind and uses them over and over,
 * so that keys meet, unique values clash and ties occur.
 */
import type { Random } from "../../bytes/random.ts";
import type { Literal } from "../program.ts";
import type { FieldPlan, PaletteKind, TypePlan } from "./schemas.ts";

const big = (value: bigint): Literal => ({ $i: String(value) });
const number = (text: string): Literal => ({ $n: text });
const bytes = (hex: string): Literal => ({ $b: hex });

const smallIntegers: readonly Literal[] = [0, 1, 2, 3, 7, 255, 256, 2 ** 31, 2 ** 53 - 1, { $i: "5" }];
const negativeIntegers: readonly Literal[] = [-1, -2, -256, -(2 ** 31), -(2 ** 53) + 1];
const unsafeSigned: readonly Literal[] = [
  big(2n ** 53n),
  big(2n ** 53n + 1n),
  big(-(2n ** 53n) - 1n),
  big(2n ** 63n - 1n),
  big(-(2n ** 63n)),
];
const unsafeUnsigned: readonly Literal[] = [
  big(2n ** 53n),
  big(2n ** 53n + 1n),
  big(2n ** 63n - 1n),
  big(2n ** 63n),
  big(2n ** 64n - 1n),
];

/** Texts that fit an index entry. */
const shortTexts: readonly Literal[] = [
  "",
  "\0",
  "a",
  "a\0",
  "a\0b",
  "b",
  "ab",
  "aB",
  "abcdefgh",
  "Zoë",
  "\ufffd",
  "\uffff",
  "\ue000",
  "\u{10000}",
  "\u{10ffff}",
  "a.b@c",
  "https://a",
  "new",
];

/** Texts around and beyond what an index entry holds (255 bytes), with beginnings in common. */
const longTexts: readonly Literal[] = [
  { $s: ["a", 250] },
  { $s: ["a", 254] },
  { $s: ["a", 255] },
  { $s: ["a", 255, "\0"] },
  { $s: ["a", 256] },
  { $s: ["a", 255, "b"] },
  { $s: ["a", 254, "é"] },
  { $s: ["a", 253, "\u{10000}"] },
  { $s: ["a", 260] },
  { $s: ["a", 255, "b", "c"] },
  { $s: ["a", 1000] },
  { $s: ["a", 999, "b"] },
  { $s: ["é", 128] },
  { $s: ["é", 127, "z"] },
];

const shortBytes: readonly Literal[] = [
  bytes(""),
  bytes("00"),
  bytes("0000"),
  bytes("00ff"),
  bytes("01"),
  bytes("61"),
  bytes("7f"),
  bytes("80"),
  bytes("ff"),
  bytes("ffff"),
  bytes("0102030405060708"),
  bytes("fffffffffffffffe"),
];
const longBytes: readonly Literal[] = [
  bytes("61".repeat(254)),
  bytes("61".repeat(255)),
  bytes("61".repeat(256)),
  bytes(`${"61".repeat(255)}00`),
  bytes("00".repeat(255)),
  bytes("00".repeat(256)),
  bytes("ff".repeat(256)),
  bytes(`${"61".repeat(300)}62`),
];

const floats: readonly Literal[] = [
  0,
  number("-0"),
  1,
  -1,
  0.1,
  1.5,
  5e-324,
  -5e-324,
  1.7976931348623157e308,
  9007199254740992,
  number("Infinity"),
  number("-Infinity"),
  number("NaN"),
];

const uuids: readonly Literal[] = [
  "00000000-0000-0000-0000-000000000000",
  "00000000-0000-0000-0000-000000000001",
  "7fffffff-ffff-4fff-8fff-ffffffffffff",
  "80000000-0000-4000-8000-000000000000",
  "ffffffff-ffff-ffff-ffff-ffffffffffff",
  "ABCDEF01-2345-6789-ABCD-EF0123456789",
  "abcdef01-2345-6789-abcd-ef0123456789",
];

const jsonValues: readonly Literal[] = [
  true,
  0,
  "text",
  [1, null, ["x"]],
  { $o: {} },
  { $o: { a: 1, b: { $o: { c: [] } } } },
  { $n: "-0" },
];

/** Values that fit nothing, or nearly nothing. */
const strangers: readonly Literal[] = [
  { $x: "date" },
  { $x: "map" },
  { $x: "function" },
  { $x: "symbol" },
  { $n: "NaN" },
  { $n: "Infinity" },
  { $u: 1 },
  null,
  true,
  1.5,
  -1,
  2 ** 53,
  "text",
  "\ud800",
  "a\udfff",
  bytes("00"),
  [],
  [1],
  { $o: {} },
  { $o: { id: 1 } },
  big(2n ** 63n),
  big(-(2n ** 63n) - 1n),
  big(2n ** 64n),
  "00000000-0000-0000-0000-00000000000",
];

export interface PaletteOptions {
  /** Integers beyond 2^53 occur. */
  readonly unsafe: boolean;
  /** Texts that indexes cut are the rule. */
  readonly long: boolean;
  /** Integer keys are many, so that there are more rows than a batch takes, or the decoders need to be compiled. */
  readonly many: boolean;
}

export class Palette {
  readonly #random: Random;
  readonly #many: boolean;
  readonly #drawn: Readonly<Record<PaletteKind, readonly Literal[]>>;

  constructor(random: Random, { unsafe, long, many }: PaletteOptions) {
    this.#random = random;
    this.#many = many;
    const draw = (...values: readonly Literal[]): readonly Literal[] =>
      random.shuffle(values).slice(0, 4 + random.below(5));
    const texts = long ? [...longTexts, ...random.shuffle(shortTexts).slice(0, 4)] : shortTexts;
    const blobs = long ? [...longBytes, ...random.shuffle(shortBytes).slice(0, 3)] : shortBytes;
    const signed = [...smallIntegers, ...negativeIntegers, ...(unsafe ? unsafeSigned : [])];
    this.#drawn = {
      bool: [true, false],
      int64: draw(...signed),
      uint64: draw(...smallIntegers, ...(unsafe ? unsafeUnsigned : [])),
      timestamp: draw(...signed),
      float64: draw(...floats),
      string: draw(...texts),
      bytes: draw(...blobs),
      uuid: draw(...uuids),
    };
  }

  /** A value of a kind, mostly one that the program uses often. */
  scalar(kind: PaletteKind): Literal {
    return this.#random.pick(this.#drawn[kind]);
  }

  /** A value for a primary key; none that no key may be. */
  key(kind: PaletteKind): Literal {
    if (this.#many && /int|timestamp/.test(kind) && this.#random.below(4) > 0) return this.#random.below(150);
    const finite = this.#drawn[kind].filter(
      (literal) =>
        kind !== "float64" ||
        !(typeof literal === "object" && literal !== null && /[IN]/.test(JSON.stringify(literal).slice(5))),
    );
    return finite.length === 0 ? 0 : this.#random.pick(finite);
  }

  stranger(): Literal {
    return this.#random.pick(strangers);
  }

  /** A value of a type, optionals now and then empty. Constraints are left to chance. */
  value({ type }: Pick<FieldPlan, "type">): Literal {
    return this.#value(type);
  }

  #value(type: TypePlan): Literal {
    const random = this.#random;
    switch (type.is) {
      case "optional":
        return random.below(4) === 0 ? random.pick<Literal>([null, { $u: 1 }]) : this.#value(type.inner);
      case "list":
        return Array.from({ length: random.below(4) }, () => this.#value(type.element));
      case "enum":
        return random.pick(type.variants);
      case "json":
        return random.pick(jsonValues);
      case "object": {
        const members = type.fields.map(({ path, type: inner }) => [path[0], this.#value(inner)] as const);
        return { $o: Object.fromEntries(members.filter(() => random.below(30) > 0)) };
      }
      default:
        return this.scalar(type.is);
    }
  }
}
