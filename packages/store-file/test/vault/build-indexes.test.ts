/** Indexes made from the rows of an opened vault hold what a database that wrote them all along holds. */
import { Database, type IndexDescriptor, MemoryStore, type Row } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import fc from "fast-check";
import { expect, test } from "vitest";
import { nodePort } from "../../src/port/node-port.ts";
import { KeyList } from "../../src/vault/key-list.ts";
import { errorOf } from "../support/errors.ts";
import { openStoreOn } from "../support/open-on.ts";
import { newPlace } from "../support/places.ts";

test("keys come out of a list sorted, whatever they begin with and however many", () => {
  const anyKeys = fc.oneof(
    fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 300 }),
    fc.array(
      fc
        .array(fc.constantFrom(0, 1, 0xff), { maxLength: 7 })
        .map((bytes) => Uint8Array.of(5, 5, 5, 5, 5, ...bytes)),
      { maxLength: 300 },
    ),
    fc.integer({ min: 1, max: 9000 }).map((count) =>
      Array.from({ length: count }, (_, index) => {
        const key = new Uint8Array(8);
        new DataView(key.buffer).setUint32(3, (index * 2654435761) % 5003);
        return key;
      }),
    ),
  );
  fc.assert(
    fc.property(anyKeys, (keys) => {
      const list = new KeyList();
      const padded = (key: Uint8Array): Uint8Array => Buffer.concat([key, Buffer.from([1, 2])]);
      for (const key of keys) list.add(padded(key), key.length);
      const store = new MemoryStore();
      const space = { kind: "index", collection: 1, index: 1 } as const;
      const seen: string[] = [];
      const transaction = store.begin();
      const filler = transaction.filler(space);
      list.fill({
        put: (bytes, start, end, ...value) => {
          seen.push(Buffer.from(bytes.subarray(start, end)).toString("latin1"));
          filler.put(bytes, start, end, ...value);
        },
      });
      const sorted = keys.map((key) => Buffer.from(key).toString("latin1")).sort();
      expect(seen).toEqual(sorted);
      expect(transaction.count(space)).toBe(new Set(sorted).size);
    }),
  );
});

const paths = ["text", "number", "real", "raw", "inside.name"];
const row = (id: number): Row => ({
  id,
  text: id % 5 === 0 ? `${"long ".repeat(60 + (id % 3))}${id % 4}` : `text ${id % 17}\0${id % 2}`,
  number: id % 7 === 0 ? null : BigInt((id * 7919) % 1000) - 500n,
  real: [0, -0, Number.NaN, 1.5, -1e300, Number.POSITIVE_INFINITY][id % 6] as number,
  raw: id % 3 === 0 ? null : new Uint8Array(id % 300).fill(id),
  inside: id % 4 === 0 ? null : { name: id % 8 === 1 ? null : `name ${id % 5}` },
});

test("indexes of all kinds of values, rows of an earlier version among them, are as if they had been there", () => {
  const path = newPlace();
  const indexes: IndexDescriptor[] = paths.map((each) => ({ path: each }));
  const fields = [
    { path: "id", type: "int64" },
    { path: "text", type: "string" },
    { path: "number", type: { optional: "int64" } },
    { path: "real", type: "float64" },
    { path: "raw", type: { optional: "bytes" } },
    { path: "inside", type: { optional: { object: [{ path: "name", type: { optional: "string" } }] } } },
  ] as const;
  const questions = (db: Database): unknown => {
    const things = db.collection("things");
    return [
      ...paths.filter((each) => each !== "inside.name").map((each) => things.orderBy(each).all()),
      things.where("text", "=", row(5).text as string).all(),
      things.where("inside.name", "=", "name 3").all(),
      things.where("number", ">", 100).count(),
    ];
  };
  let expected: unknown;
  {
    using db = Database.open(fileStore(path));
    db.register({ name: "things", primaryKey: "id", fields, indexes });
    db.collection("things").insertMany(Array.from({ length: 300 }, (_, id) => row(id)));
    db.registerVersion("things", {
      fields: [...fields, { path: "later", type: { optional: "bool" } }],
      indexes,
    });
    for (let id = 250; id < 350; id++) db.collection("things").put(row(id));
    expected = questions(db);
    expect(db.verify().problems).toEqual([]);
  }
  for (const rewrite of [false, true]) {
    using db = Database.open(fileStore(path));
    // Snapshots that were taken before an index was made show it too.
    db.read((view) => {
      expect(
        view
          .collection("things")
          .where("text", "=", row(5).text as string)
          .count(),
      ).toBeGreaterThan(1);
      expect(view.collection("things").orderBy("number").first()).toBeDefined();
    });
    expect(questions(db)).toEqual(expected);
    expect(db.verify().problems).toEqual([]);
    if (!rewrite) db.compact();
    else db.checkpoint();
    expect(questions(db)).toEqual(expected);
  }
  using db = Database.open(fileStore(path, { recovery: "strict" }));
  expect(questions(db)).toEqual(expected);
  expect(db.verify().problems).toEqual([]);
});

test("a transaction that does not write makes no index, one that does makes all, and its scans end with it", () => {
  const path = newPlace();
  const things = {
    name: "things",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "a", type: "string" },
      { path: "b", type: "string" },
    ],
    indexes: [{ path: "a" }, { path: "b" }],
  } as const;
  {
    using db = Database.open(fileStore(path));
    db.register(things);
    db.collection("things").insertMany([1, 2, 3].map((id) => ({ id, a: `a${id}`, b: `b${id}` })));
  }
  const { store, vault } = openStoreOn(nodePort, path);
  using db = Database.open({ ...fileStore(path), open: () => store });
  db.register(things);
  expect(vault.image.whole).toBe(false);
  const missing = (): boolean[] =>
    [1, 2].map((index) => vault.image.lacks({ kind: "index", collection: 1, index }));
  expect(missing()).toEqual([true, true]);
  const transaction = store.begin();
  const rows = { kind: "rows", collection: 1 } as const;
  const before = transaction.scan(rows);
  const [first] = [...transaction.scan(rows)];
  expect(transaction.count(rows)).toBe(3);
  expect(missing()).toEqual([true, true]);
  expect([...transaction.scan({ kind: "index", collection: 1, index: 2 })].length).toBe(3);
  expect(missing()).toEqual([true, false]);
  transaction.delete(rows, first?.[0] as Uint8Array);
  expect(missing()).toEqual([false, false]);
  expect([transaction.count(rows), store.count(rows)]).toEqual([2, 3]);
  expect(before.next().done).toBe(false);
  transaction.abort();
  for (const use of [() => before.next(), () => transaction.count(rows), () => transaction.commit()])
    expect(errorOf(use).code).toBe("transaction_closed");
  expect(db.verify().problems).toEqual([]);
});
