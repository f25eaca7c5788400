import {
  checkCollection,
  Database,
  descriptorsFromJson,
  descriptorsToJson,
  type FieldDescriptor,
  schemaToDescriptors,
} from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { withDefaults } from "../arbitraries/defaults.ts";
import { arbitrarySchema } from "../arbitraries/schema.ts";
import { lastingStore } from "../support/shared-store.ts";
import { errorOf, openVault } from "../support/vault.ts";

const ID: FieldDescriptor = { path: "id", type: "int64" };
const checked = (field: FieldDescriptor) =>
  checkCollection({ name: "t", primaryKey: "id", fields: [ID, field] }).schema.fields[1];

describe("the default of a field", () => {
  it("is kept in the form that values are read in", () => {
    const uuid = "0F8FAD5B-D9CB-469F-A165-70867728950E";
    expect(checked({ path: "a", type: "uuid", default: uuid })?.default).toBe(uuid.toLowerCase());
    expect(checked({ path: "a", type: "int64", default: 5n })?.default).toBe(5);
    expect(checked({ path: "a", type: "int64", default: 2n ** 60n })?.default).toBe(2n ** 60n);
    expect(checked({ path: "a", type: "float64", default: -0 })?.default).toBe(-0);
    expect(checked({ path: "a", type: "float64", default: 10n ** 17n })?.default).toBe(1e17);
    expect(checked({ path: "a", type: "json", default: [10n ** 17n, null, { a: 1 }] })?.default).toEqual([
      1e17,
      null,
      { a: 1 },
    ]);
    expect(checked({ path: "a", type: "bytes", default: { base64url: "AQI" } })?.default).toEqual(
      new Uint8Array([1, 2]),
    );
    expect(checked({ path: "a", type: "json", default: { base64url: "AQI" } })?.default).toEqual({
      base64url: "AQI",
    });
  });

  it("is filled by the defaults inside it", () => {
    const inner: FieldDescriptor[] = [
      { path: "name", type: "string", default: "Ann" },
      { path: "born", type: { optional: "int64" } },
    ];
    expect(checked({ path: "a", type: { object: inner }, default: {} })?.default).toEqual({
      name: "Ann",
      born: null,
    });
  });

  it("that is null says no more than an optional field says anyway", () => {
    expect(checked({ path: "a", type: { optional: "string" }, default: null })).not.toHaveProperty("default");
  });

  it("owes nothing to the caller's object, and hands nothing of itself out", () => {
    const bytes = new Uint8Array([1]);
    const list = ["x"];
    const db = openVault();
    db.register({
      name: "t",
      primaryKey: "id",
      fields: [
        ID,
        { path: "b", type: "bytes", default: bytes },
        { path: "l", type: { list: "string" }, default: list },
      ],
    });
    bytes[0] = 9;
    list.push("y");
    const described = db.schema("t");
    const [, bytesField, listField] = described.fields as [unknown, FieldDescriptor, FieldDescriptor];
    (bytesField.default as Uint8Array)[0] = 8;
    (listField.default as string[]).push("z");
    db.collection("t").insert({ id: 1 });
    expect(db.collection("t").get(1)).toEqual({ id: 1, b: new Uint8Array([1]), l: ["x"] });
  });

  test.each<[FieldDescriptor, string]>([
    [{ path: "a", type: "int64", default: "5" }, "expected an integer"],
    [{ path: "a", type: "int64", default: 1.5 }, "expected an integer"],
    [{ path: "a", type: "string", default: null }, "expected a string"],
    [{ path: "a", type: { enum: ["x", "y"] }, default: "z" }, '"x"'],
    [{ path: "a", type: "string", constraints: [{ min_length: 3 }], default: "ab" }, "3"],
    [{ path: "a", type: "float64", default: Number.NaN }, "NaN"],
    [{ path: "a", type: { list: "float64" }, default: [Number.POSITIVE_INFINITY] }, "Infinity"],
    [{ path: "a", type: { object: [{ path: "b", type: "bool" }] }, default: {} as never }, '"b"'],
    [{ path: "a", type: "bytes", default: { base64url: "*" } }, "Uint8Array"],
    [{ path: "a", type: "json", default: (() => 1) as never }, "JSON"],
  ])("%o is refused", (field, message) => {
    const error = errorOf(() => checked(field));
    expect(error.code).toBe("default_invalid");
    expect(error.message).toContain("fields[1].default");
    expect(error.message).toContain(message);
  });

  it("nested without end, or that throws when it is read, is refused", () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100; level++) deep = [deep];
    expect(errorOf(() => checked({ path: "a", type: "json", default: deep as never })).code).toBe(
      "default_invalid",
    );
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    expect(errorOf(() => checked({ path: "a", type: "json", default: cyclic as never })).code).toBe(
      "default_invalid",
    );
    const trap = {
      get b(): never {
        throw new Error("no");
      },
    };
    const object: FieldDescriptor = {
      path: "a",
      type: { object: [{ path: "b", type: "string" }] },
      default: trap as never,
    };
    expect(errorOf(() => checked(object)).code).toBe("default_invalid");
  });

  it("comes back whole from descriptors, from JSON and from a vault that is opened again", () => {
    let defaults = 0;
    fc.assert(
      fc.property(arbitrarySchema({ fieldsMax: 4 }), fc.gen(), (plain, gen) => {
        const schema = withDefaults(gen, plain);
        if (
          JSON.stringify(schemaToDescriptors(schema), (_k, v) =>
            typeof v === "bigint" ? `${v}` : v,
          ).includes('"default"')
        )
          defaults++;
        const descriptors = schemaToDescriptors(schema);
        expect(checkCollection({ name: "t", ...descriptors }).schema).toEqual(schema);
        const json = descriptorsFromJson(descriptorsToJson(descriptors)) as typeof descriptors;
        expect(checkCollection({ name: "t", ...json }).schema).toEqual(schema);
        const { driver } = lastingStore();
        {
          using db = Database.open(driver);
          db.register({ name: "t", ...descriptors });
        }
        using db = Database.open(driver);
        expect(db.schema("t")).toEqual({ name: "t", version: 1, ...descriptors });
        expect(db.register({ name: "t", ...json }).changed).toBe(false);
      }),
      { numRuns: 300, endOnFailure: true },
    );
    expect(defaults).toBeGreaterThan(100);
  });
});
