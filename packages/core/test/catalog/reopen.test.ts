import {
  type CatalogEntry,
  type CollectionDescriptor,
  catalogKey,
  Database,
  decodeCatalogPayload,
  type Field,
  type FieldDescriptor,
  type Store,
} from "@modelvault/core";
import { describe, expect, it } from "vitest";
import { encodeCatalogPayload } from "../../src/catalog/catalog-payload.ts";
import { lastingStore } from "../support/shared-store.ts";
import { errorOf } from "../support/vault.ts";

const RICH: CollectionDescriptor = {
  name: "rich",
  primaryKey: "id",
  fields: [
    { path: "id", type: "uint64", constraints: [{ max_u64: 18_446_744_073_709_551_615n }] },
    {
      path: "place",
      type: {
        object: [
          { path: "zip", type: "string", constraints: [{ min_length: 2 }, { regex: "^[0-9]+$" }] },
          { path: "extra", type: { optional: "json" } },
        ],
      },
    },
    { path: "data", type: { optional: "json" } },
    { path: "code", type: { optional: "string" }, constraints: [{ regex: "\\(x\\)" }] },
    { path: "state", type: { enum: ["new", "sold"] } },
  ],
  indexes: [
    { name: "zip", path: "place.zip" },
    { name: "state", path: "state" },
  ],
};

describe("a schema read back after reopening", () => {
  it("is the schema that was registered, whole: what the catalogue cannot say included", () => {
    const { driver } = lastingStore();
    const first = Database.open(driver);
    first.register(RICH);
    const described = first.schema("rich");
    first.collection("rich").insert({ id: 1, place: { zip: "12" }, data: [1, null], state: "new" });
    first.close();
    const second = Database.open(driver);
    expect(second.schema("rich")).toEqual(described);
    expect(second.collectionNames()).toEqual(["rich"]);
    const rich = second.collection("rich");
    expect(rich.get(1)).toEqual({
      id: 1,
      place: { zip: "12", extra: null },
      data: [1, null],
      code: null,
      state: "new",
    });
    // Upstream's B13: constraints of nested fields were enforced until the file was reopened.
    const error = errorOf(() => rich.insert({ id: 2, place: { zip: "x" }, code: "y", state: "new" }));
    expect(error.issues.map(({ path, rule }) => [path.join("."), rule])).toEqual([
      ["place.zip", "min_length"],
      ["place.zip", "regex"],
      ["code", "regex"],
    ]);
    expect(second.verify()).toMatchObject({ ok: true, rowsChecked: 1 });
    second.close();
  });

  it("keeps versions apart, and decodes rows of each", () => {
    const { driver } = lastingStore();
    const first = Database.open(driver);
    first.register({
      name: "t",
      primaryKey: "id",
      fields: [
        { path: "id", type: "int64" },
        { path: "a", type: { optional: "json" } },
      ],
    });
    first.collection("t").insert({ id: 1, a: { x: 1 } });
    first.registerVersion("t", {
      fields: [
        { path: "id", type: "int64" },
        { path: "b", type: { optional: { list: "json" } } },
        { path: "a", type: { optional: "json" } },
      ],
    });
    first.collection("t").insert({ id: 2, b: [5, "x"] });
    first.close();
    const second = Database.open(driver);
    expect(second.collection("t").all()).toEqual([
      { id: 1, b: null, a: { x: 1 } },
      { id: 2, b: [5, "x"], a: null },
    ]);
    expect(second.schema("t").version).toBe(2);
    second.close();
  });

  it("falls back to the catalogue when another engine has changed the schema since", () => {
    const { driver, store } = lastingStore();
    const first = Database.open(driver);
    first.register(RICH);
    first.close();
    const catalog = { kind: "catalog" } as const;
    const transaction = store.begin();
    const bytes = store.get(catalog, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1])) as Uint8Array;
    // What another engine would write for a schema of its own: other bytes, so another hash.
    const edited = bytes.slice();
    const at = Array.from(bytes, (byte) => String.fromCharCode(byte))
      .join("")
      .indexOf("sold");
    edited[at + 3] = "t".charCodeAt(0);
    transaction.put(catalog, new Uint8Array([0, 0, 0, 0, 0, 0, 0, 1]), edited);
    transaction.commit();
    const second = Database.open(driver);
    const schema = second.schema("rich");
    expect(schema.fields.find(({ path }) => path[0] === "state")?.type).toEqual({ enum: ["new", "solt"] });
    expect(schema.fields.find(({ path }) => path[0] === "data")?.type).toEqual({ optional: "string" });
    second.close();
  });
});

