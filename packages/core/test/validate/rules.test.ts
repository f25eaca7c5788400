import { describe, expect, test } from "vitest";
import type { ValidationIssue } from "../../src/errors/error.ts";
import { checkSchema } from "../../src/schema/check-collection.ts";
import type { FieldDescriptor, TypeDescriptor } from "../../src/schema/descriptors.ts";
import { compileValidator } from "../../src/validate/compile-validator.ts";

const id: FieldDescriptor = { path: "id", type: "int64" };

function validatorOf(...fields: FieldDescriptor[]): (row: unknown) => readonly ValidationIssue[] {
  return compileValidator(checkSchema({ primaryKey: "id", fields: [id, ...fields] }));
}

/** The problems of a value in a field `f` of a type. */
function issuesOf(
  type: TypeDescriptor,
  value: unknown,
  constraints: FieldDescriptor["constraints"] = [],
): readonly ValidationIssue[] {
  return validatorOf({ path: "f", type, constraints })({ id: 1, f: value });
}

const accepts = (
  type: TypeDescriptor,
  value: unknown,
  constraints?: FieldDescriptor["constraints"],
): boolean => issuesOf(type, value, constraints).length === 0;

test("an issue says where, which rule, what was expected and found, in one sentence too", () => {
  expect(issuesOf("int64", "x")).toEqual([
    {
      message: '"f" must be an integer from -2^63 to 2^63-1; found "x".',
      path: ["f"],
      rule: "type",
      expected: "an integer from -2^63 to 2^63-1",
      actual: '"x"',
    },
  ]);
});

test("all problems of a row are told at once, in the order of the schema", () => {
  const validate = validatorOf(
    { path: "title", type: "string", constraints: [{ min_length: 3 }, { regex: "^[A-Z]" }] },
    { path: "tags", type: { list: "string" } },
    {
      path: "author",
      type: {
        object: [
          { path: "name", type: "string" },
          { path: "born", type: { optional: "int64" } },
        ],
      },
    },
  );
  const row = { titel: "x", author: { born: 1.5, nmae: "y" }, tags: ["a", 5, null], title: "a", id: null };
  expect(validate(row).map(({ message }) => message)).toEqual([
    '"id" is required and must be an integer from -2^63 to 2^63-1; found null.',
    '"title" must be at least 3 bytes long; found 1.',
    '"title" must be text that matches "^[A-Z]"; found "a".',
    '"tags[1]" must be a string; found 5.',
    '"tags[2]" is required and must be a string; found null.',
    '"author.name" is required and must be a string; found nothing.',
    '"author.born" must be an integer from -2^63 to 2^63-1; found 1.5.',
    'There is no field "nmae" in "author". Did you mean "name"?',
    'There is no field "titel". Did you mean "title"?',
  ]);
  expect(validate(row).map(({ path }) => path)).toEqual([
    ["id"],
    ["title"],
    ["title"],
    ["tags", 1],
    ["tags", 2],
    ["author", "name"],
    ["author", "born"],
    ["author", "nmae"],
    ["titel"],
  ]);
});

describe("missing values", () => {
  test("null, undefined and nothing are the same, and only optional fields may be so", () => {
    for (const row of [{ id: 1 }, { id: 1, f: null }, { id: 1, f: undefined }]) {
      expect(validatorOf({ path: "f", type: { optional: "string" } })(row)).toEqual([]);
      expect(validatorOf({ path: "f", type: "string" })(row)).toMatchObject([
        { rule: "required", path: ["f"] },
      ]);
    }
  });

  test("two optionals around a type are one", () => {
    expect(accepts({ optional: { optional: "string" } }, null)).toBe(true);
    expect(accepts({ optional: { optional: "string" } }, "x")).toBe(true);
  });

  test("constraints do not concern what is missing", () => {
    expect(accepts({ optional: "string" }, null, [{ nonempty: true }])).toBe(true);
    expect(issuesOf({ optional: "string" }, "", [{ nonempty: true }])).toMatchObject([{ rule: "nonempty" }]);
  });

  test("a missing primary key is a missing field", () => {
    expect(validatorOf()({})).toMatchObject([{ rule: "required", path: ["id"], actual: "nothing" }]);
  });
});

