/**
 * The total order of a query on decoded values: sort fields, then primary key. A missing value is above all others, NaN above
 * all numbers; descending is the exact reverse. Texts are compared by code point.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { compareBytes, compareText, compareValues } from "../keys/compare-values.ts";
import type { Row, ScalarKind } from "../schema/types.ts";
import { outermostPaths } from "./query-path.ts";
import type { OrderField, Position, Scalar, TotalOrder } from "./resolved-query.ts";

type SortValue = Scalar | null;

/** JavaScript's own `<` puts surrogates, which stand for code points above FFFF, before the units E000 to FFFF. */
const MISPLACED = /[\ud800-\uffff]/;

/** Reads positions in one order out of rows, and compares them. Made for one run. */
export class Ranking {
  readonly valuesOf: (payload: Uint8Array) => SortValue[];
  readonly #compareFields: readonly ((a: SortValue, b: SortValue) => number)[];
  readonly #keySign: 1 | -1;
  /**
   * Whether every text so far is one that JavaScript's own `<`, several times faster than any loop, puts in the right place. It
   * errs only where both texts have such units, so the position of a cursor need not be looked at.
   */
  #plain = true;

  constructor(state: CollectionState, order: TotalOrder) {
    this.#keySign = order.keyDirection === "asc" ? 1 : -1;
    this.#compareFields = order.fields.map((field) => this.#compareField(field));
    const read = positionReader(state, order);
    const texts = order.fields.flatMap(({ at }, field) => (at.kind === "string" ? [field] : []));
    this.valuesOf = texts.length === 0 ? read : (payload) => this.#noteTexts(read(payload), texts);
  }

  /** Below 0 when `a` comes before `b`. */
  readonly compare = (a: Position, b: Position): number => {
    const compareFields = this.#compareFields;
    for (let field = 0; field < compareFields.length; field++) {
      const compare = compareFields[field] as (a: SortValue, b: SortValue) => number;
      const result = compare(a.values[field] as SortValue, b.values[field] as SortValue);
      if (result !== 0) return result;
    }
    return this.#keySign * compareBytes(a.key, b.key);
  };

  #noteTexts<T extends readonly SortValue[]>(values: T, fields: readonly number[]): T {
    for (const field of fields) {
      const text = values[field];
      if (this.#plain && typeof text === "string" && MISPLACED.test(text)) this.#plain = false;
    }
    return values;
  }

  #compareField({ at, direction }: OrderField): (a: SortValue, b: SortValue) => number {
    const sign = direction === "asc" ? 1 : -1;
    const kind = at.kind as ScalarKind;
    const compare =
      kind === "string"
        ? (a: Scalar, b: Scalar): number =>
            this.#plain ? (a < b ? -1 : 1) : compareText(a as string, b as string)
        : (a: Scalar, b: Scalar): number => compareValues(kind, a, b);
    return (a, b) => {
      if (a === b) return 0;
      if (a === null) return sign;
      if (b === null) return -sign;
      return sign * compare(a, b);
    };
  }
}

/** Reads the sort values of a row payload. */
export function positionReader(
  state: CollectionState,
  order: TotalOrder,
): (payload: Uint8Array) => SortValue[] {
  const [only] = order.fields;
  if (only === undefined) return () => [];
  if (order.fields.length === 1) {
    const { decode, read } = only.at;
    return (payload) => [read(decode(payload)) as SortValue];
  }
  const decode = state.decoder("exact", outermostPaths(order.fields.map(({ at }) => at.path)));
  const reads = order.fields.map(({ at }) => at.read);
  return (payload) => {
    const row: Row = decode(payload);
    return reads.map((read) => read(row) as SortValue);
  };
}
