/** Which way the planner takes, and what each way reads: rows examined against rows returned for every kind of plan. */
import type { Row } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import type { MeasuredExplanation } from "../../src/query/explain.ts";
import type { Query } from "../../src/query/query.ts";
import { tableOf } from "./table.ts";

/** 2000 rows: `group` 0–19 (100 rows each), `rank` 0–1999 backwards, `code` unique, `half` 0–1, `maybe` null for odd ids, `note` without an index. */
const rows = Array.from({ length: 2000 }, (_, id) => ({
  id,
  group: id % 20,
  rank: 1999 - id,
  code: `c${id}`,
  half: id % 2,
  maybe: id % 2 === 0 ? id : null,
  note: `n${id % 50}`,
}));

const table = tableOf(
  {
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "group", type: "int64" },
      { path: "rank", type: "int64" },
      { path: "code", type: "string" },
      { path: "half", type: "int64" },
      { path: "maybe", type: { optional: "int64" } },
      { path: "note", type: "string" },
    ],
    indexes: [
      { path: "group" },
      { path: "rank" },
      { path: "code", kind: "unique" },
      { path: "half" },
      { path: "maybe" },
    ],
  },
  rows,
);

const query = (): Query => table.query();
const explain = (change: (query: Query) => Query): MeasuredExplanation => change(query()).explain();
const ids = (found: readonly Row[]): number[] => found.map(({ id }) => Number(id));

describe("the primary key", () => {
  test("= looks up one row", () => {
    const { access, rowsExamined, keysExamined, rowsReturned, residual } = explain((q) =>
      q.where("id", "=", 7),
    );
    expect(access.kind).toBe("key");
    expect(access.condition).toBe("id = 7");
    expect({ rowsExamined, keysExamined, rowsReturned, residual }).toEqual({
      rowsExamined: 1,
      keysExamined: 0,
      rowsReturned: 1,
      residual: null,
    });
    expect(explain((q) => q.where("id", "=", 99_999))).toMatchObject({ rowsExamined: 0, rowsReturned: 0 });
  });

  test("in looks up each of its rows, in key order either way", () => {
    const found = query().where("id", "in", [9, 3, 3, 99_999, 5]);
    expect(found.explain()).toMatchObject({
      access: { kind: "key" },
      order: "key",
      rowsExamined: 3,
      rowsReturned: 3,
    });
    expect(ids(found.all())).toEqual([3, 5, 9]);
    expect(ids(found.orderBy("id", "desc").all())).toEqual([9, 5, 3]);
  });

  test("a range reads the rows in it, in key order either way, and no more than the limit", () => {
    const found = query().where("id", ">", 10).where("id", "<=", 20);
    expect(found.explain()).toMatchObject({
      access: { kind: "key-range" },
      order: "key",
      rowsExamined: 10,
      residual: null,
    });
    expect(found.limit(3).explain()).toMatchObject({ rowsExamined: 3, rowsReturned: 3 });
    expect(ids(found.orderBy("id", "desc").limit(2).all())).toEqual([20, 19]);
    expect(found.orderBy("id", "desc").limit(2).explain()).toMatchObject({
      access: { backwards: true },
      rowsExamined: 2,
    });
  });

  test("wins over every index", () => {
    expect(explain((q) => q.where("code", "=", "c7").where("id", "=", 7))).toMatchObject({
      access: { kind: "key" },
      residual: 'code = "c7"',
      rowsExamined: 1,
    });
  });
});

describe("an equality on an index", () => {
  test("reads the rows that have the value, in key order, and tests none of them", () => {
    expect(explain((q) => q.where("group", "=", 3))).toMatchObject({
      access: { kind: "index-equality", index: "group_idx", unique: false, condition: "group = 3" },
      order: "key",
      residual: null,
      rowsExamined: 100,
      keysExamined: 100,
      rowsReturned: 100,
    });
  });

  test("stops at the limit and skips the offset by keys alone", () => {
    expect(explain((q) => q.where("group", "=", 3).offset(10).limit(5))).toMatchObject({
      rowsExamined: 5,
      keysExamined: 15,
      rowsReturned: 5,
    });
  });

  test("on a unique index wins over other equalities", () => {
    expect(explain((q) => q.where("group", "=", 3).where("code", "=", "c23"))).toMatchObject({
      access: { kind: "index-equality", index: "code_unique", unique: true },
      residual: "group = 3",
      rowsExamined: 1,
      rowsReturned: 1,
    });
  });

  test("takes the unique one of two indexes on a path", () => {
    const twice = tableOf(
      {
        primaryKey: "id",
        fields: [
          { path: "id", type: "int64" },
          { path: "code", type: "string" },
        ],
        indexes: [
          { name: "plain", path: "code" },
          { name: "only", path: "code", kind: "unique" },
        ],
      },
      [{ id: 1, code: "a" }],
    );
    expect(twice.query().where("code", "=", "a").explain().access.index).toBe("only");
  });

  test("with fewer entries wins over one with more", () => {
    for (const change of [
      (q: Query): Query => q.where("half", "=", 1).where("group", "=", 3),
      (q: Query): Query => q.where("group", "=", 3).where("half", "=", 1),
    ]) {
      const explanation = explain(change);
      expect(explanation).toMatchObject({
        access: { index: "group_idx" },
        rowsExamined: 100,
        rowsReturned: 100,
      });
      expect(explanation.considered.length).toBeGreaterThan(1);
      expect(explanation.text).toContain("weighed");
    }
  });

  test("leaves the rest of the predicate as a filter", () => {
    expect(explain((q) => q.where("group", "=", 3).where("note", "=", "n3"))).toMatchObject({
      residual: 'note = "n3"',
      rowsExamined: 100,
      rowsReturned: 20,
    });
  });
});

