/**
 * Arbitrary values of every type, meeting their constraints, with the nasty ones among them: empty, NUL, -0, NaN, the ends of the
 * 64-bit ranges and of exact numbers, eight-byte strings, characters beyond U+FFFF.
 */
import fc from "fast-check";
import { boundsOf, INT64_MAX, INT64_MIN, UINT64_MAX } from "../../src/schema/constraint-kinds.ts";
import { utf8Length } from "../../src/schema/text.ts";
import type { Constraint, Type, Value } from "../../src/schema/types.ts";

/**
 * `"canonical"`: as decoding gives it back with `integers: "exact"`: every key present, null for what is missing, integers as
 * numbers where they adjusted, UUIDs in lower case, no -0 in JSON. `"loose"`: whatever validation accepts besides.
 */
export type Form = "canonical" | "loose";

export const nastyStrings: readonly string[] = [
  "",
  "\0",
  "a\0b",
  "abcdefgh",
  "éééé",
  "\uffff",
  "\ufffd",
  "\u{10ffff}",
  "\u{10000}",
  "\ue000",
  "null",
  "__proto__",
  "constructor",
  "Zoë",
  "ß",
  "x".repeat(300),
  "\u0301",
];

export const nastyInt64s: readonly bigint[] = [
  0n,
  1n,
  -1n,
  255n,
  256n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  INT64_MIN,
  INT64_MIN + 1n,
  INT64_MAX,
];

export const nastyUint64s: readonly bigint[] = [
  0n,
  1n,
  255n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  2n ** 63n,
  UINT64_MAX,
];

export const nastyFloats: readonly number[] = [
  0,
  -0,
  1,
  -1,
  0.1,
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

/** A pattern, and texts it is found in. */
export interface PatternSample {
  readonly pattern: string;
  readonly texts: fc.Arbitrary<string>;
}

const wellFormed = fc.string({ unit: "binary", maxLength: 12 });
const around = (middle: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(wellFormed, middle, wellFormed).map((parts) => parts.join(""));

export const patternSamples: readonly PatternSample[] = [
  { pattern: "", texts: wellFormed },
  { pattern: "^[a-z]{1,8}$", texts: fc.stringMatching(/^[a-z]{1,8}$/) },
  { pattern: "\\d", texts: around(fc.constantFrom("0", "7", "٣")) },
  { pattern: "^\\w+$", texts: fc.constantFrom("Zoë_1", "漢字", "a\u0301", "x") },
  { pattern: "(?i)k", texts: around(fc.constantFrom("k", "K", "\u212a")) },
  { pattern: "a+?", texts: around(fc.constantFrom("a", "aa")) },
  { pattern: "\\(", texts: around(fc.constant("(")) },
  { pattern: "[\\W_]", texts: around(fc.constantFrom("_", "-", "😀")) },
];

export function arbitraryString(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom(...nastyStrings),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: "binary", maxLength: 12 }),
  );
}

/** Values of a type that meet constraints which some value can meet; null and undefined for optional ones. */
export function arbitraryValue(
  type: Type,
  constraints: readonly Constraint[] = [],
  form: Form = "loose",
): fc.Arbitrary<Value | undefined> {
  const bounds = boundsOf(constraints);
  switch (type.kind) {
    case "optional": {
      const empty = fc.constantFrom<null | undefined>(null, ...(form === "loose" ? [undefined] : []));
      return fc.oneof(
        { arbitrary: empty, weight: 1 },
        { arbitrary: arbitraryValue(type.inner, constraints, form), weight: 2 },
      );
    }
    case "bool":
      return fc.boolean();
    case "int64":
      return integers(bounds.int64.min, bounds.int64.max, nastyInt64s, form);
    case "timestamp":
      return integers(INT64_MIN, INT64_MAX, nastyInt64s, form);
    case "uint64":
      return integers(bounds.uint64.min, bounds.uint64.max, nastyUint64s, form);
    case "float64":
      return floats(bounds.float64.min, bounds.float64.max);
    case "string":
      return strings(constraints);
    case "bytes":
      return fc.uint8Array({ minLength: Number(bounds.length.min), maxLength: upTo(bounds.length, 12) });
    case "uuid": {
      const uuid = fc.oneof(fc.uuid(), fc.constant("00000000-0000-0000-0000-000000000000"));
      return form === "canonical"
        ? uuid
        : fc.oneof(
            uuid,
            uuid.map((text) => text.toUpperCase()),
          );
    }
    case "json":
      return arbitraryJson(form).filter((value) => value !== null);
    case "enum":
      return fc.constantFrom(...type.variants);
    case "list":
      return fc.array(elementOf(type.element, form), {
        minLength: Number(bounds.length.min),
        maxLength: upTo(bounds.length, 4),
      });
    case "object":
      return fc
        .tuple(...type.fields.map((field) => arbitraryValue(field.type, field.constraints, form)))
        .chain((values) =>
          arrange(
            type.fields.map(({ name }, index) => [name, values[index]]),
            form,
          ),
        );
  }
}

