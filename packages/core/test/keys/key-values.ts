/** Values of every scalar kind, the nasty ones often, and what their order must be, told without the codec. */
import fc from "fast-check";
import type { ScalarKind, Value } from "../../src/schema/types.ts";

export const SCALAR_KINDS: readonly ScalarKind[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const EDGES = [0n, 1n, 255n, 256n, 2n ** 31n, 2n ** 32n, MAX_SAFE, 2n ** 53n, 2n ** 63n].flatMap((edge) => [
  edge - 1n,
  edge,
  edge + 1n,
]);

function integers(min: bigint, max: bigint): fc.Arbitrary<number | bigint> {
  const edges = EDGES.flatMap((edge) => [edge, -edge]).concat(min, min + 1n, max - 1n, max);
  return fc
    .tuple(
      fc.oneof(
        fc.bigInt({ min, max }),
        fc.constantFrom(...edges.filter((edge) => edge >= min && edge <= max)),
        fc.bigInt({ min: 0n, max: 300n }),
      ),
      fc.boolean(),
    )
    .map(([value, small]) => (small && value >= -MAX_SAFE && value <= MAX_SAFE ? Number(value) : value));
}

const texts = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        "\0",
        "\u0001",
        "a",
        "b",
        "\u007f",
        "\u0080",
        "é",
        "\ud7ff",
        "\ue000",
        "\uffff",
        "\u{10000}",
        "\u{10ffff}",
      ),
      maxLength: 10,
    }),
  },
  { weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  fc.constantFrom("", "\0", "\0\0", "12345678", "a".repeat(8), "\uffff", "\u{10000}"),
  // Around the cut of index values, sharing their beginnings.
  fc
    .tuple(
      fc.constantFrom("a", "é", "\0", "\u{10000}"),
      fc.nat(6),
      fc.constantFrom("", "b", "\0", "\uffff", "\u{10000}b"),
    )
    .map(([unit, extra, tail]) => {
      const size = new TextEncoder().encode(unit).length;
      return unit.repeat(Math.floor((252 + extra) / size)) + tail;
    }),
);

const byteStrings = fc.oneof(
  fc.uint8Array({ maxLength: 12 }),
  fc.array(fc.constantFrom(0, 1, 254, 255), { maxLength: 8 }).map((bytes) => new Uint8Array(bytes)),
  fc
    .tuple(fc.constantFrom(0, 1, 255), fc.nat(6), fc.array(fc.constantFrom(0, 1, 255), { maxLength: 2 }))
    .map(([unit, extra, tail]) => new Uint8Array([...new Array<number>(251 + extra).fill(unit), ...tail])),
);

const floats = fc.oneof(
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    Infinity,
    -Infinity,
    Number.MIN_VALUE,
    -Number.MIN_VALUE,
    Number.MAX_VALUE,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 63),
  ),
);

/** Texts that UTF-8 can hold. */
export const wellFormedTexts: fc.Arbitrary<string> = texts.map((text) =>
  text.replace(/[\ud800-\udfff]/gu, "\ufffd"),
);

/** Any value of a kind, in any form the codec takes. */
export function valuesOf(kind: ScalarKind): fc.Arbitrary<Value> {
  switch (kind) {
    case "bool":
      return fc.boolean();
    case "int64":
    case "timestamp":
      return integers(-(2n ** 63n), 2n ** 63n - 1n);
    case "uint64":
      return integers(0n, 2n ** 64n - 1n);
    case "float64":
      return floats;
    case "string":
      return wellFormedTexts;
    case "bytes":
      return byteStrings;
    case "uuid":
      return fc.oneof(
        fc.uuid(),
        fc.uuid().map((text) => text.toUpperCase()),
        fc.constantFrom(`${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`),
      );
  }
}

/** What a value is known by: decoded keys show this. */
export function canonical(kind: ScalarKind, value: Value): Value {
  if (kind === "uuid") return (value as string).toLowerCase();
  if (kind === "float64" && value === 0) return 0;
  if (typeof value === "bigint" && value >= -MAX_SAFE && value <= MAX_SAFE) return Number(value);
  return Object.is(value, -0) ? 0 : value;
}

/** Order of two values by the plainest means there are. */
export function orderOf(kind: ScalarKind, a: Value, b: Value): number {
  if (kind === "string")
    return orderOfLists([...(a as string)].map(codePoint), [...(b as string)].map(codePoint));
  if (kind === "bytes") return orderOfLists([...(a as Uint8Array)], [...(b as Uint8Array)]);
  if (kind === "float64") {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return (a as number) < (b as number) ? -1 : Number((a as number) > (b as number));
  }
  const [left, right] =
    kind === "uuid"
      ? [(a as string).toLowerCase(), (b as string).toLowerCase()]
      : [BigInt(a as number), BigInt(b as number)];
  return left < right ? -1 : Number(left > right);
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function orderOfLists(a: readonly number[], b: readonly number[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 0;
}
