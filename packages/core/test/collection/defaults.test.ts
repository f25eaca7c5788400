import { Database, type FieldDescriptor, memoryStore, type Row, schemaToDescriptors } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Field, Schema, Type, Value } from "../../src/schema/types.ts";
import { withDefaults } from "../arbitraries/defaults.ts";
import { arbitraryRow, arbitrarySchema } from "../arbitraries/schema.ts";
import { errorOf, openVault } from "../support/vault.ts";

const ID: FieldDescriptor = { path: "id", type: "int64" };

function open(
  fields: readonly FieldDescriptor[],
  indexes: { path: string; kind?: "unique" }[] = [],
): Database {
  const db = openVault();
  db.register({ name: "t", primaryKey: "id", fields: [ID, ...fields], indexes });
  return db;
}

describe("a default", () => {
  it("fills what a new row leaves out or says undefined of, and never a null", () => {
    const db = open([
      { path: "state", type: { enum: ["new", "sold"] }, default: "new" },
      { path: "note", type: { optional: "string" }, default: "-" },
    ]);
    const rows = db.collection<Row>("t");
    rows.insert({ id: 1 });
    rows.insert({ id: 2, state: "sold", note: null });
    rows.put({ id: 3, state: undefined as never, note: "x" });
    expect(rows.all()).toEqual([
      { id: 1, state: "new", note: "-" },
      { id: 2, state: "sold", note: null },
      { id: 3, state: "new", note: "x" },
    ]);
    const refused = errorOf(() => rows.insert({ id: 4, state: null }));
    expect(refused.code).toBe("validation_failed");
  });

  it("is entered in indexes, unique ones too", () => {
    const db = open([{ path: "code", type: "string", default: "none" }], [{ path: "code", kind: "unique" }]);
    db.collection("t").insert({ id: 1 });
    expect(db.collection("t").where("code", "=", "none").count()).toBe(1);
    expect(errorOf(() => db.collection("t").insert({ id: 2 })).code).toBe("unique_violation");
  });

  it("inside an object fills the objects that are given, and brings none into being", () => {
    const place: FieldDescriptor = {
      path: "place",
      type: {
        optional: {
          object: [
            { path: "country", type: "string", default: "AT" },
            { path: "zip", type: "string" },
          ],
        },
      },
    };
    const db = open([
      place,
      { path: "all", type: { list: (place.type as { optional: never }).optional }, default: [] },
    ]);
    const rows = db.collection<Row>("t");
    rows.insertMany([
      { id: 1 },
      { id: 2, place: { zip: "1010" }, all: [{ zip: "1" }, { zip: "2", country: "DE" }] },
    ]);
    expect(rows.all()).toEqual([
      { id: 1, place: null, all: [] },
      {
        id: 2,
        place: { country: "AT", zip: "1010" },
        all: [
          { country: "AT", zip: "1" },
          { country: "DE", zip: "2" },
        ],
      },
    ]);
    expect(rows.validate({ id: 3, place: { zip: "x" } })).toEqual([]);
    // A patch says nothing about fields it leaves out; an object that it brings is new.
    rows.update(1, { place: { zip: "9" } });
    rows.update(2, { place: { zip: "8" } });
    expect(rows.get(1)).toMatchObject({ place: { country: "AT", zip: "9" } });
    expect(rows.get(2)).toMatchObject({ place: { country: "AT", zip: "8" } });
    const caller = { id: 4, place: { zip: "x" } };
    rows.insert(caller);
    expect(caller).toEqual({ id: 4, place: { zip: "x" } });
  });

  it("below a path of several segments brings the objects on the way into being", () => {
    const db = open([
      { path: "a.b", type: "string", default: "x" },
      { path: "a.c.d", type: { optional: "int64" } },
    ]);
    const rows = db.collection<Row>("t");
    rows.insertMany([{ id: 1 }, { id: 2, a: {} }, { id: 3, a: { b: "y" } }]);
    expect(rows.all().map((row) => row.a)).toEqual([
      { b: "x", c: { d: null } },
      { b: "x", c: { d: null } },
      { b: "y", c: { d: null } },
    ]);
    expect(errorOf(() => rows.insert({ id: 4, a: null })).code).toBe("validation_failed");
  });

  it("fills what an update function leaves out, and nothing that a patch leaves out", () => {
    const db = open([{ path: "n", type: { optional: "int64" }, default: 7 }]);
    const rows = db.collection<Row>("t");
    rows.insert({ id: 1, n: null });
    rows.update(1, { n: undefined as never });
    expect(rows.get(1)).toEqual({ id: 1, n: null });
    rows.update(1, () => ({ id: 1 }));
    expect(rows.get(1)).toEqual({ id: 1, n: 7 });
  });

  it("gives what writing it out would have given, for any schema and row", () => {
    let filled = 0;
    fc.assert(
      fc.property(
        arbitrarySchema({ fieldsMax: 4, indexes: "none" }).chain((schema) =>
          fc.tuple(fc.constant(schema), arbitraryRow(schema)),
        ),
        fc.gen(),
        ([plain, row], gen) => {
          const schema = withDefaults(gen, plain);
          const left = thinned(row, schema.primaryKey, () => gen(fc.nat, { max: 3 }) === 0);
          const naive = naiveFill(schema, left);
          if (JSON.stringify(naive, big) !== JSON.stringify(left, big)) filled++;
          using db = Database.open(memoryStore(), { integers: "bigint" });
          for (const name of ["a", "b"]) db.register({ name, ...schemaToDescriptors(schema) });
          const [a, b] = [db.collection<Row>("a"), db.collection<Row>("b")];
          const explicit = outcome(() => b.get(b.put(naive) ? "" : (naive[schema.primaryKey] as Value)));
          if (typeof explicit === "string") expect(outcome(() => a.insert(left))).toBe(explicit);
          else {
            const key = a.insert(left);
            expect(a.get(key)).toEqual(explicit);
          }
        },
      ),
      { numRuns: 600, endOnFailure: true },
    );
    expect(filled).toBeGreaterThan(100);
  });
});

