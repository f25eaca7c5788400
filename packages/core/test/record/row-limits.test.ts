/** Writers hold the limits of readers (upstream's do not, and leave files that nothing can open). */
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { encodeIndexValue, encodeKey } from "../../src/keys/key-codec.ts";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import type { Row, Value } from "../../src/schema/types.ts";
import { errorOf, field, historyOf, list, object, optional, schemaOf } from "./sample-records.ts";

const MIB = 1024 * 1024;
const schema = schemaOf(
  field("id", "int64"),
  field("text", optional("string")),
  field("blob", optional("bytes")),
  field("json", optional("json")),
  field("list", optional(list("bool"))),
  field("deep", optional(object({ texts: list("string") }))),
  field("empty", optional(list(list(object({}))))),
);
const rare = schemaOf(...schema.fields.filter(({ path }) => path[0] !== "empty"));

describe.each([
  ["generated code", 0],
  ["the interpreter", Number.POSITIVE_INFINITY],
])("by %s", (_, generateAfter) => {
  const encode = compileRowEncoder(1, 1, rare, { generateAfter });
  const decode = compileRowDecoder({
    history: historyOf(rare),
    schema: rare,
    integers: "number",
    generateAfter,
  });

  test.each<readonly [string, Row]>([
    ["a text of 16 MiB", { id: 1, text: "a".repeat(16 * MIB) }],
    ["a byte string of 16 MiB", { id: 1, blob: new Uint8Array(16 * MIB) }],
    ["a JSON text of 16 MiB", { id: 1, json: "a".repeat(16 * MIB - 2) }],
    ["a list of 1 048 576 elements", { id: 1, list: new Array<boolean>(MIB).fill(true) }],
  ])("%s is written and read", (_name, row) => {
    const [name] = Object.keys(row).slice(1);
    const [found, given] = [decode(encode(row))[name as string], row[name as string]];
    // Comparing the values as they are takes vitest half a minute.
    const packed = (value: unknown): Buffer =>
      Buffer.from(value instanceof Uint8Array ? value : JSON.stringify(value));
    expect(packed(found).equals(packed(given))).toBe(true);
  });

  const long = "a".repeat(16 * MIB);
  test.each<readonly [string, Value, string]>([
    ["text", `${long}a`, "text"],
    ["text", "é".repeat(8 * MIB + 1), "text"],
    ["blob", new Uint8Array(16 * MIB + 1), "blob"],
    ["json", `${long}a`, "json"],
    ["json", ["é".repeat(8 * MIB)], "json"],
    ["list", new Array<boolean>(MIB + 1).fill(true), "list"],
    ["deep", { texts: ["", `${long}a`] }, "deep.texts.1"],
    ["deep", { texts: new Array<string>(MIB).fill(long) }, "deep.texts.4"],
  ])("a value too large is refused, naming its path (%s)", (name, value, path) => {
    const error = errorOf(() => encode({ id: 1, [name]: value }));
    expect(error.code).toBe("row_too_large");
    expect(error.details.path).toBe(path);
    expect(error.details.size).toBeGreaterThan(error.details.max as number);
  });

  test("four texts that together pass 64 MiB are refused", () => {
    const parts = schemaOf(
      field("id", "int64"),
      ...["a", "b", "c", "d"].map((name) => field(name, "string")),
    );
    const error = errorOf(() =>
      compileRowEncoder(1, 1, parts, { generateAfter })({ id: 1, a: long, b: long, c: long, d: long }),
    );
    expect(error.code).toBe("row_too_large");
    expect(error.details.max).toBe(64 * MIB);
  });

  test("a refused row leaves nothing behind in the next one", () => {
    const small = encode({ id: 2, text: "b" });
    errorOf(() => encode({ id: 1, text: `${long}a` }));
    expect(encode({ id: 2, text: "b" })).toEqual(small);
  });
});

test("lists of nothing hold no more together than one list may", () => {
  const encode = compileRowEncoder(1, 1, schema);
  const decode = compileRowDecoder({ history: historyOf(schema), schema, integers: "number" });
  const empty = [new Array<Row>(3).fill({}), []];
  expect(decode(encode({ id: 1, empty }))).toMatchObject({ empty });
  const error = errorOf(() =>
    encode({ id: 1, empty: new Array<Row[]>(3).fill(new Array<Row>(MIB / 2).fill({})) }),
  );
  expect([error.code, error.details.path]).toEqual(["row_too_large", "empty.2"]);
});