/** Lists have no way to leave out an element, so undefined stays out of them. */
function elementOf(type: Type, form: Form): fc.Arbitrary<Value> {
  return arbitraryValue(type, [], form).map((value) => value ?? null);
}

/** An object of these entries; loose ones leave out some of the undefined ones and come in any order. */
export function arrange(
  entries: readonly (readonly [string, Value | undefined])[],
  form: Form,
): fc.Arbitrary<{ readonly [name: string]: Value }> {
  if (form === "canonical") return fc.constant(fromEntries(entries));
  return fc.tuple(fc.boolean(), fc.boolean()).map(([reversed, sparse]) => {
    const kept = sparse ? entries.filter(([, value]) => value !== undefined) : entries;
    return fromEntries(reversed ? [...kept].reverse() : kept);
  });
}

function fromEntries(entries: readonly (readonly [string, Value | undefined])[]): {
  readonly [name: string]: Value;
} {
  return Object.fromEntries(entries) as { readonly [name: string]: Value };
}

function integers(
  min: bigint,
  max: bigint,
  nasty: readonly bigint[],
  form: Form,
): fc.Arbitrary<number | bigint> {
  const inside = [min, max, ...nasty].filter((value) => value >= min && value <= max);
  const exact = fc.oneof(
    fc.constantFrom(...inside),
    fc.bigInt({ min, max }),
    fc.bigInt({ min, max: min + 20n < max ? min + 20n : max }),
  );
  const asNumber = exact.map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
  return form === "canonical" ? asNumber : fc.oneof(asNumber, exact);
}

function floats(min: number, max: number): fc.Arbitrary<number> {
  const inside = nastyFloats.filter((value) => !(value < min) && !(value > max));
  // fast-check tells -0 from 0; bounds do not.
  const range = { min: min === 0 ? -0 : min, max: max === 0 ? 0 : max };
  return fc.oneof(fc.constantFrom(...inside), fc.double(range));
}

function strings(constraints: readonly Constraint[]): fc.Arbitrary<string> {
  const { length } = boundsOf(constraints);
  const adjusted = (text: string): string =>
    fitText(text, Number(length.min), upTo(length, Number.MAX_SAFE_INTEGER));
  for (const constraint of constraints) {
    if (constraint.kind === "email") return around(fc.constant("a@b.c"));
    if (constraint.kind === "url")
      return fc.tuple(fc.constantFrom("http://", "https://"), wellFormed).map((parts) => parts.join(""));
    if (constraint.kind !== "regex") continue;
    const sample = patternSamples.find(({ pattern }) => pattern === constraint.pattern);
    if (sample === undefined) throw new Error(`no texts are known for the pattern ${constraint.pattern}`);
    return sample.texts.filter((text) => adjusted(text) === text);
  }
  return arbitraryString().map(adjusted);
}

function upTo(length: { readonly max: bigint }, most: number): number {
  return length.max < BigInt(most) ? Number(length.max) : most;
}

/** The text cut or padded to a length in bytes. */
function fitText(text: string, bytesMin: number, bytesMax: number): string {
  let fitted = "";
  for (const character of text) {
    if (utf8Length(fitted + character) > bytesMax) break;
    fitted += character;
  }
  return fitted + "x".repeat(Math.max(0, bytesMin - utf8Length(fitted)));
}

/** Any JSON value, with nasty keys and texts. */
export function arbitraryJson(form: Form = "loose"): fc.Arbitrary<Value> {
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: "binary" }) as fc.Arbitrary<Value>;
  const nasty = fc.constantFrom<Value>(
    null,
    "",
    [],
    {},
    { "": [null] },
    JSON.parse('{"__proto__":{"a":1}}') as Value,
    [[[]]],
  );
  const any = fc.oneof({ arbitrary: value, weight: 3 }, { arbitrary: nasty, weight: 1 });
  return form === "canonical" ? any.map((json) => JSON.parse(JSON.stringify(json)) as Value) : any;
}
