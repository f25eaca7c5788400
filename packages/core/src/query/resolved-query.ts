/**
 * A query that was checked against a schema: paths are resolved, values are in their canonical form (integers exact,
 * uuids in lower case), predicates are flat and free of constants. The planner and the executor read this.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import type { FieldPath } from "../schema/types.ts";
import type { QueryPath } from "./query-path.ts";
import type { Direction } from "./query-spec.ts";

/** A value that can be compared. Never null. */
export type Scalar = boolean | number | bigint | string | Uint8Array;

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** One comparison of the value at a path. False where the value is missing, `isNull` apart. */
export type Leaf =
  | { readonly op: Comparison; readonly at: QueryPath; readonly value: Scalar }
  /** Distinct values, at least two. */
  | { readonly op: "in"; readonly at: QueryPath; readonly values: readonly Scalar[] }
  /** On strings and bytes; never with an empty prefix. */
  | { readonly op: "startsWith"; readonly at: QueryPath; readonly value: string | Uint8Array }
  /** A part of a string. */
  | { readonly op: "contains"; readonly at: QueryPath; readonly value: string }
  /** An element of a list. */
  | { readonly op: "has"; readonly at: QueryPath; readonly value: Scalar }
  | { readonly op: "isNull"; readonly at: QueryPath; readonly value: boolean };

/** A predicate. `and` and `or` have at least two parts and none of their own kind; `false` appears at the root only. */
export type Condition =
  | Leaf
  | { readonly op: "and"; readonly all: readonly Condition[] }
  | { readonly op: "or"; readonly any: readonly Condition[] }
  | { readonly op: "not"; readonly inner: Condition };

/** What a predicate comes to when some of it is known beforehand. */
export type Folded = Condition | boolean;

export interface OrderField {
  readonly at: QueryPath;
  readonly direction: Direction;
}

/**
 * The total order of a query: by `fields`, then by primary key in `keyDirection`. Fields behind the primary key decide
 * nothing and are gone.
 */
export interface TotalOrder {
  readonly fields: readonly OrderField[];
  readonly keyDirection: Direction;
}

/** A place in the total order: the sort values of a row (null: missing) and its key bytes. */
export interface Position {
  readonly values: readonly (Scalar | null)[];
  readonly key: Uint8Array;
}

export interface ResolvedQuery {
  readonly state: CollectionState;
  /** True: all rows. False: none. */
  readonly where: Folded;
  readonly order: TotalOrder;
  /** Infinity without a limit. */
  readonly limit: number;
  readonly offset: number;
  readonly after: Position | undefined;
  /** Paths of the output, without those that others hold; undefined: whole rows. */
  readonly select: readonly FieldPath[] | undefined;
}

/** The parts of a condition that must all hold. */
export function conjuncts(where: Folded): readonly Condition[] {
  if (typeof where === "boolean") return [];
  return where.op === "and" ? where.all : [where];
}

/** The condition that all parts hold; true when there are none. */
export function allOf(parts: readonly Condition[]): Condition | true {
  const [first] = parts;
  if (first === undefined) return true;
  return parts.length === 1 ? first : { op: "and", all: parts };
}
