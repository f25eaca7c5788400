import { describe, expect, test } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import type { FieldPath, Row, Schema } from "../../src/schema/types.ts";
import { bytes, errorOf, field, historyOf, list, object, optional, schemaOf } from "./sample-records.ts";

/** A row written under the first of some versions and read under the last. */
function evolve(
  versions: readonly Schema[],
  row: Row,
  generateAfter: number,
  paths?: readonly FieldPath[],
): Row {
  const [first, last] = [versions[0] as Schema, versions.at(-1) as Schema];
  const decode = compileRowDecoder({
    history: historyOf(...versions),
    schema: last,
    integers: "number",
    generateAfter,
    ...(paths === undefined ? {} : { paths }),
  });
  return decode(compileRowEncoder(1, 1, first)(row));
}

describe.each([
  ["generated code", 0],
  ["the interpreter", Number.POSITIVE_INFINITY],
])("by %s", (_, generateAfter) => {
  test("a field added later is null, in its place", () => {
    const before = schemaOf(field("id", "int64"), field("b", "string"));
    const after = schemaOf(
      field("id", "int64"),
      field("a", optional("string")),
      field("b", "string"),
      field("c.d", optional("bool")),
    );
    const row = evolve([before, after], { id: 1, b: "x" }, generateAfter);
    expect(row).toStrictEqual({ id: 1, a: null, b: "x", c: { d: null } });
    expect(Object.keys(row)).toEqual(["id", "a", "b", "c"]);
  });

  test("a required field that older rows lack is null too", () => {
    const before = schemaOf(field("id", "int64"));
    const after = schemaOf(field("id", "int64"), field("a", "string"), field("o", object({ x: "bool" })));
    expect(evolve([before, after], { id: 1 }, generateAfter)).toStrictEqual({ id: 1, a: null, o: null });
  });

  test("a field that was dropped is left out", () => {
    const before = schemaOf(
      field("id", "int64"),
      field("gone", list(object({ x: "string" }))),
      field("b", "string"),
    );
    const after = schemaOf(field("id", "int64"), field("b", "string"));
    expect(evolve([before, after], { id: 1, gone: [{ x: "y" }], b: "x" }, generateAfter)).toStrictEqual({
      id: 1,
      b: "x",
    });
  });

  test("a path that was dropped is left out with its empty parents", () => {
    const before = schemaOf(field("id", "int64"), field("a.b", "string"), field("c.d", "bool"));
    const after = schemaOf(field("id", "int64"), field("c.d", "bool"));
    expect(evolve([before, after], { id: 1, a: { b: "x" }, c: { d: true } }, generateAfter)).toStrictEqual({
      id: 1,
      c: { d: true },
    });
  });

  test("a flat schema that became one of paths reads its old rows, and the other way round", () => {
    const flat = schemaOf(field("id", "int64"), field("b", "string"));
    const nested = schemaOf(field("id", "int64"), field("b", "string"), field("c.d", optional("bool")));
    expect(evolve([flat, nested], { id: 1, b: "x" }, generateAfter)).toStrictEqual({
      id: 1,
      b: "x",
      c: { d: null },
    });
    expect(evolve([nested, flat], { id: 1, b: "x", c: { d: true } }, generateAfter)).toStrictEqual({
      id: 1,
      b: "x",
    });
  });

  test("object fields follow the current type by name, inside lists and optionals too", () => {
    const before = object({ a: "bool", gone: "string", b: "int64" });
    const after = object({ b: optional("int64"), added: optional("string"), a: "bool" });
    const row = evolve(
      [
        schemaOf(field("id", "int64"), field("o", before), field("l", list(before)), field("q", before)),
        schemaOf(
          field("id", "int64"),
          field("o", after),
          field("l", list(optional(after))),
          field("q", optional(after)),
        ),
      ],
      {
        id: 1,
        o: { a: true, gone: "x", b: 2 },
        l: [{ a: false, gone: "y", b: 3 }],
        q: { a: true, gone: "", b: 4 },
      },
      generateAfter,
    );
    expect(row).toStrictEqual({
      id: 1,
      o: { b: 2, added: null, a: true },
      l: [{ b: 3, added: null, a: false }],
      q: { b: 4, added: null, a: true },
    });
    expect(Object.keys(row.o as Row)).toEqual(["b", "added", "a"]);
  });

  test("a value of another kind than the current type is given as it was written", () => {
    const before = schemaOf(
      field("id", "int64"),
      field("a", "int64"),
      field("b", object({ x: "bool" })),
      field("c", optional(list("string"))),
    );
    const after = schemaOf(
      field("id", "int64"),
      field("a", "string"),
      field("b", "float64"),
      field("c", object({ y: "bool" })),
    );
    expect(evolve([before, after], { id: 1, a: 2, b: { x: true }, c: ["z"] }, generateAfter)).toStrictEqual({
      id: 1,
      a: 2,
      b: { x: true },
      c: ["z"],
    });
  });

  test("a string that became json is parsed, json that became a string is its text", () => {
    const text = schemaOf(field("id", "int64"), field("a", "string"));
    const json = schemaOf(field("id", "int64"), field("a", optional("json")));
    expect(evolve([text, json], { id: 1, a: '{"x":[1]}' }, generateAfter)).toStrictEqual({
      id: 1,
      a: { x: [1] },
    });
    expect(evolve([json, text], { id: 1, a: { x: [1] } }, generateAfter)).toStrictEqual({
      id: 1,
      a: '{"x":[1]}',
    });
  });

  test("a projection of an older row has only its paths", () => {
    const before = schemaOf(
      field("id", "int64"),
      field("o", object({ a: "bool", b: "string" })),
      field("z", "string"),
    );
    const after = schemaOf(
      field("id", "int64"),
      field("n", optional("bool")),
      field("o", optional(object({ b: "string", a: "bool" }))),
    );
    expect(
      evolve([before, after], { id: 1, o: { a: true, b: "x" }, z: "" }, generateAfter, [["o", "b"], ["n"]]),
    ).toStrictEqual({ n: null, o: { b: "x" } });
  });

  test("rows of several versions are read in turn", () => {
    const first = schemaOf(field("id", "int64"));
    const second = schemaOf(field("id", "int64"), field("a", optional("bool")));
    const decode = compileRowDecoder({
      history: historyOf(first, second),
      schema: second,
      integers: "number",
      generateAfter,
    });
    const [old, current] = [compileRowEncoder(1, 1, first), compileRowEncoder(1, 2, second)];
    for (let id = 0; id < 3; id++) {
      expect(decode(old({ id }))).toStrictEqual({ id, a: null });
      expect(decode(current({ id, a: true }))).toStrictEqual({ id, a: true });
    }
  });

  test("a row of an older version that nobody knows has the first of the present fields", () => {
    const schema = schemaOf(
      field("id", "bool"),
      field("a", "bool"),
      field("b.c", "bool"),
      field("d", optional("bool")),
      field("e", optional("bool")),
    );
    const decode = compileRowDecoder({
      history: new Map([[5, schema.fields]]),
      schema,
      integers: "number",
      generateAfter,
    });
    const flat = bytes("0200 01000000 02000000 01 00 01 02000000 0001 01 0000");
    expect(decode(flat)).toStrictEqual({ id: true, a: true, b: { c: null }, d: false, e: null });
    const nested = bytes("0300 01000000 02000000 01 00 01 02000000 02 0100 62 0100 63 0001 01 0100 61 0001");
    expect(decode(nested)).toStrictEqual({ id: true, a: true, b: { c: true }, d: null, e: null });
    const tooMany = bytes("0200 01000000 02000000 01 00 01 04000000 0001 01 0000 00 00");
    expect(errorOf(() => decode(tooMany)).details.reason).toBe("field_count");
  });
});

test("fields of payload version 3 are read in any order", () => {
  const schema = schemaOf(field("id", "bool"), field("a.b", "bool"), field("c", optional("bool")));
  const payload = bytes("0300 01000000 01000000 01 00 01 02000000 01 0100 63 00 02 0100 61 0100 62 0001");
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const decode = compileRowDecoder({
      history: historyOf(schema),
      schema,
      integers: "number",
      generateAfter,
    });
    expect(decode(payload)).toStrictEqual({ id: true, a: { b: true }, c: null });
  }
});

test("payload version 3 is read in a flat collection", () => {
  const schema = schemaOf(field("id", "bool"), field("a", "bool"));
  const decode = compileRowDecoder({
    history: historyOf(schema),
    schema,
    integers: "number",
    generateAfter: 0,
  });
  expect(decode(bytes("0300 01000000 01000000 01 00 01 01000000 01 0100 61 0001"))).toStrictEqual({
    id: true,
    a: true,
  });
});
