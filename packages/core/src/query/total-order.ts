/**
 * The total order of a query on decoded values: sort fields, then primary key. A missing value is above all others, NaN above
 * all numbers; descending is the exact reverse. Texts are compared by code point.
 */

import type { CollectionState } from "../collection/collection-state.ts";
import { compareBytes, compareText, compareValues } from "../keys/compare-values.ts";
import type { FieldPath, Row, ScalarKind } from "../schema/types.ts";
import { outermostPaths } from "./query-path.ts";
import type { OrderField, Position, Scalar, TotalOrder } from "./resolved-query.ts";

export type ComparePositions = (a: Position, b: Position) => number;

/** Below 0 when `a` comes before `b`. */
export function comparePositions(order: TotalOrder): ComparePositions {
  const keySign = order.keyDirection === "asc" ? 1 : -1;
  const fields = order.fields.map(compareField);
  const [first] = fields;
  if (first === undefined) return (a, b) => keySign * compareBytes(a.key, b.key);
  if (fields.length === 1) {
    return (a, b) =>
      first(a.values[0] as Scalar | null, b.values[0] as Scalar | null) ||
      keySign * compareBytes(a.key, b.key);
  }
  return (a, b) => {
    for (let field = 0; field < fields.length; field++) {
      const compare = fields[field] as (typeof fields)[number];
      const result = compare(a.values[field] as Scalar | null, b.values[field] as Scalar | null);
      if (result !== 0) return result;
    }
    return keySign * compareBytes(a.key, b.key);
  };
}

/** Reads the sort values of a row payload. */
export function positionReader(
  state: CollectionState,
  order: TotalOrder,
): (payload: Uint8Array) => (Scalar | null)[] {
  const [only] = order.fields;
  if (only === undefined) return () => [];
  if (order.fields.length === 1) {
    const { decode, read } = only.at;
    return (payload) => [read(decode(payload)) as Scalar | null];
  }
  const decode = state.decoder("exact", orderPaths(order));
  const reads = order.fields.map(({ at }) => at.read);
  return (payload) => {
    const row: Row = decode(payload);
    return reads.map((read) => read(row) as Scalar | null);
  };
}

function orderPaths(order: TotalOrder): readonly FieldPath[] {
  return outermostPaths(order.fields.map(({ at }) => at.path));
}

function compareField({ at, direction }: OrderField): (a: Scalar | null, b: Scalar | null) => number {
  const sign = direction === "asc" ? 1 : -1;
  const compare = comparePresent(at.kind as ScalarKind);
  return (a, b) => {
    if (a === b) return 0;
    if (a === null) return sign;
    if (b === null) return -sign;
    return sign * compare(a, b);
  };
}

function comparePresent(kind: ScalarKind): (a: Scalar, b: Scalar) => number {
  if (kind === "string") return (a, b) => compareText(a as string, b as string);
  return (a, b) => compareValues(kind, a, b);
}
