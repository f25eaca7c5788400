import { describe, expect, test } from "vitest";
import { classify, type Finding, worstOf } from "../../src/evolve/classify.ts";
import { checkSchema } from "../../src/schema/check-collection.ts";
import type { FieldDescriptor, IndexDescriptor, TypeDescriptor } from "../../src/schema/descriptors.ts";
import { errorOf } from "../support/vault.ts";

const id: FieldDescriptor = { path: "id", type: "string" };

function schemaOf(
  fields: readonly FieldDescriptor[],
  indexes: readonly IndexDescriptor[] = [],
  primaryKey = "id",
) {
  return checkSchema({ primaryKey, fields: [id, ...fields], indexes });
}

/** `class change at path` of each finding. */
function found(before: readonly FieldDescriptor[], after: readonly FieldDescriptor[]): string[] {
  return classify(schemaOf(before), schemaOf(after)).map(show);
}

function show({ class: changeClass, change, path, index }: Finding): string {
  return `${changeClass} ${change}${index === undefined ? "" : ` ${index}`} at ${path.join("/")}`;
}

const field = (type: TypeDescriptor, constraints?: FieldDescriptor["constraints"]): FieldDescriptor[] => [
  constraints === undefined ? { path: "f", type } : { path: "f", type, constraints },
];

describe("what is no schema", () => {
  test("is refused by name, a descriptor too", () => {
    const descriptor = { primaryKey: "id", fields: [id], indexes: [] };
    for (const other of [descriptor, null, undefined, {}, { fields: [null], indexes: [] }]) {
      for (const [argument, call] of [
        ["before", () => classify(other as never, schemaOf([]))],
        ["after", () => classify(schemaOf([]), other as never)],
      ] as const)
        expect(errorOf(call)).toMatchObject({ code: "argument_invalid", details: { argument } });
    }
  });
});

describe("fields", () => {
  test.each<[string, FieldDescriptor[], FieldDescriptor[], string[]]>([
    ["an optional field is added", [], field({ optional: "int64" }), ["safe field_added at f"]],
    ["a required field is added", [], field("int64"), ["needs_migration required_field_added at f"]],
    ["a field is removed", field("int64"), [], ["breaking field_removed at f"]],
    [
      "a field is renamed",
      field({ optional: "int64" }),
      [{ path: "g", type: { optional: "int64" } }],
      ["breaking field_removed at f", "safe field_added at g"],
    ],
    [
      "a nested optional path is added",
      [{ path: "a.b", type: "bool" }],
      [
        { path: "a.b", type: "bool" },
        { path: "a.c", type: { optional: "bool" } },
      ],
      ["safe field_added at a/c"],
    ],
    [
      "fields change places",
      [...field("bool"), { path: "g", type: "bool" }],
      [{ path: "g", type: "bool" }, ...field("bool")],
      ["safe fields_reordered at "],
    ],
    ["a field becomes optional", field("int64"), field({ optional: "int64" }), ["safe made_optional at f"]],
    [
      "a field becomes required",
      field({ optional: "int64" }),
      field("int64"),
      ["needs_migration made_required at f"],
    ],
    [
      "an optional is doubled",
      field({ optional: "int64" }),
      field({ optional: { optional: "int64" } }),
      ["safe optional_rewritten at f"],
    ],
    ["nothing changes", field("int64"), field("int64"), []],
  ])("%s", (_what, before, after, expected) => {
    expect(found(before, after)).toEqual(expected);
  });

  test("every field that offends is named, not only the first", () => {
    const before = ["a", "b", "c"].map((path): FieldDescriptor => ({ path, type: "bool" }));
    const after = ["d", "e"].map((path): FieldDescriptor => ({ path, type: "bool" }));
    expect(found(before, after)).toEqual([
      "breaking field_removed at a",
      "breaking field_removed at b",
      "breaking field_removed at c",
      "needs_migration required_field_added at d",
      "needs_migration required_field_added at e",
    ]);
  });
});

