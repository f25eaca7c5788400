/** What predicates and orders mean, each rule on every access path: the same column twice, with an index and without. */
import type { Operator, Row, TypeDescriptor, Value } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import type { PredicateBuilder } from "../../src/query/predicate-builder.ts";
import type { Query } from "../../src/query/query.ts";
import type { Predicate } from "../../src/query/query-spec.ts";
import { tableOf } from "./table.ts";

/** Rows 1, 2, 3 … with the same values at `plain` and at `indexed`. */
function column(
  type: TypeDescriptor,
  values: readonly (Value | undefined)[],
): (change: (path: string, query: Query) => Query) => number[] {
  const { query } = tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "plain", type: { optional: type } },
        { path: "indexed", type: { optional: type } },
      ],
      indexes: [{ path: "indexed" }],
    },
    values.map((value, position) => ({ id: position + 1, plain: value, indexed: value })),
  );
  return (change) => {
    const [plain, indexed] = ["plain", "indexed"].map((path) => change(path, query()).all().map(idOf));
    expect(indexed).toEqual(plain);
    return plain as number[];
  };
}

function idOf(row: Row): number {
  return Number(row.id);
}

function found(
  type: TypeDescriptor,
  values: readonly (Value | undefined)[],
  op: Operator,
  value?: Value,
): number[] {
  return column(type, values)((path, query) => query.where(path, op, value as Value));
}

describe("a missing value", () => {
  const values = [5, null, 7, undefined];

  test("makes every comparison false, != included", () => {
    expect(found("int64", values, "=", 5)).toEqual([1]);
    expect(found("int64", values, "!=", 5)).toEqual([3]);
    expect(found("int64", values, "<", 100)).toEqual([1, 3]);
    expect(found("int64", values, ">=", -100)).toEqual([1, 3]);
    expect(found("int64", values, "in", [5, 6])).toEqual([1]);
    expect(found("int64", values, "between", [0, 6])).toEqual([1]);
  });

  test("is what isNull finds, and nothing else does", () => {
    expect(found("int64", values, "isNull")).toEqual([2, 4]);
    expect(found("int64", values, "isNull", true)).toEqual([2, 4]);
    expect(found("int64", values, "isNull", false)).toEqual([1, 3]);
  });

  test("makes not(…) true, for it is plain negation", () => {
    const rows = column("int64", values);
    const not = (predicate: (is: PredicateBuilder, path: string) => Predicate): number[] =>
      rows((path, query) => query.where((is) => is.not(predicate(is, path))));
    expect(not((is, path) => is(path, "=", 5))).toEqual([2, 3, 4]);
    expect(not((is, path) => is(path, "!=", 5))).toEqual([1, 2, 4]);
    expect(not((is, path) => is(path, "isNull"))).toEqual([1, 3]);
    expect(not((is, path) => is.not(is(path, "=", 5)))).toEqual([1]);
    expect(not((is, path) => is.and(is(path, ">", 5), is(path, "<", 9)))).toEqual([1, 2, 4]);
    expect(not((is, path) => is.or(is(path, "=", 5), is(path, "isNull")))).toEqual([3]);
  });

  test("comes last ascending and first descending", () => {
    const rows = column("int64", values);
    expect(rows((path, query) => query.orderBy(path))).toEqual([1, 3, 2, 4]);
    expect(rows((path, query) => query.orderBy(path, "desc"))).toEqual([4, 2, 3, 1]);
  });
});