describe("types", () => {
  const big = (text: string): bigint => BigInt(text);
  const good: [TypeDescriptor, unknown[]][] = [
    ["bool", [true, false]],
    ["int64", [0, -0, -5, 2 ** 53 - 1, big("9223372036854775807"), -(2n ** 63n), 5n]],
    ["uint64", [0, -0, 2 ** 53 - 1, 2n ** 64n - 1n]],
    ["timestamp", [-1, 1_700_000_000_000_000, 2n ** 60n]],
    ["float64", [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60]],
    ["string", ["", "\0", "é", "\u{10ffff}", "x".repeat(1000)]],
    ["bytes", [new Uint8Array(0), Buffer.from("ab"), new Uint8Array([255])]],
    [
      "uuid",
      [
        "123e4567-e89b-12d3-a456-426614174000",
        "00000000-0000-0000-0000-000000000000",
        "ABCDEFAB-CDEF-ABCD-EFAB-CDEFABCDEFAB",
      ],
    ],
    [
      "json",
      [
        0,
        "",
        false,
        [],
        {},
        [null],
        { a: { b: [1, "x", null] }, c: undefined },
        Object.create(null),
        JSON.parse('{"__proto__":[1]}'),
      ],
    ],
    [{ enum: ["a", "constructor"] }, ["a", "constructor"]],
    [{ list: { optional: "int64" } }, [[], [1, null, undefined, 2n]]],
    [{ list: { list: "bool" } }, [[[true], []]]],
  ];
  for (const [type, values] of good) {
    test(`${JSON.stringify(type)} takes its values`, () => {
      for (const value of values) expect(issuesOf(type, value)).toEqual([]);
    });
  }

  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
  const holed: unknown[] = [1, , 2];
  const bad: [TypeDescriptor, unknown, Partial<ValidationIssue>][] = [
    ["bool", 1, { actual: "1" }],
    ["bool", new Boolean(true), { actual: "a Boolean" }],
    ["int64", 1.5, { actual: "1.5" }],
    ["int64", Number.NaN, { actual: "NaN" }],
    [
      "int64",
      2 ** 53,
      { actual: "9007199254740992", message: expect.stringContaining("give it as a bigint") },
    ],
    ["int64", 2n ** 63n, { actual: "9223372036854775808n" }],
    ["int64", true, { actual: "true" }],
    ["int64", "1", { actual: '"1"' }],
    ["uint64", -1, { actual: "-1", expected: "an integer from 0 to 2^64-1" }],
    ["uint64", -1n, { actual: "-1n" }],
    ["uint64", 2n ** 64n, { actual: "a bigint of more than 64 bits" }],
    [
      "timestamp",
      new Date(0),
      { actual: "a Date", message: expect.stringContaining("date.getTime() * 1000") },
    ],
    ["timestamp", 0.5, { actual: "0.5" }],
    ["float64", 1n, { actual: "1n", message: expect.stringContaining("Number()") }],
    ["float64", "1", { actual: '"1"' }],
    [
      "string",
      "a\ud800",
      { expected: "well-formed text", message: expect.stringContaining("lone surrogate") },
    ],
    ["string", new String("x"), { actual: "a String" }],
    ["bytes", [1, 2], { actual: "a list of 2", message: expect.stringContaining("Uint8Array.from()") }],
    [
      "bytes",
      new ArrayBuffer(2),
      { actual: "an ArrayBuffer", message: expect.stringContaining("new Uint8Array(buffer)") },
    ],
    ["bytes", new Uint16Array(2), { actual: "a Uint16Array" }],
    ["bytes", new Uint8ClampedArray(2), { actual: "a Uint8ClampedArray" }],
    ["bytes", Object.create(Uint8Array.prototype), { rule: "type" }],
    ["uuid", "123e4567e89b12d3a456426614174000", { message: expect.stringContaining("8-4-4-4-12") }],
    ["uuid", "{123e4567-e89b-12d3-a456-426614174000}", {}],
    ["uuid", "123e4567-e89b-12d3-a456-42661417400g", {}],
    ["uuid", "123e4567-e89b-12d3-a456-426614174000\n", {}],
    ["uuid", new Uint8Array(16), { actual: "16 bytes" }],
    [
      { enum: ["new", "sold"] },
      "nwe",
      {
        rule: "enum",
        expected: 'one of "new", "sold"',
        message: expect.stringContaining('Did you mean "new"?'),
      },
    ],
    [{ enum: ["new", "sold"] }, "New", { rule: "enum" }],
    [{ enum: ["1"] }, 1, { rule: "enum", actual: "1" }],
    [{ list: "int64" }, new Set([1]), { actual: "a Set", message: expect.stringContaining("Array.from()") }],
    [{ list: "int64" }, { 0: 1, length: 1 }, { actual: "an object" }],
    [{ list: "int64" }, "12", { actual: '"12"' }],
    [{ list: "int64" }, holed, { path: ["f", 1], actual: "a hole in the list" }],
    [{ list: { optional: "int64" } }, holed, { path: ["f", 1], actual: "a hole in the list" }],
    [{ list: "int64" }, [1, undefined], { path: ["f", 1], rule: "required" }],
    [
      { object: [{ path: "x", type: "bool" }] },
      new Map([["x", true]]),
      { actual: "a Map", message: expect.stringContaining("Object.fromEntries()") },
    ],
    [{ object: [{ path: "x", type: "bool" }] }, [true], { actual: "a list of 1" }],
    ["json", 1n, { actual: "1n" }],
    ["json", Number.POSITIVE_INFINITY, { actual: "Infinity" }],
    ["json", [undefined], { path: ["f", 0], actual: "undefined" }],
    ["json", [() => 1], { path: ["f", 0], actual: "a function" }],
    ["json", { a: { b: Symbol("s") } }, { path: ["f", "a", "b"], actual: "a symbol" }],
    ["json", { when: new Date(0) }, { path: ["f", "when"], message: expect.stringContaining("toJSON") }],
    ["json", new Map(), { expected: "a plain object", actual: "a Map" }],
    ["json", { a: new Uint8Array(1) }, { path: ["f", "a"], actual: "1 bytes" }],
    ["json", "\udc00", { expected: "well-formed text" }],
    ["json", { "\ud800": 1 }, { path: ["f", "\ud800"], expected: "under a well-formed key" }],
    ["json", { [Symbol("s")]: 1 }, { expected: "an object without symbol keys" }],
    ["json", { toJSON: () => 1 }, { expected: "plain data" }],
    ["json", holed, { path: ["f", 1], actual: "undefined" }],
  ];
  test.each(bad)("%o refuses %o", (type, value, expected) => {
    expect(issuesOf(type, value)).toEqual([
      expect.objectContaining({ path: ["f"], ...expected, rule: expected.rule ?? "type" }),
    ]);
  });

  test("an inherited value is no value", () => {
    expect(validatorOf({ path: "f", type: "string" })(Object.create({ id: 1, f: "x" }))).toMatchObject([
      { path: ["id"] },
      { path: ["f"] },
    ]);
    expect(validatorOf({ path: "toString", type: { optional: "string" } })({ id: 1 })).toEqual([]);
    expect(validatorOf({ path: "constructor", type: "string" })({ id: 1 })).toMatchObject([
      { rule: "required" },
    ]);
  });
});

