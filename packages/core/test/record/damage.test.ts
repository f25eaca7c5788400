/** No payload may crash the decoder, hang it or make it allocate: a row or a coded error, the same from both decoders. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IntegerMode } from "../../src/collection/collection-state.ts";
import { isModelVaultError } from "../../src/errors/error.ts";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import { readRecordHeader } from "../../src/record/record-header.ts";
import type { FieldPath, Schema } from "../../src/schema/types.ts";
import {
  books,
  booksInsert,
  bytes,
  errorOf,
  field,
  flat,
  flatV1,
  hex,
  historyOf,
  list,
  object,
  places,
  schemaOf,
  users,
  usersInsert,
} from "./sample-records.ts";

const placesInsert = hex(
  compileRowEncoder(
    1,
    1,
    places,
  )({
    id: 1,
    at: { lat: 1.5, lon: -2 },
    name: "é",
    more: { inner: { json: { a: [1] }, list: [1, null] }, flag: true },
  }),
);

const samples: readonly (readonly [string, Schema, string, readonly FieldPath[]])[] = [
  ["every kind of value", books, booksInsert, [["kind"], ["obj", "y"]]],
  ["a nested path", users, usersInsert, [["profile"]]],
  ["nested paths", places, placesInsert, [["name"], ["more", "inner", "list"]]],
  ["payload version 1", flat, flatV1, [["n"]]],
];

/** The row, or the error as plain data; any foreign error fails. */
function outcome(
  schema: Schema,
  payload: Uint8Array,
  generateAfter: number,
  integers: IntegerMode,
  paths?: readonly FieldPath[],
): unknown {
  const decode = compileRowDecoder({
    history: historyOf(schema),
    schema,
    integers,
    generateAfter,
    ...(paths === undefined ? {} : { paths }),
  });
  try {
    return { row: decode(payload) };
  } catch (error) {
    if (!isModelVaultError(error, "record_payload_invalid") && !isModelVaultError(error, "integer_unsafe"))
      throw error;
    return { code: error.code, message: error.message, details: error.details };
  }
}

function checkBoth(schema: Schema, payload: Uint8Array, paths: readonly FieldPath[]): void {
  for (const integers of ["number", "exact"] as const) {
    for (const wanted of [undefined, paths]) {
      expect(outcome(schema, payload, 0, integers, wanted)).toStrictEqual(
        outcome(schema, payload, Number.POSITIVE_INFINITY, integers, wanted),
      );
    }
  }
  try {
    readRecordHeader(payload);
  } catch (error) {
    expect(isModelVaultError(error, "record_payload_invalid")).toBe(true);
  }
}

describe.each(samples)("%s", (_, schema, sample, paths) => {
  const payload = bytes(sample);

  test("cut anywhere is a coded error", () => {
    for (let length = 0; length < payload.length; length++) {
      const cut = payload.slice(0, length);
      checkBoth(schema, cut, paths);
      expect(outcome(schema, cut, 0, "exact")).toHaveProperty("code", "record_payload_invalid");
    }
  });

  test("with any one byte flipped is a row or a coded error", () => {
    for (let at = 0; at < payload.length; at++) {
      for (const flip of [1, 2, 0x80, 0xff]) {
        const damaged = payload.slice();
        damaged[at] = (damaged[at] as number) ^ flip;
        checkBoth(schema, damaged, paths);
      }
    }
  });

  test("with a byte more is refused", () => {
    const longer = new Uint8Array([...payload, 0]);
    expect(outcome(schema, longer, 0, "exact")).toHaveProperty("details.reason", "trailing");
    checkBoth(schema, longer, paths);
  });

  test("with stretches overwritten is a row or a coded error", () => {
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.uint8Array({ minLength: 1, maxLength: 6 }), (at, patch) => {
        const damaged = payload.slice();
        damaged.set(patch.subarray(0, payload.length - at), at);
        checkBoth(schema, damaged, paths);
      }),
    );
  });
});

