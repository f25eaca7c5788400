import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CatalogEntry,
  decodeCatalogPayload,
  encodeCatalogPayload,
} from "../../src/catalog/catalog-payload.ts";
import { isModelVaultError, type ModelVaultError } from "../../src/errors/error.ts";
import type { Constraint, Field, Type } from "../../src/schema/types.ts";

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function hex(payload: Uint8Array): string {
  return Buffer.from(payload).toString("hex");
}

function errorOf(action: () => unknown): ModelVaultError {
  try {
    action();
  } catch (error) {
    if (isModelVaultError(error)) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

function field(path: string, type: Type, ...constraints: readonly Constraint[]): Field {
  return { path: path.split("."), type, constraints };
}

const string: Type = { kind: "string" };
const int64: Type = { kind: "int64" };

describe("payloads as release 0.16.0 writes them", () => {
  const examples: readonly (readonly [string, string, CatalogEntry])[] = [
    [
      "a collection with nothing but its key",
      "04000100010000000100000074010000000100000001000000020000006964010000000000000000020000006964",
      {
        kind: "create",
        collection: 1,
        name: "t",
        version: 1,
        fields: [field("id", int64)],
        indexes: [],
        primaryKey: "id",
      },
    ],
    [
      "every composite type, constraints and indexes",
      "040001000100000005000000626f6f6b7301000000090000000100000002000000696404020000000c09060000005e5b612d7a5d010000000400000079656172010200000001fbffffffffffffff02b80b000000000000010000000500000073636f726508030000000001000000040000007461677309040100000008090000000000000001000000040000006b696e640b02000000010000006101000000620000000001000000030000006f626a0a02000000010000000100000078020100000001000000790800000000000100000004000000626c6f62050000000001000000030000007569640600000000010000000200000074730700000000020000000201000000040000007965617208000000796561725f696478010100000003000000756964050000007569645f75020000006964",
      {
        kind: "create",
        collection: 1,
        name: "books",
        version: 1,
        fields: [
          field("id", string, { kind: "nonempty" }, { kind: "regex", pattern: "^[a-z]" }),
          field("year", int64, { kind: "min_i64", value: -5n }, { kind: "max_i64", value: 3000n }),
          field("score", { kind: "optional", inner: { kind: "float64" } }),
          field("tags", { kind: "list", element: string }, { kind: "max_length", value: 9n }),
          field("kind", { kind: "enum", variants: ["a", "b"] }),
          field("obj", {
            kind: "object",
            fields: [
              { name: "x", type: { kind: "uint64" }, constraints: [] },
              { name: "y", type: { kind: "optional", inner: { kind: "bool" } }, constraints: [] },
            ],
          }),
          field("blob", { kind: "bytes" }),
          field("uid", { kind: "uuid" }),
          field("ts", { kind: "timestamp" }),
        ],
        indexes: [
          { name: "year_idx", path: ["year"], unique: false },
          { name: "uid_u", path: ["uid"], unique: true },
        ],
        primaryKey: "id",
      },
    ],
    [
      "a field path of two segments",
      "04000100010000000500000075736572730100000002000000010000000200000069640100000000020000000700000070726f66696c6502000000747a04000000000100000002020000000700000070726f66696c6502000000747a02000000747a020000006964",
      {
        kind: "create",
        collection: 1,
        name: "users",
        version: 1,
        fields: [field("id", int64), field("profile.tz", string)],
        indexes: [{ name: "tz", path: ["profile", "tz"], unique: false }],
        primaryKey: "id",
      },
    ],
    [
      "a second schema version",
      "0400020001000000020000000200000001000000020000006964010000000001000000010000006e08040000000000000000",
      {
        kind: "version",
        collection: 1,
        version: 2,
        fields: [field("id", int64), field("n", { kind: "optional", inner: string })],
        indexes: [],
      },
    ],
    [
      "a collection of two fields",
      "04000100010000000100000074010000000200000001000000020000006964040000000001000000010000006e010000000000000000020000006964",
      {
        kind: "create",
        collection: 1,
        name: "t",
        version: 1,
        fields: [field("id", string), field("n", int64)],
        indexes: [],
        primaryKey: "id",
      },
    ],
  ];

  test.each(examples)("%s is read and written byte for byte", (_, payload, entry) => {
    expect(decodeCatalogPayload(bytes(payload))).toStrictEqual(entry);
    expect(hex(encodeCatalogPayload(entry))).toBe(payload);
  });

  const fields = [field("id", string), field("n", int64)];
  const created = { kind: "create", collection: 1, name: "t", version: 1, fields, indexes: [] } as const;

  test.each<readonly [string, string, CatalogEntry]>([
    [
      "1 has no primary key",
      "010001000100000001000000740100000002000000010000000200000069640401000000010000006e01",
      { ...created, primaryKey: "" },
    ],
    [
      "2 has no constraints",
      "020001000100000001000000740100000002000000010000000200000069640401000000010000006e01020000006964",
      { ...created, primaryKey: "id" },
    ],
    [
      "3 has no indexes",
      "03000100010000000100000074010000000200000001000000020000006964040000000001000000010000006e0100000000020000006964",
      { ...created, primaryKey: "id" },
    ],
    [
      "1 of a later schema version",
      "01000200010000000200000002000000010000000200000069640401000000010000006e01",
      { kind: "version", collection: 1, version: 2, fields, indexes: [] },
    ],
  ])("payload version %s, and is read", (_, payload, entry) => {
    expect(decodeCatalogPayload(bytes(payload))).toStrictEqual(entry);
  });

  test("a field inside an object is known by the first segment of its path", () => {
    const payload = bytes(
      "0300020001000000020000000100000001000000010000006f0a0100000002000000010000007801000000790100000000",
    );
    const entry = decodeCatalogPayload(payload);
    expect(entry.fields[0]?.type).toStrictEqual({
      kind: "object",
      fields: [{ name: "x", type: int64, constraints: [] }],
    });
  });
});

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom("__proto__", "constructor", "\0", "\u{10ffff}"),
);
const { type: types } = fc.letrec<{ type: Type }>((tie) => ({
  type: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .constantFrom<Type["kind"]>(
        "bool",
        "int64",
        "uint64",
        "float64",
        "string",
        "bytes",
        "uuid",
        "timestamp",
      )
      .map((kind) => ({ kind }) as Type),
    fc.array(fc.string()).map((variants): Type => ({ kind: "enum", variants })),
    tie("type").map((inner): Type => ({ kind: "optional", inner })),
    tie("type").map((element): Type => ({ kind: "list", element })),
    fc
      .array(fc.record({ name: names, type: tie("type"), constraints: fc.constant([]) }), { maxLength: 3 })
      .map((fields): Type => ({ kind: "object", fields })),
  ),
}));
const constraints: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record({ kind: fc.constantFrom("min_i64", "max_i64"), value: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({
    kind: fc.constantFrom("min_u64", "max_u64", "min_length", "max_length"),
    value: fc.bigInt(0n, 2n ** 64n - 1n),
  }),
  fc.record({ kind: fc.constantFrom("min_f64", "max_f64"), value: fc.double({ noNaN: true }) }),
  fc.record({
    kind: fc.constant("regex"),
    pattern: fc.string({ unit: fc.constantFrom("a", "é", "\\", "[", "^") }),
  }),
  fc.record({ kind: fc.constantFrom("email", "url", "nonempty") }),
);
const paths = fc.array(names, { minLength: 1, maxLength: 3 });
const bodies = {
  collection: fc.nat({ max: 2 ** 32 - 1 }),
  version: fc.nat({ max: 2 ** 32 - 1 }),
  fields: fc.array(
    fc.record({ path: paths, type: types, constraints: fc.array(constraints, { maxLength: 3 }) }),
    { maxLength: 4 },
  ),
  indexes: fc.array(fc.record({ name: names, path: paths, unique: fc.boolean() }), { maxLength: 3 }),
};
const entries: fc.Arbitrary<CatalogEntry> = fc.oneof(
  fc.record({
    kind: fc.constant("create"),
    ...bodies,
    name: names,
    primaryKey: fc.oneof(names, fc.constant("")),
  }),
  fc.record({ kind: fc.constant("version"), ...bodies }),
);

test("every entry is read as it was written", () => {
  fc.assert(
    fc.property(entries, (entry) => {
      expect(decodeCatalogPayload(encodeCatalogPayload(entry))).toEqual(entry);
    }),
  );
});

test("a truncated or damaged payload is an entry or a coded error", () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.nat(255), (entry, position, byte) => {
      const payload = encodeCatalogPayload(entry);
      const at = position % payload.length;
      expect(errorOf(() => decodeCatalogPayload(payload.slice(0, at))).code).toBe("catalog_payload_invalid");
      const damaged = payload.slice();
      damaged[at] = byte;
      try {
        decodeCatalogPayload(damaged);
      } catch (error) {
        expect(isModelVaultError(error, "catalog_payload_invalid")).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test.each<readonly [string, string, string]>([
  ["", "truncated", "nothing"],
  ["0500", "unknown_version", "payload version 5"],
  ["0000", "unknown_version", "payload version 0"],
  ["04000300", "unknown_kind", "entry kind 3"],
  ["0400010001000000", "truncated", "no name"],
  ["040001000100000000000000", "empty_name", "an empty name"],
  ["040001000100000000040000", "limit", "a name of 1024 bytes"],
  ["04000100010000000100000080", "utf8", "a name that is not UTF-8"],
  ["0400020001000000020000000110000000", "limit", "4097 fields"],
  ["04000200010000000200000000100000", "truncated", "4096 fields without bytes"],
  [`04000200010000000200000001000000${"00".repeat(10)}`, "empty_path", "a path without segments"],
  [`0400020001000000020000000100000001000000${"00".repeat(10)}`, "empty_path", "an empty segment"],
  ["04000200010000000200000001000000010000000100000061ff00000000", "unknown_tag", "type tag 255"],
  [
    "0400020001000000020000000100000001000000010000006101010000000d00000000",
    "unknown_tag",
    "constraint tag 13",
  ],
  ["0400020001000000020000000100000001000000010000006101ffffffff00000000", "limit", "2^32−1 constraints"],
  [
    "04000200010000000200000001000000010000000100000061010000000003000000",
    "truncated",
    "three indexes without bytes",
  ],
  [`0400020001000000020000000000000001000000030100000001000000610100000062`, "unknown_tag", "index kind 3"],
  [
    `0400020001000000020000000000000001000000010100000001000000610000000000`,
    "empty_name",
    "an index without a name",
  ],
  ["04000200010000000200000000000000000000000a", "trailing", "a byte too many"],
  ["0400020001000000020000000100000001000000010000006109", "truncated", "a list of nothing"],
  [
    "04000200010000000200000001000000010000000100000061" + "0bffffffff00000000",
    "truncated",
    "an enum of 2^32−1 variants",
  ],
])("payload %s is refused: %s (%s)", (payload, reason) => {
  const error = errorOf(() => decodeCatalogPayload(bytes(payload)));
  expect(error.code).toBe("catalog_payload_invalid");
  expect(error.details.reason).toBe(reason);
});

function wrapped(levels: number): Type {
  let type: Type = int64;
  for (let level = 0; level < levels; level++) type = { kind: "optional", inner: type };
  return type;
}

function version(parts: Partial<Pick<CatalogEntry, "fields" | "indexes">>): CatalogEntry {
  return { kind: "version", collection: 1, version: 2, fields: [], indexes: [], ...parts };
}

describe("limits hold on both sides (upstream writes what it cannot read)", () => {
  const manyFields = (count: number): readonly Field[] =>
    Array.from({ length: count }, (_, index) => field(`f${index}`, int64));
  const create = (name: string, primaryKey: string): CatalogEntry => ({
    ...version({}),
    kind: "create",
    name,
    primaryKey,
  });
  const long = "é".repeat(511);

  test.each<readonly [string, CatalogEntry]>([
    ["4096 fields", version({ fields: manyFields(4096) })],
    ["32 wrappers around a type", version({ fields: [field("a", wrapped(32))] })],
    ["a collection name of 1023 bytes", create(`${long}a`, "id")],
    ["a primary key name of 1023 bytes", create("t", `${long}a`)],
    ["an index name of 1023 bytes", version({ indexes: [{ name: `${long}a`, path: ["a"], unique: true }] })],
    [
      "a path of 255 segments",
      version({ fields: [{ path: new Array<string>(255).fill("a"), type: int64, constraints: [] }] }),
    ],
    ["a long name in a flat schema", version({ fields: [field("a".repeat(70_000), int64)] })],
  ])("%s can be written and read", (_, entry) => {
    expect(decodeCatalogPayload(encodeCatalogPayload(entry))).toEqual(entry);
  });

  test.each<readonly [string, CatalogEntry]>([
    ["4097 fields", version({ fields: manyFields(4097) })],
    ["33 wrappers around a type", version({ fields: [field("a", wrapped(33))] })],
    ["a collection name of 1024 bytes", create(`${long}aa`, "id")],
    ["a primary key name of 1024 bytes", create("t", `${long}aa`)],
    ["an index name of 1024 bytes", version({ indexes: [{ name: `${long}aa`, path: ["a"], unique: true }] })],
    [
      "a path of 256 segments",
      version({ fields: [{ path: new Array<string>(256).fill("a"), type: int64, constraints: [] }] }),
    ],
    [
      "a long name beside a field path",
      version({ fields: [field("a".repeat(70_000), int64), field("b.c", int64)] }),
    ],
    [
      "too many constraints",
      version({ fields: [field("a", int64, ...new Array<Constraint>(20).fill({ kind: "email" }))] }),
    ],
    [
      "more than 64 MiB",
      version({
        fields: [field("a", { kind: "enum", variants: new Array<string>(70).fill("x".repeat(1_000_000)) })],
      }),
    ],
  ])("%s cannot be written", (what, entry) => {
    const tooMany = { length: 1_048_577 } as readonly Constraint[];
    const written =
      what === "too many constraints"
        ? version({ fields: [{ ...(entry.fields[0] as Field), constraints: tooMany }] })
        : entry;
    const error = errorOf(() => encodeCatalogPayload(written));
    expect(error.code).toBe("schema_limit");
    expect(error.details.size).toBeGreaterThan(error.details.max as number);
  });

  test("33 wrappers around a type cannot be read", () => {
    const payload = `0400020001000000020000000100000001000000010000006${"1"}${"08".repeat(33)}010000000000000000`;
    const error = errorOf(() => decodeCatalogPayload(bytes(payload)));
    expect([error.code, error.details.reason]).toEqual(["catalog_payload_invalid", "limit"]);
  });
});

test("what the payload cannot say is not written in silence", () => {
  const object: Type = {
    kind: "object",
    fields: [{ name: "x", type: string, constraints: [{ kind: "email" }] }],
  };
  for (const type of [{ kind: "json" } as const, object]) {
    expect(errorOf(() => encodeCatalogPayload(version({ fields: [field("a", type)] }))).code).toBe(
      "internal",
    );
  }
  const refused = field("a", string, { kind: "regex", pattern: "a**" });
  expect(errorOf(() => encodeCatalogPayload(version({ fields: [refused] }))).code).toBe("internal");
  expect(errorOf(() => encodeCatalogPayload(version({ fields: [field("\ud800", string)] }))).code).toBe(
    "internal",
  );
});