describe("numbers", () => {
  const floats = [0, -0, Number.NaN, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

  test("-0 equals 0", () => {
    expect(found("float64", floats, "=", 0)).toEqual([1, 2]);
    expect(found("float64", floats, "=", -0)).toEqual([1, 2]);
    expect(found("float64", floats, "in", [-0, 1])).toEqual([1, 2, 4]);
    expect(found("float64", floats, "<", 0)).toEqual([5]);
    expect(found("float64", floats, ">=", -0)).toEqual([1, 2, 4, 6]);
  });

  test("NaN equals nothing, is in no range, and differs from everything that is there", () => {
    expect(found("float64", floats, "=", Number.NaN)).toEqual([]);
    expect(found("float64", floats, "in", [Number.NaN, 1])).toEqual([4]);
    expect(found("float64", floats, "<=", Number.NaN)).toEqual([]);
    expect(found("float64", floats, ">=", Number.NEGATIVE_INFINITY)).toEqual([1, 2, 4, 5, 6]);
    expect(found("float64", floats, "<=", Number.POSITIVE_INFINITY)).toEqual([1, 2, 4, 5, 6]);
    expect(found("float64", [...floats, null], "!=", Number.NaN)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(found("float64", [...floats, null], "!=", 1)).toEqual([1, 2, 3, 5, 6]);
  });

  test("NaN sorts above all numbers and below what is missing", () => {
    const rows = column("float64", [Number.NaN, null, 1, Number.POSITIVE_INFINITY]);
    expect(rows((path, query) => query.orderBy(path))).toEqual([3, 4, 1, 2]);
    expect(rows((path, query) => query.orderBy(path, "desc"))).toEqual([2, 1, 4, 3]);
  });

  test("64-bit integers are compared exactly", () => {
    const values = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n - 1n, -(2n ** 63n)];
    expect(found("int64", values, "=", 2n ** 53n)).toEqual([1]);
    expect(found("int64", values, ">", 2n ** 53n)).toEqual([2]);
    expect(found("int64", values, "<=", Number.MAX_SAFE_INTEGER)).toEqual([3, 4]);
    expect(found("int64", values, "in", [2n ** 53n + 1n, -(2n ** 63n)])).toEqual([2, 4]);
    expect(found("uint64", [2n ** 64n - 1n, 0], "<=", 2n ** 64n - 1n)).toEqual([1, 2]);
    expect(found("uint64", [2n ** 64n - 1n, 0], ">", 2n ** 64n - 1n)).toEqual([]);
    expect(found("timestamp", [-1, 0, 1], "<", 0)).toEqual([1]);
  });

  test("false is below true", () => {
    expect(found("bool", [true, false, null], "<", true)).toEqual([2]);
    expect(found("bool", [true, false, null], ">=", false)).toEqual([1, 2]);
  });
});

describe("text, bytes and uuids", () => {
  test("text is ordered by code point, not by UTF-16 unit", () => {
    // The last two are in the other order by JavaScript's own "<".
    const values = ["z", "\ue000", "\u{10000}"];
    const rows = column("string", values);
    expect(rows((path, query) => query.orderBy(path, "desc"))).toEqual([3, 2, 1]);
    expect(found("string", values, ">", "\uffff")).toEqual([3]);
    expect(found("string", values, "<", "\u{10000}")).toEqual([1, 2]);
  });

  test("startsWith and contains take text as it is written", () => {
    const values = ["", "a", "ab", "b", "A", "a%", "xay", null, "\0a", "a\0"];
    expect(found("string", values, "startsWith", "a")).toEqual([2, 3, 6, 10]);
    expect(found("string", values, "startsWith", "a%")).toEqual([6]);
    expect(found("string", values, "startsWith", "a\0")).toEqual([10]);
    expect(found("string", values, "startsWith", "")).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10]);
    expect(found("string", values, "contains", "a")).toEqual([2, 3, 6, 7, 9, 10]);
    expect(found("string", values, "contains", "")).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10]);
  });

  test("bytes are compared as unsigned bytes, a beginning before what it begins", () => {
    const values = [[], [0], [0, 0], [0x7f], [0x80], [0xff], [0xff, 0xff]].map(
      (bytes) => new Uint8Array(bytes),
    );
    expect(found("bytes", values, ">", new Uint8Array([0x7f]))).toEqual([5, 6, 7]);
    expect(found("bytes", values, "=", new Uint8Array([0]))).toEqual([2]);
    expect(found("bytes", values, "!=", new Uint8Array([0]))).toEqual([1, 3, 4, 5, 6, 7]);
    expect(found("bytes", values, "in", [new Uint8Array(), new Uint8Array([0xff])])).toEqual([1, 6]);
    expect(found("bytes", values, "startsWith", new Uint8Array([0]))).toEqual([2, 3]);
    expect(found("bytes", values, "startsWith", new Uint8Array([0xff]))).toEqual([6, 7]);
    expect(column("bytes", values)((path, query) => query.orderBy(path, "desc"))).toEqual([
      7, 6, 5, 4, 3, 2, 1,
    ]);
  });

  test("uuids are one value in any case, ordered by their bytes", () => {
    const values = ["0A000000-0000-0000-0000-000000000000", "f0000000-0000-0000-0000-000000000000"];
    expect(found("uuid", values, "=", "0a000000-0000-0000-0000-000000000000")).toEqual([1]);
    expect(found("uuid", values, "in", values)).toEqual([1, 2]);
    expect(found("uuid", values, ">", "0A000000-0000-0000-0000-00000000000F")).toEqual([2]);
  });

  test("enums are compared as text, and take every operator of text", () => {
    const type = { enum: ["small", "large", "medium"] };
    const values = ["small", "large", null, "medium"];
    expect(found(type, values, "=", "large")).toEqual([2]);
    expect(found(type, values, "!=", "large")).toEqual([1, 4]);
    expect(found(type, values, "in", ["small", "medium"])).toEqual([1, 4]);
    expect(found(type, values, ">", "m")).toEqual([1, 4]);
    expect(found(type, values, "startsWith", "m")).toEqual([4]);
    expect(found(type, values, "contains", "l")).toEqual([1, 2]);
    expect(column(type, values)((path, query) => query.orderBy(path))).toEqual([2, 4, 1, 3]);
  });
});

