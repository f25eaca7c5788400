/** Defects of upstream's queries that must not come back here. The numbers are those of the behaviour specification, appendix B. */
import type { Row } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import type { Query } from "../../src/query/query.ts";
import { tableOf } from "./table.ts";

const ids = (query: Query): number[] => query.all().map(({ id }: Row) => Number(id));

describe("B4: ranges over a string index", () => {
  // Upstream took every index key of eight bytes for an integer and the empty one for none, so those rows were silently missing from
  // ranges, while the same query without the index found them. Keys here carry their values' own order and are never re-typed.
  const texts = ["", "a", "abcdefgh", "éééé", "abcdefghi", "z"];
  const table = tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "s", type: "string" },
        { path: "t", type: "string" },
      ],
      indexes: [{ path: "s" }],
    },
    texts.map((text, id) => ({ id, s: text, t: text })),
  );

  test.each(["", "a", "abcdefgh", "b"])(
    "from %j on hold empty and eight-byte texts, as without an index",
    (bound) => {
      for (const op of [">=", ">", "<", "<="] as const) {
        const indexed = table.query().where("s", op, bound).orderBy("s");
        expect(indexed.explain().access.kind).toBe("index-range");
        expect(ids(indexed)).toEqual(ids(table.query().where("t", op, bound).orderBy("t")));
      }
      expect(ids(table.query().where("s", ">=", ""))).toEqual([0, 1, 2, 3, 4, 5]);
    },
  );
});

describe("B13: ties", () => {
  // Upstream broke ties by the raw little-endian key bytes on one path and by value on another: 256, 1, 2, -1 here, -1, 1, 2, 256 there.
  const rows = [-1, 1, 2, 256].map((id) => ({ id, x: 0, y: 0 }));
  const fields = ["id", "x", "y"].map((path) => ({ path, type: "int64" as const }));
  const table = tableOf({ primaryKey: "id", fields, indexes: [{ path: "x" }] }, rows);

  test("are broken by the value of the primary key on every access path", () => {
    const everyWay: readonly Query[] = [
      table.query(),
      table.query().orderBy("x"),
      table.query().orderBy("y"),
      table.query().orderBy("y").limit(4),
      table.query().where("x", "=", 0).orderBy("y"),
      table.query().where("x", ">=", 0),
      table.query().where("x", ">=", 0).orderBy("x"),
      table.query().where((is) => is.or(is("x", "=", 0), is("id", "=", 1))),
    ];
    for (const query of everyWay) expect(ids(query)).toEqual([-1, 1, 2, 256]);
    for (const path of ["x", "y"]) expect(ids(table.query().orderBy(path, "desc"))).toEqual([256, 2, 1, -1]);
  });

  test("and NaN equality do not depend on the access path", () => {
    const floats = tableOf(
      {
        primaryKey: "id",
        fields: [
          { path: "id", type: "int64" },
          { path: "f", type: "float64" },
          { path: "g", type: "float64" },
        ],
        indexes: [{ path: "f" }],
      },
      [Number.NaN, 1].map((value, id) => ({ id, f: value, g: value })),
    );
    for (const path of ["f", "g"]) {
      expect(ids(floats.query().where(path, "=", Number.NaN))).toEqual([]);
      expect(ids(floats.query().where(path, ">=", 0))).toEqual([1]);
      expect(ids(floats.query().where(path, "!=", Number.NaN))).toEqual([0, 1]);
    }
  });
});

describe("B15: the primary key", () => {
  const table = tableOf(
    { primaryKey: "id", fields: [{ path: "id", type: "int64" }] },
    Array.from({ length: 100 }, (_, id) => ({ id })),
  );

  test("is an index for the planner", () => {
    expect(table.query().where("id", "=", 5).explain()).toMatchObject({
      access: { kind: "key" },
      rowsExamined: 1,
    });
    expect(table.query().where("id", ">=", 95).explain()).toMatchObject({
      access: { kind: "key-range" },
      rowsExamined: 5,
    });
  });

  test("order-by paths are checked", () => {
    expect(() => table.query().orderBy("nope").all()).toThrow(/has no field "nope"/);
  });
});

describe("B19 and the optional fields of 16.11", () => {
  // Upstream's builder failed on enum fields and on optionals of optionals ("internal: scalar_from_py called on composite type").
  const table = tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "colour", type: { enum: ["red", "green"] } },
        { path: "maybe", type: { optional: { optional: { enum: ["x", "y"] } } } },
        { path: "note", type: { optional: "string" } },
      ],
      indexes: [{ path: "colour" }, { path: "maybe" }],
    },
    [
      { id: 1, colour: "red", maybe: "x", note: null },
      { id: 2, colour: "green", maybe: null, note: "n" },
    ],
  );

  test("can be filtered and ordered by", () => {
    expect(ids(table.query().where("colour", "=", "red"))).toEqual([1]);
    expect(ids(table.query().where("maybe", "in", ["x", "y"]))).toEqual([1]);
    expect(ids(table.query().where("note", "=", "n"))).toEqual([2]);
    expect(ids(table.query().where("note", "isNull"))).toEqual([1]);
    expect(ids(table.query().orderBy("colour"))).toEqual([2, 1]);
    expect(ids(table.query().orderBy("maybe", "desc"))).toEqual([2, 1]);
  });
});