describe("a range on an index", () => {
  test("is walked in the order of the index, and stops at the limit", () => {
    expect(explain((q) => q.where("rank", ">=", 100).orderBy("rank").limit(20))).toMatchObject({
      access: { kind: "index-range", index: "rank_idx", backwards: false },
      order: "index",
      residual: null,
      rowsExamined: 20,
      keysExamined: 20,
      rowsReturned: 20,
    });
    expect(explain((q) => q.where("rank", ">=", 100).orderBy("rank", "desc").limit(20))).toMatchObject({
      access: { backwards: true },
      order: "index",
      rowsExamined: 20,
    });
  });

  test("is the tightest interval of all conditions on its path", () => {
    const explanation = explain((q) =>
      q
        .where("rank", ">", 5)
        .where("rank", ">=", 10)
        .where("rank", "<", 20)
        .where("rank", "between", [0, 14])
        .orderBy("rank"),
    );
    expect(explanation).toMatchObject({
      access: { kind: "index-range" },
      residual: null,
      rowsExamined: 5,
      rowsReturned: 5,
    });
  });

  test("in key order collects keys first, and fetches no more rows than the limit", () => {
    expect(explain((q) => q.where("rank", "<", 50).limit(5))).toMatchObject({
      access: { kind: "index-range" },
      order: "key",
      rowsExamined: 5,
      keysExamined: 50,
    });
    expect(ids(query().where("rank", "<", 50).limit(5).all())).toEqual([1950, 1951, 1952, 1953, 1954]);
    expect(ids(query().where("rank", "<", 50).orderBy("id", "desc").limit(2).all())).toEqual([1999, 1998]);
  });

  test("over most rows gives way to a scan, which is cheaper", () => {
    expect(explain((q) => q.where("rank", ">=", 10).limit(5))).toMatchObject({
      access: { kind: "scan" },
      rowsExamined: 5,
      keysExamined: 0,
    });
    expect(explain((q) => q.where("rank", ">=", 10))).toMatchObject({
      access: { kind: "scan" },
      rowsExamined: 2000,
    });
  });

  test("that contradicts itself reads nothing", () => {
    for (const change of [
      (q: Query): Query => q.where("rank", ">", 5).where("rank", "<", 5),
      (q: Query): Query => q.where("rank", "=", 5).where("rank", "!=", 5).where("rank", "in", [6, 7]),
      (q: Query): Query => q.where("id", "=", 1).where("id", "=", 2),
      (q: Query): Query => q.where("code", "startsWith", "a").where("code", ">", "b"),
      (q: Query): Query => q.where("group", "in", []),
    ]) {
      expect(explain(change)).toMatchObject({
        access: { kind: "nothing" },
        rowsExamined: 0,
        keysExamined: 0,
        rowsReturned: 0,
      });
      expect(change(query()).count()).toBe(0);
    }
  });

  test("serves startsWith", () => {
    const explanation = explain((q) => q.where("code", "startsWith", "c199").orderBy("code"));
    expect(explanation).toMatchObject({
      access: { kind: "index-range", index: "code_unique" },
      rowsExamined: 11,
      residual: null,
    });
  });

  test("serves isNull false, since an index has exactly the rows with a value", () => {
    expect(explain((q) => q.where("maybe", "isNull", false).orderBy("maybe").limit(3))).toMatchObject({
      access: { kind: "index-all", index: "maybe_idx" },
      order: "index",
      residual: null,
      rowsExamined: 3,
    });
  });
});

