/**
 * The twelve constraints: which types each may stand on and what its descriptor holds. A constraint on an optional
 * field is about the value inside; list elements cannot carry constraints, fields of an object type can.
 */
import type { Constraint, Type } from "./types.ts";

export type ConstraintKind = Constraint["kind"];

/** What a descriptor gives for a constraint. */
export type ConstraintArgument = "int64" | "uint64" | "float64" | "pattern" | "flag";

export interface ConstraintRule {
  readonly types: readonly Type["kind"][];
  readonly argument: ConstraintArgument;
}

const TEXT = ["string"] as const;
const SIZED = ["string", "bytes", "list"] as const;

/** All constraints, in the order of the documentation. */
export const CONSTRAINT_RULES: Readonly<Record<ConstraintKind, ConstraintRule>> = {
  min_i64: { types: ["int64"], argument: "int64" },
  max_i64: { types: ["int64"], argument: "int64" },
  min_u64: { types: ["uint64"], argument: "uint64" },
  max_u64: { types: ["uint64"], argument: "uint64" },
  min_f64: { types: ["float64"], argument: "float64" },
  max_f64: { types: ["float64"], argument: "float64" },
  min_length: { types: SIZED, argument: "uint64" },
  max_length: { types: SIZED, argument: "uint64" },
  regex: { types: TEXT, argument: "pattern" },
  email: { types: TEXT, argument: "flag" },
  url: { types: TEXT, argument: "flag" },
  nonempty: { types: SIZED, argument: "flag" },
};

export const CONSTRAINT_KINDS: readonly ConstraintKind[] = Object.keys(CONSTRAINT_RULES) as ConstraintKind[];

/** Smallest and largest 64-bit integers. */
export const INT64_MIN: bigint = -(2n ** 63n);
export const INT64_MAX: bigint = 2n ** 63n - 1n;
export const UINT64_MAX: bigint = 2n ** 64n - 1n;

/** The bounds a list of constraints amounts to, per family; a field without a bound has the bound of its type. */
export interface Bounds {
  readonly int64: Interval<bigint>;
  readonly uint64: Interval<bigint>;
  readonly float64: Interval<number>;
  /** UTF-8 bytes, bytes or elements. */
  readonly length: Interval<bigint>;
}

/** Both ends belong to it. */
export interface Interval<T> {
  readonly min: T;
  readonly max: T;
}

const INTEGER_FAMILIES = {
  min_i64: "int64",
  max_i64: "int64",
  min_u64: "uint64",
  max_u64: "uint64",
  min_length: "length",
  max_length: "length",
} as const;

/** What the bounds of a list of constraints amount to when all of them hold; `nonempty` is a length of at least 1. */
export function boundsOf(constraints: readonly Constraint[]): Bounds {
  const bounds = {
    int64: { min: INT64_MIN, max: INT64_MAX },
    uint64: { min: 0n, max: UINT64_MAX },
    float64: { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
    length: { min: 0n, max: UINT64_MAX },
  };
  for (const constraint of constraints) {
    if (constraint.kind === "nonempty") narrow(bounds.length, "min_length", 1n);
    else if (constraint.kind === "min_f64" || constraint.kind === "max_f64") {
      narrow(bounds.float64, constraint.kind, constraint.value);
    } else if ("value" in constraint) {
      narrow(bounds[INTEGER_FAMILIES[constraint.kind]], constraint.kind, constraint.value);
    }
  }
  return bounds;
}

function narrow<T extends number | bigint>(
  interval: { min: T; max: T },
  kind: ConstraintKind,
  bound: T,
): void {
  if (kind.startsWith("min")) {
    if (bound > interval.min) interval.min = bound;
  } else if (bound < interval.max) interval.max = bound;
}
