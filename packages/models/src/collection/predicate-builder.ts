/** Predicates with and, or and not, typed by a model: what `where((is) => …)` hands to its callback. */
import type { Operator, Predicate, Query } from "@modelvault/core";
import type { OperandOf, OperatorsOf } from "../types/operators.ts";
import type { RowPathsOf, ValueAt } from "../types/paths.ts";
import type { CompiledModel } from "./compiled-model.ts";

/**
 * @example
 * books.where((is) => is.or(is("year", "<", 1900), is.not(is("author.name", "startsWith", "A"))))
 */
export interface PredicateBuilder<Row> {
  /** A comparison of the value at a path. A value that is missing matches nothing but `isNull`. */
  <
    Path extends { [P in RowPathsOf<Row>]: P }[RowPathsOf<Row>],
    Op extends { [O in OperatorsOf<ValueAt<Row, Path>>]: O }[OperatorsOf<ValueAt<Row, Path>>],
  >(
    path: Path,
    op: Op,
    ...operand: OperandOf<ValueAt<Row, Path>, Op>
  ): Predicate;
  /** True when all are; of none: true. */
  and(...all: readonly Predicate[]): Predicate;
  /** True when any is; of none: false. */
  or(...any: readonly Predicate[]): Predicate;
  /** True when the predicate is false, so also for rows whose value is missing: see `isNull`. */
  not(predicate: Predicate): Predicate;
}

/** What core hands to a callback of `where`. */
type CoreBuilder = Parameters<Extract<Parameters<Query["where"]>[0], (...args: never[]) => unknown>>[0];

/** Core's builder for paths and values of a model. */
export function typedBuilder<Row>(is: CoreBuilder, compiled: CompiledModel): PredicateBuilder<Row> {
  const leaf = (path: string, op: Operator, operand?: unknown): Predicate =>
    is(path, op, compiled.operand(path, operand));
  return Object.assign(leaf, { and: is.and, or: is.or, not: is.not }) as PredicateBuilder<Row>;
}
