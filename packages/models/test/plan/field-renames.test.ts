/** Renames of fields: made once, in an order that works, and passed over where they do not concern the vault. */
import {
  type CollectionDescriptor,
  checkCollection,
  Database,
  memoryStore,
  type Row,
} from "@modelvault/core";
import { apply, defineModel, type Model, openWith, plan, planFromJson, revert } from "@modelvault/models";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { pathIn, renameFields } from "../../src/plan/field-renames.ts";

function schemaOf(fields: CollectionDescriptor["fields"]): ReturnType<typeof checkCollection>["schema"] {
  return checkCollection({
    name: "books",
    primaryKey: "id",
    fields: [{ path: "id", type: "string" }, ...fields],
  }).schema;
}

const text = (...names: string[]): CollectionDescriptor["fields"] =>
  names.map((path) => ({ path, type: "string" }) as const);

function renamesOf(
  before: CollectionDescriptor["fields"],
  after: CollectionDescriptor["fields"],
  declared: Record<string, string>,
): string[] {
  const { renames } = renameFields(schemaOf(before), schemaOf(after), new Map(Object.entries(declared)));
  return renames.map(({ from, to }) => `${from.join(".")} > ${to.join(".")}`);
}

test("a rename is due when the old name is there and the new one is not", () => {
  expect(renamesOf(text("a"), text("b"), { b: "a" })).toEqual(["a > b"]);
  expect(renamesOf(text("b"), text("b"), { b: "a" })).toEqual([]);
  expect(renamesOf(text("a", "b"), text("b"), { b: "a" })).toEqual([]);
  expect(renamesOf(text("c"), text("b"), { b: "a" })).toEqual([]);
});

test("a chain of renames is made from its free end", () => {
  expect(renamesOf(text("a", "b"), text("b", "c"), { b: "a", c: "b" })).toEqual(["b > c", "a > b"]);
});

test("names that change places are left as they are: nobody could tell whether it was done already", () => {
  expect(renamesOf(text("a", "b"), text("a", "b"), { a: "b", b: "a" })).toEqual([]);
});

test("an object is renamed before what is inside it", () => {
  const before = [{ path: "writer", type: { object: text("title", "born") } }] as const;
  const after = [{ path: "author", type: { object: text("name", "born") } }] as const;
  expect(renamesOf(before, after, { "author.name": "writer.title", author: "writer" })).toEqual([
    "writer > author",
    "author.title > author.name",
  ]);
});

test("a field whose own name holds a dot is found under it", () => {
  const schema = schemaOf([
    { path: ["a.b"], type: "string" },
    { path: "c", type: { object: text("d") } },
  ]);
  expect(pathIn(schema, "a.b")).toEqual(["a.b"]);
  expect(pathIn(schema, "c.d")).toEqual(["c", "d"]);
  expect(pathIn(schema, "x.y")).toEqual(["x", "y"]);
});

test.each<[string, Row, Row | undefined]>([
  ["a value", { id: "a", writer: { title: "x" } }, { id: "a", author: { name: "x" } }],
  ["null", { id: "a", writer: null }, undefined],
])("an object's fields move with their %s", (_what, stored, becomes) => {
  using db = Database.open(memoryStore());
  const inner = { path: "title", type: "string" } as const;
  db.register({
    name: "books",
    primaryKey: "id",
    fields: [
      { path: "id", type: "string" },
      { path: "writer", type: { optional: { object: [inner] } } },
    ],
  });
  db.collection("books").insert(stored);
  const model = defineModel(
    "books",
    z.object({ id: z.string(), author: z.object({ name: z.string() }).optional() }),
    { primaryKey: "id", renamedFields: { author: "writer", "author.name": "writer.title" } },
  );
  apply(db, plan(db, [model]));
  expect(db.collection("books").all()).toEqual([becomes ?? { id: "a", author: null }]);
  expect(plan(db, [model]).isEmpty).toBe(true);
  expect(db.verify().ok).toBe(true);
});

describe("fields of a list's elements", () => {
  const line = (...names: string[]): CollectionDescriptor["fields"] => [
    { path: "lines", type: { list: { object: names.map((path) => ({ path, type: "int64" }) as const) } } },
  ];

  test("are renamed in their list, whatever that is called by now", () => {
    expect(renamesOf(line("n"), line("count"), { "lines.[].count": "lines.[].n" })).toEqual([
      "lines.[].n > lines.[].count",
    ]);
    const items = [
      { path: "items", type: { list: { object: [{ path: "count", type: "int64" }] } } },
    ] as const;
    expect(renamesOf(line("n"), items, { items: "lines", "items.[].count": "lines.[].n" })).toEqual([
      "lines > items",
      "items.[].n > items.[].count",
    ]);
  });

  test("never move to another list", () => {
    const two = (a: string, b: string): CollectionDescriptor["fields"] =>
      (["left", "right"] as const).map((path, at) => ({
        path,
        type: { list: { object: [{ path: [a, b][at] ?? "", type: "int64" }] } },
      }));
    expect(renamesOf(two("a", "b"), two("c", "d"), { "left.[].c": "right.[].b" })).toEqual([]);
  });

  test("take their values along, and back", () => {
    const model = (name: "n" | "count", renamedFields: Record<string, string> = {}): Model =>
      defineModel(
        "orders",
        z.object({ id: z.int(), lines: z.array(z.object({ sku: z.string(), [name]: z.int() })) }),
        { primaryKey: "id", renamedFields },
      );
    using db = openWith(memoryStore(), [model("n")], { onDiff: "apply" });
    const rows = [
      {
        id: 1,
        lines: [
          { sku: "a", n: 1 },
          { sku: "b", n: 2 },
        ],
      },
      { id: 2, lines: [] },
    ];
    db.collection("orders").insertMany(rows);
    const changes = plan(db, [model("count", { "lines.[].count": "lines.[].n" })]);
    expect(changes.steps.map(({ kind }) => kind)).toEqual(["renameField"]);
    apply(db, planFromJson(JSON.stringify(changes)));
    expect(db.collection("orders").all()).toEqual([
      {
        id: 1,
        lines: [
          { sku: "a", count: 1 },
          { sku: "b", count: 2 },
        ],
      },
      { id: 2, lines: [] },
    ]);
    revert(db);
    expect(db.collection("orders").all()).toEqual(rows);
    expect(db.verify().ok).toBe(true);
  });
});
