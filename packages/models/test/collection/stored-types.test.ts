/** Dates, bigints and bytes in models: what JSON has no words for. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, index } from "../../src/index.ts";

const Event = defineModel(
  "events",
  z.object({
    at: z.date(),
    count: z.int(),
    total: z.bigint(),
    size: z.uint64().optional(),
    body: z.instanceof(Uint8Array).optional(),
    times: z.array(z.date().nullable()).default([]),
    place: z.object({ opened: z.date().optional(), closed: z.date().nullable() }).optional(),
  }),
  { primaryKey: "at", indexes: [index("total"), index("place.opened"), index("body")] },
);

const open = (integers?: "number" | "bigint") =>
  Database.open(memoryStore(), integers === undefined ? {} : { integers });
const EPOCH = new Date(0);
const LAST = new Date(8.64e15);
const FIRST = new Date(-8.64e15);
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work();
  } catch (error) {
    if (isModelVaultError(error)) return error.code;
    throw error;
  }
  return undefined;
};

test("the engine has timestamps, 64-bit integers and bytes", () => {
  expect(
    Object.fromEntries(Event.descriptor.fields.map(({ path, type }) => [String(path), type])),
  ).toMatchObject({
    at: "timestamp",
    count: "int64",
    total: "int64",
    size: { optional: "uint64" },
    body: { optional: "bytes" },
    times: { list: { optional: "timestamp" } },
  });
});

describe.each(["number", "bigint", undefined] as const)("in a vault opened with integers: %s", (integers) => {
  test("rows come back as they went in, a bigint a bigint and a number a number", () => {
    using db = open(integers);
    const events = collection(db, Event);
    const rows = [
      {
        at: FIRST,
        count: -5,
        total: -(2n ** 63n),
        size: 2n ** 64n - 1n,
        body: new Uint8Array(),
        times: [EPOCH, null, LAST],
        place: { closed: null },
      },
      { at: EPOCH, count: 0, total: 0n, times: [], place: { opened: new Date(-1), closed: new Date(1) } },
      { at: LAST, count: 5, total: 2n ** 63n - 1n, body: Uint8Array.of(0, 255), times: [] },
    ];
    for (const row of rows) expect(events.insert(row)).toStrictEqual(row.at);
    expect(events.all()).toStrictEqual(rows);
    for (const row of rows) expect(events.get(row.at)).toStrictEqual(row);
    expect(events.getMany([LAST, new Date(5), FIRST])).toStrictEqual([rows[2], undefined, rows[0]]);
    expect([...events.where("at", "<", LAST).iterate()]).toHaveLength(2);
    expect(db.verify().problems).toEqual([]);
  });
});

test("dates, bigints and bytes are compared as what they are", () => {
  using db = open();
  const events = collection(db, Event);
  for (const [position, total] of [3n, 2n ** 60n, -1n].entries())
    events.insert({
      at: new Date(position * 1000),
      count: position,
      total,
      body: Uint8Array.of(position),
      times: [new Date(position)],
      place: { opened: new Date(position), closed: null },
    });
  const found = (query: { all(): { count: number }[] }) => query.all().map(({ count }) => count);
  expect(found(events.where("at", ">", EPOCH))).toEqual([1, 2]);
  expect(found(events.where("at", "between", [EPOCH, new Date(1000)]))).toEqual([0, 1]);
  expect(found(events.where("at", "in", [new Date(2000), new Date(0)]))).toEqual([0, 2]);
  expect(found(events.where("total", ">=", 2n ** 60n))).toEqual([1]);
  expect(found(events.where("body", "=", Uint8Array.of(2)))).toEqual([2]);
  expect(found(events.where("place.opened", "=", new Date(1)))).toEqual([1]);
  expect(found(events.where("times", "contains", new Date(2)))).toEqual([2]);
  expect(found(events.where((is) => is.or(is("at", "=", EPOCH), is.not(is("total", ">", 0n)))))).toEqual([
    0, 2,
  ]);
  expect(found(events.orderBy("total", "desc"))).toEqual([1, 0, 2]);
  expect(events.where("at", "=", EPOCH).select("at", "place.opened").one()).toStrictEqual({
    at: EPOCH,
    place: { opened: new Date(0) },
  });
  expect(codeOf(() => events.where("at", "=", new Date(Number.NaN)).all())).toBe("query_value_invalid");
  expect(codeOf(() => events.get(new Date(Number.NaN)))).toBe("primary_key_invalid");
});

test("an invalid date is refused, by the schema or behind it", () => {
  using db = open();
  const events = collection(db, Event);
  const row = { at: EPOCH, count: 0, total: 0n, times: [] };
  expect(codeOf(() => events.insert({ ...row, at: new Date(Number.NaN) }))).toBe("validation_failed");
  const Loose = defineModel("loose", z.object({ id: z.int(), times: z.array(z.instanceof(Date)) }), {
    primaryKey: "id",
  });
  const loose = collection(db, Loose);
  try {
    loose.insert({ id: 1, times: [EPOCH, new Date(Number.NaN)] });
    expect.unreachable();
  } catch (error) {
    if (!isModelVaultError(error, "validation_failed")) throw error;
    expect(error.issues).toMatchObject([{ path: ["times", 1], rule: "type" }]);
  }
});

test("what does not fit 64 bits is refused with its path", () => {
  using db = open();
  const events = collection(db, Event);
  const row = { at: EPOCH, count: 0, total: 2n ** 63n };
  try {
    events.insert(row);
    expect.unreachable();
  } catch (error) {
    if (!isModelVaultError(error, "validation_failed")) throw error;
    expect(error.issues).toMatchObject([{ path: ["total"] }]);
  }
});

test("a timestamp beyond what a date can tell says so when it is read", () => {
  using db = open();
  const events = collection(db, Event);
  db.collection("events").insert({ at: 2n ** 63n - 1n, count: 0, total: 0, times: [] });
  expect(codeOf(() => events.all())).toBe("date_out_of_range");
});

test("microseconds that another program stored survive updates of other fields", () => {
  using db = open();
  const events = collection(db, Event);
  const stored = {
    at: 5_000_000,
    count: 0,
    total: 0,
    times: [1_001, null, -1],
    place: { opened: -1_500, closed: 1_999 },
  };
  db.collection("events").insert(stored);
  const read = events.getOrThrow(new Date(5000));
  expect(read.place).toEqual({ opened: new Date(-2), closed: new Date(1) });
  events.update(new Date(5000), { count: 1, place: { opened: new Date(7) } });
  expect(db.collection("events").get(5_000_000)).toMatchObject({
    count: 1,
    times: [1_001, null, -1],
    place: { opened: 7_000, closed: 1_999 },
  });
  events.update(new Date(5000), (row) => ({ ...row, count: 2, times: [new Date(1), EPOCH] }));
  expect(db.collection("events").get(5_000_000)).toMatchObject({ count: 2, times: [1_001, 0] });
});

test("dates are coerced on the way in where the schema says so", () => {
  using db = open();
  const Coerced = defineModel(
    "coerced",
    z.object({ id: z.int(), at: z.coerce.date(), sum: z.coerce.bigint() }),
    {
      primaryKey: "id",
    },
  );
  const rows = collection(db, Coerced);
  rows.insert({ id: 1, at: "2026-11-23T00:00:00Z", sum: "12" });
  expect(rows.get(1)).toStrictEqual({ id: 1, at: new Date("2026-11-23T00:00:00Z"), sum: 12n });
  expect(rows.update(1, { sum: 13n })).toStrictEqual({
    id: 1,
    at: new Date("2026-11-23T00:00:00Z"),
    sum: 13n,
  });
});
