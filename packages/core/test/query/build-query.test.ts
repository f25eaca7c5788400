import { runInNewContext } from "node:vm";
import type { Operator, Predicate, Value } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { IN_VALUES_MAX, PREDICATE_DEPTH_MAX, PREDICATE_NODES_MAX } from "../../src/query/check-spec.ts";
import { Query } from "../../src/query/query.ts";
import { errorOf } from "../support/vault.ts";
import { tableOf } from "./table.ts";

const table = tableOf(
  {
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "raw", type: "bytes" },
      { path: "name", type: { optional: "string" } },
    ],
  },
  [
    { id: 1, raw: new Uint8Array([1]), name: "a" },
    { id: 2, raw: new Uint8Array([2]), name: null },
  ],
);

/** Calls a method as a caller without types may. */
function call(method: string, ...args: readonly unknown[]): unknown {
  const query = table.query();
  return Reflect.apply(Reflect.get(query, method) as (...args: unknown[]) => unknown, query, args);
}

describe("a query under construction", () => {
  test("never changes: every call gives a new one", () => {
    const base = table.query().where("id", ">", 0);
    const before = structuredClone(base.toSpec());
    base.where("name", "isNull").orderBy("name").limit(1).offset(1).select("id").after(null);
    expect(base.toSpec()).toEqual(before);
    expect(base.count()).toBe(2);
    const full = base.orderBy("name").select("id").limit(1).toSpec();
    for (const part of [full, full.where, full.orderBy, full.orderBy?.[0], full.select])
      expect(part).toSatisfy(Object.isFrozen);
  });

  test("keeps its own copy of the values it was given", () => {
    const raw = new Uint8Array([1]);
    const many = [1, 2];
    const byRaw = table.query().where("raw", "=", raw);
    const byMany = table.query().where("id", "in", many);
    raw[0] = 9;
    many.length = 0;
    expect(byRaw.count()).toBe(1);
    expect(byMany.count()).toBe(2);
  });

  test("joins the conditions of several calls with and", () => {
    expect(
      table.query().where("id", ">=", 1).where("id", "<=", 1).where("name", "=", "a").all(),
    ).toHaveLength(1);
  });

  test("orders by the paths of several calls, and the last limit and offset count", () => {
    const query = table
      .query()
      .orderBy("name", "desc")
      .orderBy("id", "desc")
      .limit(5)
      .limit(1)
      .offset(7)
      .offset(0);
    expect(query.all()).toEqual([{ id: 2n, raw: new Uint8Array([2]), name: null }]);
  });

  test("takes a predicate as data or from a callback", () => {
    const predicate: Predicate = {
      op: "or",
      any: [
        { op: "=", path: "id", value: 1 },
        { op: "isNull", path: "name" },
      ],
    };
    expect(table.query().where(predicate).count()).toBe(2);
    expect(
      table
        .query()
        .where((is) => is.and(is.or(is("id", "=", 1), is("name", "isNull")), is.not(is("id", "in", [2]))))
        .all(),
    ).toMatchObject([{ id: 1n }]);
    expect(
      table
        .query()
        .where((is) => is("name", "isNull", false))
        .count(),
    ).toBe(1);
  });

  test("is plain data that makes the same query again in another thread", () => {
    const query = table
      .query()
      .where((is) => is.not(is("raw", "startsWith", new Uint8Array([2]))))
      .orderBy("name", "desc")
      .limit(3)
      .select("name");
    const copy = Query.fromSpec(table.host, structuredClone(query.toSpec()));
    expect(copy.toSpec()).toEqual(query.toSpec());
    expect(copy.all()).toEqual([{ name: "a" }]);
  });
});