test("a row that validation cannot have passed is a defect, never wrong bytes", () => {
  const all = schemaOf(
    field("id", "int64"),
    field("a.b", "bool"),
    field("f", "float64"),
    field("s", "string"),
    field("y", "bytes"),
    field("u", "uuid"),
    field("l", list("bool")),
    field("o", object({ x: "bool" })),
    field("j", "json"),
  );
  const good: Row = {
    id: 1,
    a: { b: true },
    f: 1,
    s: "",
    y: new Uint8Array(),
    u: "00000000-0000-0000-0000-000000000000",
    l: [],
    o: { x: true },
    j: 1,
  };
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const wrong: readonly (readonly [string, unknown])[] = [
    ["id", null],
    ["id", 0.5],
    ["a", 1],
    ["a", { b: 1 }],
    ["a", null],
    ["f", "1"],
    ["f", 1n],
    ["s", 1],
    ["s", "\ud800"],
    ["s", `${"x".repeat(100)}\ud800`],
    ["y", [1]],
    ["u", "00000000-0000-0000-0000-00000000000g"],
    ["l", {}],
    ["l", [null]],
    ["o", null],
    ["o", {}],
    ["j", 1n],
    ["j", cycle],
    ["j", () => 1],
  ];
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const encode = compileRowEncoder(1, 1, all, { generateAfter });
    expect(encode(good).length).toBeGreaterThan(0);
    for (const [name, value] of wrong)
      expect(errorOf(() => encode({ ...good, [name]: value } as Row)).code).toBe("internal");
  }
  const noKey = compileRowEncoder(1, 1, { ...all, primaryKey: "none" });
  expect(errorOf(() => noKey(good)).code).toBe("internal");
});

test("a getter that encodes rows of its own does no harm", () => {
  const plain = schemaOf(field("id", "int64"), field("s", "string"));
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const encode = compileRowEncoder(1, 1, plain, { generateAfter });
    const inner: Uint8Array[] = [];
    const row = {
      id: 1,
      get s(): string {
        inner.push(encode({ id: 2, s: "inner" }));
        return "outer";
      },
    };
    const outer = encode(row);
    expect(outer).toEqual(encode({ id: 1, s: "outer" }));
    expect(inner[0]).toEqual(encode({ id: 2, s: "inner" }));
  }
});

test("what an object inherits is no value of a row, and bytes of another realm are bytes", () => {
  const inherited = schemaOf(
    field("id", "int64"),
    field("s", optional("string")),
    field("o", object({ x: optional("string") })),
    field("a.b", optional("string")),
    field("y", "bytes"),
  );
  const base = Object.create({ s: "inherited", x: "inherited", b: "inherited" }) as object;
  const foreign = runInNewContext("new Uint8Array([1, 2])") as Uint8Array;
  for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
    const encode = compileRowEncoder(1, 1, inherited, { generateAfter });
    const expected = encode({ id: 1, o: {}, y: new Uint8Array([1, 2]) });
    const row = Object.assign(Object.create(base) as object, {
      id: 1,
      o: Object.create(base) as Row,
      a: Object.create(base) as Row,
      y: foreign,
    });
    expect(encode(row as Row)).toEqual(expected);
    expect(
      encode({ id: 1, o: Object.create(null) as Row, a: Object.create(base) as Row, y: foreign }),
    ).toEqual(expected);
  }
  expect(encodeKey("bytes", foreign)).toEqual(encodeKey("bytes", new Uint8Array([1, 2])));
  expect(encodeIndexValue("bytes", foreign)).toEqual(encodeKey("bytes", new Uint8Array([1, 2])));
});

const encodeOther = compileRowEncoder(
  1,
  1,
  schemaOf(field("id", "int64"), field("a.b", optional("bool")), field("c", optional("bool"))),
);

test("a schema with a path that no payload can hold compiles, and refuses its rows by code", () => {
  for (const path of [["a", "b".repeat(65_536)], new Array<string>(256).fill("a")]) {
    const long = schemaOf(field("id", "int64"), { path, type: optional("bool"), constraints: [] });
    for (const generateAfter of [0, Number.POSITIVE_INFINITY]) {
      const encode = compileRowEncoder(1, 1, long, { generateAfter });
      expect(errorOf(() => encode({ id: 1 })).code).toBe("row_too_large");
      const decode = compileRowDecoder({
        history: historyOf(long),
        schema: long,
        integers: "number",
        generateAfter,
      });
      expect(errorOf(() => decode(encodeOther({ id: 1 }))).details.reason).toBe("field_count");
    }
  }
});
