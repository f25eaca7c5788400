import type { Row, Value } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deleteRow, insertRow } from "../../src/collection/write-rows.ts";
import { fromBase64url, toBase64url } from "../../src/keys/base64url.ts";
import type { Page, Query } from "../../src/query/query.ts";
import { errorOf } from "../support/vault.ts";
import { cutTexts } from "./dense-table.ts";
import { type Table, tableOf, write } from "./table.ts";

/** Rows 0 … count-1 with x in tens and s as text. */
function numbered(count: number): Table {
  return tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "x", type: "int64" },
        { path: "y", type: { optional: "float64" } },
        { path: "s", type: "string" },
      ],
      indexes: [{ path: "x" }, { path: "s" }],
    },
    Array.from({ length: count }, (_, id) => ({
      id,
      x: Math.floor(id / 10),
      y: id % 3 === 0 ? null : id % 7,
      s: `s${id % 50}`,
    })),
  );
}

const ids = (rows: readonly Row[]): number[] => rows.map(({ id }) => Number(id));

function nextOf(page: Page<Row>): string {
  expect(page.next).not.toBeNull();
  return page.next as string;
}

describe("pages", () => {
  test("follow each other without a gap or a repetition, and the last says that it is the last", () => {
    const { query } = numbered(7);
    const first = query().limit(3).page();
    const second = query().limit(3).after(nextOf(first)).page();
    const third = query().limit(3).after(nextOf(second)).page();
    expect([first, second, third].map(({ rows }) => ids(rows))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(third.next).toBeNull();
    expect(query().limit(7).page().next).toBeNull();
    expect(query().where("id", "<", 0).limit(7).page()).toEqual({ rows: [], next: null });
  });

  test("may differ in size and in what they select", () => {
    const { query } = numbered(9);
    const next = nextOf(query().orderBy("x", "desc").limit(2).page());
    expect(query().orderBy("x", "desc").limit(3).after(next).select("id").page().rows).toEqual([
      { id: 6n },
      { id: 5n },
      { id: 4n },
    ]);
    expect(ids(query().orderBy("x", "desc").after(next).all())).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(query().orderBy("x", "desc").after(next).count()).toBe(7);
    expect(query().orderBy("x", "desc").after(next).exists()).toBe(true);
    expect(query().orderBy("x", "desc").after(next).first()).toMatchObject({ id: 6n });
  });

  test("need a limit, which says how long they are", () => {
    for (const call of [() => numbered(1).query().page(), () => numbered(1).query().limit(0).page()]) {
      const error = errorOf(call);
      expect(error.code).toBe("argument_invalid");
      expect(error.details.argument).toBe("limit");
    }
  });

  test("take an offset on the first page only", () => {
    const { query } = numbered(9);
    const first = query().offset(2).limit(3).page();
    expect(ids(first.rows)).toEqual([2, 3, 4]);
    expect(ids(query().limit(3).after(first.next).page().rows)).toEqual([5, 6, 7]);
    expect(errorOf(() => query().offset(2).limit(3).after(first.next).page()).code).toBe("argument_invalid");
  });

  test("stay where they are when rows before, at and behind the cursor come and go", () => {
    for (const order of ["none", "x", "y", "s"]) {
      const table = numbered(40);
      const query = (): Query => (order === "none" ? table.query() : table.query().orderBy(order, "desc"));
      const all = ids(query().all());
      const first = query().limit(10).page();
      const [before, last, behind] = [all[4], all[9], all[15]] as [number, number, number];
      write(table.store, (writer) => {
        for (const id of [before, last, behind])
          deleteRow({ writer, state: table.state }, table.state.encodeKey(id));
        // As the first row of the second page, but for a greater key, it comes just before it: behind the cursor or not is decided by the order alone.
        insertRow({ writer, state: table.state }, { id: 1000, x: 99, y: 99, s: "zzz" });
      });
      const rest = ids(query().after(nextOf(first)).all()).filter((id) => id !== 1000);
      expect(rest).toEqual(all.slice(10).filter((id) => id !== behind));
    }
  });

  test("go on rightly behind a missing value when no value is missing any more", () => {
    const rows = [null, null, 1, 2].map((m, id) => ({ id, m }));
    const fields = [
      { path: "id", type: "int64" as const },
      { path: "m", type: { optional: "int64" as const } },
    ];
    for (const [direction, left] of [
      ["asc", []],
      ["desc", [3, 2]],
    ] as const) {
      const table = tableOf({ primaryKey: "id", fields, indexes: [{ path: "m" }] }, rows);
      const query = table.query().orderBy("m", direction);
      const page = query.limit(direction === "asc" ? 3 : 1).page();
      expect(page.rows.at(-1)).toMatchObject({ m: null });
      write(table.store, (writer) => {
        for (const id of [0, 1]) deleteRow({ writer, state: table.state }, table.state.encodeKey(id));
      });
      expect(query.after(page.next).explain()).toMatchObject({
        access: { kind: "index-all" },
        order: "index",
      });
      expect(ids(query.after(page.next).all())).toEqual(left);
    }
  });

  test("go on rightly when another row has taken the unique value where they stopped", () => {
    // The unique value decides the order alone, but not between the row that was there and the one that is there now.
    const fields = [
      { path: "id", type: "int64" as const },
      { path: "u", type: "int64" as const },
      { path: "v", type: "int64" as const },
    ];
    for (const [v, follows] of [
      [4, false],
      [6, true],
    ] as const) {
      const table = tableOf(
        { primaryKey: "id", fields, indexes: [{ path: "u", kind: "unique" }] },
        [1, 2, 3].map((id) => ({ id, u: id, v: 5 })),
      );
      const query = table.query().orderBy("u").orderBy("v");
      expect(query.explain().order).toBe("index");
      const { next } = query.limit(2).page();
      write(table.store, (writer) => {
        deleteRow({ writer, state: table.state }, table.state.encodeKey(2));
        // Its key alone would put it on the other side.
        insertRow({ writer, state: table.state }, { id: follows ? 0 : 9, u: 2, v });
      });
      expect(ids(query.after(next).all())).toEqual(follows ? [0, 3] : [3]);
    }
  });

  test("cost the same however far they are, wherever an access gives the order", () => {
    const { query } = numbered(3000);
    const ordered: readonly ((query: Query) => Query)[] = [
      (q) => q,
      (q) => q.orderBy("id", "desc"),
      (q) => q.orderBy("x"),
      (q) => q.orderBy("x", "desc"),
      (q) => q.orderBy("s"),
      (q) => q.where("s", "=", "s7"),
      (q) => q.where("x", ">", 3).orderBy("x"),
      (q) => q.where("id", ">", 30),
    ];
    for (const change of ordered) {
      const base = change(query()).limit(10);
      let next: string | null = null;
      for (let page = 0; page < 5; page++) {
        const explanation = base.after(next).explain();
        expect(explanation.rowsExamined).toBe(10);
        expect(explanation.keysExamined).toBeLessThanOrEqual(10);
        next = base.after(next).page().next;
      }
      expect(next).not.toBeNull();
    }
  });

  test("go through values that an index cut in the order of the whole values", () => {
    const table = tableOf(
      {
        primaryKey: "id",
        fields: [
          { path: "id", type: "int64" },
          { path: "t", type: "string" },
        ],
        indexes: [{ path: "t" }],
      },
      [...cutTexts, ...cutTexts].map((t, id) => ({ id, t })),
    );
    for (const direction of ["asc", "desc"] as const) {
      const base = table.query().orderBy("t", direction).limit(3);
      expect(base.explain()).toMatchObject({ access: { kind: "index-all" }, order: "index" });
      const expected = table.rows.map(({ id, t }) => ({ id: Number(id), bytes: Buffer.from(t as string) }));
      expected.sort((a, b) => (direction === "asc" ? 1 : -1) * (a.bytes.compare(b.bytes) || a.id - b.id));
      const paged: number[] = [];
      let next: string | null = null;
      do {
        const page: Page<Row> = base.after(next).page();
        paged.push(...ids(page.rows));
        next = page.next;
      } while (next !== null);
      expect(paged).toEqual(expected.map(({ id }) => id));
    }
  });
});

describe("a cursor", () => {
  const { query } = numbered(9);
  const cursor = nextOf(query().where("x", ">=", 0).orderBy("y").limit(2).page());

  test("is text that can stand in a link", () => {
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  test("is refused for another query", () => {
    const others: readonly Query[] = [
      query().orderBy("y"),
      query().where("x", ">", 0).orderBy("y"),
      query().where("x", ">=", 1).orderBy("y"),
      query().where("x", ">=", 0).orderBy("y", "desc"),
      query().where("x", ">=", 0).orderBy("s"),
      query().where("x", ">=", 0).orderBy("y").orderBy("x"),
      query().where("x", ">=", 0).orderBy("y").orderBy("id", "desc"),
      query().where("x", ">=", 0),
    ];
    for (const other of others) {
      for (const call of [
        () => other.after(cursor).all(),
        () => other.after(cursor).count(),
        () => other.after(cursor).explain(),
      ]) {
        expect(errorOf(call).code).toBe("cursor_mismatch");
      }
    }
  });

  test("is refused when only an earlier direction differs", () => {
    const both = query().orderBy("y").orderBy("x");
    const next = nextOf(both.limit(2).page());
    expect(errorOf(() => query().orderBy("y", "desc").orderBy("x").after(next).all()).code).toBe(
      "cursor_mismatch",
    );
    expect(both.after(next).count()).toBe(7);
  });

  test("is refused when it is damaged or no cursor at all", () => {
    const own = query().where("x", ">=", 0).orderBy("y");
    const damaged = [
      "",
      "A",
      "hello",
      "not a cursor",
      `${cursor}A`,
      `${cursor}=`,
      cursor.slice(0, -1),
      cursor.slice(0, 8),
      cursor.slice(1),
      cursor.toLowerCase(),
      `${cursor.slice(0, 20)}${cursor.charAt(20) === "A" ? "B" : "A"}${cursor.slice(21)}`,
      "\ud800",
    ];
    for (const text of damaged) expect(errorOf(() => own.after(text).all()).code).toBe("cursor_invalid");
  });

  test("is refused when only its checksum was repaired", () => {
    const own = query().where("x", ">=", 0).orderBy("y");
    const bytes = fromBase64url(cursor) as Uint8Array;
    const [print, , key] = JSON.parse(Buffer.from(bytes.subarray(5)).toString()) as [string, unknown, string];
    const forged = (body: unknown): string => {
      const text = Buffer.from(JSON.stringify(body));
      let sum = 0x811c9dc5;
      for (const byte of text) sum = Math.imul(sum ^ byte, 0x01000193);
      const header = Buffer.from([1, 0, 0, 0, 0]);
      header.writeUInt32BE(sum >>> 0, 1);
      return toBase64url(Buffer.concat([header, text]));
    };
    expect(own.after(forged([print, ["2"], key])).all()).toBeInstanceOf(Array);
    for (const body of [
      null,
      {},
      [],
      [print],
      [print, [], key],
      [print, ["1", "2"], key],
      [print, [1], key],
      [print, ["x"], key],
      [print, ["0x10"], key],
      [print, [true], key],
      [print, ["1"], "="],
      [print, ["1"], 5],
    ]) {
      expect(errorOf(() => own.after(forged(body)).all()).code).toBe("cursor_invalid");
    }
    expect(errorOf(() => own.after(forged(["other", ["1"], key])).all()).code).toBe("cursor_mismatch");
  });

  test("holds every kind of sort value", () => {
    const kinds: readonly (readonly [
      "bool" | "int64" | "uint64" | "float64" | "string" | "bytes" | "uuid" | "timestamp",
      readonly Value[],
    ])[] = [
      ["bool", [false, true, null]],
      ["int64", [-(2n ** 63n), -5, 0, 2n ** 53n, 2n ** 63n - 1n, null]],
      ["uint64", [0, 2n ** 53n, 2n ** 64n - 1n, null]],
      [
        "float64",
        [Number.NEGATIVE_INFINITY, -1.5e-300, 0, 0.1, 1e21, Number.POSITIVE_INFINITY, Number.NaN, null],
      ],
      ["string", ["", "\0", "a\nb", "\u{10ffff}", null]],
      ["bytes", [new Uint8Array(), new Uint8Array([0]), new Uint8Array([255]), null]],
      ["uuid", ["00000000-0000-0000-0000-00000000000a", "ffffffff-ffff-ffff-ffff-ffffffffffff", null]],
      ["timestamp", [-1, 0, 1, null]],
    ];
    for (const [type, values] of kinds) {
      const table = tableOf(
        {
          primaryKey: "id",
          fields: [
            { path: "id", type: "string" },
            { path: "v", type: { optional: type } },
          ],
        },
        values.map((v, position) => ({ id: `k${position}`, v })),
      );
      for (const direction of ["asc", "desc"] as const) {
        const base = table.query().orderBy("v", direction).limit(1);
        const paged: Row[] = [];
        let next: string | null = null;
        do {
          const page: Page<Row> = base.after(next).page();
          paged.push(...page.rows);
          next = page.next;
        } while (next !== null);
        expect(paged).toEqual(table.query().orderBy("v", direction).all());
        expect(paged).toHaveLength(values.length);
      }
    }
  });
});

describe("base64url", () => {
  test("gives back every byte string, and no two texts give the same", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = toBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64url(text)).toEqual(new Uint8Array(bytes));
      }),
    );
    expect(fromBase64url("AB")).toBeUndefined();
    expect(fromBase64url("A")).toBeUndefined();
    expect(fromBase64url("A===")).toBeUndefined();
  });
});
