/**
 * Chooses between plans by counting. A reader that can tell how many entries a range has is asked for each range; with others
 * entries are counted one by one. Both go only as far as the choice is not clear: counting an entry costs a tenth of fetching
 * its row, and the bound keeps all counting far below the work of the plan that is chosen in the end.
 *
 * Costs are in units of one index entry.
 */
import type { Keyspace, StoreReader } from "../store/store.ts";
import type { Access } from "./access.ts";
import { describeAccess, isEverything } from "./describe-plan.ts";
import { EntryScan, rangeOf } from "./entry-scan.ts";
import type { KeyInterval, KeySet } from "./key-set.ts";
import type { Considered, Goal, Plan } from "./plan.ts";
import type { ResolvedQuery } from "./resolved-query.ts";

/** Entries that are always worth counting. */
const COUNTED_MIN = 64;
/** Entries worth counting for each row that is wanted: as much work as fetching a few rows for each. */
const COUNTED_PER_ROW = 32;
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

/**
 * Counts all ways side by side, further and further, until one has been counted to its end, which settles how the others
 * compare with it, or until a bound is reached.
 */
function countAll(
  plans: readonly Plan[],
  reader: StoreReader,
  { state }: ResolvedQuery,
  rowCount: number,
  wanted: number,
): readonly Size[] {
  const counters = plans.map(({ access }) => new EntryCounter(access as Access, reader, state.rows));
  let bound = Math.ceil(Math.min(rowCount / 2, COUNTED_MIN + COUNTED_PER_ROW * wanted));
  for (let most = COUNTED_MIN; ; most *= 2) {
    const reached = most >= bound;
    for (const counter of counters)
      if (counter.countTo(Math.min(most, bound))) bound = Math.min(bound, counter.entries);
    if (reached || most >= bound) break;
  }
  for (const counter of counters) counter.close();
  return counters.map(({ entries, counted }) => ({ entries, counted }));
}

/** Counts entries a few at a time: how many more there are; undefined at the end. */
interface PartCounter {
  next(): number | undefined;
  close(): void;
}

function partCounter(reader: StoreReader, space: Keyspace, keys: KeySet): PartCounter {
  if (isEverything(keys)) return counterOf(1, () => reader.count(space));
  if (reader.countRange !== undefined)
    return counterOf(
      keys.length,
      (at) => reader.countRange?.(space, rangeOf(keys[at] as KeyInterval, false)) ?? 0,
    );
  const entries = new EntryScan(reader, space, keys, false);
  return { next: () => (entries.next() === undefined ? undefined : 1), close: () => entries.close() };
}

function counterOf(parts: number, countOf: (part: number) => number): PartCounter {
  let at = 0;
  return { next: () => (at < parts ? countOf(at++) : undefined), close: () => undefined };
}

/** Counts the entries of one access, a few more at each call. */
class EntryCounter implements Size {
  entries = 0;
  counted = false;
  readonly #parts: PartCounter[];

  constructor(access: Access, reader: StoreReader, rows: Keyspace) {
    this.#parts = (access.kind === "union" ? access.parts : [access]).map((part) =>
      partCounter(reader, part.kind === "rows" ? rows : part.index.space, part.keys),
    );
  }

  /** Goes on until more than `most` were counted; true when there are no more than that. */
  countTo(most: number): boolean {
    while (!this.counted && this.entries <= most) {
      const [part] = this.#parts;
      const more = part?.next();
      if (more !== undefined) this.entries += more;
      else if (part === undefined) this.counted = true;
      else this.#parts.shift();
    }
    return this.counted && this.entries <= most;
  }

  close(): void {
    for (const part of this.#parts) part.close();
  }
}
