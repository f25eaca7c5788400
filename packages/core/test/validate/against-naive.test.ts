import fc from "fast-check";
import { expect, test } from "vitest";
import type { ValidationIssue } from "../../src/errors/error.ts";
import { compileValidator } from "../../src/validate/compile-validator.ts";
import { compileRowCopy } from "../../src/validate/row-copy.ts";
import { arbitraryRow, arbitrarySchema } from "../arbitraries/schema.ts";
import { naiveIssues } from "./naive-validator.ts";

/** Things that are wrong in most places, and right in some. */
const strays: readonly unknown[] = [
  null,
  undefined,
  0,
  -1,
  1.5,
  -0,
  Number.NaN,
  2 ** 53,
  2n ** 64n,
  -(2n ** 63n) - 1n,
  "",
  "x",
  "\ud800",
  "a@b.c",
  "http://",
  true,
  [],
  [null],
  // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested.
  [1, , 2],
  {},
  { a: 1 },
  new Date(0),
  new Map(),
  new Uint8Array(3),
  new Float32Array(1),
  () => 1,
  Symbol("s"),
  { [Symbol("s")]: 1 },
  JSON.parse('{"__proto__":1}'),
  new (class Thing {
    a = 1;
  })(),
];

/** A candidate, and steps that spoil it: at the place reached by `turns`, set, delete or add something. */
const spoilings = fc.array(
  fc.record({
    turns: fc.array(fc.nat(6), { maxLength: 4 }),
    what: fc.constantFrom("set", "delete", "add"),
    stray: fc.constantFrom(...strays),
    name: fc.constantFrom("extra", "__proto__", "toString", "", "a", "b"),
  }),
  { maxLength: 4 },
);

type Spoiling = typeof spoilings extends fc.Arbitrary<readonly (infer S)[]> ? S : never;

function spoil(row: unknown, { turns, what, stray, name }: Spoiling): unknown {
  const [turn, ...rest] = turns;
  if (typeof row !== "object" || row === null || ArrayBuffer.isView(row)) return stray;
  const keys = Object.keys(row);
  const key = keys[(turn ?? 0) % Math.max(1, keys.length)];
  const copy: object = Array.isArray(row)
    ? [...(row as unknown[])]
    : Object.defineProperties({}, Object.getOwnPropertyDescriptors(row));
  const set = (at: string, value: unknown): void => {
    Object.defineProperty(copy, at, { value, writable: true, enumerable: true, configurable: true });
  };
  if (what === "add" && !Array.isArray(copy)) set(name, stray);
  else if (key === undefined) return stray;
  else if (what === "delete" && rest.length === 0) Reflect.deleteProperty(copy, key);
  else
    set(
      key,
      rest.length > 0
        ? spoil((row as Record<string, unknown>)[key], { turns: rest, what, stray, name })
        : stray,
    );
  return copy;
}

const summary = (issues: readonly ValidationIssue[]): string[] =>
  issues.map(({ rule, path }) => `${rule} at ${JSON.stringify(path)}`);

/** Inside a JSON value the validator points at the very part, the oracle at the value; both say so once. */
function outsideJson(found: readonly string[], naive: readonly string[]): string[] {
  const whole = naive
    .filter((text) => text.startsWith("type at "))
    .map((text) => text.slice("type at ".length, -1));
  const folded = found.map((text) => {
    const path = text.startsWith("type at ") ? text.slice("type at ".length, -1) : "";
    const holder = whole.find((prefix) => path.startsWith(`${prefix},`));
    return holder === undefined ? text : `type at ${holder}]`;
  });
  return [...new Set(folded)].sort();
}

test("a valid row has no problem, and the answer is one shared list", () => {
  fc.assert(
    fc.property(
      arbitrarySchema().chain((schema) =>
        fc.tuple(fc.constant(schema), arbitraryRow(schema), arbitraryRow(schema, "canonical")),
      ),
      ([schema, loose, canonical]) => {
        const validate = compileValidator(schema);
        expect(validate(loose)).toEqual([]);
        expect(validate(canonical)).toBe(validate(loose));
        expect(naiveIssues(schema, loose)).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
});

test("a spoilt row has just the problems that a naive reading of the rules finds", () => {
  let spoilt = 0;
  fc.assert(
    fc.property(
      arbitrarySchema().chain((schema) => fc.tuple(fc.constant(schema), arbitraryRow(schema), spoilings)),
      ([schema, row, steps]) => {
        const candidate = steps.reduce(spoil, row as unknown);
        const naive = naiveIssues(schema, candidate);
        if (naive.length > 0) spoilt++;
        const validate = compileValidator(schema);
        const found = summary(validate(candidate));
        expect(outsideJson(found, naive)).toEqual([...new Set(naive)].sort());
        expect(summary(validate(compileRowCopy(schema)(candidate)))).toEqual(found);
      },
    ),
    { numRuns: 2000 },
  );
  expect(spoilt).toBeGreaterThan(500);
});

test("problems come in the order of the schema, with unknown fields behind it", () => {
  const id = { path: ["id"], type: { kind: "string" }, constraints: [] } as const;
  const year = { path: ["year"], type: { kind: "int64" }, constraints: [] } as const;
  const validate = compileValidator({ fields: [year, id], indexes: [], primaryKey: "id" });
  expect(summary(validate({ zzz: 1, aaa: 2, id: 5, year: "x" }))).toEqual([
    'type at ["year"]',
    'type at ["id"]',
    'unknown_field at ["zzz"]',
    'unknown_field at ["aaa"]',
  ]);
});
