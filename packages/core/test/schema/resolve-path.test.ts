import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkSchema } from "../../src/schema/check-collection.ts";
import { isBelow, parsePath, pathKey, pathText, samePath } from "../../src/schema/field-path.ts";
import { fieldsBelow, requirePath, resolvePath } from "../../src/schema/resolve-path.ts";
import { arbitrarySchema, indexablePaths } from "../arbitraries/schema.ts";

const flat = checkSchema({
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "tags", type: { list: "string" } },
    { path: "extra", type: { optional: "json" } },
    {
      path: "author",
      type: {
        optional: {
          object: [
            { path: "name", type: "string" },
            { path: "born", type: { optional: { enum: ["a"] } } },
          ],
        },
      },
    },
  ],
});

const nested = checkSchema({
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "a.b", type: "bool" },
    { path: "a.c.d", type: { optional: "string" } },
  ],
});

describe("a path", () => {
  test("is a list of names, or text with dots, and comes out frozen", () => {
    expect(parsePath("a.b")).toEqual(["a", "b"]);
    expect(parsePath(["a.b", "c"])).toEqual(["a.b", "c"]);
    expect(Object.isFrozen(parsePath("a"))).toBe(true);
    const given = ["a"];
    const parsed = parsePath(given);
    given.push("b");
    expect(parsed).toEqual(["a"]);
  });

  test.each(["", [], "a..b", ["a", ""], "__proto__.x", ["\ud800"]])("%j is none", (path) => {
    expect(() => parsePath(path)).toThrow(expect.objectContaining({ code: "field_path_invalid" }));
  });

  test("reads as text with dots, or as a list where a name holds one", () => {
    expect(pathText(["a", "b"])).toBe("a.b");
    expect(pathText(["a.b", "c"])).toBe('["a.b", "c"]');
  });

  test("is one key, and no two have the same", () => {
    const paths = fc.array(fc.constantFrom("a", "b", "a.b", ".", '"', ",", "\\"), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(paths, paths, (a, b) => {
        expect(pathKey(a) === pathKey(b)).toBe(samePath(a, b));
        expect(isBelow(a, b)).toBe(a.length > b.length && samePath(a.slice(0, b.length), b));
      }),
    );
  });
});

describe("resolving a path", () => {
  test("finds the type behind object types, and whether anything on the way is optional", () => {
    expect(resolvePath(flat, ["id"])).toMatchObject({ type: { kind: "int64" }, optional: false });
    expect(resolvePath(flat, ["author", "name"])).toMatchObject({
      type: { kind: "string" },
      optional: true,
      field: { path: ["author"] },
    });
    expect(resolvePath(flat, ["author", "born"])).toMatchObject({ type: { kind: "enum" }, optional: true });
    expect(resolvePath(flat, ["extra"])).toMatchObject({ type: { kind: "json" }, optional: true });
    expect(resolvePath(nested, ["a", "c", "d"])).toMatchObject({ type: { kind: "string" }, optional: true });
    expect(resolvePath(nested, ["a", "b"])).toMatchObject({ optional: false });
  });

  test("finds nothing between fields, below scalars, in lists and in JSON", () => {
    for (const path of [["a"], ["a", "c"], ["a", "b", "x"]])
      expect(resolvePath(nested, path)).toBeUndefined();
    for (const path of [["tags", "0"], ["extra", "x"], ["author", "x"], ["toString"]])
      expect(resolvePath(flat, path)).toBeUndefined();
    expect(fieldsBelow(nested, ["a"]).map(({ path }) => path.join("."))).toEqual(["a.b", "a.c.d"]);
  });

  test("finds every path of any schema", () => {
    fc.assert(
      fc.property(arbitrarySchema(), (schema) => {
        for (const field of schema.fields) expect(resolvePath(schema, field.path)?.field).toBe(field);
        for (const path of indexablePaths(schema.fields))
          expect(requirePath(schema, path).path).toEqual(path);
      }),
    );
  });

  test.each([
    ["author.nmae", 'There is no field "author.nmae". Did you mean "author.name"?'],
    ["tags.0", 'There is no field "tags.0". "tags" is a list, which has no paths inside it.'],
    [
      "author.name.first",
      'There is no field "author.name.first". "author.name" is a string, which has no paths inside it.',
    ],
    ["something.else", 'There is no field "something.else".'],
    ["x".repeat(10_000), `There is no field "${"x".repeat(10_000)}".`],
  ])("an unknown path is refused with what was probably meant", (path, message) => {
    expect(() => requirePath(flat, path)).toThrow(expect.objectContaining({ code: "path_unknown", message }));
  });

  test("an object between fields is named with what it holds", () => {
    expect(() => requirePath(nested, "a")).toThrow(/It is an object that holds "a\.b", "a\.c\.d"/);
  });
});
