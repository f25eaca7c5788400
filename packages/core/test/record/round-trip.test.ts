// Node's deep equality: that of vitest is led astray by fields named "constructor".
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileRowDecoder } from "../../src/record/decode-row.ts";
import { compileRowEncoder } from "../../src/record/encode-row.ts";
import type { Field, FieldPath, Row, Schema, Type, Value } from "../../src/schema/types.ts";
import { arbitrarySchemaWithRows } from "../arbitraries/schema.ts";
import { historyOf } from "./sample-records.ts";

/** What a stored value must come back as, told without bytes. */
function canonicalValue(type: Type, value: unknown): Value {
  if (type.kind === "optional")
    return value === null || value === undefined ? null : canonicalValue(type.inner, value);
  if (type.kind === "json") return value === undefined ? null : JSON.parse(JSON.stringify(value));
  if (type.kind === "list") return (value as Value[]).map((element) => canonicalValue(type.element, element));
  if (type.kind === "object") {
    const members = value as Record<string, unknown>;
    return Object.fromEntries(
      type.fields.map((field) => [
        field.name,
        canonicalValue(field.type, Object.hasOwn(members, field.name) ? members[field.name] : undefined),
      ]),
    );
  }
  if (type.kind === "uuid") return (value as string).toLowerCase();
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (type.kind !== "float64" && value === 0) return 0;
  return value as Value;
}

function canonicalLevel(fields: readonly Field[], depth: number, level: unknown): Value {
  const names = [...new Set(fields.map(({ path }) => path[depth] as string))];
  const at = (name: string): unknown =>
    typeof level === "object" && level !== null && Object.hasOwn(level, name)
      ? (level as Row)[name]
      : undefined;
  return Object.fromEntries(
    names.map((name) => {
      const below = fields.filter(({ path }) => path[depth] === name);
      const leaf = below.find(({ path }) => path.length === depth + 1);
      return [
        name,
        leaf === undefined ? canonicalLevel(below, depth + 1, at(name)) : canonicalValue(leaf.type, at(name)),
      ];
    }),
  );
}

function canonicalRow(schema: Schema, row: Row): Row {
  return canonicalLevel(schema.fields, 0, row) as Row;
}

/** Every path of a schema that a projection may name. */
function pathsOf(schema: Schema): FieldPath[] {
  const below = (path: FieldPath, type: Type): FieldPath[] => {
    if (type.kind === "optional") return below(path, type.inner);
    if (type.kind !== "object") return [path];
    return [path, ...type.fields.flatMap((field) => below([...path, field.name], field.type))];
  };
  return schema.fields.flatMap(({ path, type }) => [
    ...path.slice(0, -1).map((_, index) => path.slice(0, index + 1)),
    ...below(path, type),
  ]);
}

/** The parts of a whole row that paths name, inside their parents. */
function project(value: Value, paths: readonly FieldPath[]): Value {
  if (paths.some((path) => path.length === 0)) return value;
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return value;
  const entries = Object.entries(value).flatMap(([name, inner]) => {
    const deeper = paths.filter(([first]) => first === name).map((path) => path.slice(1));
    return deeper.length === 0 ? [] : [[name, project(inner, deeper)] as const];
  });
  return Object.fromEntries(entries);
}

describe.each([
  ["generated code", 0],
  ["the interpreter", Number.POSITIVE_INFINITY],
])("by %s", (_, generateAfter) => {
  test("a row in any accepted form comes back in its canonical form, keys in order of declaration", () => {
    fc.assert(
      fc.property(arbitrarySchemaWithRows({ rowsMax: 3 }), ({ schema, rows }) => {
        const encode = compileRowEncoder(7, 1, schema, { generateAfter });
        const decode = compileRowDecoder({
          history: historyOf(schema),
          schema,
          integers: "exact",
          generateAfter,
        });
        for (const row of rows) {
          const expected = canonicalRow(schema, row);
          const decoded = decode(encode(row));
          deepStrictEqual(decoded, expected);
          expect(JSON.stringify(decoded, plain)).toBe(JSON.stringify(expected, plain));
          expect(encode(decoded)).toEqual(encode(row));
        }
      }),
      { numRuns: 200 },
    );
  });

  test("a projection is the named parts of the whole row", () => {
    const cases = arbitrarySchemaWithRows({ rowsMax: 3 }).chain(({ schema, rows }) =>
      fc.tuple(fc.constant(schema), fc.constant(rows), fc.subarray(pathsOf(schema))),
    );
    fc.assert(
      fc.property(cases, ([schema, rows, paths]) => {
        const encode = compileRowEncoder(7, 1, schema);
        const history = historyOf(schema);
        const whole = compileRowDecoder({ history, schema, integers: "exact" });
        const part = compileRowDecoder({
          history,
          schema,
          integers: "exact",
          paths: [...paths, ["no such field"]],
          generateAfter,
        });
        for (const row of rows) {
          const payload = encode(row);
          const [found, expected] = [part(payload), project(whole(payload), paths)];
          deepStrictEqual(found, expected);
          expect(JSON.stringify(found, plain)).toBe(JSON.stringify(expected, plain));
        }
      }),
      { numRuns: 200 },
    );
  });
});

function plain(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? [...value] : value;
}

test("generated code and the interpreter write the same bytes", () => {
  fc.assert(
    fc.property(arbitrarySchemaWithRows({ rowsMax: 3 }), ({ schema, rows }) => {
      const [generated, interpreted] = [0, Number.POSITIVE_INFINITY].map((generateAfter) =>
        compileRowEncoder(7, 300, schema, { generateAfter }),
      );
      for (const row of rows) expect(generated?.(row)).toEqual(interpreted?.(row));
    }),
    { numRuns: 200 },
  );
});

test("payloads handed out are not changed by later ones", () => {
  const schema = arbitrarySchemaWithRows({ rowsMax: 10 });
  fc.assert(
    fc.property(schema, ({ schema, rows }) => {
      const encode = compileRowEncoder(7, 1, schema);
      const payloads = rows.map((row) => encode(row));
      const copies = payloads.map((payload) => payload.slice());
      for (const row of rows) encode(row);
      expect(payloads).toEqual(copies);
    }),
    { numRuns: 50 },
  );
});