describe("lists and nested values", () => {
  const { query } = tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "tags", type: { optional: { list: { optional: "string" } } } },
        { path: "hashes", type: { list: "bytes" } },
        { path: "rates", type: { list: "float64" } },
        { path: "extra", type: { optional: "json" } },
        {
          path: "a",
          type: {
            optional: {
              object: [{ path: "b", type: { optional: { object: [{ path: "c", type: "int64" }] } } }],
            },
          },
        },
      ],
      indexes: [{ path: "a.b.c" }],
    },
    [
      {
        id: 1,
        tags: ["x", null, "y"],
        hashes: [new Uint8Array([1])],
        rates: [-0, Number.NaN],
        extra: { k: 1 },
        a: { b: { c: 1 } },
      },
      { id: 2, tags: [], hashes: [], rates: [], extra: null, a: { b: null } },
      { id: 3, tags: null, hashes: [new Uint8Array()], rates: [1], extra: [], a: null },
    ],
  );
  const ids = (path: string, op: Operator, value?: Value): number[] =>
    query()
      .where(path, op, value as Value)
      .all()
      .map(idOf);

  test("contains finds an element, never a missing one", () => {
    expect(ids("tags", "contains", "y")).toEqual([1]);
    expect(ids("tags", "contains", "")).toEqual([]);
    expect(ids("hashes", "contains", new Uint8Array())).toEqual([3]);
    expect(ids("rates", "contains", 0)).toEqual([1]);
    expect(ids("rates", "contains", Number.NaN)).toEqual([]);
  });

  test("isNull looks at lists, objects and JSON values too", () => {
    expect(ids("tags", "isNull")).toEqual([3]);
    expect(ids("extra", "isNull")).toEqual([2]);
    expect(ids("a", "isNull")).toEqual([3]);
    expect(ids("a.b", "isNull")).toEqual([2, 3]);
  });

  test("a value is missing when an object on its way is", () => {
    expect(ids("a.b.c", "isNull")).toEqual([2, 3]);
    expect(ids("a.b.c", "isNull", false)).toEqual([1]);
    expect(ids("a.b.c", "!=", 5)).toEqual([1]);
    expect(query().orderBy("a.b.c", "desc").all().map(idOf)).toEqual([3, 2, 1]);
  });
});

