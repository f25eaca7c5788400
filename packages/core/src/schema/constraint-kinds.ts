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

/** What the bounds of a list of constraints amount to when all of them hold; `nonempty` is a length of at least 1. */
export function boundsOf(constraints: readonly Constraint[]): Bounds {
  const int64 = { min: INT64_MIN, max: INT64_MAX };
  const uint64 = { min: 0n, max: UINT64_MAX };
  const float64 = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const length = { min: 0n, max: UINT64_MAX };
  for (const constraint of constraints) {
    switch (constraint.kind) {
      case "min_i64":
        int64.min = larger(int64.min, constraint.value);
        break;
      case "max_i64":
        int64.max = smaller(int64.max, constraint.value);
        break;
      case "min_u64":
        uint64.min = larger(uint64.min, constraint.value);
        break;
      case "max_u64":
        uint64.max = smaller(uint64.max, constraint.value);
        break;
      case "min_f64":
        float64.min = larger(float64.min, constraint.value);
        break;
      case "max_f64":
        float64.max = smaller(float64.max, constraint.value);
        break;
      case "min_length":
        length.min = larger(length.min, constraint.value);
        break;
      case "max_length":
        length.max = smaller(length.max, constraint.value);
        break;
      case "nonempty":
        length.min = larger(length.min, 1n);
        break;
      default:
    }
  }
  return { int64, uint64, float64, length };
}

function larger<T extends number | bigint>(a: T, b: T): T {
  return b > a ? b : a;
}

function smaller<T extends number | bigint>(a: T, b: T): T {
  return b < a ? b : a;
}

/** The constraint as a person would say it: `at least 3`, `matches "^a"`. */
export function constraintText(constraint: Constraint): string {
  switch (constraint.kind) {
    case "regex":
      return `matches ${JSON.stringify(constraint.pattern)}`;
    case "email":
      return `has "@" and "."`;
    case "url":
      return `starts with "http://" or "https://"`;
    case "nonempty":
      return "is not empty";
    default:
      return `${constraint.kind.startsWith("min") ? "at least" : "at most"} ${constraint.value}`;
  }
}
