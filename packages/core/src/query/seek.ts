/**
 * Where an ordered walk goes on behind a cursor: the keys of an access without those at or before the position, so that
 * a later page costs no more than the first. Where keys alone cannot tell (cut values, unique values that later sort fields
 * follow), some rows at or before the position are left in, and `exact` says so.
 */
import { encodeIndexKey, encodeIndexValue, isCutIndexValue, prefixSuccessor } from "../keys/key-codec.ts";
import { CUT_HASH_BYTES } from "../keys/key-component.ts";
import type { IndexAccess, RowsAccess } from "./access.ts";
import { intersectKeys, type KeySet, NO_KEY } from "./key-set.ts";
import type { Plan } from "./plan.ts";
import type { Position, ResolvedQuery, Scalar } from "./resolved-query.ts";

export interface Seek {
  readonly keys: KeySet;
  /** Whether all rows that `keys` leads to are behind the position. */
  readonly exact: boolean;
}

/** Goes on in an access that is walked in the order of the query. */
export function seek(query: ResolvedQuery, plan: Plan, access: RowsAccess | IndexAccess): Seek {
  const { after } = query;
  if (after === undefined || (plan.ordering !== "key" && plan.ordering !== "index"))
    return { keys: access.keys, exact: true };
  if (access.kind === "rows") return { keys: behindKey(access.keys, after.key, plan.reverse), exact: true };
  if (plan.ordering === "key") {
    const value = access.keys[0]?.from as Uint8Array;
    return { keys: behindKey(access.keys, join(value, after.key), plan.reverse), exact: true };
  }
  return seekValue(query, plan, access, after);
}

function seekValue({ order }: ResolvedQuery, { reverse }: Plan, access: IndexAccess, after: Position): Seek {
  const { kind } = access.index;
  const field = order.fields.findIndex(({ at }) => at === access.at);
  const value = after.values[field] as Scalar | null;
  // Rows without a value are not in the index: all others are before them ascending, behind them descending.
  if (value === null) return { keys: reverse ? access.keys : NO_KEY, exact: true };
  const bound = encodeIndexValue(kind, value);
  const cut = isCutIndexValue(kind, bound);
  const last = field === order.fields.length - 1 && order.keyDirection === order.fields[field]?.direction;
  if (last && !cut)
    return { keys: behindKey(access.keys, encodeIndexKey(kind, value, after.key), reverse), exact: true };
  const group = cut ? bound.subarray(0, bound.length - CUT_HASH_BYTES) : bound;
  const rest = reverse
    ? { from: undefined, to: prefixSuccessor(group), point: false }
    : { from: group, to: undefined, point: false };
  return { keys: intersectKeys(access.keys, [rest]), exact: false };
}

/** The keys behind one key, in the direction of the walk. */
function behindKey(keys: KeySet, key: Uint8Array, reverse: boolean): KeySet {
  if (reverse) return intersectKeys(keys, [{ from: undefined, to: key, point: false }]);
  return intersectKeys(keys, [{ from: join(key, ZERO), to: undefined, point: false }]);
}

/** With it appended, a key becomes the next possible one. */
const ZERO = new Uint8Array(1);

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
