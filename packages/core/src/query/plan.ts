/**
 * A plan: one way through the store that gives the rows of a query, and how they come in its order.
 */
import type { Access } from "./access.ts";
import type { Condition } from "./resolved-query.ts";

/** What the rows are wanted for. */
export interface Goal {
  /** Whether the order matters; it does not for counting all. */
  readonly ordered: boolean;
  /** Most rows needed, skipped ones included; Infinity: all. */
  readonly wanted: number;
  /** Whether keys suffice, so that no row is fetched without a reason. */
  readonly keysOnly: boolean;
}

/**
 * How rows come in the order of the query. `any`: it does not matter. `key`, `index`: as the access gives them. `gather`: keys are
 * collected and sorted before a row is fetched. `sort`: rows are collected and sorted.
 */
export type Ordering = "any" | "key" | "index" | "gather" | "sort";

export interface Plan {
  /** Undefined: the query finds nothing, and nothing is read. */
  readonly access: Access | undefined;
  /** The conditions that chose the access. */
  readonly uses: readonly Condition[];
  /** What rows are still tested for. */
  readonly residual: Condition | true;
  readonly ordering: Ordering;
  /** Whether the access is walked from its end. */
  readonly reverse: boolean;
  /** Why nothing is read, when nothing is. */
  readonly nothing?: string;
  /** What else was weighed, when something was counted. */
  readonly considered: readonly Considered[];
}

/** One way that was weighed. */
export interface Considered {
  readonly access: string;
  /** Entries or rows under it; when `counted` is false there are at least so many. */
  readonly entries: number;
  readonly counted: boolean;
  /** What the plan was thought to cost, in units of one index entry. */
  readonly cost: number;
}