describe("in and or", () => {
  test("in reads the entries of each value; ordered by its path nothing is sorted", () => {
    const found = query().where("rank", "in", [5, 3, 1999]);
    expect(found.explain()).toMatchObject({
      access: { kind: "index-in" },
      order: "key",
      rowsExamined: 3,
      rowsReturned: 3,
    });
    expect(ids(found.all())).toEqual([0, 1994, 1996]);
    expect(found.orderBy("rank", "desc").explain()).toMatchObject({
      order: "index",
      access: { backwards: true },
      rowsExamined: 3,
    });
    expect(ids(found.orderBy("rank", "desc").all())).toEqual([0, 1994, 1996]);
  });

  test("or on one path is one access", () => {
    expect(
      explain((q) =>
        q.where((is) => is.or(is("rank", "<", 5), is("rank", "=", 9), is("rank", "<", 3))).orderBy("rank"),
      ),
    ).toMatchObject({
      access: { kind: "index-range" },
      order: "index",
      residual: null,
      rowsExamined: 6,
    });
  });

  test("or over several paths is a union, each row once, in key order", () => {
    const found = query().where((is) =>
      is.or(is("rank", "<", 3), is("id", "in", [1999, 4]), is("code", "=", "c1998")),
    );
    expect(found.explain()).toMatchObject({ access: { kind: "union" }, residual: null, rowsReturned: 4 });
    expect(found.explain().access.parts.map(({ kind }) => kind)).toEqual([
      "index-range",
      "key",
      "index-equality",
    ]);
    expect(ids(found.all())).toEqual([4, 1997, 1998, 1999]);
    expect(found.count()).toBe(4);
  });

  test("a union whose branches say more than keys do is tested", () => {
    const found = query().where((is) =>
      is.or(is.and(is("rank", "<", 10), is("note", "=", "n49")), is("id", "=", 4)),
    );
    expect(found.explain()).toMatchObject({ access: { kind: "union" }, rowsReturned: 2 });
    expect(found.explain().residual).toContain("or");
    expect(ids(found.all())).toEqual([4, 1999]);
  });

  test("a union of ranges over most rows gives way to a scan", () => {
    expect(explain((q) => q.where((is) => is.or(is("rank", ">", 100), is("id", "<", 500))))).toMatchObject({
      access: { kind: "scan" },
      rowsExamined: 2000,
    });
  });

  test("or with a branch that no index serves is a scan", () => {
    expect(explain((q) => q.where((is) => is.or(is("rank", "=", 3), is("note", "=", "n3"))))).toMatchObject({
      access: { kind: "scan" },
      rowsExamined: 2000,
    });
  });
});

describe("order", () => {
  test("by an indexed path without conditions walks the index", () => {
    expect(explain((q) => q.orderBy("rank").limit(5))).toMatchObject({
      access: { kind: "index-all", index: "rank_idx" },
      order: "index",
      rowsExamined: 5,
      rowsReturned: 5,
    });
  });

  test("by an indexed path that rows lack cannot, unless a condition excludes those rows", () => {
    expect(explain((q) => q.orderBy("maybe").limit(5))).toMatchObject({
      access: { kind: "scan" },
      order: "top-k",
      rowsExamined: 2000,
    });
    expect(explain((q) => q.where("maybe", "!=", 3).orderBy("maybe").limit(5))).toMatchObject({
      access: { kind: "index-all", index: "maybe_idx" },
      order: "index",
      residual: "maybe != 3",
      rowsExamined: 5,
    });
    const negated = (q: Query): Query =>
      q.where((is) => is.not(is("maybe", "=", 4))).orderBy("maybe", "desc");
    expect(explain((q) => negated(q).limit(5))).toMatchObject({ access: { kind: "scan" }, order: "top-k" });
    expect(negated(query()).count()).toBe(1999);
  });

  test("by a path without an index keeps a bounded heap with a limit, and sorts without one", () => {
    expect(explain((q) => q.orderBy("note").limit(5))).toMatchObject({
      access: { kind: "scan" },
      order: "top-k",
      rowsExamined: 2000,
    });
    expect(explain((q) => q.orderBy("note"))).toMatchObject({ order: "sort", rowsReturned: 2000 });
  });

  test("by a unique path decides alone, whatever paths follow", () => {
    expect(explain((q) => q.orderBy("code").orderBy("note", "desc").limit(5))).toMatchObject({
      access: { kind: "index-all", index: "code_unique" },
      order: "index",
      rowsExamined: 5,
    });
  });

  test("by an index and then other paths is sorted", () => {
    expect(explain((q) => q.where("rank", "<", 10).orderBy("rank").orderBy("note").limit(5))).toMatchObject({
      order: "top-k",
      rowsExamined: 10,
    });
  });

  test("is weighed against a narrow condition on another path", () => {
    // One match is met soon on a walk in order; for 90 of 100, those 100 are better sorted.
    expect(explain((q) => q.where("group", "=", 3).orderBy("rank").limit(1))).toMatchObject({
      access: { kind: "index-all", index: "rank_idx" },
      order: "index",
      rowsReturned: 1,
    });
    expect(explain((q) => q.where("group", "=", 3).orderBy("rank").limit(90))).toMatchObject({
      access: { kind: "index-equality", index: "group_idx" },
      order: "top-k",
      rowsExamined: 100,
    });
  });
});