describe("types", () => {
  test.each<[TypeDescriptor, TypeDescriptor, string]>([
    ["int64", "float64", "needs_migration type_converted at f"],
    ["int64", "uint64", "needs_migration type_converted at f"],
    ["uint64", "int64", "needs_migration type_converted at f"],
    ["int64", "timestamp", "needs_migration type_converted at f"],
    ["float64", "int64", "needs_migration type_converted at f"],
    [{ enum: ["a"] }, "string", "safe type_widened at f"],
    ["string", { enum: ["a"] }, "needs_migration type_converted at f"],
    ["uuid", "string", "needs_migration type_converted at f"],
    ["string", "json", "needs_migration type_converted at f"],
    ["json", "string", "needs_migration type_converted at f"],
    [{ list: "string" }, "json", "needs_migration type_converted at f"],
    [{ object: [{ path: "x", type: "int64" }] }, "json", "needs_migration type_converted at f"],
    [{ list: { optional: "bytes" } }, "json", "breaking type_changed at f"],
    ["json", "bytes", "breaking type_changed at f"],
    ["string", "int64", "breaking type_changed at f"],
    ["bool", "int64", "breaking type_changed at f"],
    ["bytes", "string", "breaking type_changed at f"],
    ["string", { list: "string" }, "breaking type_changed at f"],
    [{ list: "string" }, { list: { optional: "string" } }, "safe made_optional at f/[]"],
    [{ enum: ["a"] }, { enum: ["b", "a"] }, "safe enum_grown at f"],
    [{ enum: ["a", "b"] }, { enum: ["b", "a"] }, "safe enum_reordered at f"],
    [{ enum: ["a", "b"] }, { enum: ["b"] }, "breaking enum_shrunk at f"],
    [{ optional: { enum: ["a"] } }, { optional: { enum: ["a", "b"] } }, "safe enum_grown at f"],
    [{ list: { enum: ["a"] } }, { list: { enum: ["a", "b"] } }, "safe enum_grown at f/[]"],
  ])("from %j to %j", (before, after, expected) => {
    expect(found(field(before), field(after))).toEqual([expected]);
  });

  test("an object type is compared field by field, as deep as it goes", () => {
    const object = (...fields: FieldDescriptor[]): FieldDescriptor[] => field({ list: { object: fields } });
    const name: FieldDescriptor = { path: "name", type: "string" };
    const born: FieldDescriptor = { path: "born", type: { optional: "int64" } };
    const wider: FieldDescriptor = { path: "name", type: "string", constraints: [{ max_length: 9 }] };
    expect(found(object(name), object(name, born))).toEqual(["safe field_added at f/[]/born"]);
    expect(found(object(name, born), object(born, name))).toEqual(["safe fields_reordered at f/[]"]);
    expect(found(object(wider), object(name))).toEqual(["safe constraint_loosened at f/[]/name"]);
    expect(found(object(name), object(wider, { path: "x", type: "bool" }))).toEqual([
      "needs_migration constraint_tightened at f/[]/name",
      "needs_migration required_field_added at f/[]/x",
    ]);
    expect(found(object(name, born), object(name))).toEqual(["breaking field_removed at f/[]/born"]);
  });
});

describe("constraints", () => {
  test.each<
    [
      TypeDescriptor,
      FieldDescriptor["constraints"] & object,
      FieldDescriptor["constraints"] & object,
      string[],
    ]
  >([
    ["int64", [], [{ min_i64: 1 }], ["needs_migration constraint_tightened at f"]],
    ["int64", [{ min_i64: 1 }], [], ["safe constraint_loosened at f"]],
    ["int64", [{ min_i64: 1 }], [{ min_i64: 0 }], ["safe constraint_loosened at f"]],
    ["int64", [{ max_i64: 9 }], [{ max_i64: 8 }], ["needs_migration constraint_tightened at f"]],
    [
      "int64",
      [{ min_i64: 1 }, { max_i64: 9 }],
      [{ min_i64: 0 }, { max_i64: 8 }],
      ["safe constraint_loosened at f", "needs_migration constraint_tightened at f"],
    ],
    ["uint64", [], [{ min_u64: 0 }], ["safe constraints_rewritten at f"]],
    ["float64", [{ min_f64: 0 }], [{ min_f64: -0 }], ["safe constraints_rewritten at f"]],
    ["string", [{ nonempty: true }], [{ min_length: 1 }], ["safe constraints_rewritten at f"]],
    [
      "string",
      [{ min_length: 2 }, { nonempty: true }],
      [{ nonempty: true }],
      ["safe constraint_loosened at f"],
    ],
    [
      "string",
      [{ email: true }],
      [{ url: true }],
      ["safe constraint_loosened at f", "needs_migration constraint_tightened at f"],
    ],
    ["string", [{ regex: "a" }, { regex: "b" }], [{ regex: "b" }], ["safe constraint_loosened at f"]],
    [
      "string",
      [{ regex: "a" }, { regex: "b" }],
      [{ regex: "b" }, { regex: "a" }],
      ["safe constraints_rewritten at f"],
    ],
    [
      { optional: { list: "bool" } },
      [{ max_length: 3 }],
      [{ max_length: 4 }],
      ["safe constraint_loosened at f"],
    ],
  ])("on %j: from %j to %j", (type, before, after, expected) => {
    expect(found(field(type, before), field(type, after))).toEqual(expected);
  });

  test("the reason names the field and both bounds", () => {
    const findings = classify(
      schemaOf(field("string", [{ max_length: 20 }])),
      schemaOf(field("string", [{ max_length: 10 }])),
    );
    expect(findings[0]?.reason).toBe(
      `"f": max_length changes from 20 to 10, which stored rows may not meet.`,
    );
  });
});