describe("the order of rows", () => {
  const rows = [
    { id: 256, x: 1, y: 1 },
    { id: -1, x: 1, y: 2 },
    { id: 2, x: 1, y: 1 },
    { id: 1, x: 0, y: 3 },
  ];
  const fields = ["id", "x", "y"].map((path) => ({ path, type: "int64" as const }));
  const tables = [
    tableOf({ primaryKey: "id", fields }, rows),
    tableOf({ primaryKey: "id", fields, indexes: [{ path: "x" }, { path: "y" }] }, rows),
  ];
  const ids = (change: (query: Query) => Query): number[] => {
    const [plain, indexed] = tables.map(({ query }) => change(query()).all().map(idOf));
    expect(indexed).toEqual(plain);
    return plain as number[];
  };

  test("without orderBy is that of the primary key", () => {
    expect(ids((query) => query)).toEqual([-1, 1, 2, 256]);
    expect(ids((query) => query.where("x", ">=", 0))).toEqual([-1, 1, 2, 256]);
    expect(ids((query) => query.where((is) => is.or(is("x", "=", 1), is("y", "=", 3))))).toEqual([
      -1, 1, 2, 256,
    ]);
  });

  test("breaks ties by primary key, in the direction of the last path", () => {
    expect(ids((query) => query.orderBy("x"))).toEqual([1, -1, 2, 256]);
    expect(ids((query) => query.orderBy("x", "desc"))).toEqual([256, 2, -1, 1]);
    expect(ids((query) => query.orderBy("x").orderBy("y", "desc"))).toEqual([1, -1, 256, 2]);
    expect(ids((query) => query.orderBy("x", "desc").orderBy("y"))).toEqual([2, 256, -1, 1]);
    expect(ids((query) => query.orderBy("x", "desc").orderBy("id"))).toEqual([-1, 2, 256, 1]);
    expect(ids((query) => query.orderBy("id", "desc"))).toEqual([256, 2, 1, -1]);
  });

  test("is kept by limit, offset and an equality that holds the path still", () => {
    expect(ids((query) => query.orderBy("x").limit(2))).toEqual([1, -1]);
    expect(ids((query) => query.orderBy("x").offset(1).limit(2))).toEqual([-1, 2]);
    expect(ids((query) => query.orderBy("x").offset(9))).toEqual([]);
    expect(ids((query) => query.limit(0))).toEqual([]);
    expect(ids((query) => query.where("x", "=", 1).orderBy("x", "desc"))).toEqual([256, 2, -1]);
    expect(ids((query) => query.where("x", "=", 1).orderBy("x").orderBy("y", "desc").limit(2))).toEqual([
      -1, 256,
    ]);
  });
});

describe("the rows of an answer", () => {
  test("hold the selected paths inside the objects that hold them", () => {
    const { query } = tableOf(
      {
        primaryKey: "id",
        fields: [
          { path: "id", type: "int64" },
          { path: ["a", "b"], type: "int64" },
          { path: ["a", "c"], type: { optional: "int64" } },
          { path: ["d", "e", "f"], type: "int64" },
        ],
      },
      [{ id: 1, a: { b: 2, c: 3 }, d: { e: { f: 4 } } }],
    );
    expect(query().select("a.b", "d.e.f").all()).toEqual([{ a: { b: 2n }, d: { e: { f: 4n } } }]);
    expect(query().select("a").select("id").all()).toEqual([{ id: 1n, a: { b: 2n, c: 3n } }]);
    expect(query().select("d", ["d", "e"]).where("a.b", "=", 2).orderBy("a.c").all()).toEqual([
      { d: { e: { f: 4n } } },
    ]);
  });
});
