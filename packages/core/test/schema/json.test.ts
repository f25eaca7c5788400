import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { descriptorsFromJson, descriptorsToJson } from "../../src/schema/json.ts";

describe("reading", () => {
  test("keeps integers of any size", () => {
    expect(
      descriptorsFromJson(
        '{"max_u64":18446744073709551615,"min_i64":-9223372036854775808,"n":9007199254740991}',
      ),
    ).toEqual({
      max_u64: 18446744073709551615n,
      min_i64: -9223372036854775808n,
      n: 9007199254740991,
    });
  });

  test("gives what JSON.parse gives for everything else", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        // Only a number that is an integer beyond 2^53-1 may come out as another type.
        expect(
          JSON.stringify(descriptorsFromJson(text), (_key, inner) =>
            typeof inner === "bigint" ? Number(inner) : inner,
          ),
        ).toBe(JSON.stringify(value));
      }),
    );
  });

  test.each([
    "",
    " ",
    "{",
    "[1,]",
    "[1 2]",
    '{"a"}',
    '{"a":1,}',
    "{a:1}",
    "01",
    "+1",
    ".5",
    "1.",
    "NaN",
    "'a'",
    '"a',
    '"\n"',
    '"\\x"',
    '"\\u12"',
    "true false",
    "nul",
    "[1]]",
    '{"a":1,"a":2}',
    "\ufeff1",
  ])("%j is refused with its place", (text) => {
    expect(() => descriptorsFromJson(text)).toThrow(
      expect.objectContaining({
        code: "schema_json_invalid",
        details: expect.objectContaining({ offset: expect.any(Number) }),
      }),
    );
  });

  test("what is no text is refused as such", () => {
    for (const text of [5, null, undefined, ["[1]"], Symbol("[]"), Object.create(null)]) {
      expect(() => descriptorsFromJson(text as never)).toThrow(
        expect.objectContaining({ code: "schema_json_invalid" }),
      );
    }
  });

  test("takes __proto__ for a key like any other", () => {
    const value = descriptorsFromJson('{"__proto__":{"x":1}}') as object;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test("refuses nesting without end instead of overflowing", () => {
    expect(() => descriptorsFromJson("[".repeat(100_000))).toThrow(
      expect.objectContaining({ code: "schema_json_invalid" }),
    );
  });

  test("reads long texts", () => {
    const long = "a\\n\u{1f600}".repeat(500_000);
    expect(descriptorsFromJson(`["${long}"]`)).toEqual([JSON.parse(`"${long}"`)]);
  });
});

describe("writing", () => {
  test("and reading again gives the same data, integers and -0 included", () => {
    const leaf = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt({ min: 2n ** 53n }),
      fc.bigInt({ max: -(2n ** 53n) }),
    );
    const { data } = fc.letrec((tie) => ({
      data: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie("data")),
        fc.dictionary(fc.constantFrom("a", "b", "", "é", "__proto__"), tie("data"), {
          noNullPrototype: true,
        }),
      ),
    }));
    fc.assert(
      fc.property(data, (value) => {
        const again = descriptorsFromJson(descriptorsToJson(value));
        // Floats beyond 2^53 are integers too, and are read as such.
        const plain = (inner: unknown): unknown =>
          typeof inner === "bigint"
            ? Number(inner)
            : Array.isArray(inner)
              ? inner.map(plain)
              : typeof inner === "object" && inner !== null
                ? Object.entries(inner).map(([key, content]) => [key, plain(content)])
                : inner;
        expect(plain(again)).toEqual(plain(value));
      }),
    );
    expect(descriptorsToJson([18446744073709551615n, -0])).toBe("[18446744073709551615,-0.0]");
    expect(Object.is((descriptorsFromJson("[-0.0]") as number[])[0], -0)).toBe(true);
  });

  test("leaves out what is undefined", () => {
    expect(descriptorsToJson({ a: undefined, b: null })).toBe('{"b":null}');
  });

  test("refuses what JSON cannot hold", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
      () => 1,
      Symbol("s"),
      [undefined],
      cycle,
    ]) {
      expect(() => descriptorsToJson(value)).toThrow(
        expect.objectContaining({ code: "schema_json_invalid" }),
      );
    }
  });
});
