/** Discriminated unions: stored as one object with the fields of all variants, read as the variant that they are. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { collection, defineModel, index } from "../../src/index.ts";

const Circle = z.object({
  kind: z.literal("circle"),
  id: z.int(),
  radius: z.number(),
  note: z.string().nullable(),
});
const Box = z.object({
  kind: z.enum(["square", "box"]),
  id: z.int(),
  side: z.number(),
  made: z.date().optional(),
  note: z.string().optional(),
});
const Figure = defineModel("figures", z.discriminatedUnion("kind", [Circle, Box]), {
  primaryKey: "id",
  indexes: [index("kind"), index("radius"), index("made")],
});

const Order = defineModel(
  "orders",
  z.object({
    id: z.int(),
    payment: z
      .discriminatedUnion("by", [
        z.object({ by: z.literal("card"), card: z.object({ last4: z.string() }), paid: z.date() }),
        z.object({ by: z.literal("cash"), card: z.object({ reader: z.bigint() }).optional() }),
      ])
      .nullable(),
    log: z.array(
      z.union([
        z.object({ t: z.literal("in"), at: z.date() }),
        z.object({ t: z.literal("out"), n: z.int64() }),
      ]),
    ),
  }),
  { primaryKey: "id", indexes: [index("payment.by"), index("payment.card.last4")] },
);

const DATE = new Date(1234);

test("the engine stores one object: what all variants have is required, the rest optional, the tag an enum", () => {
  expect(Figure.descriptor.fields).toEqual([
    { path: ["kind"], type: { enum: ["circle", "square", "box"] } },
    expect.objectContaining({ path: ["id"], type: "int64" }),
    { path: ["radius"], type: { optional: "float64" } },
    { path: ["note"], type: { optional: "string" } },
    { path: ["side"], type: { optional: "float64" } },
    { path: ["made"], type: { optional: "timestamp" } },
  ]);
});

test("rows are read as their variant, without the fields of others", () => {
  using db = Database.open(memoryStore());
  const figures = collection(db, Figure);
  const rows = [
    { kind: "circle", id: 1, radius: 2, note: null },
    { kind: "square", id: 2, side: 3 },
    { kind: "box", id: 3, side: 3, made: DATE, note: "n" },
  ] as const;
  figures.insertMany(rows);
  expect(figures.all()).toStrictEqual(rows);
  const first = figures.getOrThrow(1);
  expect(first.kind === "circle" ? first.radius : undefined).toBe(2);
  expect(figures.where("radius", ">", 1).all()).toStrictEqual([rows[0]]);
  expect(figures.where("made", "=", DATE).all()).toStrictEqual([rows[2]]);
  expect(figures.where("kind", "in", ["square", "box"]).count()).toBe(2);
});

test("the schema judges the union on every write", () => {
  using db = Database.open(memoryStore());
  const figures = collection(db, Figure);
  const refused = (row: object): void =>
    expect(() => figures.insert(row as never)).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  refused({ kind: "circle", id: 1, side: 2 });
  refused({ kind: "hexagon", id: 1, side: 2 });
  refused({ id: 1, side: 2 });
});

describe("patches", () => {
  test("of the same variant are merged", () => {
    using db = Database.open(memoryStore());
    const figures = collection(db, Figure);
    figures.insert({ kind: "box", id: 1, side: 3, made: DATE });
    expect(figures.update(1, { side: 4 })).toStrictEqual({ kind: "box", id: 1, side: 4, made: DATE });
    expect(() => figures.update(1, { radius: 4 })).not.toThrow();
    expect(figures.get(1)).toStrictEqual({ kind: "box", id: 1, side: 4, made: DATE });
  });

  test("to another variant leave behind what it does not have", () => {
    using db = Database.open(memoryStore());
    const figures = collection(db, Figure);
    figures.insert({ kind: "box", id: 1, side: 3, made: DATE });
    const circle = { kind: "circle", id: 1, radius: 1, note: "x" } as const;
    expect(figures.update(1, { kind: "circle", radius: 1, note: "x" })).toStrictEqual(circle);
    expect(db.collection("figures").get(1)).toMatchObject({ side: null, made: null });
    expect(() => figures.update(1, { kind: "box" })).toThrow(
      expect.objectContaining({ code: "validation_failed" }),
    );
  });
});

test("inside fields and lists, with null, dates and bigints", () => {
  using db = Database.open(memoryStore());
  const orders = collection(db, Order);
  const rows = [
    { id: 1, payment: null, log: [] },
    {
      id: 2,
      payment: { by: "card", card: { last4: "4242" }, paid: DATE },
      log: [
        { t: "in", at: DATE },
        { t: "out", n: 5n },
      ],
    },
    { id: 3, payment: { by: "cash", card: { reader: 2n ** 60n } }, log: [] },
    { id: 4, payment: { by: "cash" }, log: [] },
  ] as const;
  for (const row of rows) orders.insert({ ...row, log: [...row.log] });
  expect(orders.all()).toStrictEqual(rows);
  expect(orders.where("payment.card.last4", "=", "4242").all()).toStrictEqual([rows[1]]);
  expect(orders.where("payment.card.reader", ">", 5n).count()).toBe(1);
  orders.update(3, { payment: { by: "card", card: { last4: "1" }, paid: DATE } });
  expect(orders.get(3)?.payment).toStrictEqual({ by: "card", card: { last4: "1" }, paid: DATE });
  expect(db.verify().problems).toEqual([]);
});

test("a selection without the tag gives what is there", () => {
  using db = Database.open(memoryStore());
  const figures = collection(db, Figure);
  figures.insert({ kind: "circle", id: 1, radius: 2, note: null });
  figures.insert({ kind: "box", id: 2, side: 3, made: DATE });
  expect(figures.query().select("side", "made").all()).toStrictEqual([{}, { side: 3, made: DATE }]);
  expect(figures.query().select("kind", "side").all()).toStrictEqual([
    { kind: "circle" },
    { kind: "box", side: 3 },
  ]);
});

test("a row that no schema would take is still read", () => {
  using db = Database.open(memoryStore());
  const figures = collection(db, Figure);
  db.collection("figures").insert({ kind: "circle", id: 1, radius: 1, side: 5 });
  expect(figures.get(1)).toStrictEqual({ kind: "circle", id: 1, radius: 1, note: null });
});

test("a field that two variants bound differently is bounded by the schema alone", () => {
  const Model = defineModel(
    "m",
    z.discriminatedUnion("k", [
      z.object({ k: z.literal("a"), id: z.string(), n: z.number().min(1), m: z.number().min(1) }),
      z.object({ k: z.literal("b"), id: z.string(), n: z.int32(), m: z.number().min(1) }),
    ]),
    { primaryKey: "id" },
  );
  expect(Model.descriptor.fields.slice(2)).toEqual([
    { path: ["n"], type: "float64" },
    { path: ["m"], type: "float64", constraints: [{ min_f64: 1 }] },
  ]);
  expect(Model.unenforced).toEqual([
    { path: "n", rule: "oneOf", why: "its rules differ between the variants" },
  ]);
});

test("an unknown tag is reported with its path", () => {
  using db = Database.open(memoryStore());
  try {
    collection(db, Order).insert({ id: 1, payment: { by: "cheque" } as never, log: [] });
    expect.unreachable();
  } catch (error) {
    if (!isModelVaultError(error, "validation_failed")) throw error;
    expect(error.issues[0]?.path).toEqual(["payment", "by"]);
  }
});
