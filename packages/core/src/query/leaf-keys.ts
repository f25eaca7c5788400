/**
 * The keys that hold the rows a leaf is true for, in the index on its path or among the rows themselves when the path is the
 * primary key. An index cuts values that are longer than it holds: a leaf with such an operand gets keys that may hold
 * more than it asks for, and stays in the filter.
 */
import {
  encodeIndexPrefix,
  encodeIndexValue,
  encodeKey,
  encodeKeyPrefix,
  isCutIndexValue,
  prefixSuccessor,
} from "../keys/key-codec.ts";
import { CUT_HASH_BYTES } from "../keys/key-component.ts";
import type { ScalarKind } from "../schema/types.ts";
import { EVERY_KEY, intersectKeys, type KeyInterval, type KeySet, NO_KEY, uniteKeys } from "./key-set.ts";
import type { QueryPath } from "./query-path.ts";
import type { Condition, Leaf, Scalar } from "./resolved-query.ts";

/** Which keys are meant: those of the index on the path, or of the rows by their primary key. */
export type KeyForm = "index" | "rows";

export interface LeafKeys {
  readonly keys: KeySet;
  /** Whether every entry in `keys` belongs to a row the condition is true for. */
  readonly exact: boolean;
}

/** The keys of a condition that looks at this path only; undefined where keys cannot say it. */
export function keysOf(condition: Condition, at: QueryPath, form: KeyForm): LeafKeys | undefined {
  switch (condition.op) {
    case "and":
      return combine(condition.all, at, form, (sets) => sets.reduce(intersectKeys));
    case "or":
      return combine(condition.any, at, form, uniteKeys);
    case "not":
      return undefined;
    default:
      return condition.at === at ? leafKeys(condition, at.kind as ScalarKind, form) : undefined;
  }
}

function combine(
  parts: readonly Condition[],
  at: QueryPath,
  form: KeyForm,
  join: (sets: KeySet[]) => KeySet,
): LeafKeys | undefined {
  const sets: KeySet[] = [];
  let exact = true;
  for (const part of parts) {
    const found = keysOf(part, at, form);
    if (found === undefined) return undefined;
    sets.push(found.keys);
    exact &&= found.exact;
  }
  return { keys: join(sets), exact };
}

function leafKeys(leaf: Leaf, kind: ScalarKind, form: KeyForm): LeafKeys | undefined {
  switch (leaf.op) {
    case "=":
      return pointKeys(kind, form, [leaf.value]);
    case "in":
      return pointKeys(kind, form, leaf.values);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return rangeKeys(leaf.op, kind, form, leaf.value);
    case "startsWith":
      return prefixKeys(kind as "string" | "bytes", form, leaf.value);
    case "isNull":
      // An index has exactly the rows with a value; every row has a primary key.
      return leaf.value
        ? form === "rows"
          ? { keys: NO_KEY, exact: true }
          : undefined
        : { keys: EVERY_KEY, exact: true };
    default:
      return undefined;
  }
}

function pointKeys(kind: ScalarKind, form: KeyForm, values: readonly Scalar[]): LeafKeys {
  let exact = true;
  const points: KeyInterval[] = [];
  for (const value of values) {
    const from = encodeBound(kind, form, value);
    if (form === "index" && isCutIndexValue(kind, from)) exact = false;
    points.push({ from, to: prefixSuccessor(from), point: true });
  }
  // Values come in ascending order, and so do their keys, except where hashes stand for them.
  return { keys: exact ? points : uniteKeys([points]), exact };
}

function rangeKeys(op: "<" | "<=" | ">" | ">=", kind: ScalarKind, form: KeyForm, value: Scalar): LeafKeys {
  const bound = encodeBound(kind, form, value);
  const upper = op === "<" || op === "<=";
  if (form === "index" && isCutIndexValue(kind, bound)) {
    // All values with the same beginning stand together, in no order that says which are on this side.
    const group = bound.subarray(0, bound.length - CUT_HASH_BYTES);
    return { keys: [upper ? below(prefixSuccessor(group)) : above(kind, group)], exact: false };
  }
  const inclusiveEnd = op === "<=" || op === ">";
  const edge = inclusiveEnd ? prefixSuccessor(bound) : bound;
  if (upper) return { keys: nonEmpty(below(edge)), exact: true };
  return { keys: edge === undefined ? NO_KEY : nonEmpty(above(kind, edge)), exact: true };
}

function prefixKeys(kind: "string" | "bytes", form: KeyForm, prefix: string | Uint8Array): LeafKeys {
  const { bytes, exact } =
    form === "rows" ? { bytes: encodeKeyPrefix(kind, prefix), exact: true } : encodeIndexPrefix(kind, prefix);
  return { keys: [{ from: bytes, to: prefixSuccessor(bytes), point: false }], exact };
}

function nonEmpty(interval: KeyInterval): KeySet {
  return intersectKeys([interval], EVERY_KEY);
}

function below(to: Uint8Array | undefined): KeyInterval {
  return { from: undefined, to, point: false };
}

/** NaN sorts above all numbers and is in no range, so ranges of floats end behind infinity. */
function above(kind: ScalarKind, from: Uint8Array): KeyInterval {
  const to =
    kind === "float64" ? prefixSuccessor(encodeIndexValue(kind, Number.POSITIVE_INFINITY)) : undefined;
  return { from, to, point: false };
}

/**
 * The component of a value. Primary keys are never cut; all other kinds have one form in both keyspaces, and the index
 * codec takes infinities as well, which no primary key is but a bound may be.
 */
function encodeBound(kind: ScalarKind, form: KeyForm, value: Scalar): Uint8Array {
  return form === "rows" && (kind === "string" || kind === "bytes")
    ? encodeKey(kind, value)
    : encodeIndexValue(kind, value);
}