const big = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);

function outcome(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** The row without some of its members, at any depth; the primary key stays. */
function thinned(row: Row, primaryKey: string, leaveOut: () => boolean): Row {
  const thin = (value: unknown, top: boolean): unknown => {
    if (Array.isArray(value)) return value.map((element) => thin(element, false));
    if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
    const kept = Object.entries(value).filter(([name]) => (top && name === primaryKey) || !leaveOut());
    return Object.fromEntries(kept.map(([name, content]) => [name, thin(content, false)]));
  };
  return thin(row, true) as Row;
}

/** What defaults mean, said the plain way. */
function naiveFill(schema: Schema, row: Row): Row {
  let result: unknown = row;
  for (const field of schema.fields) result = fillPath(result, field.path, field);
  return result as Row;
}

function fillPath(value: unknown, path: readonly string[], field: Pick<Field, "type" | "default">): unknown {
  const [name, ...rest] = path;
  if (name === undefined)
    return value === undefined && field.default !== undefined ? field.default : fillValue(value, field.type);
  const absent = value === undefined;
  if (absent && field.default === undefined) return undefined;
  if (!absent && (typeof value !== "object" || value === null || Array.isArray(value))) return value;
  const object = (value ?? {}) as Record<string, unknown>;
  const inner = fillPath(Object.hasOwn(object, name) ? object[name] : undefined, rest, field);
  const entries = Object.entries(object).filter(([other]) => other !== name);
  return Object.fromEntries(inner === undefined ? entries : [...entries, [name, inner]]);
}

function fillValue(value: unknown, type: Type): unknown {
  if (type.kind === "optional") return fillValue(value, type.inner);
  if (type.kind === "list" && Array.isArray(value))
    return value.map((element) => fillValue(element, type.element));
  if (type.kind !== "object" || typeof value !== "object" || value === null) return value;
  let result: unknown = value;
  for (const field of type.fields) result = fillPath(result, [field.name], field);
  return result;
}
