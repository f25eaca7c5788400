import { isModelVaultError, type QueryReport, type Row, type Store } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { deleteRow, insertRow } from "../../src/collection/write-rows.ts";
import { Query } from "../../src/query/query.ts";
import { book, errorOf, openLibrary } from "../support/vault.ts";
import { hostOf, type Table, tableOf, write } from "./table.ts";

function numbered(count: number): Table {
  return tableOf(
    {
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "x", type: "int64" },
      ],
      indexes: [{ path: "x" }],
    },
    Array.from({ length: count }, (_, id) => ({ id, x: count - id })),
  );
}

const ids = (rows: Iterable<Row>): number[] => Array.from(rows, ({ id }) => Number(id));

describe("first, one, exists and count", () => {
  const { query } = numbered(5);

  test("first is the first row in order, or undefined", () => {
    expect(query().orderBy("x").first()).toMatchObject({ id: 4n });
    expect(query().offset(1).first()).toMatchObject({ id: 1n });
    expect(query().where("id", ">", 9).first()).toBeUndefined();
    expect(query().limit(0).first()).toBeUndefined();
  });

  test("one is the only row, and there must be exactly one", () => {
    expect(query().where("x", "=", 5).one()).toMatchObject({ id: 0n });
    expect(query().limit(1).one()).toMatchObject({ id: 0n });
    expect(errorOf(() => query().where("id", ">", 9).one())).toMatchObject({
      code: "query_not_one",
      details: { found: "no row" },
    });
    expect(errorOf(() => query().one())).toMatchObject({
      code: "query_not_one",
      details: { found: "more than one row" },
    });
  });

  test("count and exists mind limit and offset", () => {
    expect(query().count()).toBe(5);
    expect(query().limit(3).count()).toBe(3);
    expect(query().offset(4).count()).toBe(1);
    expect(query().offset(9).count()).toBe(0);
    expect(query().where("x", ">", 2).offset(1).limit(9).count()).toBe(2);
    expect(query().offset(4).exists()).toBe(true);
    expect(query().offset(5).exists()).toBe(false);
    expect(query().limit(0).exists()).toBe(false);
    expect(query().limit(0).count()).toBe(0);
  });
});