describe("constraints", () => {
  type Constraints = NonNullable<FieldDescriptor["constraints"]>;
  test.each<[TypeDescriptor, Constraints, unknown[], unknown[]]>([
    ["int64", [{ min_i64: -1 }], [-1, 0n, 2n ** 62n], [-2, -2n, -(2n ** 63n)]],
    ["int64", [{ min_i64: 2n ** 53n + 1n }], [2n ** 53n + 1n, 2n ** 53n + 2n], [2n ** 53n, 2 ** 53 - 1]],
    ["int64", [{ max_i64: -(2n ** 53n) - 1n }], [-(2n ** 53n) - 1n], [-(2 ** 53) + 1, -(2n ** 53n)]],
    [
      "uint64",
      [{ min_u64: 1 }, { max_u64: 18446744073709551614n }],
      [1, 18446744073709551614n],
      [0, 18446744073709551615n],
    ],
    [
      "float64",
      [{ min_f64: 0 }],
      [0, -0, 5e-324, Number.NaN, Number.POSITIVE_INFINITY],
      [-5e-324, Number.NEGATIVE_INFINITY],
    ],
    ["float64", [{ max_f64: 1.5 }], [1.5, Number.NaN], [1.5000000000000002]],
    ["string", [{ min_length: 4 }], ["abcd", "éé", "😀"], ["", "abc", "é", "ééx".slice(1)]],
    ["string", [{ max_length: 4 }], ["abcd", "éé", "😀", ""], ["abcde", "ééx", "😀x"]],
    [
      "bytes",
      [{ min_length: 1 }, { max_length: 2 }],
      [new Uint8Array(1), new Uint8Array(2)],
      [new Uint8Array(0), new Uint8Array(3)],
    ],
    [
      { list: "bool" },
      [{ min_length: 1 }, { max_length: 2 }],
      [[true], [true, true]],
      [[], [true, true, true]],
    ],
    ["string", [{ nonempty: true }], [" ", "\0"], [""]],
    ["bytes", [{ nonempty: true }], [new Uint8Array(1)], [new Uint8Array(0)]],
    [{ list: "bool" }, [{ nonempty: true }], [[false]], [[]]],
    ["string", [{ email: true }], ["a@b.c", ".@", "@."], ["", "a@b", "a.b"]],
    ["string", [{ url: true }], ["http://", "https://x y"], ["HTTP://x", "ftp://x", " http://x", "http:/x"]],
    ["string", [{ regex: "b" }], ["abc"], ["ac", ""]],
    ["string", [{ regex: "^b$" }], ["b"], ["b\n", "abc"]],
  ])("on %o: %o", (type, constraints, good, bad) => {
    const rules = constraints.map((constraint) => Object.keys(constraint)[0]);
    for (const value of good) expect(issuesOf(type, value, constraints)).toEqual([]);
    for (const value of bad) {
      const [issue, ...more] = issuesOf(type, value, constraints);
      expect(more).toEqual([]);
      expect(rules).toContain(issue?.rule);
    }
  });

  test("all that fail are told, with what each wants", () => {
    const constraints: Constraints = [
      { min_length: 5 },
      { email: true },
      { url: true },
      { regex: "^x" },
      { nonempty: true },
    ];
    expect(
      issuesOf("string", "", constraints).map(
        ({ rule, expected, actual }) => `${rule}: ${expected}: ${actual}`,
      ),
    ).toEqual([
      "min_length: at least 5 bytes long: 0",
      'email: an e-mail address, with "@" and ".": ""',
      'url: a URL that starts with "http://" or "https://": ""',
      'regex: text that matches "^x": ""',
      'nonempty: non-empty: ""',
    ]);
  });

  test("are not looked at when the type is wrong already", () => {
    expect(issuesOf("string", 5, [{ email: true }])).toMatchObject([{ rule: "type" }]);
    expect(issuesOf({ list: "bool" }, [1], [{ max_length: 0 }])).toMatchObject([{ rule: "type" }]);
  });

  test("a pattern that a foreign catalogue brought and RE2 cannot run refuses every value, and says why", () => {
    const validate = compileValidator({
      primaryKey: "id",
      fields: [
        { path: ["id"], type: { kind: "int64" }, constraints: [] },
        {
          path: ["f"],
          type: { kind: "optional", inner: { kind: "string" } },
          constraints: [{ kind: "regex", pattern: "(?x) a" }],
        },
      ],
      indexes: [],
    });
    expect(validate({ id: 1 })).toEqual([]);
    expect(validate({ id: 1, f: "a" })).toMatchObject([
      { rule: "regex", message: expect.stringContaining("cannot be run here") },
    ]);
  });

  test("inside object types hold like outside", () => {
    const type: TypeDescriptor = {
      list: { object: [{ path: "x", type: "int64", constraints: [{ max_i64: 3 }] }] },
    };
    expect(issuesOf(type, [{ x: 1 }, { x: 4 }])).toMatchObject([
      { rule: "max_i64", path: ["f", 1, "x"], expected: "at most 3", actual: "4" },
    ]);
  });
});

