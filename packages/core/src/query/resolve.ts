/**
 * Checks a query against a schema: paths exist, operators fit types, values fit both. The result is what the planner
 * works on. The tree it builds has no constants left inside: `in []` is false, `x >= 1 and x < NaN` is false.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { compareValues } from "../keys/compare-values.ts";
import { pathKey } from "../schema/field-path.ts";
import { unwrap } from "../schema/resolve-path.ts";
import type { ScalarKind, Type, Value } from "../schema/types.ts";
import { decodeCursor } from "./cursor.ts";
import { checkScalar } from "./operand.ts";
import { type QueryPath, queryPath, selectPaths } from "./query-path.ts";
import type { Operator, OrderSpec, Predicate, QuerySpec } from "./query-spec.ts";
import type {
  Comparison,
  Condition,
  Folded,
  OrderField,
  ResolvedQuery,
  Scalar,
  TotalOrder,
} from "./resolved-query.ts";

/**
 * Resolves a spec that `checkSpec` or the query builder has checked.
 * @throws path_unknown, query_operator_unsupported, query_value_invalid, query_order_invalid, cursor_invalid, cursor_mismatch
 */
export function resolveQuery(state: CollectionState, spec: QuerySpec): ResolvedQuery {
  const where = spec.where === undefined ? true : resolvePredicate(state, spec.where);
  const order = resolveOrder(state, spec.orderBy ?? []);
  const { limit = Number.POSITIVE_INFINITY, offset = 0, after, select } = spec;
  if (after !== undefined && offset > 0) {
    throw new ModelVaultError(
      "argument_invalid",
      "offset cannot be given beside after: a cursor says where to go on.",
      { argument: "offset", expected: "left out beside after", actual: String(offset) },
    );
  }
  return {
    state,
    where,
    order,
    limit,
    offset,
    after: after === undefined ? undefined : decodeCursor(after, state, where, order),
    select: select === undefined ? undefined : selectPaths(state, select),
  };
}

function resolvePredicate(state: CollectionState, predicate: Predicate): Folded {
  switch (predicate.op) {
    case "and":
      return foldAnd(predicate.all.map((part) => resolvePredicate(state, part)));
    case "or":
      return foldOr(predicate.any.map((part) => resolvePredicate(state, part)));
    case "not":
      return negate(resolvePredicate(state, predicate.predicate));
    default:
      return resolveLeaf(queryPath(state, predicate.path), predicate.op, predicate.value);
  }
}

function foldAnd(parts: readonly Folded[]): Folded {
  const all: Condition[] = [];
  for (const part of parts) {
    if (part === false) return false;
    if (part === true) continue;
    if (part.op === "and") all.push(...part.all);
    else all.push(part);
  }
  return all.length > 1 ? { op: "and", all } : (all[0] ?? true);
}

function foldOr(parts: readonly Folded[]): Folded {
  const any: Condition[] = [];
  for (const part of parts) {
    if (part === true) return true;
    if (part === false) continue;
    if (part.op === "or") any.push(...part.any);
    else any.push(part);
  }
  return any.length > 1 ? { op: "or", any } : (any[0] ?? false);
}

function negate(inner: Folded): Folded {
  if (typeof inner === "boolean") return !inner;
  if (inner.op === "not") return inner.inner;
  if (inner.op === "isNull") return { ...inner, value: !inner.value };
  return { op: "not", inner };
}

function resolveLeaf(at: QueryPath, op: Operator, value: Value | undefined): Folded {
  if (op === "isNull") return { op, at, value: value !== false };
  if (op === "contains" && at.type.kind === "list") return resolveElement(at, value);
  const { kind, type } = at;
  if (kind === undefined) throw operatorUnsupported(at, op);
  switch (op) {
    case "=":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return comparison(at, op, checkScalar(at, op, type, value));
    case "in":
      return oneOf(
        at,
        kind,
        (value as readonly Value[]).map((element) => checkScalar(at, op, type, element)),
      );
    case "between": {
      const [low, high] = value as readonly [Value, Value];
      return foldBetween(at, kind, checkScalar(at, op, type, low), checkScalar(at, op, type, high));
    }
    case "startsWith": {
      if (kind !== "string" && kind !== "bytes") throw operatorUnsupported(at, op);
      const prefix = checkScalar(at, op, type, value) as string | Uint8Array;
      return prefix.length === 0 ? { op: "isNull", at, value: false } : { op, at, value: prefix };
    }
    case "contains": {
      if (kind !== "string") throw operatorUnsupported(at, op);
      const part = checkScalar(at, op, type, value) as string;
      return part === "" ? { op: "isNull", at, value: false } : { op, at, value: part };
    }
  }
}

