/** Queries over the rows of a state: filter, sort, slice. Cursors are entries of a list, known by their text. */
import { canonical, OracleError, Unspecified } from "../outcome.ts";
import { type Built, type CheckedQuery, QueryCheck, type Sort } from "./check-query.ts";
import { holds } from "./holds.ts";
import { compareMissing } from "./order.ts";
import { valueAt } from "./shape.ts";
import type { CollectionOf, Held } from "./state.ts";

interface Place {
  /** What is certain to differ between the queries of two cursors. */
  readonly order: string;
  /** What decides everything, and may differ where the meaning does not. */
  readonly query: string;
  /** Sort values; the last is the primary key's. */
  readonly values: readonly unknown[];
}

/** What a program that lost track of a cursor hands in. */
export const LOST_CURSOR = "lost";

/** Cursors that were handed out, by their text. */
export class Cursors {
  readonly #places: Place[] = [];

  add(collection: CollectionOf, built: Built, checked: CheckedQuery, row: Held): string {
    const values = checked.sorts.map(({ path }) => valueAt(row.row, path));
    const { order, query } = identities(collection, built, checked);
    return `<${this.#places.push({ order, query, values })}>`;
  }

  /** @throws OracleError cursor_invalid, cursor_mismatch */
  at(cursor: string, collection: CollectionOf, built: Built, checked: CheckedQuery): readonly unknown[] {
    if (cursor === LOST_CURSOR) throw new Unspecified();
    const place = /^<\d+>$/.test(cursor) ? this.#places[Number(cursor.slice(1, -1)) - 1] : undefined;
    if (place === undefined) throw new OracleError("cursor_invalid");
    const { order, query } = identities(collection, built, checked);
    if (order !== place.order) throw new OracleError("cursor_mismatch");
    if (query !== place.query) throw new Unspecified();
    return place.values;
  }
}

function identities(
  { name }: CollectionOf,
  { wheres }: Built,
  { sorts, test }: CheckedQuery,
): Pick<Place, "order" | "query"> {
  const order = canonical([name, sorts]);
  return { order, query: canonical([order, wheres.map(([first, ...rest]) => [String(first), rest]), test]) };
}

/** The query checked. @throws OracleError with every code that may be the one */
export function checkQuery(
  { schema }: CollectionOf,
  built: Built,
  also: readonly string[] = [],
): CheckedQuery {
  const check = new QueryCheck(schema);
  const checked = check.check(built);
  for (const code of also) check.codes.add(code);
  const { after } = built;
  if (after !== undefined && after !== null) {
    if (typeof after !== "string") check.codes.add("argument_invalid");
    if (checked.offset > 0) check.codes.add("argument_invalid");
    // Which is looked at first, the cursor or what else is wrong, is nobody's business.
    if (check.codes.size > 0) for (const code of ["cursor_invalid", "cursor_mismatch"]) check.codes.add(code);
  }
  if (check.codes.size > 0) throw new OracleError([...check.codes]);
  return checked;
}

/** All rows behind the cursor, in order; offset and limit are the caller's. */
export function findRows(
  collection: CollectionOf,
  built: Built,
  checked: CheckedQuery,
  cursors: Cursors,
): readonly Held[] {
  const { test, sorts } = checked;
  const { after } = built;
  const place =
    after === undefined || after === null
      ? undefined
      : cursors.at(after as string, collection, built, checked);
  const found = [...collection.rows.values()].filter(
    ({ row }) =>
      holds(test, row) && (place === undefined || compareBy(sorts, sortValues(sorts, row), place) > 0),
  );
  return found.sort((a, b) => compareBy(sorts, sortValues(sorts, a.row), sortValues(sorts, b.row)));
}

function sortValues(sorts: readonly Sort[], row: unknown): readonly unknown[] {
  return sorts.map(({ path }) => valueAt(row, path));
}

function compareBy(sorts: readonly Sort[], a: readonly unknown[], b: readonly unknown[]): number {
  for (const [at, { kind, descending }] of sorts.entries()) {
    const order = compareMissing(kind, a[at], b[at]);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}