describe("the primary key", () => {
  test("is finite when it is a float, and keeps its own constraints", () => {
    const validate = compileValidator(
      checkSchema({
        primaryKey: "k",
        fields: [{ path: "k", type: "float64", constraints: [{ min_f64: 0 }] }],
      }),
    );
    expect(validate({ k: 1.5 })).toEqual([]);
    for (const k of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(validate({ k })).toMatchObject([{ rule: "primary_key", path: ["k"], actual: String(k) }]);
    }
    expect(validate({ k: -1 })).toMatchObject([{ rule: "min_f64" }]);
  });
});

describe("fields of several segments", () => {
  const validate = validatorOf(
    { path: "a.b", type: "bool" },
    { path: "a.c.d", type: { optional: "int64" } },
    { path: "o.p", type: { optional: "string" } },
    { path: "o.q.r", type: { optional: "string" } },
  );

  test("stand inside objects, which may be missing where all below them is optional", () => {
    for (const row of [
      { id: 1, a: { b: true } },
      { id: 1, a: { b: true, c: null }, o: null },
      { id: 1, a: { b: true, c: {} }, o: { q: undefined } },
      { id: 1, a: { b: true, c: { d: 1 } }, o: { p: "x", q: { r: "y" } } },
    ]) {
      expect(validate(row)).toEqual([]);
    }
  });

  test("are reported at their own paths when their object is missing", () => {
    expect(validate({ id: 1 })).toMatchObject([{ rule: "required", path: ["a", "b"], actual: "nothing" }]);
    expect(validate({ id: 1, a: null })).toMatchObject([
      { rule: "required", path: ["a", "b"], actual: "null" },
    ]);
  });

  test("leave no room for other keys, or for other things than objects", () => {
    expect(validate({ id: 1, a: { b: true, x: 1 }, o: 5 })).toMatchObject([
      { rule: "unknown_field", path: ["a", "x"] },
      { rule: "type", path: ["o"], expected: "an object" },
    ]);
  });
});

