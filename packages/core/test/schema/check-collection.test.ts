import { describe, expect, test } from "vitest";
import { isModelVaultError, type ModelVaultError } from "../../src/errors/error.ts";
import { checkCollection, checkFieldsAndIndexes, checkSchema } from "../../src/schema/check-collection.ts";
import type { SchemaProblem } from "../../src/schema/problems.ts";

const id = { path: "id", type: "int64" };
const base = { name: "things", primaryKey: "id", fields: [id] };
const withFields = (...fields: unknown[]): unknown => ({ ...base, fields: [id, ...fields] });
const withField = (type: unknown, constraints?: unknown): unknown =>
  withFields({ path: "f", type, constraints });
const withIndex = (index: unknown, ...fields: unknown[]): unknown => ({
  ...base,
  fields: [id, ...fields],
  indexes: [index],
});

function refusal(descriptor: unknown): ModelVaultError {
  try {
    checkCollection(descriptor);
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("the descriptor was accepted");
}

function problemsOf(descriptor: unknown): readonly SchemaProblem[] {
  return refusal(descriptor).details.problems as readonly SchemaProblem[];
}

/** `code at place: message` of every problem. */
const shown = (descriptor: unknown): string[] =>
  problemsOf(descriptor).map(({ code, at, message }) => `${code} at ${at}: ${message}`);

describe("a good descriptor", () => {
  test("becomes a schema, names trimmed, paths as lists, index names made", () => {
    const { name, schema } = checkCollection({
      name: "\u0085 things\u3000",
      primaryKey: " id ",
      fields: [
        id,
        { path: "author.name", type: { optional: { enum: ["a", "b"] } } },
        { path: ["a.b"], type: "json", constraints: [] },
      ],
      indexes: [
        { path: "author.name" },
        { path: "id", kind: "unique", name: " by id " },
        { path: "id", kind: "non_unique" },
      ],
    });
    expect(name).toBe("things");
    expect(schema).toEqual({
      primaryKey: "id",
      fields: [
        { path: ["id"], type: { kind: "int64" }, constraints: [] },
        {
          path: ["author", "name"],
          type: { kind: "optional", inner: { kind: "enum", variants: ["a", "b"] } },
          constraints: [],
        },
        { path: ["a.b"], type: { kind: "json" }, constraints: [] },
      ],
      indexes: [
        { name: "author.name_idx", path: ["author", "name"], unique: false },
        { name: "by id", path: ["id"], unique: true },
        { name: "id_idx", path: ["id"], unique: false },
      ],
    });
  });

  test("becomes a schema that is frozen through and through", () => {
    const { schema } = checkCollection(
      withField({ list: { object: [{ path: "x", type: "string", constraints: [{ min_length: 1 }] }] } }),
    );
    const visit = (value: unknown): void => {
      if (typeof value !== "object" || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      for (const inner of Object.values(value)) visit(inner);
    };
    visit(schema);
  });

  test("keeps nothing of the caller's objects", () => {
    const type = { enum: ["a"] };
    const { schema } = checkCollection(withField(type));
    type.enum.push("b");
    expect(schema.fields[1]?.type).toEqual({ kind: "enum", variants: ["a"] });
  });

  test("may leave indexes and constraints undefined", () => {
    expect(checkCollection({ ...base, indexes: undefined }).schema.indexes).toEqual([]);
    expect(checkCollection(withField("string", undefined)).schema.fields[1]?.constraints).toEqual([]);
  });

  test("may say optional twice, which means the same as once", () => {
    expect(checkCollection(withField({ optional: { optional: "int64" } })).schema.fields[1]?.type).toEqual({
      kind: "optional",
      inner: { kind: "optional", inner: { kind: "int64" } },
    });
  });
});

describe("the error", () => {
  test("lists every problem, and its message tells the first and how many there are", () => {
    const error = refusal({
      nmae: "x",
      primaryKey: "id",
      fields: [
        { path: "id", type: "flaot64" },
        { path: "", type: "bool" },
      ],
    });
    expect(error.code).toBe("schema_invalid");
    expect(error.message).toBe(
      'The collection is not valid. Unknown key "nmae" in a collection. Did you mean "name"? (2 more in details.problems)',
    );
    expect(error.details).toMatchObject({ at: "", actual: '"nmae"' });
    expect((error.details.problems as SchemaProblem[]).map(({ at }) => at)).toEqual([
      "",
      "fields[0].type",
      "fields[1].path",
    ]);
  });

  test("survives structured clone whole", () => {
    const { details } = refusal(withField({ enum: [Symbol("s"), () => 1] }));
    expect(structuredClone(details)).toEqual(details);
  });

  test("stops at a hundred problems", () => {
    const fields = Array.from({ length: 4000 }, () => ({}));
    expect(problemsOf({ ...base, fields })).toHaveLength(100);
  });
});

describe("shapes and spelling", () => {
  test.each([null, undefined, 5, "x", [], () => 1])("a collection that is %s is refused", (descriptor) => {
    expect(problemsOf(descriptor)[0]).toMatchObject({ code: "schema_invalid", at: "" });
  });

  test.each<[string, unknown, string[]]>([
    [
      "keys of a collection",
      {},
      [
        'schema_invalid at : The key "name" of a collection is missing.',
        'schema_invalid at : The key "primaryKey" of a collection is missing.',
        'schema_invalid at : The key "fields" of a collection is missing.',
      ],
    ],
    [
      "fields that are no list",
      { ...base, fields: {} },
      [
        "schema_invalid at fields: Expected a list of fields, found an object.",
        'primary_key_field_invalid at primaryKey: There is no field "id" to be the primary key.',
      ],
    ],
    [
      "a misspelt key of a field",
      withFields({ path: "f", type: "bool", constraint: [] }),
      ['schema_invalid at fields[1]: Unknown key "constraint" in a field. Did you mean "constraints"?'],
    ],
    [
      "a key of another system",
      withFields({ path: "f", type: "bool", defaultValue: true }),
      ['schema_invalid at fields[1]: Unknown key "defaultValue" in a field. Write default.'],
    ],
    [
      "a key that is like nothing",
      withFields({ path: "f", type: "bool", virtual: 1 }),
      [
        'schema_invalid at fields[1]: Unknown key "virtual" in a field. Known keys: path, type, constraints, default.',
      ],
    ],
    [
      "a misspelt type",
      withField("strnig"),
      ['schema_invalid at fields[1].type: There is no type "strnig". Did you mean "string"?'],
    ],
    [
      "a type of another system",
      withField("integer"),
      ['schema_invalid at fields[1].type: There is no type "integer". Did you mean "int64"?'],
    ],
    [
      "a type that needs content",
      withField("list"),
      ['schema_invalid at fields[1].type: The type "list" needs its content, as in { list: "string" }.'],
    ],
    [
      "a type that is an inherited name",
      withField("constructor"),
      [
        'schema_invalid at fields[1].type: There is no type "constructor". Known types: bool, int64, uint64, float64, string, bytes, uuid, timestamp, json.',
      ],
    ],
    [
      "a misspelt type key",
      withField({ lst: "bool" }),
      ['schema_invalid at fields[1].type: Unknown key "lst" in a type object. Did you mean "list"?'],
    ],
    [
      "a scalar written as an object",
      withField({ string: true }),
      [
        'schema_invalid at fields[1].type: Unknown key "string" in a type object. Write the type as the text "string".',
      ],
    ],
    [
      "a type with two keys",
      withField({ list: "bool", optional: "bool" }),
      [
        "schema_invalid at fields[1].type: A type object has exactly one key of optional, list, object, enum; found list, optional.",
      ],
    ],
    [
      "a type with an inherited key",
      withField(Object.create({ list: "bool" })),
      [
        "schema_invalid at fields[1].type: A type object has exactly one key of optional, list, object, enum; found no key.",
      ],
    ],
    [
      "an empty enum",
      withField({ enum: [] }),
      ["schema_invalid at fields[1].type.enum: Expected a list of at least one text, found a list of 0."],
    ],
    [
      "a variant given twice",
      withField({ enum: ["a", "a"] }),
      [
        'schema_invalid at fields[1].type.enum[1]: Expected a variant that is not in the list yet, found "a".',
      ],
    ],
    [
      "a variant that is no text",
      withField({ enum: ["a", 1, "\ud800"] }),
      [
        "schema_invalid at fields[1].type.enum[1]: Expected well-formed text, found 1.",
        'schema_invalid at fields[1].type.enum[2]: Expected well-formed text, found "\\ud800".',
      ],
    ],
    [
      "an empty object type",
      withField({ object: [] }),
      ["schema_invalid at fields[1].type.object: Expected a list of at least one field, found a list of 0."],
    ],
    [
      "inner names given twice",
      withField({
        object: [
          { path: "x", type: "bool" },
          { path: ["x"], type: "bool" },
        ],
      }),
      [
        'field_path_invalid at fields[1].type.object[1].path: Expected a name that no other field of the object has, found "x".',
      ],
    ],
    [
      "inner paths of several segments",
      withField({ object: [{ path: "x.y", type: "bool" }] }),
      [
        'field_path_invalid at fields[1].type.object[0].path: Inside an object type a path has one segment, not 2. Nest object types instead, or give a name that holds a dot as a list: ["a.b"].',
      ],
    ],
    [
      "a problem deep inside",
      withField({ optional: { list: { object: [{ path: "x", type: "flot64" }] } } }),
      [
        'schema_invalid at fields[1].type.optional.list.object[0].type: There is no type "flot64". Did you mean "float64"?',
      ],
    ],
  ])("%s", (_what, descriptor, expected) => {
    expect(shown(descriptor)).toEqual(expected);
  });

  test("32 levels of types are accepted, 33 are not", () => {
    const nested = (levels: number): unknown => (levels === 0 ? "bool" : { list: nested(levels - 1) });
    expect(() => checkCollection(withField(nested(32)))).not.toThrow();
    expect(problemsOf(withField(nested(33)))[0]?.message).toBe("Types are nested deeper than 32 levels.");
  });

  test("a type that contains itself is refused", () => {
    const type: Record<string, unknown> = {};
    type.optional = type;
    expect(problemsOf(withField(type))[0]?.message).toBe("The type contains itself.");
  });

  test("a type that doubles itself at every level is refused, not expanded", () => {
    let type: unknown = "bool";
    for (let level = 0; level < 20; level++)
      type = {
        object: [
          { path: "a", type },
          { path: "b", type },
        ],
      };
    expect(problemsOf(withField(type)).map(({ message }) => message)).toContain(
      "The schema has more than 65536 types in all.",
    );
  });

  test("4096 fields are accepted, 4097 are not", () => {
    const fields = Array.from({ length: 4097 }, (_, index) => ({ path: [`f${index}`], type: "bool" }));
    expect(
      checkCollection({ ...base, primaryKey: "f0", fields: fields.slice(0, 4096) }).schema.fields,
    ).toHaveLength(4096);
    expect(problemsOf({ ...base, primaryKey: "f0", fields })[0]?.message).toBe(
      "Expected at most 4096 fields, found a list of 4097.",
    );
  });

  test("a descriptor whose getter throws is refused with the error as cause", () => {
    const cause = new Error("boom");
    const error = refusal({
      ...base,
      get indexes() {
        throw cause;
      },
    });
    expect(error).toMatchObject({ code: "schema_invalid", cause });
  });
});

describe("names of collections", () => {
  test.each<[unknown, string]>([
    ["", "is empty"],
    [" \u2003\t", "is empty"],
    ["x".repeat(1024), "is longer than 1023 UTF-8 bytes"],
    ["é".repeat(512), "is longer than 1023 UTF-8 bytes"],
    ["a\ud800", "holds a lone surrogate, which UTF-8 cannot express"],
    ["__modelvault__", 'begins with "__modelvault", which ModelVault keeps for itself'],
    [" __modelvault_x", 'begins with "__modelvault", which ModelVault keeps for itself'],
  ])("%j is refused", (name, reason) => {
    const [problem] = problemsOf({ ...base, name });
    expect(problem).toMatchObject({ code: "collection_name_invalid", at: "name" });
    expect(problem?.message).toContain(reason);
  });

  test("a name of 1023 bytes, one with U+FEFF around it and one that is no ASCII are accepted", () => {
    for (const name of ["x".repeat(1023), "\ufeffx\ufeff", "日本", "a b"]) {
      expect(checkCollection({ ...base, name }).name).toBe(name);
    }
    expect(problemsOf({ ...base, name: 5 })[0]).toMatchObject({ code: "collection_name_invalid" });
  });
});

describe("paths of fields", () => {
  test.each<[unknown, string]>([
    ["", "has at least one segment"],
    [[], "has at least one segment"],
    ["a..b", "has no empty segment"],
    ["a.", "has no empty segment"],
    [["a", ""], "has no empty segment"],
    [["a", 1], "has nothing but text as its segments"],
    [5, "is text with dots or a list of segments"],
    [["\udc00"], "holds no lone surrogate"],
    [["x".repeat(65_536)], "has segments of at most 65535 UTF-8 bytes"],
    [Array.from({ length: 256 }, () => "a"), "has at most 255 segments"],
    ["__proto__", 'cannot hold the name "__proto__"'],
    [["a", "__proto__"], 'cannot hold the name "__proto__"'],
  ])("%j is refused", (path, reason) => {
    const [problem] = problemsOf(withFields({ path, type: "bool" }));
    expect(problem).toMatchObject({ code: "field_path_invalid", at: "fields[1].path" });
    expect(problem?.message).toContain(reason);
  });

  test("a path given twice is refused, also in its other spelling", () => {
    expect(shown(withFields({ path: "a.b", type: "bool" }, { path: ["a", "b"], type: "bool" }))).toEqual([
      'field_path_invalid at fields[2].path: The path "a.b" is given already, at fields[1].path.',
    ]);
  });

  test("a path that leads through another field is refused, in either order", () => {
    const a = { path: "a", type: "bool" };
    const deep = { path: "a.b.c", type: "bool" };
    for (const fields of [
      [a, deep],
      [deep, a],
    ]) {
      expect(problemsOf(withFields(...fields))[0]).toMatchObject({
        code: "field_path_invalid",
        actual: "a.b.c",
        expected: 'no field "a" beside it',
      });
    }
  });

  test("names that objects inherit are ordinary names", () => {
    const names = ["constructor", "toString", "hasOwnProperty", "valueOf"];
    expect(() => checkCollection(withFields(...names.map((path) => ({ path, type: "bool" }))))).not.toThrow();
  });

  test("an object type beside a path of several segments is refused, for upstream could never store such a row", () => {
    const object = { object: [{ path: "x", type: "bool" }] };
    for (const type of [object, { optional: object }]) {
      expect(problemsOf(withFields({ path: "o", type }, { path: "a.b", type: "bool" }))[0]).toMatchObject({
        code: "schema_invalid",
        at: "fields[1].type",
      });
    }
    expect(() =>
      checkCollection(withFields({ path: "o", type: { list: object } }, { path: "a.b", type: "bool" })),
    ).not.toThrow();
  });
});

describe("the primary key", () => {
  test.each<[string, unknown, string]>([
    [
      "that is missing, with the likely one",
      { ...base, primaryKey: "ID" },
      'There is no field "ID" to be the primary key. Did you mean "id"?',
    ],
    ["that is no text", { ...base, primaryKey: ["id"] }, "Expected the name of a field, found a list of 1."],
    ["that is empty", { ...base, primaryKey: " " }, "The name of the primary key is empty."],
    [
      "of several segments",
      { ...base, primaryKey: "a.b", fields: [{ path: "a.b", type: "bool" }] },
      'The primary key is a field of one segment; "a.b" is a path of several.',
    ],
    ...[
      { optional: "int64" },
      { list: "int64" },
      { object: [{ path: "x", type: "bool" }] },
      { enum: ["a"] },
      "json",
    ].map((type): [string, unknown, string] => {
      const kind = typeof type === "string" ? type : Object.keys(type)[0];
      return [
        `of type ${kind}`,
        { ...base, fields: [{ path: "id", type }] },
        `The primary key "id" is of type ${kind}; it must be one of bool, int64, uint64, float64, string, bytes, uuid, timestamp.`,
      ];
    }),
  ])("%s is refused", (_what, descriptor, message) => {
    expect(problemsOf(descriptor)).toMatchObject([
      { code: "primary_key_field_invalid", at: "primaryKey", message },
    ]);
  });

  test("that has a problem of its own is not called missing", () => {
    expect(problemsOf({ ...base, fields: [{ path: "id", type: "it64" }] })).toHaveLength(1);
  });

  test.each(["bool", "int64", "uint64", "float64", "string", "bytes", "uuid", "timestamp"])(
    "may be of type %s",
    (type) => {
      expect(() => checkCollection({ ...base, fields: [{ path: "id", type }] })).not.toThrow();
    },
  );
});

describe("indexes", () => {
  const author = {
    path: "author",
    type: {
      optional: {
        object: [
          { path: "name", type: "string" },
          { path: "tags", type: { list: "string" } },
        ],
      },
    },
  };

  test.each<[string, unknown, string]>([
    ["that are no list", { ...base, indexes: null }, "Expected a list of indexes, found null."],
    ["without a path", withIndex({ name: "i" }), 'The key "path" of an index is missing.'],
    [
      "with the key of another library",
      withIndex({ path: "id", unique: true }),
      'Unknown key "unique" in an index. Write kind: "unique".',
    ],
    [
      "with a misspelt kind",
      withIndex({ path: "id", kind: "uniqe" }),
      'Expected "unique" or "index", found "uniqe". Did you mean "unique"?',
    ],
    ["with an empty name", withIndex({ path: "id", name: " " }), "The name of the index is empty."],
    ["with a name that is no text", withIndex({ path: "id", name: 1 }), "Expected a name as text, found 1."],
    [
      "on no field, with the likely one",
      withIndex({ path: "author.nme" }, author),
      'There is no field "author.nme" to index. Did you mean "author.name"?',
    ],
    [
      "on a list",
      withIndex({ path: "author.tags" }, author),
      '"author.tags" is of type list, which cannot be indexed; a scalar or an enum can.',
    ],
    [
      "through a list",
      withIndex({ path: "author.tags.0" }, author),
      'There is no field "author.tags.0" to index. "author.tags" is a list, which has no paths inside it.',
    ],
    [
      "on an object",
      withIndex({ path: "author" }, author),
      '"author" is of type object, which cannot be indexed; a scalar or an enum can. Index a field inside it, such as "author.name".',
    ],
    [
      "on json",
      withIndex({ path: "j" }, { path: "j", type: "json" }),
      '"j" is of type json, which cannot be indexed; a scalar or an enum can.',
    ],
    [
      "on an intermediate object",
      withIndex({ path: "a" }, { path: "a.b", type: "bool" }),
      'There is no field "a" to index. It is an object that holds "a.b".',
    ],
    [
      "whose made name is too long",
      withIndex({ path: ["x".repeat(1020)] }, { path: ["x".repeat(1020)], type: "bool" }),
      "The name that the path makes is longer than 1023 UTF-8 bytes; give the index a name.",
    ],
  ])("%s are refused", (_what, descriptor, message) => {
    expect(problemsOf(descriptor)).toMatchObject([{ code: "index_invalid", message }]);
  });

  test("of one name are refused, made names included", () => {
    const indexes = [{ path: "id" }, { path: "f", name: "id_idx" }];
    expect(shown({ ...base, fields: [id, { path: "f", type: "bool" }], indexes })).toEqual([
      'index_invalid at indexes[1]: The index name "id_idx" is taken already, by indexes[0]. Give one of them another name.',
    ]);
  });

  test("go through object types and optionals to scalars and enums", () => {
    const type = { optional: { object: [{ path: "state", type: { optional: { enum: ["a"] } } }] } };
    expect(() => checkCollection(withIndex({ path: "o.state" }, { path: "o", type }))).not.toThrow();
  });

  test("on a field that has a problem of its own add no other problem", () => {
    expect(problemsOf(withIndex({ path: "f.x" }, { path: "f", type: "nothing at all" }))).toHaveLength(1);
  });
});

describe("a new version", () => {
  const before = checkSchema({
    primaryKey: "id",
    fields: [id, { path: "f", type: "bool" }],
    indexes: [{ path: "f" }],
  });

  test("keeps the primary key and the indexes that it does not mention", () => {
    expect(checkSchema({ fields: [id, { path: "f", type: "bool" }] }, before)).toEqual(before);
    expect(checkSchema({ fields: [id], indexes: [] }, before).indexes).toEqual([]);
  });

  test("says so when a kept index has lost its field", () => {
    expect(() => checkSchema({ fields: [id] }, before)).toThrow(
      expect.objectContaining({ code: "index_invalid" }),
    );
  });

  test("needs a primary key where nothing came before, and has no name", () => {
    expect(() => checkSchema({ fields: [id] })).toThrow(/"primaryKey" of a schema is missing/);
    expect(() => checkSchema(base)).toThrow(/Unknown key "name" in a schema/);
  });

  test("can be part of a larger object", () => {
    expect(
      checkFieldsAndIndexes({ primaryKey: "id", fields: [id], indexes: [], ...{ format: 1 } }),
    ).toMatchObject({ primaryKey: "id" });
  });
});
