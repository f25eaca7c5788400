/**
 * One run of a query through one reader: what the terminals of a query do with the walk that its plan gives. A run whose context has a pause stops
 * at each `yield` until it is told to go on; others have none to stop at, and {@link finish} runs them.
 */
import type { StoreReader } from "../store/store.ts";
import { encodeCursor } from "./cursor.ts";
import { describePlan } from "./describe-plan.ts";
import type { RunContext } from "./key-walk.ts";
import type { Pause, Steps } from "./pause.ts";
import type { Goal, Plan } from "./plan.ts";
import { planQuery } from "./planner.ts";
import type { QueryReport } from "./query-host.ts";
import type { ResolvedQuery } from "./resolved-query.ts";
import { countRows, openKeys, openRows } from "./run.ts";
import { positionReader } from "./total-order.ts";

/** Some rows and where the next ones begin. */
export interface Page<R> {
  readonly rows: R[];
  /** For `after` of the same query; null when there are no more rows now. */
  readonly next: string | null;
}

/** A planned query on its way through a reader. */
export interface QueryRun {
  readonly query: ResolvedQuery;
  readonly plan: Plan;
  readonly context: RunContext;
}

export function startRun(query: ResolvedQuery, reader: StoreReader, goal: Goal, pause?: Pause): QueryRun {
  const plan = planQuery(query, reader, goal);
  return { query, plan, context: { reader, state: query.state, examined: { keys: 0, rows: 0 }, pause } };
}

export function* takeRows<R extends object>(
  { query, plan, context }: QueryRun,
  decode: (payload: Uint8Array) => object,
  most: number,
): Steps<R[]> {
  const walk = openRows(query, plan, context, most);
  try {
    const rows: object[] = [];
    for (;;) {
      while (rows.length < most && walk.next(most - rows.length)) rows.push(decode(walk.payload));
      if (rows.length === most || context.pause?.paused !== true) return rows as R[];
      yield;
      context.pause.resume();
    }
  } finally {
    walk.close();
  }
}

export function* takePage<R extends object>(
  { query, plan, context }: QueryRun,
  decode: (payload: Uint8Array) => object,
  most: number,
): Steps<Page<R>> {
  const walk = openRows(query, plan, context, most + 1);
  try {
    const rows: R[] = [];
    let key: Uint8Array | undefined;
    let payload: Uint8Array | undefined;
    for (;;) {
      while (walk.next(most + 1 - rows.length)) {
        if (rows.length === most && key !== undefined && payload !== undefined) {
          const position = { values: positionReader(query.state, query.order)(payload), key };
          return { rows, next: encodeCursor(query.state, query.where, query.order, position) };
        }
        ({ key, payload } = walk);
        rows.push(decode(payload) as R);
      }
      if (context.pause?.paused !== true) return { rows, next: null };
      yield;
      context.pause.resume();
    }
  } finally {
    walk.close();
  }
}

/** The primary keys of the rows, in order. */
export function* takeKeys({ query, plan, context }: QueryRun, most: number): Steps<readonly Uint8Array[]> {
  const walk = openKeys(query, plan, context, most);
  try {
    const keys: Uint8Array[] = [];
    while (keys.length < most) {
      const key = walk.next();
      if (key !== undefined) keys.push(key);
      else if (context.pause?.paused !== true) break;
      else {
        yield;
        context.pause.resume();
      }
    }
    return keys;
  } finally {
    walk.close();
  }
}

/** How many rows there are, up to `most`. */
export function* takeCount({ query, plan, context }: QueryRun, most: number): Steps<number> {
  const found = countRows(query, plan, context, most);
  if (typeof found === "number") return found;
  try {
    let count = 0;
    for (;;) {
      while (count < most && found.next() !== undefined) count++;
      if (count === most || context.pause?.paused !== true) return count;
      yield;
      context.pause.resume();
    }
  } finally {
    found.close();
  }
}

export function reportOf(
  { query, plan, context }: QueryRun,
  rowsReturned: number,
  durationMs: number,
): QueryReport {
  return {
    collection: query.state.name,
    plan: describePlan(query, plan),
    rowsExamined: context.examined.rows,
    rowsReturned,
    durationMs,
  };
}
