/**
 * Runs a plan: puts the walks together that give the rows of a query in its order, behind its cursor and its offset. What
 * comes out is pulled by the caller, who also keeps the limit.
 */
import type { Access } from "./access.ts";
import { compileCondition, conditionPaths } from "./compile-condition.ts";
import { rangeOf } from "./entry-scan.ts";
import { GatheredKeys } from "./gathered-keys.ts";
import type { KeySet } from "./key-set.ts";
import { IndexKeys, type KeyWalk, type RunContext, SkippedKeys, SortedTextKeys } from "./key-walk.ts";
import type { Plan } from "./plan.ts";
import type { Condition, Position, ResolvedQuery } from "./resolved-query.ts";
import {
  FetchedRows,
  FilteredRows,
  LookedUpRows,
  RowsBehind,
  type RowWalk,
  ScannedRows,
  SkippedRows,
  SortedRows,
} from "./row-walk.ts";
import { seek } from "./seek.ts";
import { Ranking } from "./total-order.ts";

const ALL = Number.POSITIVE_INFINITY;

/**
 * The rows of the query, in order, without the first `offset` of them.
 * @param most how many rows the caller takes at most
 */
export function openRows(query: ResolvedQuery, plan: Plan, context: RunContext, most: number): RowWalk {
  const { offset, after } = query;
  const { access, residual } = plan;
  if (access === undefined || most === 0) return new LookedUpRows(context, []);
  if (plan.ordering === "sort") {
    const rows = filter(unorderedRows(access, context), residual, context);
    return skipRows(
      new SortedRows(context, rows, new Ranking(query.state, query.order), after, most + offset),
      offset,
    );
  }
  const ordered = orderedKeys(query, plan, context, residual === true ? most : ALL);
  if (ordered === undefined) {
    const rows = scanOrLookUp(
      context,
      seek(query, plan, access as Exclude<Access, { kind: "union" }>).keys,
      plan.reverse,
    );
    return skipRows(filter(rows, residual, context), offset);
  }
  const { keys, exact } = ordered;
  const fetched = (walk: KeyWalk): RowWalk =>
    filter(
      new FetchedRows(context, walk, access.kind === "index" ? access.index : undefined),
      residual,
      context,
    );
  if (!exact && after !== undefined)
    return skipRows(new RowsBehind(fetched(keys), new Ranking(query.state, query.order), after), offset);
  if (residual !== true) return skipRows(fetched(keys), offset);
  return fetched(skipKeys(keys, offset));
}

/** The primary keys of the rows of the query, in order, without fetching rows where keys suffice. */
export function openKeys(query: ResolvedQuery, plan: Plan, context: RunContext, most: number): KeyWalk {
  if (most > 0 && plan.access !== undefined && plan.residual === true && plan.ordering !== "sort") {
    const ordered = orderedKeys(query, plan, context, most);
    if (ordered?.exact === true) return skipKeys(ordered.keys, query.offset);
  }
  return keysOf(openRows(query, plan, context, most), most);
}

/**
 * How many rows the query finds behind its offset, up to `most`, or a walk over as many keys where they must be counted one by one. Order does not
 * matter to it unless there is a cursor.
 */
export function countRows(
  query: ResolvedQuery,
  plan: Plan,
  context: RunContext,
  most: number,
): number | KeyWalk {
  const { offset, after } = query;
  if (plan.access === undefined || most === 0) return 0;
  if (after === undefined && plan.residual === true) {
    const found = countKeys(plan.access, context, most + offset);
    return typeof found === "number" ? Math.max(0, Math.min(found - offset, most)) : skipKeys(found, offset);
  }
  return openKeys(query, plan, context, most);
}

/** Up to so many entries are met one by one, for they may be all that is asked for. */
const TALLIED_MIN = 1_000;

