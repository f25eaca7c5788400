/** The keys of a leaf hold the index entries of exactly the values it is true for, or, where values are cut, at least those. */
import type { Predicate, ScalarKind, Value } from "@modelvault/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareBytes } from "../../src/keys/compare-values.ts";
import { encodeIndexKey, encodeKey } from "../../src/keys/key-codec.ts";
import type { KeySet } from "../../src/query/key-set.ts";
import { type KeyForm, keysOf } from "../../src/query/leaf-keys.ts";
import { queryPath } from "../../src/query/query-path.ts";
import { resolveQuery } from "../../src/query/resolve.ts";
import { scalarKinds } from "../arbitraries/schema.ts";
import { arbitraryValue } from "../arbitraries/values.ts";
import { cutTexts } from "./dense-table.ts";
import { holds } from "./oracle.ts";
import { tableOf } from "./table.ts";

const { state } = tableOf(
  {
    primaryKey: "id",
    fields: [{ path: "id", type: "int64" }, ...scalarKinds.map((kind) => ({ path: kind, type: kind }))],
    indexes: scalarKinds.map((kind) => ({ path: kind })),
  },
  [],
);

function values(kind: ScalarKind): fc.Arbitrary<Value> {
  const any = arbitraryValue({ kind }) as fc.Arbitrary<Value>;
  if (kind === "string") return fc.oneof(any, fc.constantFrom(...cutTexts));
  if (kind !== "bytes") return any;
  return fc.oneof(any, fc.constantFrom(...cutTexts.map((text) => new TextEncoder().encode(text))));
}

function leafOf(kind: ScalarKind): fc.Arbitrary<Predicate> {
  const value = values(kind);
  const ops = fc.constantFrom(
    "=",
    "<",
    "<=",
    ">",
    ">=",
    ...(kind === "string" || kind === "bytes" ? ["startsWith" as const] : []),
  );
  return fc.oneof(
    fc.record({ op: ops, path: fc.constant(kind), value }) as fc.Arbitrary<Predicate>,
    fc.record({
      op: fc.constant("in"),
      path: fc.constant(kind),
      value: fc.array(value, { maxLength: 5 }),
    }) as fc.Arbitrary<Predicate>,
  );
}

function contains(keys: KeySet, key: Uint8Array): boolean {
  return keys.some(
    ({ from, to }) =>
      (from === undefined || compareBytes(key, from) >= 0) && (to === undefined || compareBytes(key, to) < 0),
  );
}

function isAscendingAndDisjoint(keys: KeySet): boolean {
  return keys.every((next, position) => {
    const before = keys[position - 1];
    return (
      before === undefined ||
      (before.to !== undefined && next.from !== undefined && compareBytes(before.to, next.from) <= 0)
    );
  });
}

describe.each(["index", "rows"] satisfies KeyForm[])("the keys of a leaf in the form of %s", (form) => {
  test.each(scalarKinds)("on %s", (kind) => {
    fc.assert(
      fc.property(
        leafOf(kind),
        fc.array(values(kind), { minLength: 5, maxLength: 20 }),
        (where, candidates) => {
          const resolved = resolveQuery(state, { where }).where;
          if (typeof resolved === "boolean") {
            expect(candidates.some((value) => holds({ [kind]: value }, where))).toBe(false);
            return;
          }
          const found = keysOf(resolved, queryPath(state, kind), form);
          if (found === undefined) throw new Error("every such leaf has keys");
          expect(isAscendingAndDisjoint(found.keys)).toBe(true);
          const primaryKey = encodeKey("int64", 1);
          for (const value of candidates) {
            // No primary key is NaN or infinite.
            if (form === "rows" && typeof value === "number" && !Number.isFinite(value)) continue;
            const key = form === "rows" ? encodeKey(kind, value) : encodeIndexKey(kind, value, primaryKey);
            const isIn = contains(found.keys, key);
            const matches = holds({ [kind]: value }, where);
            if (found.exact) expect(isIn).toBe(matches);
            else if (matches) expect(isIn).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
