import { afterEach, expect, test, vi } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import {
  books,
  booksInsert,
  bytes,
  field,
  hex,
  historyOf,
  list,
  optional,
  schemaOf,
} from "./sample-records.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test("rows are read and written all the same where making code from text is forbidden", async () => {
  vi.resetModules();
  vi.stubGlobal("Function", () => {
    throw new EvalError("Refused to evaluate a string as JavaScript");
  });
  const { compileRowDecoder: decoderWithout } = await import("../../src/record/decode-row.ts");
  const { compileRowEncoder: encoderWithout } = await import("../../src/record/encode-row.ts");
  const row = decoderWithout({
    history: historyOf(books),
    schema: books,
    integers: "exact",
    generateAfter: 0,
  })(bytes(booksInsert));
  expect(hex(encoderWithout(1, 1, books, { generateAfter: 0 })(row))).toBe(booksInsert);
});

test("rows are the same before and after code was generated", () => {
  const encode = compileRowEncoder(1, 1, books, { generateAfter: 2 });
  const decode = compileRowDecoder({
    history: historyOf(books),
    schema: books,
    integers: "exact",
    generateAfter: 2,
  });
  const first = decode(bytes(booksInsert));
  for (let turn = 0; turn < 5; turn++) {
    expect(decode(bytes(booksInsert))).toStrictEqual(first);
    expect(hex(encode(first))).toBe(booksInsert);
  }
});

test("a schema of thousands of fields is read and written without one huge function", () => {
  const schema = schemaOf(
    field("id", "int64"),
    ...Array.from({ length: 4095 }, (_, index) => field(`f${index}`, optional(list("int64")))),
  );
  const row = {
    id: 1,
    ...Object.fromEntries(
      Array.from({ length: 4095 }, (_, index) => [`f${index}`, index % 2 === 0 ? [index] : null]),
    ),
  };
  const payload = compileRowEncoder(1, 1, schema, { generateAfter: 0 })(row);
  expect(
    compileRowDecoder({ history: historyOf(schema), schema, integers: "number", generateAfter: 0 })(payload),
  ).toStrictEqual(row);
});

test("byte strings in a row are copies of their own", () => {
  const schema = schemaOf(field("id", "bytes"), field("long", "bytes"));
  const payload = Buffer.from(
    compileRowEncoder(1, 1, schema)({ id: new Uint8Array([1]), long: new Uint8Array(100).fill(7) }),
  );
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const row = compileRowDecoder({ history: historyOf(schema), schema, integers: "number", generateAfter })(
      payload,
    );
    for (const value of [row.id, row.long] as Uint8Array[]) {
      expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
      expect(value.buffer).not.toBe(payload.buffer);
      value.fill(0);
    }
    expect(
      compileRowDecoder({ history: historyOf(schema), schema, integers: "number", generateAfter })(payload)
        .id,
    ).toEqual(new Uint8Array([1]));
  }
});