/** How many rows an access leads to, up to `most`, without fetching one that an index knows, or a walk over their keys. */
function countKeys(access: Access, context: RunContext, most: number): number | KeyWalk {
  const { reader, state } = context;
  if (access.kind === "union") return gatherKeys(access, context, undefined, false, ALL);
  const space = access.kind === "index" ? access.index.space : state.rows;
  const [first] = access.keys;
  if (access.keys.length === 1 && first?.from === undefined && first?.to === undefined) {
    return reader.count(space);
  }
  if (access.kind === "index" || first?.point !== true) {
    // A tally costs by the entry, whether they are wanted or not.
    const tally = most > TALLIED_MIN ? reader.tallyRange : undefined;
    const count = reader.countRange ?? tally;
    let found = 0;
    for (const interval of count === undefined ? [] : access.keys) {
      found += count?.call(reader, space, rangeOf(interval, false)) ?? 0;
      if (found >= most) return most;
    }
    if (count !== undefined) return found;
  }
  return unorderedKeys(access, context);
}

interface OrderedKeys {
  readonly keys: KeyWalk;
  /** Whether all of them are behind the cursor. */
  readonly exact: boolean;
}

/** Primary keys in the order of the query, behind its cursor; undefined where an access meets rows directly. */
function orderedKeys(
  query: ResolvedQuery,
  plan: Plan,
  context: RunContext,
  most: number,
): OrderedKeys | undefined {
  const access = plan.access as Access;
  if (plan.ordering === "gather" || access.kind === "union") {
    return {
      keys: gatherKeys(access, context, query.after, plan.reverse, most + query.offset),
      exact: true,
    };
  }
  if (access.kind === "rows") return undefined;
  const { keys, exact } = seek(query, plan, access);
  const { kind } = access.index;
  const byText = plan.ordering === "index" && (kind === "string" || kind === "bytes");
  const walk = byText
    ? new SortedTextKeys(context, access, keys, plan.reverse)
    : new IndexKeys(context, access, keys, plan.reverse);
  return { keys: walk, exact };
}

/** The primary keys an access leads to, sorted, each once; those behind a position only, `most` of them. */
function gatherKeys(
  access: Access,
  context: RunContext,
  after: Position | undefined,
  reverse: boolean,
  most: number,
): KeyWalk {
  const isUnion = access.kind === "union";
  const parts = (isUnion ? access.parts : [access]).map(
    (part) => (): KeyWalk => unorderedKeys(part, context),
  );
  return new GatheredKeys(context, parts, { after: after?.key, reverse, distinct: !isUnion, most });
}

function unorderedKeys(access: Exclude<Access, { kind: "union" }>, context: RunContext): KeyWalk {
  if (access.kind === "index") return new IndexKeys(context, access, access.keys, false);
  return keysOf(scanOrLookUp(context, access.keys, false), ALL);
}

function unorderedRows(access: Access, context: RunContext): RowWalk {
  if (access.kind === "rows") return scanOrLookUp(context, access.keys, false);
  if (access.kind === "index") return new FetchedRows(context, unorderedKeys(access, context), access.index);
  return new FetchedRows(context, gatherKeys(access, context, undefined, false, ALL), undefined);
}

/** Keys that stand alone are looked up, ranges scanned. */
function scanOrLookUp(context: RunContext, keys: KeySet, reverse: boolean): RowWalk {
  if (!keys.every(({ point }) => point)) return new ScannedRows(context, keys, reverse);
  const points = keys.map(({ from }) => from as Uint8Array);
  return new LookedUpRows(context, reverse ? points.reverse() : points);
}

function keysOf(rows: RowWalk, most: number): KeyWalk {
  let left = most;
  return {
    next() {
      if (left === 0 || !rows.next(left)) return undefined;
      left--;
      return rows.key;
    },
    close: () => rows.close(),
  };
}

function filter(rows: RowWalk, residual: Condition | true, { state }: RunContext): RowWalk {
  if (residual === true) return rows;
  const decode = "at" in residual ? residual.at.decode : state.decoder("exact", conditionPaths(residual));
  return new FilteredRows(rows, decode, compileCondition(residual));
}

function skipKeys(keys: KeyWalk, count: number): KeyWalk {
  return count === 0 ? keys : new SkippedKeys(keys, count);
}

function skipRows(rows: RowWalk, count: number): RowWalk {
  return count === 0 ? rows : new SkippedRows(rows, count);
}
