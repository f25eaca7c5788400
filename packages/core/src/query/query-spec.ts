/**
 * A query as plain data: what the builder makes, the planner reads, a worker thread receives. Nothing here is
 * checked yet; `resolve.ts` checks a spec against a schema.
 */
import type { Value } from "../schema/types.ts";

/** How a leaf compares the value at a path. */
export type Operator =
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "in"
  | "between"
  | "startsWith"
  | "contains"
  | "isNull";

/**
 * A predicate. A leaf whose path is missing or null in a row is false, `!=` included; only `isNull` sees it.
 * `not` turns true into false and false into true, so `not(x = 5)` holds for a row without x.
 */
export type Predicate =
  | { readonly op: Operator; readonly path: string | readonly string[]; readonly value?: Value | undefined }
  | { readonly op: "and"; readonly all: readonly Predicate[] }
  | { readonly op: "or"; readonly any: readonly Predicate[] }
  | { readonly op: "not"; readonly predicate: Predicate };

export type Direction = "asc" | "desc";

export interface OrderSpec {
  readonly path: string | readonly string[];
  readonly direction: Direction;
}

/** Everything a query says, without its collection. */
export interface QuerySpec {
  readonly where?: Predicate;
  readonly orderBy?: readonly OrderSpec[];
  /** At most this many rows; an integer from 0. */
  readonly limit?: number;
  /** Skip this many rows first; an integer from 0. */
  readonly offset?: number;
  /** Only rows behind this cursor, which an earlier page of the same query gave. */
  readonly after?: string;
  /** Only these paths, inside their parent objects. */
  readonly select?: readonly (string | readonly string[])[];
}