describe("a wrong argument is refused at the call, by name", () => {
  const wrong: readonly (readonly [string, string, readonly unknown[]])[] = [
    ["path", "where", [5, "=", 1]],
    ["path", "where", [[], "=", 1]],
    ["path", "where", [["id", 1], "=", 1]],
    ["predicate", "where", ["id"]],
    ["predicate", "where", [null]],
    ["predicate", "where", [() => undefined]],
    ["predicate.all", "where", [{ op: "and", any: [] }]],
    ["predicate.any", "where", [{ op: "or" }]],
    ["predicate", "where", [{ op: "not" }]],
    ["path", "orderBy", [undefined]],
    ["direction", "orderBy", ["id", "down"]],
    ["limit", "limit", [-1]],
    ["limit", "limit", [1.5]],
    ["limit", "limit", ["1"]],
    ["limit", "limit", [2 ** 53]],
    ["limit", "limit", [Number.POSITIVE_INFINITY]],
    ["offset", "offset", [-1]],
    ["offset", "offset", [Number.NaN]],
    ["after", "after", [5]],
    ["select", "select", []],
    ["select", "select", [5]],
    ["select", "select", [new Array(1)]],
    ["path", "where", [new Array(2), "=", 1]],
    ["predicate", "where", [{ op: "or", any: new Array(1) }]],
    ["options", "explain", [null]],
    ["options", "explain", ["run"]],
    ["options.rum", "explain", [{ rum: false }]],
    ["options.run", "explain", [{ run: 0 }]],
    ["change", "update", [5]],
    ["change", "update", [null]],
  ];
  test.each(wrong)("%s of %s(%j)", (argument, method, args) => {
    const error = errorOf(() => call(method, ...args));
    expect(error.code).toBe("argument_invalid");
    expect(error.details.argument).toBe(argument);
  });

  test("lists of holes without end are not walked", () => {
    const endless = new Array(2 ** 32 - 1);
    expect(errorOf(() => call("where", endless, "=", 1)).details.argument).toBe("path");
    expect(errorOf(() => call("select", endless)).details.argument).toBe("select");
    expect(errorOf(() => Query.fromSpec(table.host, { orderBy: endless })).details.argument).toBe("orderBy");
    expect(errorOf(() => call("where", { op: "and", all: endless })).code).toBe("query_too_complex");
    expect(errorOf(() => call("where", "id", "in", endless)).code).toBe("query_too_complex");
  });

  test("an unknown operator is named, with the one that was probably meant", () => {
    for (const [given, meant] of [
      ["==", "="],
      ["<>", "!="],
      ["gte", ">="],
      ["like", "contains"],
      ["startswith", "startsWith"],
      ["isnull", "isNull"],
      ["btween", "between"],
    ] as const) {
      const error = errorOf(() => call("where", "id", given, 1));
      expect(error.code).toBe("query_operator_unknown");
      expect(error.message).toContain(`Did you mean "${meant}"?`);
    }
    expect(errorOf(() => call("where", { op: "xor", path: "id" })).code).toBe("query_operator_unknown");
    for (const strange of [Symbol("x"), Object.create(null), [[]], "x".repeat(100_000), Number.NaN]) {
      const error = errorOf(() => call("where", "id", strange, 1));
      expect(error.code).toBe("query_operator_unknown");
      expect(error.message.length).toBeLessThan(300);
    }
    expect(errorOf(() => call("where", "x".repeat(100_000), "==", 1)).message.length).toBeLessThan(500);
  });

  test("comparing with null or nothing is refused with the advice to use isNull", () => {
    for (const op of ["=", "!=", "<", "startsWith", "contains"]) {
      for (const value of [null, undefined]) {
        const error = errorOf(() => call("where", "name", op, value));
        expect(error.code).toBe("query_value_invalid");
        expect(error.message).toContain("isNull");
      }
    }
    expect(errorOf(() => call("where", "name", "in", ["a", null])).message).toContain("isNull");
  });

  test("bytes are compared whatever realm they are of, and as they were at the call", () => {
    const bytes = runInNewContext("new Uint8Array([1])") as Uint8Array;
    const query = table.query().where("raw", "=", bytes);
    bytes[0] = 2;
    expect(query.select("id").all()).toEqual([{ id: 1n }]);
    structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
    expect(errorOf(() => table.query().where("raw", "=", bytes)).code).toBe("query_value_invalid");
  });

  test("an asynchronous callback is refused, and its rejection stays unheard", () => {
    const builds = [async () => undefined, () => Promise.reject(new Error("never heard"))];
    for (const build of builds) expect(errorOf(() => call("where", build)).code).toBe("callback_async");
  });

  test("operators that need lists refuse anything else", () => {
    const wrongOperands: readonly (readonly [Operator, unknown])[] = [
      ["in", "abc"],
      ["in", new Set([1])],
      ["between", [1]],
      ["between", [1, 2, 3]],
      ["between", 1],
      ["in", new Array(1)],
      ["isNull", 1],
      ["isNull", null],
    ];
    for (const [op, value] of wrongOperands) {
      expect(errorOf(() => call("where", "id", op, value)).code).toBe("query_value_invalid");
    }
  });

  test("a spec with an unknown part is refused, with the one that was probably meant", () => {
    const error = errorOf(() => Query.fromSpec(table.host, { oderBy: [] }));
    expect(error.code).toBe("argument_invalid");
    expect(error.message).toContain('Did you mean "orderBy"?');
    for (const spec of [
      null,
      [],
      "x",
      { orderBy: "id" },
      { orderBy: [null] },
      { orderBy: [{ path: "id" }] },
      { after: null },
    ]) {
      expect(errorOf(() => Query.fromSpec(table.host, spec)).code).toBe("argument_invalid");
    }
  });
});