describe("counting and asking", () => {
  const examined = (run: () => unknown): { rowsExamined: number; plan: string } => {
    table.reports.length = 0;
    run();
    const { rowsExamined, plan } = table.reports[0] as { rowsExamined: number; plan: string };
    return { rowsExamined, plan };
  };

  test("count of everything is kept, not counted", () => {
    expect(examined(() => expect(query().count()).toBe(2000))).toEqual({ rowsExamined: 0, plan: "all rows" });
    expect(
      examined(() => expect(query().where("maybe", "isNull", false).count()).toBe(1000)).rowsExamined,
    ).toBe(0);
  });

  test("count over index entries fetches no row", () => {
    expect(examined(() => expect(query().where("group", "=", 3).count()).toBe(100)).rowsExamined).toBe(0);
    expect(examined(() => expect(query().where("rank", "<", 700).count()).toBe(700)).rowsExamined).toBe(0);
    expect(
      examined(() => expect(query().where("rank", "<", 700).limit(30).offset(5).count()).toBe(30))
        .rowsExamined,
    ).toBe(0);
  });

  test("exists and first stop at the first row", () => {
    expect(examined(() => expect(query().where("note", "=", "n3").exists()).toBe(true)).rowsExamined).toBe(4);
    expect(examined(() => expect(query().where("rank", "<", 700).exists()).toBe(true)).rowsExamined).toBe(0);
    expect(
      examined(() => expect(query().orderBy("rank").first()).toMatchObject({ id: 1999n })).rowsExamined,
    ).toBe(1);
    expect(
      examined(() => expect(query().where("group", "=", 3).first()).toMatchObject({ id: 3n })).rowsExamined,
    ).toBe(1);
  });

  test("a filter with a limit fetches no row ahead of need", () => {
    expect(
      examined(() =>
        expect(query().where("group", "=", 3).where("note", "=", "n3").limit(2).all()).toHaveLength(2),
      ).rowsExamined,
    ).toBe(6);
  });
});

describe("an explanation", () => {
  test("says what is done and why, in data and in text", () => {
    const explanation = query()
      .where("rank", ">=", 1000)
      .where("note", "!=", "n3")
      .orderBy("rank", "desc")
      .limit(3)
      .select("id")
      .explain();
    expect(structuredClone(explanation)).toEqual(explanation);
    expect(explanation).toMatchObject({
      collection: "things",
      access: {
        kind: "index-range",
        index: "rank_idx",
        condition: "rank >= 1000",
        backwards: true,
        parts: [],
      },
      order: "index",
      orderBy: "rank desc, id desc",
      residual: 'note != "n3"',
      limit: 3,
      offset: 0,
      after: false,
      select: ["id"],
      rowsReturned: 3,
    });
    expect(explanation.why).toContain('Index "rank_idx" (one range) gives the order, so nothing is sorted.');
    expect(explanation.text.split("\n")[0]).toBe('things: index-range via index "rank_idx", backwards');
    expect(explanation.text).toContain("examined   3 rows, 3 index entries; returned 3 rows in");
  });

  test("stays short where the predicate is long", () => {
    const many = query().where((is) =>
      is.or(...rows.map(({ note, id }) => is.and(is("note", "=", note), is("half", "!=", id)))),
    );
    const { residual, text } = many.explain();
    expect(residual).toContain("… 2000 conditions");
    expect(text.length).toBeLessThan(2000);
  });

  test("without running has no measures", () => {
    const explanation = query().where("rank", "=", 1).explain({ run: false });
    expect(explanation).not.toHaveProperty("rowsExamined");
    expect(explanation.access.kind).toBe("index-equality");
  });

  test("is reported in one line to whoever listens", () => {
    table.reports.length = 0;
    query().where("group", "=", 3).where("note", "=", "n3").orderBy("half").limit(2).all();
    expect(table.reports).toEqual([
      {
        collection: "things",
        plan: 'index "group_idx" (one value): group = 3; filter note = "n3"; top 2 by half asc, id asc',
        rowsExamined: 100,
        rowsReturned: 2,
        durationMs: 1,
      },
    ]);
  });
});
