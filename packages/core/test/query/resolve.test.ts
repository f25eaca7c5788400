import type { Operator, Predicate, QuerySpec, Value } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { resolveQuery } from "../../src/query/resolve.ts";
import { errorOf } from "../support/vault.ts";
import { tableOf } from "./table.ts";

const uuid = "00112233-4455-6677-8899-aabbccddeeff";

const table = tableOf(
  {
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "flag", type: "bool" },
      { path: "size", type: "uint64" },
      { path: "rate", type: "float64" },
      { path: "name", type: { optional: "string" } },
      { path: "raw", type: "bytes" },
      { path: "ref", type: "uuid" },
      { path: "at", type: "timestamp" },
      { path: "state", type: { enum: ["new", "sold"] } },
      { path: "tags", type: { list: "string" } },
      { path: "colours", type: { optional: { list: { enum: ["red", "blue"] } } } },
      { path: "matrix", type: { list: { list: "int64" } } },
      { path: "extra", type: "json" },
      { path: "author", type: { object: [{ path: "name", type: "string" }] } },
    ],
  },
  [],
);

function resolve(spec: QuerySpec): ReturnType<typeof resolveQuery> {
  return resolveQuery(table.state, spec);
}

function leaf(path: string | readonly string[], op: Operator, value?: Value): QuerySpec {
  return { where: { op, path, value } };
}

describe("paths", () => {
  test("a path that the schema does not know is refused, with the one that was probably meant", () => {
    for (const spec of [
      leaf("author.nam", "=", "Ann"),
      { orderBy: [{ path: "author.nam", direction: "asc" as const }] },
      { select: ["author.nam"] },
    ]) {
      const error = errorOf(() => resolve(spec));
      expect(error.code).toBe("path_unknown");
      expect(error.message).toContain('Did you mean "author.name"?');
      expect(error.details).toMatchObject({
        collection: "things",
        path: "author.nam",
        suggestion: "author.name",
      });
    }
  });

  test("names that every JavaScript object has are unknown like any other", () => {
    for (const path of ["constructor", "toString", "author.constructor"]) {
      expect(errorOf(() => resolve(leaf(path, "isNull"))).code).toBe("path_unknown");
    }
  });

  test("an empty name is no path", () => {
    for (const path of ["", "author..name", ["author", ""]]) {
      expect(errorOf(() => resolve(leaf(path, "isNull"))).code).toBe("field_path_invalid");
    }
  });

  test("a path inside a list or a JSON value is unknown", () => {
    expect(errorOf(() => resolve(leaf("tags.0", "=", "a"))).code).toBe("path_unknown");
    expect(errorOf(() => resolve(leaf("extra.a", "=", 1))).code).toBe("path_unknown");
  });

  test("text and a list of names mean the same path", () => {
    const { where } = resolve({
      where: {
        op: "and",
        all: [
          { op: "=", path: "author.name", value: "a" },
          { op: "=", path: ["author", "name"], value: "b" },
        ],
      },
    });
    const [first, second] = where !== true && where !== false && where.op === "and" ? where.all : [];
    expect(
      first !== undefined &&
        "at" in first &&
        second !== undefined &&
        "at" in second &&
        first.at === second.at,
    ).toBe(true);
  });
});

describe("operators", () => {
  const unsupported: readonly (readonly [string, Operator, Value | undefined, string])[] = [
    ["extra", "=", 1, "isNull"],
    ["tags", "=", "a", "contains and isNull"],
    ["matrix", "contains", 1, "isNull"],
    ["author", "in", [1], "isNull"],
    ["id", "contains", 1, "=, !=, <, <=, >, >=, in, between and isNull"],
    ["id", "startsWith", 1, "=, !="],
    ["ref", "startsWith", "00", "=, !="],
    ["raw", "contains", new Uint8Array(1), "startsWith and isNull"],
    ["tags", "startsWith", "a", "contains and isNull"],
  ];
  test.each(unsupported)("%s takes no %s", (path, op, value, supported) => {
    const error = errorOf(() => resolve(leaf(path, op, value)));
    expect(error.code).toBe("query_operator_unsupported");
    expect(error.details).toMatchObject({ path, operator: op });
    expect(error.details.supported?.at(-1)).toBe("isNull");
    expect(error.message).toContain(supported);
  });

  test("every path takes isNull", () => {
    for (const { path } of table.state.schema.fields)
      expect(() => resolve(leaf(path, "isNull"))).not.toThrow();
  });
});