describe("limits of a predicate", () => {
  const leaf: Predicate = { op: "=", path: "id", value: 1 };

  const nested = (depth: number): Predicate => {
    let predicate: Predicate = leaf;
    for (let level = 1; level < depth; level++) predicate = { op: "not", predicate };
    return predicate;
  };

  test("nesting deeper than the limit is an error, not a stack overflow", () => {
    expect(table.query().where(nested(PREDICATE_DEPTH_MAX)).count()).toBe(1);
    for (const depth of [PREDICATE_DEPTH_MAX + 1, 100_000]) {
      const error = errorOf(() => table.query().where(nested(depth)));
      expect(error.code).toBe("query_too_complex");
      expect(error.details).toMatchObject({ depthMax: PREDICATE_DEPTH_MAX });
    }
  });

  test("hold for each call of where, and for the spec of a chain of them alike", () => {
    const query = table.query().where(nested(PREDICATE_DEPTH_MAX)).where(nested(PREDICATE_DEPTH_MAX));
    expect(Query.fromSpec(table.host, query.toSpec()).count()).toBe(1);
    const whole = {
      where: { op: "and", all: Array.from({ length: PREDICATE_NODES_MAX }, () => leaf) } as const,
    };
    const longest = Query.fromSpec(table.host, whole);
    expect(longest.count()).toBe(1);
    expect(errorOf(() => longest.where(leaf)).code).toBe("query_too_complex");
  });

  test("a predicate that holds itself is refused as too deep", () => {
    const all: Predicate[] = [leaf];
    all.push({ op: "and", all });
    expect(errorOf(() => table.query().where({ op: "and", all })).code).toBe("query_too_complex");
  });

  test("alternating and, or and not up to the limit takes no exponential time", () => {
    let predicate: Predicate = leaf;
    for (let level = 2; level <= PREDICATE_DEPTH_MAX; level++) {
      predicate =
        level % 2 === 0 ? { op: "and", all: [predicate, leaf] } : { op: "or", any: [predicate, leaf] };
    }
    expect(table.query().where(predicate).count()).toBe(1);
    expect(table.query().where(predicate).explain().rowsReturned).toBe(1);
  });

  test("too many parts and too many values are refused", () => {
    const any = Array.from(
      { length: PREDICATE_NODES_MAX - 1 },
      (_, id): Predicate => ({ op: "=", path: "id", value: id }),
    );
    expect(table.query().where({ op: "or", any }).count()).toBe(2);
    expect(errorOf(() => table.query().where({ op: "or", any: [...any, leaf] })).code).toBe(
      "query_too_complex",
    );
    const values: Value[] = Array.from({ length: IN_VALUES_MAX }, (_, id) => id);
    expect(table.query().where("id", "in", values).count()).toBe(2);
    expect(errorOf(() => table.query().where("id", "in", [...values, 1])).code).toBe("query_too_complex");
  });
});
