/** The README's table of what becomes of what, run: every expression is made a model, and rows go in and come out. */
import { Database, isModelVaultError, memoryStore } from "@modelvault/core";
import { describe, expect, test } from "vitest";
import { collection, type Model } from "../../src/index.ts";
import { evaluate, LIBRARIES, probe } from "./libraries.ts";
import { readTable, spellField } from "./readme-table.ts";

interface Values {
  /** Values that are stored and read back as they are, or pairs of what goes in and what comes out. */
  readonly good: readonly unknown[];
  readonly pairs?: readonly (readonly [given: unknown, read: unknown])[];
  readonly bad: readonly unknown[];
}

const UUID = "0189abcd-1234-7abc-9def-0123456789ab";
const DATE = new Date("2026-11-23T05:20:00.123Z");
const NOWHEN = new Date(Number.NaN);

const VALUES: Readonly<Record<string, Values>> = {
  text: { good: ["", "é😀\0"], bad: [5, null, undefined] },
  "text with lengths": { good: ["a", "ééééé", "😀😀a"], bad: ["", "abcdef"] },
  "text with a pattern": { good: ["a", "AaA"], bad: ["", "b"] },
  "text in a format": { good: ["a@b.de"], bad: ["a", "a@b"] },
  "text in a format without a pattern": { good: ["https://b.de/"], bad: ["b"] },
  "text that is changed": { good: ["a"], pairs: [[" a ", "a"]], bad: [5] },
  uuid: { good: [UUID], pairs: [[UUID.toUpperCase(), UUID]], bad: ["x", `${UUID}0`] },
  number: { good: [0, -1.5, 1e300, Number.MIN_VALUE], bad: [Number.NaN, "1", 1n] },
  "number with bounds": { good: [0, 0.5, 0.9999999999999999], bad: [-0.1, 1] },
  "whole number": { good: [0, -5, Number.MAX_SAFE_INTEGER], bad: [1.5, 2 ** 53] },
  "whole number with bounds": { good: [0, 9], bad: [-1, 10, 0.5] },
  "number in steps": { good: [0, 15], bad: [1] },
  bigint: { good: [0n, -5n, 2n ** 63n - 1n, -(2n ** 63n)], bad: [5, 2n ** 63n, "5"] },
  "bigint with bounds": { good: [0n, 9n], bad: [-1n, 10n] },
  "unsigned bigint": { good: [0n, 2n ** 64n - 1n], bad: [-1n, 2n ** 64n] },
  "yes or no": { good: [true, false], bad: [0, "true"] },
  date: { good: [DATE, new Date(0), new Date(-1), new Date(8.64e15)], bad: [5, DATE.toISOString(), NOWHEN] },
  "date with bounds": { good: [new Date(0), DATE], bad: [new Date(-1), NOWHEN] },
  "date from text": { good: [DATE], pairs: [[DATE.toISOString(), DATE]], bad: ["x", NOWHEN] },
  bytes: { good: [new Uint8Array(), Uint8Array.of(0, 255)], bad: [[1], "x", new Uint16Array(1)] },
  "bytes with lengths": { good: [Uint8Array.of(1, 2)], bad: [Uint8Array.of(1, 2, 3)] },
  "choice of texts": { good: ["a", "b"], bad: ["c", 1] },
  "one text": { good: ["a"], bad: ["b"] },
  "may be left out": { good: ["a", undefined], bad: [5] },
  "may be null": { good: ["a", null], bad: [undefined] },
  default: { good: ["a"], pairs: [[undefined, "x"]], bad: [5] },
  "default that never changes": { good: ["a"], pairs: [[undefined, "x"]], bad: [5] },
  list: { good: [["a"], ["a", "", "b"]], bad: [[], ["a", "b", "c", "d"], "a", [5]] },
  "rules for elements": { good: [[], ["a"]], bad: [["a", ""]] },
  object: { good: [{ a: "x" }, { a: "", b: 5 }], bad: [{}, { a: 1 }, "a"] },
  "object with listed keys": { good: [{ a: true, b: false }], bad: [{ a: true }] },
  "objects told apart by a text": {
    good: [
      { k: "a", x: "" },
      { k: "b", y: DATE },
    ],
    bad: [{ k: "c" }, { k: "a" }, { k: "b", x: "x" }, {}],
  },
  "texts of several kinds": { good: ["-", "a@b.de"], bad: ["x"] },
  record: { good: [{}, { a: 1 }], bad: [{ a: "x" }] },
  "any JSON": { good: [null, 5, { a: [null, "x"] }], bad: [] },
  anything: { good: [null, 5, { a: [null, "x"] }], bad: [] },
  "rule in code": { good: ["yes"], bad: ["no"] },
};

