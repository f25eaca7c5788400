import { describe, expect, test } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder, encodeDeleteRecord } from "../../src/record/encode-row.ts";
import { OPERATION_OFFSET } from "../../src/record/record-layout.ts";
import type { Row, Schema } from "../../src/schema/types.ts";
import {
  books,
  booksDelete,
  booksInsert,
  booksReplace,
  bytes,
  field,
  flat,
  flatV1,
  hex,
  historyOf,
  optional,
  schemaOf,
  users,
  usersInsert,
} from "./sample-records.ts";

const alpha: Row = {
  id: "alpha",
  year: 2020,
  score: 1.5,
  tags: ["p", "q"],
  kind: "b",
  obj: { x: 2n ** 64n - 1n, y: null },
  blob: new Uint8Array([0, 1, 2]),
  uid: "01010101-0101-0101-0101-010101010101",
  ts: -1,
};
const keyOnly = schemaOf(field("id", "int64"));
const withOptional = schemaOf(field("id", "int64"), field("n", optional("string")));

describe.each([
  ["generated code", 0],
  ["the interpreter", Number.POSITIVE_INFINITY],
])("by %s", (_, generateAfter) => {
  test.each<readonly [string, Schema, string, Row]>([
    ["a key alone", keyOnly, "020001000000010000000101010000000000000000000000", { id: 1 }],
    ["every kind of value", books, booksInsert, alpha],
    [
      "an absent optional",
      books,
      booksReplace.replace("0200010000000100000002", "0200010000000100000001"),
      { ...alpha, year: 2021, score: null },
    ],
    ["a nested path", users, usersInsert, { id: 5, profile: { tz: "UTC" } }],
  ])("%s is written as release 0.16.0 writes it, and read", (_name, schema, payload, row) => {
    const history = historyOf(schema);
    expect(hex(compileRowEncoder(1, 1, schema, { generateAfter })(row))).toBe(payload);
    expect(
      compileRowDecoder({ history, schema, integers: "exact", generateAfter })(bytes(payload)),
    ).toStrictEqual(row);
  });

  test("a row of schema version 2 says so", () => {
    const payload = "02000100000002000000010109000000000000000100000000";
    expect(hex(compileRowEncoder(1, 2, withOptional, { generateAfter })({ id: 9 }))).toBe(payload);
    const decode = compileRowDecoder({
      history: historyOf(keyOnly, withOptional),
      schema: withOptional,
      integers: "number",
      generateAfter,
    });
    expect(decode(bytes(payload))).toStrictEqual({ id: 9, n: null });
  });

  test("replacements and unknown operations are rows like insertions", () => {
    const decode = compileRowDecoder({
      history: historyOf(books),
      schema: books,
      integers: "exact",
      generateAfter,
    });
    const payload = bytes(booksInsert);
    for (const operation of [0, 1, 2, 4, 255]) {
      payload[OPERATION_OFFSET] = operation;
      expect(decode(payload)).toStrictEqual(alpha);
    }
  });

  test("payload version 1 is read", () => {
    const decode = compileRowDecoder({
      history: historyOf(flat),
      schema: flat,
      integers: "number",
      generateAfter,
    });
    expect(decode(bytes(flatV1))).toStrictEqual({ id: "k", n: 7 });
  });
});

test("a deletion is written as release 0.16.0 writes it", () => {
  expect(hex(encodeDeleteRecord(1, 1, "string", "alpha"))).toBe(booksDelete);
  expect(hex(encodeDeleteRecord(1, 1, "int64", 5n, 3))).toBe(
    "030001000000010000000301050000000000000000000000",
  );
});
