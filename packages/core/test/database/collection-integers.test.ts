import { Database, memoryStore } from "@modelvault/core";
import { expect, test } from "vitest";

const BIG = 2n ** 60n + 1n;

function open(): Database {
  const db = Database.open(memoryStore());
  db.register({
    name: "sums",
    primaryKey: "id",
    fields: [
      { path: "id", type: "int64" },
      { path: "sum", type: "int64" },
    ],
  });
  db.collection("sums").insertMany([
    { id: 1, sum: 5 },
    { id: 2, sum: BIG },
  ]);
  return db;
}

test("a collection can be asked for integers in another way than the handle's", () => {
  using db = open();
  const exact = db.collection("sums", { integers: "exact" });
  expect(exact.all()).toEqual([
    { id: 1, sum: 5 },
    { id: 2, sum: BIG },
  ]);
  expect(exact.get(2)).toEqual({ id: 2, sum: BIG });
  expect(exact.getMany([2])).toEqual([{ id: 2, sum: BIG }]);
  expect(exact.where("sum", ">", 5).first()).toEqual({ id: 2, sum: BIG });
  expect([...exact.iterate()][1]).toEqual({ id: 2, sum: BIG });
  expect(exact.update(2, (row) => ({ ...row, sum: (row.sum as bigint) + 1n }))).toEqual({
    id: 2,
    sum: BIG + 1n,
  });
  expect(db.collection("sums", { integers: "bigint" }).get(1)).toEqual({ id: 1n, sum: 5n });
  expect(() => db.collection("sums").get(2)).toThrow(expect.objectContaining({ code: "integer_unsafe" }));
});

test("so it is in a transaction and a view, whose ends it shares", () => {
  using db = open();
  const late = db.transaction((tx) => {
    const sums = tx.collection("sums", { integers: "exact" });
    sums.insert({ id: 3, sum: BIG });
    expect(sums.get(3)).toEqual({ id: 3, sum: BIG });
    return sums;
  });
  expect(() => late.count()).toThrow(expect.objectContaining({ code: "transaction_closed" }));
  expect(db.read((view) => view.collection("sums", { integers: "exact" }).get(3))).toEqual({
    id: 3,
    sum: BIG,
  });
});

test("another word is refused by name", () => {
  using db = open();
  expect(() => db.collection("sums", { integers: "float" as "number" })).toThrow(
    expect.objectContaining({ code: "argument_invalid" }),
  );
});