test.each<readonly [string, string, string, Schema, string]>([
  [
    "unknown_version",
    "payload version 4",
    "0400 01000000 01000000 01 01 0100000000000000 00000000",
    schemaOf(field("id", "int64")),
    "",
  ],
  ["unknown_version", "payload version 0", "0000 01000000 01000000 01", schemaOf(field("id", "int64")), ""],
  [
    "schema_version",
    "a later schema version",
    "0200 01000000 02000000 01 01 0100000000000000 00000000",
    schemaOf(field("id", "int64")),
    "",
  ],
  [
    "delete",
    "a deletion",
    "0200 01000000 01000000 03 01 0100000000000000 00000000",
    schemaOf(field("id", "int64")),
    "",
  ],
  ["truncated", "nothing", "", schemaOf(field("id", "int64")), ""],
  [
    "type_mismatch",
    "a key of another type",
    "0200 01000000 01000000 01 02 0100000000000000 00000000",
    schemaOf(field("id", "int64")),
    "id",
  ],
  [
    "type_mismatch",
    "a key of no type",
    "0200 01000000 01000000 01 63 0100000000000000 00000000",
    schemaOf(field("id", "int64")),
    "id",
  ],
  [
    "field_count",
    "a field too many",
    "0200 01000000 01000000 01 01 0100000000000000 01000000 0001",
    schemaOf(field("id", "int64")),
    "",
  ],
  [
    "field_count",
    "a field too few",
    "0200 01000000 01000000 01 01 0100000000000000 00000000",
    schemaOf(field("id", "int64"), field("a", "bool")),
    "",
  ],
  [
    "utf8",
    "text that is not UTF-8",
    "0200 01000000 01000000 01 00 01 01000000 04 02000000 c328",
    schemaOf(field("id", "bool"), field("a", "string")),
    "a",
  ],
  [
    "json",
    "text that is not JSON",
    "0200 01000000 01000000 01 00 01 01000000 04 01000000 7b",
    schemaOf(field("id", "bool"), field("a", "json")),
    "a",
  ],
  [
    "limit",
    "a text over 16 MiB",
    "0200 01000000 01000000 01 00 01 01000000 04 01000001",
    schemaOf(field("id", "bool"), field("a", "string")),
    "a",
  ],
  [
    "limit",
    "a text of 4 GiB",
    "0200 01000000 01000000 01 00 01 01000000 05 ffffffff",
    schemaOf(field("id", "bool"), field("a", "bytes")),
    "a",
  ],
  [
    "limit",
    "a list over 1 048 576 elements",
    "0200 01000000 01000000 01 00 01 01000000 01001000",
    schemaOf(field("id", "bool"), field("a", list("bool"))),
    "a",
  ],
  [
    "truncated",
    "a list longer than the payload",
    "0200 01000000 01000000 01 00 01 01000000 00001000 0001",
    schemaOf(field("id", "bool"), field("a", list("bool"))),
    "a",
  ],
  [
    "type_mismatch",
    "a presence byte of 2",
    "0200 01000000 01000000 01 00 01 01000000 02",
    schemaOf(field("id", "bool"), field("a", { kind: "optional", inner: { kind: "bool" } })),
    "a",
  ],
  [
    "type_mismatch",
    "a list element of another type",
    "0200 01000000 01000000 01 00 01 01000000 01000000 01 00",
    schemaOf(field("id", "bool"), field("a", list("bool"))),
    "a.0",
  ],
  [
    "type_mismatch",
    "a composite in payload version 1",
    "0100 01000000 01000000 01 00 01 01000000 00",
    schemaOf(field("id", "bool"), field("a", list("bool"))),
    "a",
  ],
  [
    "field_path",
    "an unknown path",
    "0300 01000000 01000000 01 00 01 01000000 01 0100 62 0001",
    schemaOf(field("id", "bool"), field("a", "bool")),
    "",
  ],
  [
    "field_path",
    "a path twice",
    "0300 01000000 01000000 01 00 01 02000000 01 0100 61 0001 01 0100 61 0001",
    schemaOf(field("id", "bool"), field("a", "bool"), field("b", "bool")),
    "",
  ],
  [
    "field_path",
    "an empty path",
    "0300 01000000 01000000 01 00 01 01000000 00 0001",
    schemaOf(field("id", "bool"), field("a", "bool")),
    "",
  ],
  [
    "field_path",
    "an empty segment",
    "0300 01000000 01000000 01 00 01 01000000 01 0000 0001",
    schemaOf(field("id", "bool"), field("a", "bool")),
    "",
  ],
  [
    "primary_key",
    "a schema without a primary key",
    "0200 01000000 01000000 01 00 01 00000000",
    { ...schemaOf(), primaryKey: "" },
    "",
  ],
  [
    "primary_key",
    "a primary key that is no scalar",
    "0200 01000000 01000000 01 00 01 00000000",
    schemaOf(field("id", list("bool"))),
    "id",
  ],
])("%s: %s is refused", (reason, _, sample, schema, place) => {
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const decode = compileRowDecoder({
      history: historyOf(schema),
      schema,
      integers: "exact",
      generateAfter,
    });
    const error = errorOf(() => decode(bytes(sample)));
    expect(error.code).toBe("record_payload_invalid");
    expect(error.details.reason).toBe(reason);
    expect(error.details.field ?? "").toBe(place);
    expect(error.details.offset).toBeTypeOf("number");
  }
});

test("lists of nothing cannot be multiplied beyond what one list may hold", () => {
  const schema = schemaOf(field("id", "bool"), field("a", list(list(object({})))));
  const decode = compileRowDecoder({
    history: historyOf(schema),
    schema,
    integers: "exact",
    generateAfter: 0,
  });
  const payload = (lists: number, elements: string): Uint8Array =>
    bytes(
      `0200 01000000 01000000 01 00 01 01000000 ${Buffer.from([lists, 0, 0, 0]).toString("hex")} ${elements.repeat(lists)}`,
    );
  expect(decode(payload(2, "03000000"))).toEqual({
    id: true,
    a: [
      [{}, {}, {}],
      [{}, {}, {}],
    ],
  });
  expect(errorOf(() => decode(payload(5, "00000f00"))).details.reason).toBe("limit");
});
