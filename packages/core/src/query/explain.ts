/**
 * What a query does and why, as plain data that crosses threads, with a text for people. Names and numbers in it are
 * stable; the sentences in `why` and the layout of `text` are not.
 */
import { pathText } from "../schema/field-path.ts";
import type { Access } from "./access.ts";
import { describeCondition, describeOrder } from "./describe-condition.ts";
import { describeAccess, describeUses, isEverything } from "./describe-plan.ts";
import type { KeySet } from "./key-set.ts";
import type { Considered, Plan } from "./plan.ts";
import type { ResolvedQuery } from "./resolved-query.ts";

/**
 * How rows are reached. `nothing`: not at all. `key`: looked up by primary key. `key-range`, `scan`: some or all rows in key order.
 * `index-equality`, `index-in`, `index-range`, `index-all`: entries of an index with one value, several, ranges, or all. `union`: several
 * of these.
 */
export type AccessKind =
  | "nothing"
  | "key"
  | "key-range"
  | "scan"
  | "index-equality"
  | "index-in"
  | "index-range"
  | "index-all"
  | "union";

export interface AccessExplanation {
  readonly kind: AccessKind;
  /** Name of the index, or null. */
  readonly index: string | null;
  /** Whether the index is unique; false without one. */
  readonly unique: boolean;
  /** The conditions that chose it, as text, or null. */
  readonly condition: string | null;
  /** Whether it is walked from its end. */
  readonly backwards: boolean;
  /** What a union is of; else empty. */
  readonly parts: readonly AccessExplanation[];
}

export interface Explanation {
  readonly collection: string;
  readonly access: AccessExplanation;
  /** How rows come in order: as an index or the primary key gives them, or sorted, all or a bounded heap of them. */
  readonly order: "index" | "key" | "sort" | "top-k";
  /** The whole order, with the primary key that decides last. */
  readonly orderBy: string;
  /** What rows are tested for beyond what the access makes sure of, as text, or null. */
  readonly residual: string | null;
  readonly limit: number | null;
  readonly offset: number;
  /** Whether the query goes on behind a cursor. */
  readonly after: boolean;
  readonly select: readonly string[] | null;
  readonly why: readonly string[];
  /** The ways that were weighed, when entries were counted to choose. */
  readonly considered: readonly Considered[];
  readonly text: string;
}

/** With what running the query took. */
export interface MeasuredExplanation extends Explanation {
  /** Rows read from the rows keyspace. */
  readonly rowsExamined: number;
  /** Index entries read, without those counted for planning. */
  readonly keysExamined: number;
  readonly rowsReturned: number;
  readonly durationMs: number;
}

/** What a run took. */
export type Measures = Pick<
  MeasuredExplanation,
  "rowsExamined" | "keysExamined" | "rowsReturned" | "durationMs"
>;

export function explainPlan(query: ResolvedQuery, plan: Plan): Explanation {
  const { state, limit, offset, after, select } = query;
  const facts: Omit<Explanation, "text"> = {
    collection: state.name,
    access: explainAccess(plan.access, describeUses(plan) ?? null, plan.reverse),
    order:
      plan.ordering === "sort"
        ? limit === Number.POSITIVE_INFINITY
          ? "sort"
          : "top-k"
        : plan.ordering === "index"
          ? "index"
          : "key",
    orderBy: describeOrder(query.order, state.schema.primaryKey),
    residual: plan.residual === true ? null : describeCondition(plan.residual),
    limit: limit === Number.POSITIVE_INFINITY ? null : limit,
    offset,
    after: after !== undefined,
    select: select === undefined ? null : select.map(pathText),
    why: reasons(query, plan),
    considered: plan.considered,
  };
  return { ...facts, text: textOf(facts) };
}

/** Adds what a run took, to the text as well. */
export function withMeasures(explanation: Explanation, measures: Measures): MeasuredExplanation {
  const { rowsExamined, keysExamined, rowsReturned, durationMs } = measures;
  const line = `  examined   ${rowsExamined} rows, ${keysExamined} index entries; returned ${rowsReturned} rows in ${durationMs.toFixed(3)} ms`;
  return { ...explanation, ...measures, text: `${explanation.text}\n${line}` };
}

