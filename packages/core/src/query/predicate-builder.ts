/** Builds predicates in a callback of `where`: `where((is) => is.or(is("year", "<", 1900), is.not(is("title", "isNull"))))`. */
import type { Value } from "../schema/types.ts";
import { checkLeaf } from "./check-spec.ts";
import type { Operator, Predicate } from "./query-spec.ts";

/** Called with a path, an operator and a value it makes a comparison; its methods join predicates. */
export interface PredicateBuilder {
  /** @throws argument_invalid, query_operator_unknown, query_value_invalid */
  (path: string | readonly string[], op: Operator, value?: Value): Predicate;
  /** True when all are; of none: true. */
  and(...all: readonly Predicate[]): Predicate;
  /** True when any is; of none: false. */
  or(...any: readonly Predicate[]): Predicate;
  /** True when the predicate is false, so also for rows whose value is missing: see `isNull`. */
  not(predicate: Predicate): Predicate;
}

export const predicateBuilder: PredicateBuilder = Object.freeze(
  Object.assign(
    (path: string | readonly string[], op: Operator, value?: Value): Predicate => checkLeaf(path, op, value),
    {
      and: (...all: readonly Predicate[]): Predicate => ({ op: "and", all }),
      or: (...any: readonly Predicate[]): Predicate => ({ op: "or", any }),
      not: (predicate: Predicate): Predicate => ({ op: "not", predicate }),
    },
  ),
);