describe("values", () => {
  const invalid: readonly (readonly [string, Operator, Value, string, string])[] = [
    ["flag", "=", 1, "true or false", "1"],
    ["id", "=", "1", "an integer from", '"1"'],
    ["id", "=", 1.5, "an integer from", "1.5"],
    ["id", ">", 1.5, "an integer from", "1.5"],
    ["id", "<", 2 ** 60, "an integer from", "1152921504606847000"],
    ["id", "=", 2n ** 63n, "an integer from", "9223372036854775808n"],
    ["id", "=", Number.NaN, "an integer from", "NaN"],
    ["size", ">=", -1, "an integer from 0", "-1"],
    ["size", ">=", 2n ** 64n, "an integer from 0", "a bigint of more than 64 bits"],
    ["at", "=", "2020-01-01", "microseconds since 1970", '"2020-01-01"'],
    ["rate", "=", 1n, "a number", "1n"],
    ["name", "=", 5, "a string", "5"],
    ["name", "startsWith", "\ud800", "well-formed text", '"\\ud800"'],
    ["raw", "=", "abc", "bytes", '"abc"'],
    ["raw", "=", [1, 2], "bytes", "a list of 2"],
    ["ref", "=", "abc", "a uuid", '"abc"'],
    ["state", "=", "old", 'one of "new", "sold"', '"old"'],
    ["state", "!=", "old", 'one of "new", "sold"', '"old"'],
    ["state", "in", ["new", "old"], 'one of "new", "sold"', '"old"'],
    ["state", "<", 3, "a string", "3"],
    ["tags", "contains", 5, "a string", "5"],
    ["colours", "contains", "green", 'one of "red", "blue"', '"green"'],
    ["author.name", "between", ["a", 1], "a string", "1"],
  ];
  test.each(invalid)("%s %s %s is refused", (path, op, value, expected, actual) => {
    const error = errorOf(() => resolve(leaf(path, op, value)));
    expect(error.code).toBe("query_value_invalid");
    expect(error.details).toMatchObject({ path, operator: op, actual });
    expect(error.details.expected).toContain(expected);
    expect(error.message).toContain(`"${op}" on "${path}"`);
  });

  test("an unsafe number is refused with the advice to use bigint", () => {
    expect(errorOf(() => resolve(leaf("id", "=", 2 ** 53))).message).toContain("give a bigint");
  });

  test("integers are compared exactly whether given as number or bigint", () => {
    expect(resolve(leaf("id", "=", 5n)).where).toMatchObject({ value: 5 });
    expect(resolve(leaf("id", "=", 2n ** 62n)).where).toMatchObject({ value: 2n ** 62n });
    expect(resolve(leaf("id", "=", -0)).where).toMatchObject({ value: 0 });
    expect(Object.is((resolve(leaf("id", "=", -0)).where as { value?: unknown }).value, 0)).toBe(true);
  });

  test("uuids are taken in any case", () => {
    expect(resolve(leaf("ref", "=", uuid.toUpperCase())).where).toMatchObject({ value: uuid });
  });
});

describe("what is known without looking at a row", () => {
  const folded: readonly (readonly [string, Predicate, unknown])[] = [
    ["in []", { op: "in", path: "id", value: [] }, false],
    ["not in []", { op: "not", predicate: { op: "in", path: "id", value: [] } }, true],
    ["and of none", { op: "and", all: [] }, true],
    ["or of none", { op: "or", any: [] }, false],
    ["= NaN", { op: "=", path: "rate", value: Number.NaN }, false],
    ["in [NaN]", { op: "in", path: "rate", value: [Number.NaN] }, false],
    ["between with NaN", { op: "between", path: "rate", value: [0, Number.NaN] }, false],
    ["between the wrong way round", { op: "between", path: "id", value: [2, 1] }, false],
    [
      "false inside and",
      {
        op: "and",
        all: [
          { op: "=", path: "id", value: 1 },
          { op: "or", any: [] },
        ],
      },
      false,
    ],
  ];
  test.each(folded)("%s", (_, where, expected) => {
    expect(resolve({ where }).where).toBe(expected);
  });

  test("an in of one value and a between of one value are equalities", () => {
    expect(resolve(leaf("id", "in", [5, 5n])).where).toMatchObject({ op: "=", value: 5 });
    expect(resolve(leaf("id", "between", [5, 5n])).where).toMatchObject({ op: "=", value: 5 });
  });

  test("an empty prefix and an empty part ask for a value, any value", () => {
    expect(resolve(leaf("name", "startsWith", "")).where).toMatchObject({ op: "isNull", value: false });
    expect(resolve(leaf("name", "contains", "")).where).toMatchObject({ op: "isNull", value: false });
  });
});

describe("order and output", () => {
  test("rows are not ordered by lists, objects and JSON values", () => {
    for (const path of ["tags", "author", "extra"]) {
      const error = errorOf(() => resolve({ orderBy: [{ path, direction: "asc" }] }));
      expect(error.code).toBe("query_order_invalid");
      expect(error.message).toContain(`"${path}"`);
    }
  });

  test("a path orders once, in whatever spelling", () => {
    const orderBy = [
      { path: "author.name", direction: "asc" as const },
      { path: ["author", "name"], direction: "desc" as const },
    ];
    expect(errorOf(() => resolve({ orderBy })).code).toBe("query_order_invalid");
  });

  test("what follows the primary key in an order is checked, and decides nothing", () => {
    const { order } = resolve({
      orderBy: [
        { path: "rate", direction: "asc" },
        { path: "id", direction: "desc" },
        { path: "name", direction: "asc" },
      ],
    });
    expect(order.fields.map(({ at }) => at.text)).toEqual(["rate"]);
    expect(order.keyDirection).toBe("desc");
    expect(
      errorOf(() =>
        resolve({
          orderBy: [
            { path: "id", direction: "asc" },
            { path: "nope", direction: "asc" },
          ],
        }),
      ).code,
    ).toBe("path_unknown");
  });

  test("a selected object wins over what it holds", () => {
    expect(resolve({ select: ["author.name", "author", "id", "id"] }).select).toEqual([["author"], ["id"]]);
  });

  test("offset and a cursor exclude each other", () => {
    const error = errorOf(() => resolve({ offset: 1, after: "AQ" }));
    expect(error.code).toBe("argument_invalid");
    expect(error.details.argument).toBe("offset");
  });
});