/** By IEEE: NaN differs from everything that is there, and is in no range. */
function comparison(at: QueryPath, op: Comparison, value: Scalar): Folded {
  if (!Number.isNaN(value)) return { op, at, value };
  return op === "!=" ? { op: "isNull", at, value: false } : false;
}

function oneOf(at: QueryPath, kind: ScalarKind, given: readonly Scalar[]): Folded {
  const sorted = given.filter((value) => !Number.isNaN(value)).sort((a, b) => compareValues(kind, a, b));
  const values = sorted.filter(
    (value, position) => position === 0 || compareValues(kind, sorted[position - 1] as Scalar, value) !== 0,
  );
  const [first] = values;
  if (first === undefined) return false;
  return values.length === 1 ? { op: "=", at, value: first } : { op: "in", at, values };
}

function foldBetween(at: QueryPath, kind: ScalarKind, low: Scalar, high: Scalar): Folded {
  if (Number.isNaN(low) || Number.isNaN(high)) return false;
  const order = compareValues(kind, low, high);
  if (order > 0) return false;
  if (order === 0) return { op: "=", at, value: low };
  return {
    op: "and",
    all: [
      { op: ">=", at, value: low },
      { op: "<=", at, value: high },
    ],
  };
}

function resolveElement(at: QueryPath, value: Value | undefined): Folded {
  const element = at.type.kind === "list" ? unwrap(at.type.element).type : at.type;
  if (!isComparable(element)) throw operatorUnsupported(at, "contains");
  const operand = checkScalar(at, "contains", element, value);
  return Number.isNaN(operand) ? false : { op: "has", at, value: operand };
}

function isComparable(type: Type): boolean {
  return type.kind !== "json" && type.kind !== "list" && type.kind !== "object" && type.kind !== "optional";
}

function operatorUnsupported(at: QueryPath, op: Operator): ModelVaultError {
  const { type } = at;
  const supported = operatorsOf(at);
  return new ModelVaultError(
    "query_operator_unsupported",
    `"${op}" cannot be used on "${at.text}", which is of type ${type.kind}; it takes ${listed(supported)}.`,
    { path: at.text, operator: op, type: type.kind, supported },
  );
}

function operatorsOf({ type, kind }: QueryPath): readonly Operator[] {
  if (type.kind === "list" && isComparable(unwrap(type.element).type)) return ["contains", "isNull"];
  if (kind === undefined) return ["isNull"];
  const ofText: readonly Operator[] =
    kind === "string" ? ["startsWith", "contains"] : kind === "bytes" ? ["startsWith"] : [];
  return ["=", "!=", "<", "<=", ">", ">=", "in", "between", ...ofText, "isNull"];
}

function listed(names: readonly string[]): string {
  return names.join(", ").replace(/, ([^,]+)$/, " and $1");
}

const BY_KEY: TotalOrder = { fields: [], keyDirection: "asc" };

function resolveOrder(state: CollectionState, specs: readonly OrderSpec[]): TotalOrder {
  if (specs.length === 0) return BY_KEY;
  const fields: OrderField[] = [];
  const seen = new Set<string>();
  let keyDirection: OrderField["direction"] | undefined;
  for (const { path, direction } of specs) {
    const at = queryPath(state, path);
    if (at.kind === undefined) {
      throw new ModelVaultError(
        "query_order_invalid",
        `Rows cannot be ordered by "${at.text}", which is of type ${at.type.kind}.`,
        {
          path: at.text,
          type: at.type.kind,
        },
      );
    }
    const identity = pathKey(at.path);
    if (seen.has(identity)) {
      throw new ModelVaultError("query_order_invalid", `orderBy names "${at.text}" twice.`, {
        path: at.text,
      });
    }
    seen.add(identity);
    // Behind the primary key nothing is left to order, but what follows is checked all the same.
    if (keyDirection !== undefined) continue;
    if (at.primary) keyDirection = direction;
    else fields.push({ at, direction });
  }
  return { fields, keyDirection: keyDirection ?? fields.at(-1)?.direction ?? "asc" };
}