describe("an iteration", () => {
  test("is lazy: rows are fetched as they are asked for", () => {
    const table = numbered(1000);
    let scanned = 0;
    const counting = (store: Store): Store =>
      new Proxy(store, {
        get(target, name) {
          if (name === "snapshot") return () => ({ ...bound(target.snapshot()), ...scanOf(target) });
          const value: unknown = Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    const bound = (reader: ReturnType<Store["snapshot"]>): object => ({
      revision: reader.revision,
      get: reader.get.bind(reader),
      count: reader.count.bind(reader),
      close: reader.close.bind(reader),
    });
    const scanOf = (store: Store): object => ({
      *scan(...args: Parameters<Store["scan"]>) {
        for (const entry of store.scan(...args)) {
          scanned++;
          yield entry;
        }
      },
    });
    const query = new Query(hostOf(counting(table.store), table.state), {});
    const iteration = query.iterate();
    expect(scanned).toBe(0);
    iteration.next();
    iteration.next();
    expect(scanned).toBe(2);
    iteration.return?.();
    expect(scanned).toBe(2);
  });

  test("shows the rows as they were when the first was asked for, whatever is written meanwhile", () => {
    const table = numbered(5);
    const { state, store } = table;
    let addedLast = 100;
    for (const query of [
      table.query(),
      table.query().where("x", ">", 0).orderBy("x", "desc"),
      table.query().where("x", ">", -1),
    ]) {
      const expected = ids(query.all());
      const iteration = query.iterate();
      const seen = [Number(iteration.next().value?.id)];
      const added = ++addedLast;
      write(store, (writer) => {
        deleteRow({ writer, state }, state.encodeKey(expected[1] as number));
        insertRow({ writer, state }, { id: added, x: 0 });
      });
      seen.push(...ids(iteration));
      expect(seen).toEqual(expected);
    }
  });

  test("opens nothing until it is used, and releases what it opened at its end, at an early exit and at an error", () => {
    const table = numbered(5);
    let open = 0;
    const host = {
      ...table.host,
      open() {
        open++;
        const source = table.host.open();
        return {
          ...source,
          close() {
            open--;
            source.close();
          },
        };
      },
    };
    const query = new Query(host, {});
    query.iterate();
    expect(open).toBe(0);
    for (const _ of query.iterate()) expect(open).toBe(1);
    expect(open).toBe(0);
    for (const _ of query.iterate()) break;
    expect(open).toBe(0);
    expect(() => {
      for (const _ of query.iterate()) throw new Error("stop");
    }).toThrow("stop");
    expect(open).toBe(0);
    const thrown = query.iterate();
    thrown.next();
    expect(() => thrown.throw?.(new Error("stop"))).toThrow("stop");
    expect(open).toBe(0);
    expect(thrown.next()).toEqual({ done: true, value: undefined });
    const broken = new Query({ ...host, integers: "number" as const }, {});
    write(table.store, (writer) => insertRow({ writer, state: table.state }, { id: 2n ** 60n, x: 1 }));
    expect(errorOf(() => ids(broken.iterate())).code).toBe("integer_unsafe");
    expect(open).toBe(0);
  });

  test("refuses what is wrong at the call, not at the first row", () => {
    const { query } = numbered(1);
    expect(errorOf(() => query().where("nope", "=", 1).iterate()).code).toBe("path_unknown");
  });

  test("keeps limit and offset", () => {
    expect(ids(numbered(9).query().offset(2).limit(3).iterate())).toEqual([2, 3, 4]);
  });

  test("in a transaction shows the rows of its start, though the transaction writes on", () => {
    const db = openLibrary();
    db.collection("books").insertMany(["a", "b", "c"].map((isbn) => book(isbn)));
    db.transaction((tx) => {
      const books = tx.collection("books");
      const seen: unknown[] = [];
      for (const { isbn } of books.iterate()) {
        seen.push(isbn);
        books.delete("c");
        books.put(book("d"));
      }
      expect(seen).toEqual(["a", "b", "c"]);
    });
  });

  test("in a transaction fetches all its rows before it hands out one, so that none is gone when its turn comes", () => {
    const db = openLibrary();
    const years = Array.from({ length: 200 }, (_, year) => year);
    db.collection("books").insertMany(years.map((year) => book(`b${year}`, { year })));
    db.transaction((tx) => {
      const books = tx.collection("books");
      const seen: unknown[] = [];
      for (const { year } of books.where("year", ">=", 0).orderBy("year").iterate()) {
        if (seen.length === 0) books.where("year", ">=", 100).delete();
        seen.push(year);
      }
      expect(seen).toEqual(years);
    });
  });
});

describe("delete and update", () => {
  test("change the rows that match, and say how many", () => {
    const db = openLibrary();
    const books = db.collection("books");
    books.insertMany(Array.from({ length: 10 }, (_, year) => book(`b${year}`, { year })));
    expect(books.where("year", ">=", 5).update({ author: { born: 1900 } })).toBe(5);
    expect(books.where("author.born", "=", 1900).count()).toBe(5);
    expect(books.where("year", "<", 3).update((row) => ({ ...row, year: Number(row.year) + 100 }))).toBe(3);
    expect(books.where("year", ">=", 100).delete()).toBe(3);
    expect(books.where("year", ">", 1000).delete()).toBe(0);
    expect(books.count()).toBe(7);
  });

  test("mind order, limit and offset", () => {
    const books = openLibrary().collection("books");
    books.insertMany(Array.from({ length: 6 }, (_, year) => book(`b${year}`, { year })));
    expect(books.orderBy("year", "desc").offset(1).limit(2).delete()).toBe(2);
    expect(books.all().map(({ year }) => year)).toEqual([0, 1, 2, 5]);
    expect(books.orderBy("year", "desc").limit(1).update({ year: 50 })).toBe(1);
    expect(books.where("year", "=", 50).one()).toMatchObject({ isbn: "b5" });
  });

  test("are all or nothing", () => {
    const books = openLibrary().collection("books");
    books.insertMany(["a", "b"].map((isbn) => book(isbn)));
    const error = errorOf(() => books.query().update({ title: "the same" }));
    expect(error.code).toBe("unique_violation");
    expect(books.all().map(({ title }) => title)).toEqual(["Title a", "Title b"]);
  });

  test("see each row once, though a change moves it in the index they walk", () => {
    const books = openLibrary().collection("books");
    books.insertMany(Array.from({ length: 5 }, (_, year) => book(`b${year}`, { year })));
    expect(books.where("year", ">=", 0).update((row) => ({ ...row, year: Number(row.year) + 1000 }))).toBe(5);
    expect(
      books
        .orderBy("year")
        .all()
        .map(({ year }) => year),
    ).toEqual([1000, 1001, 1002, 1003, 1004]);
  });
});

describe("integers", () => {
  test("come as the handle says, and filters compare those that do not fit all the same", () => {
    const table = tableOf(
      {
        primaryKey: "id",
        fields: [
          { path: "id", type: "string" },
          { path: "big", type: "int64" },
        ],
      },
      [
        { id: "a", big: 2n ** 60n },
        { id: "b", big: 1 },
      ],
    );
    const numbers = new Query({ ...table.host, integers: "number" }, {});
    expect(numbers.where("big", "<", 5).all()).toEqual([{ id: "b", big: 1 }]);
    expect(numbers.where("big", ">", 5).select("id").orderBy("big").all()).toEqual([{ id: "a" }]);
    expect(errorOf(() => numbers.where("big", ">", 5).all()).code).toBe("integer_unsafe");
    expect(table.query().where("big", "<", 5).all()).toEqual([{ id: "b", big: 1n }]);
  });
});

describe("reports", () => {
  test("are made once for every query that ran, iterations when they end", () => {
    const reports: QueryReport[] = [];
    const db = openLibrary({ observer: { onQuery: (report) => void reports.push(report) }, now: () => 0 });
    const books = db.collection("books");
    books.insert(book("a"));
    books.all();
    books.query().count();
    books.query().exists();
    books.limit(1).page();
    Array.from(books.iterate());
    books.query().delete();
    expect(reports).toHaveLength(6);
    for (const report of reports)
      expect(report).toMatchObject({ collection: "books", plan: "all rows", durationMs: 0 });
  });

  test("do not stop a query when the listener throws", () => {
    const { query, host } = numbered(2);
    expect(query().all()).toHaveLength(2);
    expect(host.onQuery).toBeDefined();
  });
});

describe("an index entry without its row", () => {
  test("is an error that names the index, not a row less", () => {
    const table = numbered(3);
    const transaction = table.store.begin();
    transaction.delete(table.state.rows, table.state.encodeKey(1));
    transaction.commit();
    const error = errorOf(() => table.query().where("x", "=", 2).all());
    expect(error.code).toBe("index_row_missing");
    expect(error.details).toMatchObject({ collection: "things", index: "x_idx" });
    expect(isModelVaultError(error, "index_row_missing")).toBe(true);
  });
});