function explainAccess(
  access: Access | undefined,
  condition: string | null,
  backwards: boolean,
): AccessExplanation {
  const plain = { index: null, unique: false, condition, backwards, parts: [] };
  if (access === undefined) return { ...plain, kind: "nothing" };
  switch (access.kind) {
    case "union":
      return { ...plain, kind: "union", parts: access.parts.map((part) => explainAccess(part, null, false)) };
    case "rows":
      return {
        ...plain,
        kind: isEverything(access.keys) ? "scan" : arePoints(access.keys) ? "key" : "key-range",
      };
    case "index": {
      const { name, unique } = access.index.definition;
      return { ...plain, kind: indexKind(access.keys), index: name, unique };
    }
  }
}

function indexKind(keys: KeySet): AccessKind {
  if (isEverything(keys)) return "index-all";
  if (!arePoints(keys)) return "index-range";
  return keys.length === 1 ? "index-equality" : "index-in";
}

function arePoints(keys: KeySet): boolean {
  return keys.every(({ point }) => point);
}

function reasons(query: ResolvedQuery, plan: Plan): readonly string[] {
  const { access } = plan;
  if (access === undefined) return [`Nothing is read: ${plan.nothing ?? "the query finds nothing"}.`];
  return [
    accessReason(query, plan, access),
    ...residualReason(query, plan),
    orderReason(query, plan, access),
  ];
}

function accessReason(query: ResolvedQuery, plan: Plan, access: Access): string {
  const name = describeAccess(access);
  if (plan.considered.length > 0)
    return `${capital(name)} was thought to cost least of ${plan.considered.length} ways.`;
  if (plan.ordering === "index" && access.kind === "index" && isEverything(access.keys)) {
    return `The whole of ${name} is walked, because it gives the order and no row of the answer is missing from it.`;
  }
  if (access === undefined || name !== "all rows")
    return `${capital(name)} is the narrowest way the conditions open.`;
  return query.where === true
    ? "There is no condition, so all rows are read."
    : "No condition is on the primary key or an index, so all rows are read.";
}

function residualReason(query: ResolvedQuery, plan: Plan): readonly string[] {
  if (plan.residual !== true)
    return ["Rows are tested for the conditions that the access does not make sure of."];
  return query.where === true ? [] : ["The access makes sure of all conditions, so no row is tested."];
}

function orderReason(query: ResolvedQuery, plan: Plan, access: Access): string {
  switch (plan.ordering) {
    case "index":
      return `${capital(describeAccess(access))} gives the order, so nothing is sorted.`;
    case "gather":
      return "Primary keys are collected and sorted before a row is fetched.";
    case "sort":
      return query.limit === Number.POSITIVE_INFINITY
        ? "No access gives the order, so the rows found are sorted."
        : `No access gives the order; the first ${query.limit + query.offset} rows are kept in a heap.`;
    default:
      return "Rows come in the order of the primary key.";
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function textOf(facts: Omit<Explanation, "text">): string {
  const { access } = facts;
  const via =
    access.index === null ? "" : ` via ${access.unique ? "unique index" : "index"} "${access.index}"`;
  const lines = [`${facts.collection}: ${access.kind}${via}${access.backwards ? ", backwards" : ""}`];
  const add = (label: string, value: string | null): void => {
    if (value !== null) lines.push(`  ${label.padEnd(10)} ${value}`);
  };
  add("condition", access.condition);
  for (const part of access.parts)
    add("part", `${part.kind}${part.index === null ? "" : ` via "${part.index}"`}`);
  add("filter", facts.residual);
  add("order", `${facts.order} (${facts.orderBy})`);
  add("limit", facts.limit === null ? null : String(facts.limit));
  add("offset", facts.offset === 0 ? null : String(facts.offset));
  add("after", facts.after ? "a cursor" : null);
  add("select", facts.select === null ? null : facts.select.join(", "));
  for (const { access: way, entries, counted, cost } of facts.considered) {
    add("weighed", `${way}: ${counted ? "" : "more than "}${entries} entries, cost ${cost}`);
  }
  for (const reason of facts.why) add("why", reason);
  return lines.join("\n");
}
