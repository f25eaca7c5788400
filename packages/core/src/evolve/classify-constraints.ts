/**
 * Compares the constraints of one field by what they mean: the bounds they amount to, the patterns, the forms. Bounds that the type has
 * anyway are no constraint, and `nonempty` is a length of at least one.
 */
import { type Bounds, boundsOf, type ConstraintKind, type Interval } from "../schema/constraint-kinds.ts";
import { pathText } from "../schema/field-path.ts";
import type { Constraint, FieldPath } from "../schema/types.ts";
import type { Findings } from "./findings.ts";

/** Adds what differs between two constraint lists of the field at a path. */
export function classifyConstraints(
  findings: Findings,
  path: FieldPath,
  before: readonly Constraint[],
  after: readonly Constraint[],
): void {
  if (listKey(before) === listKey(after)) return;
  const comparison = new Comparison(findings, path);
  comparison.compareBounds(boundsOf(before), boundsOf(after));
  comparison.compareSets(formsOf(before), formsOf(after));
  if (!comparison.found) {
    findings.add(
      "safe",
      "constraints_rewritten",
      path,
      `the constraints of "${pathText(path)}" are written another way and mean the same`,
    );
  }
}

function listKey(constraints: readonly Constraint[]): string {
  return JSON.stringify(constraints, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    return typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
      ? `${Object.is(value, -0) ? "-0" : value}f`
      : value;
  });
}

/** Patterns and forms: each is there or not. */
function formsOf(constraints: readonly Constraint[]): ReadonlyMap<string, string> {
  const forms = new Map<string, string>();
  for (const constraint of constraints) {
    if (constraint.kind === "regex")
      forms.set(`regex ${constraint.pattern}`, `the pattern ${JSON.stringify(constraint.pattern)}`);
    else if (constraint.kind === "email" || constraint.kind === "url")
      forms.set(constraint.kind, `"${constraint.kind}"`);
  }
  return forms;
}

/** The bounds that a type has anyway. */
const UNBOUNDED: Bounds = boundsOf([]);

function boundChange<T extends number | bigint>(kind: ConstraintKind, before: T, after: T, none: T): string {
  if (before === none) return `${kind} ${after} is added`;
  return after === none ? `${kind} ${before} is dropped` : `${kind} changes from ${before} to ${after}`;
}

class Comparison {
  readonly #findings: Findings;
  readonly #path: FieldPath;
  found = false;

  constructor(findings: Findings, path: FieldPath) {
    this.#findings = findings;
    this.#path = path;
  }

  compareBounds(before: Bounds, after: Bounds): void {
    this.#compareInterval("min_i64", "max_i64", before.int64, after.int64, UNBOUNDED.int64);
    this.#compareInterval("min_u64", "max_u64", before.uint64, after.uint64, UNBOUNDED.uint64);
    this.#compareInterval("min_f64", "max_f64", before.float64, after.float64, UNBOUNDED.float64);
    this.#compareInterval("min_length", "max_length", before.length, after.length, UNBOUNDED.length);
  }

  #compareInterval<T extends number | bigint>(
    min: ConstraintKind,
    max: ConstraintKind,
    before: Interval<T>,
    after: Interval<T>,
    none: Interval<T>,
  ): void {
    const lower = boundChange(min, before.min, after.min, none.min);
    if (after.min > before.min) this.#tightened(lower);
    if (after.min < before.min) this.#loosened(lower);
    const upper = boundChange(max, before.max, after.max, none.max);
    if (after.max < before.max) this.#tightened(upper);
    if (after.max > before.max) this.#loosened(upper);
  }

  compareSets(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
    for (const [key, text] of before) if (!after.has(key)) this.#loosened(`${text} is dropped`);
    for (const [key, text] of after) if (!before.has(key)) this.#tightened(`${text} is added`);
  }

  #loosened(what: string): void {
    this.found = true;
    this.#findings.add("safe", "constraint_loosened", this.#path, `${this.#place()}: ${what}`);
  }

  #tightened(what: string): void {
    this.found = true;
    this.#findings.add(
      "needs_migration",
      "constraint_tightened",
      this.#path,
      `${this.#place()}: ${what}, which stored rows may not meet`,
    );
  }

  #place(): string {
    return `"${pathText(this.#path)}"`;
  }
}
