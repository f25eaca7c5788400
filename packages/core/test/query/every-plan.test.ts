/**
 * The proof of the query engine: over arbitrary schemas, rows, indexes and queries, every plan there is gives what a naive filter
 * and sort over all rows gives, page by page too.
 */
import type { QuerySpec, Row, Schema, Value } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Query } from "../../src/query/query.ts";
import { arbitrarySchemaWithRows } from "../arbitraries/schema.ts";
import { arbitraryQuery } from "./arbitrary-query.ts";
import { arbitraryDenseTable } from "./dense-table.ts";
import { answer } from "./oracle.ts";
import {
  countByPlan,
  cursorBehind,
  everyPlan,
  keyOf,
  keysByPlan,
  keysOnlyByPlan,
  rowsGoal,
  type Table,
  tableFrom,
} from "./table.ts";

interface Case {
  readonly schema: Schema;
  readonly rows: readonly Row[];
  readonly spec: QuerySpec;
}

const cases: fc.Arbitrary<Case> = fc
  .oneof(arbitrarySchemaWithRows({ form: "canonical", rowsMax: 25 }), arbitraryDenseTable())
  .chain(({ schema, rows }) => arbitraryQuery(schema, rows).map((spec) => ({ schema, rows, spec })));

function expectedKeys(table: Table, spec: QuerySpec): Value[] {
  return answer(table.state.schema, table.rows, spec).map((row) => keyOf(table.state, row));
}

/** Rows as a database with `integers: "bigint"` gives them, for comparison: -0 is 0 nowhere but in IEEE. */
function comparable(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, comparable(inner)]));
}

describe("every plan of a query", () => {
  test("gives the rows that a naive filter and sort gives, in the same order", () => {
    fc.assert(
      fc.property(cases, ({ schema, rows, spec }) => {
        const table = tableFrom(schema, rows);
        const expected = expectedKeys(table, spec);
        for (const plan of everyPlan(table, spec, rowsGoal(spec))) {
          expect(keysByPlan(table, spec, plan)).toEqual(expected);
          expect(keysOnlyByPlan(table, spec, plan)).toEqual(expected);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("counts the same rows", () => {
    fc.assert(
      fc.property(cases, ({ schema, rows, spec }) => {
        const table = tableFrom(schema, rows);
        const expected = expectedKeys(table, spec).length;
        for (const plan of everyPlan(table, spec, { ...rowsGoal(spec), ordered: false, keysOnly: true })) {
          expect(countByPlan(table, spec, plan)).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("goes on behind a cursor exactly where it stopped", () => {
    fc.assert(
      fc.property(cases, ({ schema, rows, spec: whole }) => {
        const { offset: _, limit: __, ...spec } = whole;
        const table = tableFrom(schema, rows);
        const expected = expectedKeys(table, spec);
        for (const [position, key] of expected.entries()) {
          const later = { ...spec, after: cursorBehind(table, spec, key) };
          const rest = expected.slice(position + 1);
          for (const plan of everyPlan(table, later, rowsGoal(later))) {
            expect(keysByPlan(table, later, plan)).toEqual(rest);
            expect(keysOnlyByPlan(table, later, plan)).toEqual(rest);
            expect(countByPlan(table, later, plan)).toBe(rest.length);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("the terminals of a query", () => {
  test("agree with each other and with the naive answer", () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 4 }), ({ schema, rows, spec }, pageRows) => {
        const table = tableFrom(schema, rows);
        const expected = answer(schema, table.rows, spec).map(comparable);
        const query = Query.fromSpec(table.host, spec);
        expect(query.all().map(comparable)).toEqual(expected);
        expect(Array.from(query.iterate(), comparable)).toEqual(expected);
        expect(comparable(query.first())).toEqual(expected[0]);
        expect(query.count()).toBe(expected.length);
        expect(query.exists()).toBe(expected.length > 0);
        expect(query.explain().rowsReturned).toBe(expected.length);
        expect(query.explain({ run: false }).text).toContain("things: ");
        const { limit: _, offset: __, ...endless } = spec;
        expect(allPages(Query.fromSpec(table.host, endless).limit(pageRows)).map(comparable)).toEqual(
          answer(schema, table.rows, endless).map(comparable),
        );
      }),
      { numRuns: 400 },
    );
  });
});

function allPages(query: Query): Row[] {
  const rows: Row[] = [];
  let next: string | null = null;
  do {
    const page = query.after(next).page();
    rows.push(...page.rows);
    next = page.next;
  } while (next !== null);
  return rows;
}