describe("a version that another engine adds", () => {
  /** As upstream does: the fields as its catalogue has them, and one more. */
  function addForeignVersion(store: Store, edit: (fields: readonly Field[]) => readonly Field[]): void {
    const space = { kind: "catalog" } as const;
    const entries = [...store.scan(space)].map(([, payload]) => decodeCatalogPayload(payload));
    const versions = entries.filter(({ collection }) => collection === 1);
    const last = versions.at(-1) as CatalogEntry;
    const payload = encodeCatalogPayload({
      kind: "version",
      collection: 1,
      version: last.version + 1,
      fields: edit(last.fields),
      indexes: last.indexes,
    });
    const transaction = store.begin();
    transaction.put(space, catalogKey(entries.length + 1), payload);
    transaction.commit();
  }

  const more: Field = {
    path: ["more"],
    type: { kind: "optional", inner: { kind: "bool" } },
    constraints: [],
  };

  it("keeps what the catalogue cannot say of the fields that it leaves as they are", () => {
    const { driver, store } = lastingStore();
    {
      using db = Database.open(driver);
      const [id, ...others] = RICH.fields as readonly FieldDescriptor[];
      db.register({
        ...RICH,
        fields: [id as FieldDescriptor, ...others, { path: "n", type: "int64", default: 7 }],
      });
      db.collection("rich").insert({ id: 1, place: { zip: "12" }, data: { a: 1 }, state: "new" });
    }
    addForeignVersion(store, (fields) => [
      ...fields.filter(({ path }) => path[0] !== "place"),
      { path: ["place"], type: { kind: "string" }, constraints: [] },
      more,
    ]);
    using db = Database.open(driver);
    const { fields, version } = db.schema("rich");
    const byName = new Map(fields.map((field) => [field.path[0], field]));
    expect(version).toBe(2);
    expect(byName.get("data")?.type).toEqual({ optional: "json" });
    expect(byName.get("code")?.constraints).toEqual([{ regex: "\\(x\\)" }]);
    expect(byName.get("n")?.default).toBe(7);
    expect(byName.get("place")?.type).toBe("string");
    expect(byName.get("more")?.type).toEqual({ optional: "bool" });
    expect(db.collection("rich").get(1)).toMatchObject({ data: { a: 1 }, n: 7, more: null });
  });

  it("brings nothing back that we had taken away", () => {
    const { driver, store } = lastingStore();
    const fields: FieldDescriptor[] = [
      { path: "id", type: "int64" },
      { path: "n", type: { optional: "int64" }, default: 7 },
    ];
    {
      using db = Database.open(driver);
      db.register({ name: "t", primaryKey: "id", fields });
      db.registerVersion("t", {
        fields: [fields[0] as FieldDescriptor, { path: "n", type: { optional: "int64" } }],
      });
    }
    {
      using db = Database.open(driver);
      expect(db.schema("t").fields[1]).not.toHaveProperty("default");
    }
    addForeignVersion(store, (old) => [...old, more]);
    using db = Database.open(driver);
    expect(db.schema("t").fields).toHaveLength(3);
    expect(db.schema("t").fields[1]).not.toHaveProperty("default");
  });
});

describe("two handles on one store", () => {
  it("see each other's schema changes before their next operation", () => {
    const { driver } = lastingStore();
    const a = Database.open(driver);
    const b = Database.open(driver);
    a.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
    const rows = b.collection("t");
    rows.insert({ id: 1 });
    a.registerVersion("t", {
      fields: [
        { path: "id", type: "int64" },
        { path: "x", type: { optional: "string" } },
      ],
      indexes: [{ path: "x" }],
    });
    rows.insert({ id: 2, x: "y" });
    expect(rows.where("x", "=", "y").explain().text).toContain("x_idx");
    expect(a.collection("t").where("x", "=", "y").count()).toBe(1);
    expect(a.verify().ok).toBe(true);
    expect(b.verify().ok).toBe(true);
    a.close();
    b.close();
  });
});