describe("indexes and keys", () => {
  const fields: FieldDescriptor[] = [
    { path: "a", type: "int64" },
    { path: "b", type: "int64" },
  ];
  const plain: IndexDescriptor = { name: "i", path: "a" };
  const unique: IndexDescriptor = { name: "i", path: "a", kind: "unique" };
  const other: IndexDescriptor = { name: "j", path: "b" };

  test.each<[string, IndexDescriptor[], IndexDescriptor[], string[]]>([
    ["an index is added", [], [plain], ["safe index_added i at a"]],
    ["a unique index is added", [], [unique], ["needs_migration unique_index_added i at a"]],
    ["an index is dropped", [unique], [], ["safe index_dropped i at a"]],
    [
      "an index is renamed",
      [plain],
      [{ ...plain, name: "k" }],
      ["safe index_dropped i at a", "safe index_added k at a"],
    ],
    ["an index becomes unique", [plain], [unique], ["needs_migration index_changed i at a"]],
    ["an index is unique no more", [unique], [plain], ["safe index_changed i at a"]],
    ["an index moves", [plain], [{ name: "i", path: "b" }], ["safe index_changed i at b"]],
    ["indexes change places", [plain, other], [other, plain], ["safe indexes_reordered at "]],
  ])("%s", (_what, before, after, expected) => {
    expect(classify(schemaOf(fields, before), schemaOf(fields, after)).map(show)).toEqual(expected);
  });

  test("an index on a field whose values are converted gets other keys", () => {
    const before = schemaOf(field("int64"), [{ name: "i", path: "f" }]);
    const after = schemaOf(field("float64"), [{ name: "i", path: "f" }]);
    expect(classify(before, after).map(show)).toEqual([
      "needs_migration type_converted at f",
      "needs_migration index_rekeyed i at f",
    ]);
  });

  test("an index on an enum that becomes a string keeps its keys", () => {
    const before = schemaOf(field({ enum: ["a"] }), [{ name: "i", path: "f" }]);
    const after = schemaOf(field("string"), [{ name: "i", path: "f" }]);
    expect(classify(before, after).map(show)).toEqual(["safe type_widened at f"]);
  });

  test("another primary key, or one of another type, is breaking", () => {
    expect(classify(schemaOf(fields), schemaOf(fields, [], "a")).map(show)).toEqual([
      "breaking primary_key_changed at a",
    ]);
    const before = checkSchema({ primaryKey: "a", fields: [{ path: "a", type: "int64" }] });
    const after = checkSchema({ primaryKey: "a", fields: [{ path: "a", type: "float64" }] });
    expect(classify(before, after).map(show)).toEqual([
      "breaking primary_key_type_changed at a",
      "needs_migration type_converted at a",
    ]);
  });

  test("the worst of many findings counts, and no findings are safe", () => {
    expect(worstOf([])).toBe("safe");
    const added = classify(
      schemaOf([]),
      schemaOf([...field("bool"), { path: "g", type: { optional: "bool" } }]),
    );
    expect(worstOf(added)).toBe("needs_migration");
    expect(worstOf([...added, ...classify(schemaOf(fields), schemaOf([]))])).toBe("breaking");
  });
});
