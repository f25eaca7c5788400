import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeKey } from "../../src/keys/key-codec.ts";
import { compileRowEncoder, encodeDeleteRecord } from "../../src/record/encode-row.ts";
import { readRecordHeader } from "../../src/record/record-header.ts";
import { SCALAR_KINDS, valuesOf } from "../keys/key-values.ts";
import { booksInsert, bytes, errorOf, field, flatV1, schemaOf, usersInsert } from "./sample-records.ts";

test("the header says where a payload belongs", () => {
  expect(readRecordHeader(bytes(booksInsert))).toEqual({
    layout: 2,
    collection: 1,
    schemaVersion: 1,
    operation: 1,
    primaryKind: "string",
    key: encodeKey("string", "alpha"),
    fieldCount: 8,
    fieldsOffset: 25,
  });
  expect(readRecordHeader(bytes(usersInsert))).toMatchObject({
    layout: 3,
    primaryKind: "int64",
    key: encodeKey("int64", 5),
    fieldCount: 1,
  });
  expect(readRecordHeader(bytes(flatV1))).toMatchObject({ layout: 1, fieldCount: 1, fieldsOffset: 21 });
});

test.each(SCALAR_KINDS)(
  "the key of a %s payload is the one encodeKey makes, in rows and deletions",
  (kind) => {
    const keys = kind === "float64" ? valuesOf(kind).filter((key) => Number.isFinite(key)) : valuesOf(kind);
    const encode = compileRowEncoder(9, 4, schemaOf(field("id", kind), field("b", "bool")));
    fc.assert(
      fc.property(keys, fc.constantFrom<2 | 3>(2, 3), (id, layout) => {
        const key = encodeKey(kind, id);
        expect(readRecordHeader(encode({ id, b: true }))).toMatchObject({
          collection: 9,
          schemaVersion: 4,
          operation: 1,
          primaryKind: kind,
          key,
          fieldCount: 1,
        });
        expect(readRecordHeader(encodeDeleteRecord(9, 4, kind, id, layout))).toMatchObject({
          layout,
          collection: 9,
          schemaVersion: 4,
          operation: 3,
          key,
          fieldCount: 0,
        });
      }),
    );
  },
);

test.each([
  ["truncated", "0200 01000000"],
  ["truncated", "0200 01000000 01000000 01"],
  ["truncated", "0200 01000000 01000000 01 01 00"],
  ["unknown_version", "0000 01000000 01000000 01 00 01 00000000"],
  ["type_mismatch", "0200 01000000 01000000 01 08 01 00000000"],
  ["utf8", "0200 01000000 01000000 01 04 01000000 ff 00000000"],
  ["primary_key", "0200 01000000 01000000 01 03 000000000000f07f 00000000"],
  ["field_count", "0200 01000000 01000000 03 00 01 01000000"],
  ["trailing", "0200 01000000 01000000 03 00 01 00000000 00"],
])("a damaged header is refused: %s", (reason, payload) => {
  const error = errorOf(() => readRecordHeader(bytes(payload)));
  expect([error.code, error.details.reason]).toEqual(["record_payload_invalid", reason]);
});