const TABLE = readTable();

test("the table has every construct once, and values for each that is stored", () => {
  expect(TABLE.length).toBeGreaterThan(40);
  const stored = TABLE.filter(({ engine }) => engine !== "refused").map(({ what }) => what);
  expect(new Set(stored)).toEqual(new Set(Object.keys(VALUES)));
  expect(new Set(TABLE.map(({ what }) => what)).size).toBe(TABLE.length);
});

const EXPRESSIONS = LIBRARIES.flatMap((library) =>
  TABLE.flatMap(({ what, code, engine, onlyThroughModel }) => {
    const expression = code.get(library);
    return expression === undefined ? [] : [{ library, what, expression, engine, onlyThroughModel }];
  }),
);

describe.each(EXPRESSIONS.filter(({ engine }) => engine === "refused"))(
  "$library: $what",
  ({ library, expression }) => {
    test("is refused with its path and what to use instead", () => {
      try {
        probe(library, evaluate(expression));
        expect.unreachable();
      } catch (error) {
        if (!isModelVaultError(error, "model_unsupported")) throw error;
        expect(error.details.problems).toEqual([
          {
            path: "f",
            found: expect.any(String),
            instead: expect.stringMatching(/^(use|store|keep|convert|await|give|leave)/),
          },
        ]);
      }
    });
  },
);

describe.each(EXPRESSIONS.filter(({ engine }) => engine !== "refused"))(
  "$library: $what",
  ({ library, what, expression, engine, onlyThroughModel }) => {
    const make = () => probe(library, evaluate(expression));

    test("becomes what the table says", () => {
      const Probe = make();
      const spelt = spellField(
        Probe.descriptor.fields.find(({ path }) => String(path) === "f") ?? { path: "", type: "json" },
      );
      const expected = engine.replace(/, read .*/, "");
      if (expected.endsWith("…")) expect(spelt.startsWith(expected.slice(0, -1))).toBe(true);
      else expect(spelt).toBe(expected);
      for (const { rule } of Probe.unenforced) expect(onlyThroughModel).toContain(rule);
      if (
        !["", "look-around, back-references, word boundaries"].includes(onlyThroughModel) &&
        library === "Zod" &&
        what !== "date from text" &&
        what !== "text that is changed"
      )
        expect(Probe.unenforced).not.toEqual([]);
    });

    test("values go in and come out, others are refused", () => {
      const { good, pairs = [], bad } = VALUES[what] ?? { good: [], bad: [] };
      using db = Database.open(memoryStore());
      const rows = collection(db, make() as Model);
      for (const [position, [given, read]] of [
        ...good.map((value) => [value, value] as const),
        ...pairs,
      ].entries()) {
        const key = String(position);
        rows.insert(given === undefined ? { key } : { key, f: given });
        expect(rows.get(key as never)).toStrictEqual(read === undefined ? { key } : { key, f: read });
        // What was read can be written again.
        expect(rows.update(key as never, (row: object) => ({ ...row }))).toStrictEqual(
          rows.get(key as never),
        );
      }
      for (const value of bad)
        expect(
          () => rows.insert(value === undefined ? { key: "x" } : { key: "x", f: value }),
          String(value),
        ).toThrow(expect.objectContaining({ code: "validation_failed" }));
      expect(db.verify().problems).toEqual([]);
    });
  },
);
