/**
 * Chooses between plans by counting. Index entries are counted one by one, because a store keeps no histogram, and only
 * until the choice is clear: counting an entry costs a tenth of fetching its row, and the bound keeps all counting far below
 * the work of the plan that is chosen in the end.
 *
 * Costs are in units of one index entry.
 */
import type { StoreReader } from "../store/store.ts";
import type { Access } from "./access.ts";
import { describeAccess } from "./describe-plan.ts";
import type { KeySet } from "./key-set.ts";
import type { Considered, Goal, Plan } from "./plan.ts";
import type { ResolvedQuery } from "./resolved-query.ts";

/** Below this many rows nothing is worth counting. */
const SMALL_ROWS = 100;
/** Fetching a row by its key and decoding what is tested. */
const FETCH_COST = 9;
/** The same for a row met in a scan of rows. */
const SCAN_COST = 5;
/** Collecting a key and sorting it. */
const GATHER_COST = 1.5;
/** A filtered walk may meet its matches late, where values of several paths go together; it is taken to read this many times what chance says. */
const LATE_FACTOR = 4;
/** Sorting a row, beside fetching it. */
const SORT_COST = 2;

/** The plan thought to cost least; `byRank` when counting is not worth it or shows no difference. */
export function cheapest(
  plans: readonly Plan[],
  byRank: Plan,
  query: ResolvedQuery,
  reader: StoreReader,
  goal: Goal,
): Plan {
  const rowCount = reader.count(query.state.rows);
  if (rowCount <= SMALL_ROWS) return byRank;
  const sizes = countAll(plans, reader, query, rowCount, goal.wanted);
  // What was not counted to its end may be anything up to all rows; taken as half of them.
  const assumed = sizes.map(({ entries, counted }) => (counted ? entries : Math.max(entries, rowCount / 2)));
  const matches = Math.max(1, Math.min(...assumed));
  const considered = plans.map((plan, position): Considered => {
    const cost = Math.round(costOf(plan, assumed[position] as number, matches, goal));
    return { access: describeAccess(plan.access as Access), ...(sizes[position] as Size), cost };
  });
  let best = plans.findIndex((plan) => plan.access === byRank.access);
  for (const [position, { cost }] of considered.entries()) {
    if (cost < (considered[best] as Considered).cost) best = position;
  }
  return { ...(plans[best] as Plan), considered };
}

function costOf(plan: Plan, entries: number, matches: number, goal: Goal): number {
  const filtered = plan.residual !== true;
  const fetchCost = plan.access?.kind === "rows" ? SCAN_COST : FETCH_COST;
  const perMatch = filtered ? Math.max(1, (LATE_FACTOR * entries) / matches) : 1;
  const walked = Math.min(entries, goal.wanted * perMatch);
  const fetches = !goal.keysOnly || filtered;
  switch (plan.ordering) {
    case "sort":
      return entries * (fetchCost + SORT_COST);
    case "gather":
      return entries * GATHER_COST + (fetches ? walked * FETCH_COST : 0);
    default:
      return walked * (fetches ? fetchCost : 1);
  }
}

interface Size {
  readonly entries: number;
  readonly counted: boolean;
}

/** Counts further and further until one way has been counted to its end, or a bound is reached that decides as well. */
function countAll(
  plans: readonly Plan[],
  reader: StoreReader,
  query: ResolvedQuery,
  rowCount: number,
  wanted: number,
): readonly Size[] {
  const bound = Math.ceil(
    Math.min(
      rowCount / 2,
      wanted === Number.POSITIVE_INFINITY ? rowCount : 64 + Math.sqrt(FETCH_COST * wanted * rowCount),
    ),
  );
  for (let most = 64; ; most *= 8) {
    const limit = Math.min(most, bound);
    const sizes = plans.map(({ access }) => countAccess(access as Access, reader, query, limit));
    const narrowed = sizes.some(({ entries, counted }) => counted && entries < limit);
    if (narrowed || limit === bound) return sizes;
  }
}

function countAccess(access: Access, reader: StoreReader, query: ResolvedQuery, most: number): Size {
  const parts = access.kind === "union" ? access.parts : [access];
  let entries = 0;
  for (const part of parts) {
    const space = part.kind === "rows" ? query.state.rows : part.index.space;
    const size = countKeys(part.keys, reader, space, most - entries);
    entries += size.entries;
    if (!size.counted) return { entries, counted: false };
  }
  return { entries, counted: true };
}

function countKeys(
  keys: KeySet,
  reader: StoreReader,
  space: Parameters<StoreReader["scan"]>[0],
  most: number,
): Size {
  let entries = 0;
  for (const { from, to } of keys) {
    if (from === undefined && to === undefined) return { entries: reader.count(space), counted: true };
    for (const _ of reader.scan(space, {
      ...(from === undefined ? {} : { gte: from }),
      ...(to === undefined ? {} : { lt: to }),
    })) {
      if (++entries > most) return { entries, counted: false };
    }
  }
  return { entries, counted: true };
}
