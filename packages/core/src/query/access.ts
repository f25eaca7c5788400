/**
 * Ways to reach the rows of a query: through primary keys, ranges of rows, an index, or several of these together. The
 * planner lists the ways a predicate opens, each with the parts of the predicate it makes sure of, and chooses one.
 */

import type { IndexState } from "../collection/collection-state.ts";
import { EVERY_KEY, intersectKeys, type KeySet, uniteKeys } from "./key-set.ts";
import { keysOf } from "./leaf-keys.ts";
import type { QueryPath } from "./query-path.ts";
import { type Condition, conjuncts } from "./resolved-query.ts";

/** Rows by their primary keys or by a range of them; in key order. */
export interface RowsAccess {
  readonly kind: "rows";
  readonly keys: KeySet;
}

/** Rows through the entries of an index; in the order of (value, key). */
export interface IndexAccess {
  readonly kind: "index";
  readonly index: IndexState;
  readonly at: QueryPath;
  readonly keys: KeySet;
}

/** Rows that any of several ways leads to, each once; in no order. */
export interface UnionAccess {
  readonly kind: "union";
  readonly parts: readonly (RowsAccess | IndexAccess)[];
}

export type Access = RowsAccess | IndexAccess | UnionAccess;

/** How narrow a way is known to be without looking at data; lower is better. */
export const RANK: {
  readonly primaryPoints: 0;
  readonly uniquePoint: 1;
  readonly point: 2;
  readonly points: 3;
  readonly range: 4;
  readonly everything: 5;
} = { primaryPoints: 0, uniquePoint: 1, point: 2, points: 3, range: 4, everything: 5 };

export interface AccessOption {
  readonly access: Access;
  readonly rank: number;
  /** The parts of the predicate that chose these keys. */
  readonly uses: readonly Condition[];
  /** Those among them that every row reached this way satisfies, so that none is tested again. */
  readonly covers: readonly Condition[];
}

/** Every row, in key order. */
export const ALL_ROWS: RowsAccess = { kind: "rows", keys: EVERY_KEY };

/** Every way the predicate opens, in the order of its parts; one for each path, and one for each `or` over several paths. */
export function accessOptions(parts: readonly Condition[]): readonly AccessOption[] {
  const byPath = new Map<
    QueryPath,
    { readonly at: QueryPath; keys: KeySet; readonly uses: Condition[]; readonly covers: Condition[] }
  >();
  const options: AccessOption[] = [];
  for (const part of parts) {
    const at = solePath(part);
    if (at === undefined) {
      const union = part.op === "or" ? unionOption(part) : undefined;
      if (union !== undefined) options.push(union);
      continue;
    }
    if (!at.primary && at.index === undefined) continue;
    const found = keysOf(part, at, at.primary ? "rows" : "index");
    if (found === undefined) continue;
    const known = byPath.get(at);
    if (known === undefined)
      byPath.set(at, { at, keys: found.keys, uses: [part], covers: found.exact ? [part] : [] });
    else {
      known.keys = intersectKeys(known.keys, found.keys);
      known.uses.push(part);
      if (found.exact) known.covers.push(part);
    }
  }
  for (const { at, keys, uses, covers } of byPath.values()) {
    const access = accessOf(at, keys);
    options.push({ access, rank: rankOf(access), uses, covers });
  }
  return options;
}

/** The one path a condition looks at, when keys on that path may say the whole of it. */
function solePath(condition: Condition): QueryPath | undefined {
  switch (condition.op) {
    case "and":
    case "or": {
      let sole: QueryPath | undefined;
      for (const part of condition.op === "and" ? condition.all : condition.any) {
        const at = solePath(part);
        if (at === undefined || (sole !== undefined && at !== sole)) return undefined;
        sole = at;
      }
      return sole;
    }
    case "not":
      return undefined;
    default:
      return condition.at;
  }
}

/** A way for each branch, all of them walked. Without one for every branch there is no union, since the rest needs a scan anyway. */
function unionOption(condition: Condition & { readonly op: "or" }): AccessOption | undefined {
  const ways = new Map<
    IndexState | "rows",
    { readonly part: RowsAccess | IndexAccess; readonly sets: KeySet[] }
  >();
  let exact = true;
  let rank: number = RANK.points;
  for (const branch of condition.any) {
    const branchParts = conjuncts(branch);
    const best = narrowest(accessOptions(branchParts));
    if (best === undefined) return undefined;
    exact &&= branchParts.every((part) => best.covers.includes(part));
    rank = Math.max(rank, best.rank);
    for (const part of best.access.kind === "union" ? best.access.parts : [best.access]) {
      // Ways through one keyspace are joined, so that no entry is walked twice.
      const space = part.kind === "index" ? part.index : "rows";
      const known = ways.get(space);
      if (known === undefined) ways.set(space, { part, sets: [part.keys] });
      else known.sets.push(part.keys);
    }
  }
  const parts = Array.from(ways.values(), ({ part, sets }) => ({ ...part, keys: uniteKeys(sets) }));
  const [only] = parts as [RowsAccess | IndexAccess];
  return {
    access: parts.length === 1 ? only : { kind: "union", parts },
    rank,
    uses: [condition],
    covers: exact ? [condition] : [],
  };
}

/** The option of the lowest rank, the first of several; undefined when there is none. */
export function narrowest(options: readonly AccessOption[]): AccessOption | undefined {
  let best = options[0];
  for (const option of options) if (best !== undefined && option.rank < best.rank) best = option;
  return best;
}

function accessOf(at: QueryPath, keys: KeySet): RowsAccess | IndexAccess {
  return at.primary ? { kind: "rows", keys } : { kind: "index", index: at.index as IndexState, at, keys };
}

function rankOf(access: RowsAccess | IndexAccess): number {
  const points = access.keys.every(({ point }) => point);
  if (!points) return RANK.range;
  if (access.kind === "rows") return RANK.primaryPoints;
  if (access.keys.length > 1) return RANK.points;
  return access.index.definition.unique ? RANK.uniquePoint : RANK.point;
}

/** Whether an access is known to reach nothing. */
export function isEmptyAccess(access: Access): boolean {
  return access.kind === "union" ? access.parts.every(isEmptyAccess) : access.keys.length === 0;
}
