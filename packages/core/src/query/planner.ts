/**
 * The planner: from a resolved query to one way through the store. Without data it knows how narrow each way is (a primary key, a
 * unique value, a value, several, a range, everything); where that does not decide, it counts entries, up to a bound that
 * stays small beside the work they stand for (`estimate.ts`).
 *
 * Whatever the plan, the rows and their order are the same; only the work differs.
 */
import type { StoreReader } from "../store/store.ts";
import {
  type Access,
  type AccessOption,
  ALL_ROWS,
  accessOptions,
  isEmptyAccess,
  narrowest,
  RANK,
} from "./access.ts";
import { cheapest } from "./estimate.ts";
import { EVERY_KEY } from "./key-set.ts";
import type { Goal, Ordering, Plan } from "./plan.ts";
import type { QueryPath } from "./query-path.ts";
import { allOf, type Condition, conjuncts, type ResolvedQuery, type TotalOrder } from "./resolved-query.ts";

/** For tests: takes the place of the planner's choice among all plans that give the right answer. */
export type Chooser = (plans: readonly Plan[]) => Plan;

/** Plans a query for one reader. */
export function planQuery(query: ResolvedQuery, reader: StoreReader, goal: Goal, choose?: Chooser): Plan {
  if (query.where === false) return nothing("no row can satisfy the predicate");
  const parts = conjuncts(query.where);
  const options = accessOptions(parts);
  const empty = options.find(({ access }) => isEmptyAccess(access));
  if (empty !== undefined) return nothing("the conditions contradict each other");
  if (choose !== undefined) return choose(allPlans(query, reader, goal, parts, options));
  const best = narrowest(options);
  if (best === undefined) return planWithout(query, reader, goal, parts);
  const plan = makePlan(query, goal, parts, best);
  if (isObvious(best, options, plan, goal)) return plan;
  return cheapest(allPlans(query, reader, goal, parts, options), plan, query, reader, goal);
}

function nothing(why: string): Plan {
  return {
    access: undefined,
    uses: [],
    residual: true,
    ordering: "any",
    reverse: false,
    nothing: why,
    considered: [],
  };
}

/** Whether the narrowest way needs no comparison with others. */
function isObvious(best: AccessOption, options: readonly AccessOption[], plan: Plan, goal: Goal): boolean {
  if (best.rank <= RANK.uniquePoint) return true;
  if (options.length > 1) return false;
  const streams = plan.ordering !== "sort" && plan.ordering !== "gather";
  const fetchesAll = goal.wanted === Number.POSITIVE_INFINITY && !(goal.keysOnly && plan.residual === true);
  return best.rank < RANK.range ? streams || fetchesAll : streams && !fetchesAll;
}

/** No part of the predicate opens a way: in the order of an index where there is one, else all rows in key order. */
function planWithout(
  query: ResolvedQuery,
  reader: StoreReader,
  goal: Goal,
  parts: readonly Condition[],
): Plan {
  const walk = goal.ordered ? orderOption(query, reader, parts, []) : undefined;
  return makePlan(query, goal, parts, walk ?? everyRow());
}

function everyRow(): AccessOption {
  return { access: ALL_ROWS, rank: RANK.everything, uses: [], covers: [] };
}

function allPlans(
  query: ResolvedQuery,
  reader: StoreReader,
  goal: Goal,
  parts: readonly Condition[],
  options: readonly AccessOption[],
): readonly Plan[] {
  const walk = goal.ordered ? orderOption(query, reader, parts, options) : undefined;
  const all = [...options, ...(walk === undefined ? [] : [walk]), everyRow()];
  return all.map((option) => makePlan(query, goal, parts, option));
}

/** The whole index on the first sort field, when no row of the answer is missing from it. */
function orderOption(
  { state, order }: ResolvedQuery,
  reader: StoreReader,
  parts: readonly Condition[],
  options: readonly AccessOption[],
): AccessOption | undefined {
  const at = variableFields(order, parts)[0]?.at;
  if (at?.index === undefined) return undefined;
  if (options.some(({ access }) => access.kind === "index" && access.at === at)) return undefined;
  const present = parts.filter((part) => needsValue(part, at));
  if (present.length === 0 && reader.count(at.index.space) !== reader.count(state.rows)) return undefined;
  const access: Access = { kind: "index", index: at.index, at, keys: EVERY_KEY };
  return deliversFields(order, parts, access) === undefined
    ? undefined
    : { access, rank: RANK.everything, uses: present, covers: [] };
}

/** Whether a condition is false for every row without a value at the path. */
function needsValue(condition: Condition, at: QueryPath): boolean {
  switch (condition.op) {
    case "and":
      return condition.all.some((part) => needsValue(part, at));
    case "or":
      return condition.any.every((part) => needsValue(part, at));
    case "not":
      return false;
    case "isNull":
      return condition.at === at && !condition.value;
    default:
      return condition.at === at;
  }
}

function makePlan(query: ResolvedQuery, goal: Goal, parts: readonly Condition[], option: AccessOption): Plan {
  const { access, uses, covers } = option;
  const residual = covers.length === 0 ? allOf(parts) : allOf(parts.filter((part) => !covers.includes(part)));
  const { ordering, reverse } = orderingOf(query, goal, parts, access);
  return { access, uses, residual, ordering, reverse, considered: [] };
}

function orderingOf(
  { order }: ResolvedQuery,
  goal: Goal,
  parts: readonly Condition[],
  access: Access,
): { readonly ordering: Ordering; readonly reverse: boolean } {
  if (!goal.ordered) return { ordering: "any", reverse: false };
  const byIndex = deliversFields(order, parts, access);
  if (byIndex !== undefined) return { ordering: "index", reverse: byIndex === "desc" };
  const reverse = order.keyDirection === "desc";
  if (variableFields(order, parts).length > 0) return { ordering: "sort", reverse: false };
  return { ordering: deliversKeys(access) ? "key" : "gather", reverse };
}

/** The sort fields that the predicate does not hold to one value. */
function variableFields(order: TotalOrder, parts: readonly Condition[]): TotalOrder["fields"] {
  if (order.fields.length === 0) return order.fields;
  return order.fields.filter(({ at }) => !parts.some((part) => part.op === "=" && part.at === at));
}

/** The direction in which walking an index gives the query's order, or undefined when it does not. */
function deliversFields(
  order: TotalOrder,
  parts: readonly Condition[],
  access: Access,
): "asc" | "desc" | undefined {
  if (access.kind !== "index") return undefined;
  const fields = variableFields(order, parts);
  const [first] = fields;
  if (first === undefined || first.at !== access.at) return undefined;
  // A unique value decides alone; otherwise the entries of one value come by primary key, in the same direction.
  const alone = fields.length === 1 && order.keyDirection === first.direction;
  return alone || access.index.definition.unique ? first.direction : undefined;
}

function deliversKeys(access: Access): boolean {
  if (access.kind === "rows") return true;
  return access.kind === "index" && access.keys.length === 1 && access.keys[0]?.point === true;
}