describe("sizes", () => {
  const limit = 16 * 1024 * 1024;

  test("strings and bytes are at most 16 MiB", () => {
    expect(accepts("string", "x".repeat(limit))).toBe(true);
    expect(issuesOf("string", "x".repeat(limit + 1))).toMatchObject([{ rule: "size", path: ["f"] }]);
    expect(issuesOf("string", "é".repeat(limit / 2 + 1))).toMatchObject([{ rule: "size" }]);
    expect(accepts("bytes", new Uint8Array(limit))).toBe(true);
    expect(issuesOf("bytes", new Uint8Array(limit + 1))).toMatchObject([
      { rule: "size", actual: "16777217 bytes" },
    ]);
  });

  test("lists have at most 1048576 elements", () => {
    expect(accepts({ list: "bool" }, new Array(1_048_576).fill(true))).toBe(true);
    expect(issuesOf({ list: "bool" }, new Array(1_048_577).fill(5))).toMatchObject([
      { rule: "size", actual: "1048577" },
    ]);
  });

  test("the text of a JSON value is at most 16 MiB, escapes counted", () => {
    expect(accepts("json", "x".repeat(limit - 2))).toBe(true);
    expect(issuesOf("json", "x".repeat(limit - 1))).toMatchObject([{ rule: "size" }]);
    expect(issuesOf("json", ["\0".repeat(limit / 6 + 1)])).toMatchObject([{ rule: "size" }]);
  });

  test("no more than a thousand problems are listed", () => {
    expect(issuesOf({ list: "bool" }, new Array(5000).fill(1))).toHaveLength(1000);
    expect(issuesOf("json", new Array(5000).fill(1n))).toHaveLength(1000);
    const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`k${index}`, 1]));
    expect(validatorOf()({ id: 1, ...keys })).toHaveLength(1000);
  });

  test("what is found is told in short, however long it is", () => {
    const [issue] = issuesOf("int64", "x".repeat(10_000_000));
    expect(issue?.message.length).toBeLessThan(200);
  });
});
