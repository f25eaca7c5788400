/** Plans as words: the access in a few, the whole plan in one line for reports. */
import type { Access } from "./access.ts";
import { describeCondition, describeOrder } from "./describe-condition.ts";
import type { KeySet } from "./key-set.ts";
import type { Plan } from "./plan.ts";
import type { ResolvedQuery } from "./resolved-query.ts";

/** `index "year_idx" (range)`, `primary key (3 values)`, `all rows`. */
export function describeAccess(access: Access): string {
  switch (access.kind) {
    case "union":
      return `union of ${access.parts.map(describeAccess).join(" and ")}`;
    case "rows":
      return isEverything(access.keys) ? "all rows" : `primary key (${describeKeys(access.keys)})`;
    case "index":
      return `${access.index.definition.unique ? "unique index" : "index"} "${access.index.definition.name}" (${describeKeys(access.keys)})`;
  }
}

function describeKeys(keys: KeySet): string {
  if (isEverything(keys)) return "all";
  if (keys.length === 1) return keys[0]?.point === true ? "one value" : "one range";
  return keys.every(({ point }) => point) ? `${keys.length} values` : `${keys.length} ranges`;
}

export function isEverything(keys: KeySet): boolean {
  return keys.length === 1 && keys[0]?.from === undefined && keys[0]?.to === undefined;
}

/** What the access was chosen by. */
export function describeUses(plan: Plan): string | undefined {
  return plan.uses.length === 0 ? undefined : plan.uses.map(describeCondition).join(" and ");
}

/** The plan in one line. */
export function describePlan(query: ResolvedQuery, plan: Plan): string {
  if (plan.access === undefined) return "nothing";
  const uses = describeUses(plan);
  const pieces = [
    uses === undefined ? describeAccess(plan.access) : `${describeAccess(plan.access)}: ${uses}`,
  ];
  if (plan.residual !== true) pieces.push(`filter ${describeCondition(plan.residual)}`);
  if (plan.ordering === "sort") {
    const order = describeOrder(query.order, query.state.schema.primaryKey);
    pieces.push(
      query.limit === Number.POSITIVE_INFINITY
        ? `sort by ${order}`
        : `top ${query.limit + query.offset} by ${order}`,
    );
  }
  if (plan.ordering === "gather") pieces.push("keys sorted");
  if (plan.reverse) pieces.push("backwards");
  return pieces.join("; ");
}
