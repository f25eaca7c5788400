/**
 * The shape of a query, checked without a schema: paths are texts or lists of names, operators exist and have the
 * operands they need, counts are integers. What comes out is a frozen copy, so a query never changes under its
 * caller's hands; whether paths exist and values fit their types is for `resolve.ts`.
 */
import { argumentInvalid, refuseUnknownOptions } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { didYouMean } from "../errors/suggest.ts";
import { describeValue } from "../schema/describe-value.ts";
import { pathText } from "../schema/field-path.ts";
import type { Value } from "../schema/types.ts";
import { isBytes, plainBytes } from "../validate/shapes.ts";
import type { Direction, Operator, OrderSpec, Predicate, QuerySpec } from "./query-spec.ts";

/** Most leaves and connectives one predicate may have. */
export const PREDICATE_NODES_MAX = 10_000;
/** Deepest nesting of `and`, `or` and `not`. */
export const PREDICATE_DEPTH_MAX = 200;
/** Most paths to order by or to select, and most names in one path given as a list: a list of holes has no end otherwise. */
const PATHS_MAX = 10_000;
/** Most values one `in` may list. */
export const IN_VALUES_MAX = 100_000;

const OPERATORS: readonly Operator[] = [
  "=",
  "!=",
  "<",
  "<=",
  ">",
  ">=",
  "in",
  "between",
  "startsWith",
  "contains",
  "isNull",
];
const KNOWN_OPERATORS: ReadonlySet<unknown> = new Set(OPERATORS);
const CONNECTIVES: readonly string[] = ["and", "or", "not"];
/** What the same operator is called elsewhere. */
const FOREIGN_OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ["==", "="],
  ["===", "="],
  ["eq", "="],
  ["<>", "!="],
  ["!==", "!="],
  ["ne", "!="],
  ["lt", "<"],
  ["=<", "<="],
  ["lte", "<="],
  ["gt", ">"],
  ["=>", ">="],
  ["gte", ">="],
  ["one of", "in"],
  ["like", "contains"],
  ["includes", "contains"],
  ["prefix", "startsWith"],
  ["null", "isNull"],
]);
const SPEC_KEYS: readonly string[] = ["where", "orderBy", "limit", "offset", "after", "select"];

/** A whole spec, from user code or another thread. @throws argument_invalid, query_operator_unknown, query_value_invalid, query_too_complex */
export function checkSpec(spec: unknown): QuerySpec {
  if (typeof spec !== "object" || spec === null || Array.isArray(spec))
    throw argumentInvalid("spec", "a query spec (an object)", spec);
  for (const key of Object.keys(spec)) {
    if (!SPEC_KEYS.includes(key)) {
      throw argumentInvalid(
        `spec.${key}`,
        `left out; a query spec has ${SPEC_KEYS.join(", ")}`,
        key,
        didYouMean(key, SPEC_KEYS),
      );
    }
  }
  const { where, orderBy, limit, offset, after, select } = spec as Record<keyof QuerySpec, unknown>;
  if (orderBy !== undefined && !(Array.isArray(orderBy) && orderBy.length <= PATHS_MAX))
    throw argumentInvalid("orderBy", `an array of { path, direction }, ${PATHS_MAX} at most`, orderBy);
  return Object.freeze({
    ...(where === undefined ? {} : { where: checkWhere(where) }),
    ...(orderBy === undefined ? {} : { orderBy: Object.freeze(Array.from(orderBy, checkOrder)) }),
    ...(limit === undefined ? {} : { limit: checkCount(limit, "limit") }),
    ...(offset === undefined ? {} : { offset: checkCount(offset, "offset") }),
    ...(after === undefined ? {} : { after: checkCursorText(after) }),
    ...(select === undefined ? {} : { select: checkSelect(select) }),
  });
}

/** Text, or a list of names, at least one; copied. What a name may be is checked where the path is looked up. */
export function checkPath(path: unknown, argument: string): string | readonly string[] {
  if (typeof path === "string") return path;
  if (Array.isArray(path) && path.length > 0 && path.length <= PATHS_MAX) {
    const segments: unknown[] = Array.from(path);
    if (segments.every((segment) => typeof segment === "string")) return Object.freeze(segments);
  }
  throw argumentInvalid(argument, 'a path such as "author.name" or ["author", "name"]', path);
}

/** Options of `explain`. @throws argument_invalid */
export function checkExplainOptions(options: unknown): { readonly run: boolean } {
  if (typeof options !== "object" || options === null)
    throw argumentInvalid("options", "an object with run", options);
  refuseUnknownOptions(options, ["run"]);
  const { run = true } = options as { readonly run?: unknown };
  if (typeof run !== "boolean") throw argumentInvalid("options.run", "true or false", run);
  return { run };
}

export function checkDirection(direction: unknown, argument: string): Direction {
  if (direction === "asc" || direction === "desc") return direction;
  throw argumentInvalid(argument, '"asc" or "desc"', direction);
}

/** A number of rows. */
export function checkCount(count: unknown, argument: string): number {
  if (Number.isSafeInteger(count) && (count as number) >= 0) return count as number;
  throw argumentInvalid(argument, "an integer from 0 to 2^53-1", count);
}

export function checkCursorText(cursor: unknown): string {
  if (typeof cursor === "string") return cursor;
  throw argumentInvalid("after", "a cursor that page() gave as next", cursor);
}

export function checkSelect(select: unknown): readonly (string | readonly string[])[] {
  if (!Array.isArray(select) || select.length === 0 || select.length > PATHS_MAX)
    throw argumentInvalid("select", `1 to ${PATHS_MAX} paths`, select);
  return Object.freeze(Array.from(select, (path: unknown) => checkPath(path, "select")));
}

function checkOrder(order: unknown): OrderSpec {
  if (typeof order !== "object" || order === null)
    throw argumentInvalid("orderBy", "an array of { path, direction }", order);
  const { path, direction } = order as Record<keyof OrderSpec, unknown>;
  return Object.freeze({
    path: checkPath(path, "orderBy path"),
    direction: checkDirection(direction, "orderBy direction"),
  });
}

/** A whole `where`: the limits hold for each predicate of a chain of calls, which an `and` at the root stands for. */
function checkWhere(where: unknown): Predicate {
  const { op, all } = (where ?? {}) as { readonly op?: unknown; readonly all?: unknown };
  if (op !== "and" || !Array.isArray(all) || all.length > PREDICATE_NODES_MAX)
    return checkPredicate(where, "where");
  return Object.freeze({
    op,
    all: Object.freeze(Array.from(all, (part: unknown) => checkPredicate(part, "where"))),
  });
}

/** A predicate tree, copied. `argument` names it in messages. */
export function checkPredicate(predicate: unknown, argument: string): Predicate {
  return checkNode(predicate, argument, 1, { nodes: 0 });
}

function checkNode(node: unknown, argument: string, depth: number, seen: { nodes: number }): Predicate {
  if (typeof node !== "object" || node === null || Array.isArray(node)) {
    throw argumentInvalid(argument, 'a predicate such as { op: "=", path: "year", value: 1990 }', node);
  }
  if (depth > PREDICATE_DEPTH_MAX) {
    throw new ModelVaultError(
      "query_too_complex",
      `The predicate is nested deeper than ${PREDICATE_DEPTH_MAX} levels.`,
      {
        argument,
        depthMax: PREDICATE_DEPTH_MAX,
      },
    );
  }
  if (++seen.nodes > PREDICATE_NODES_MAX) throw tooManyParts(argument);
  const { op } = node as { readonly op?: unknown };
  switch (op) {
    case "and":
    case "or": {
      const name = op === "and" ? "all" : "any";
      const parts = (node as Record<string, unknown>)[name];
      if (!Array.isArray(parts))
        throw argumentInvalid(`${argument}.${name}`, `an array of predicates, as "${op}" needs it`, parts);
      if (parts.length > PREDICATE_NODES_MAX) throw tooManyParts(argument);
      const checked = Object.freeze(
        Array.from(parts, (part: unknown) => checkNode(part, argument, depth + 1, seen)),
      );
      return Object.freeze(op === "and" ? { op, all: checked } : { op, any: checked });
    }
    case "not":
      return Object.freeze({
        op,
        predicate: checkNode((node as { readonly predicate?: unknown }).predicate, argument, depth + 1, seen),
      });
    default: {
      const { path, value } = node as { readonly path?: unknown; readonly value?: unknown };
      return checkLeaf(path, op, value);
    }
  }
}

/** The predicates of two calls, joined. */
export function joinPredicates(before: Predicate | undefined, next: Predicate): Predicate {
  if (before === undefined) return next;
  const all = before.op === "and" ? [...before.all, next] : [before, next];
  if (all.length > PREDICATE_NODES_MAX) throw tooManyParts("predicate");
  return Object.freeze({ op: "and", all: Object.freeze(all) });
}

function tooManyParts(argument: string): ModelVaultError {
  return new ModelVaultError(
    "query_too_complex",
    `The predicate has more than ${PREDICATE_NODES_MAX} parts; use "in" for one path with many values.`,
    { argument, nodesMax: PREDICATE_NODES_MAX },
  );
}

/** One comparison, copied. */
export function checkLeaf(path: unknown, op: unknown, value: unknown): Predicate {
  const checkedPath = checkPath(path, "path");
  if (!KNOWN_OPERATORS.has(op)) throw operatorUnknown(checkedPath, op);
  const operator = op as Operator;
  return Object.freeze(
    operator === "isNull" && value === undefined
      ? { op: operator, path: checkedPath }
      : { op: operator, path: checkedPath, value: checkOperand(checkedPath, operator, value) },
  );
}

function operatorUnknown(path: string | readonly string[], op: unknown): ModelVaultError {
  const name = typeof op === "string" && op.length <= 40 ? op : describeValue(op);
  const foreign = FOREIGN_OPERATORS.get(name.toLowerCase());
  const hint =
    foreign === undefined ? didYouMean(name, [...OPERATORS, ...CONNECTIVES]) : ` Did you mean "${foreign}"?`;
  return new ModelVaultError(
    "query_operator_unknown",
    `There is no operator ${name === op ? JSON.stringify(name) : name} (on "${showPath(path)}"); there are ${OPERATORS.join(", ")}.${hint}`,
    { path: showPath(path), operator: name, known: OPERATORS },
  );
}

function checkOperand(path: string | readonly string[], op: Operator, value: unknown): Value {
  switch (op) {
    case "isNull":
      if (typeof value !== "boolean") throw valueInvalid(path, op, "nothing, or true or false", value);
      return value;
    case "in":
      if (!Array.isArray(value)) throw valueInvalid(path, op, "an array of values", value);
      if (value.length > IN_VALUES_MAX) {
        throw new ModelVaultError(
          "query_too_complex",
          `"in" on "${showPath(path)}" lists ${value.length} values; at most ${IN_VALUES_MAX} are allowed.`,
          {
            path: showPath(path),
            operator: op,
            values: value.length,
            valuesMax: IN_VALUES_MAX,
          },
        );
      }
      return Object.freeze(Array.from(value, (element: unknown) => copyScalar(path, op, element)));
    case "between":
      if (!Array.isArray(value) || value.length !== 2) throw valueInvalid(path, op, "[low, high]", value);
      return Object.freeze(Array.from(value, (element: unknown) => copyScalar(path, op, element)));
    default:
      return copyScalar(path, op, value);
  }
}

function copyScalar(path: string | readonly string[], op: Operator, value: unknown): Value {
  if (value === undefined || value === null) {
    throw valueInvalid(
      path,
      op,
      "a value",
      value,
      ' Use the operator "isNull" to find rows without a value.',
    );
  }
  if (!isBytes(value)) return value as Value;
  try {
    return plainBytes(value).slice();
  } catch {
    throw valueInvalid(path, op, "bytes that were not handed over to another thread", value);
  }
}

/** The error for an operand that does not fit its operator or path. */
export function valueInvalid(
  path: string | readonly string[],
  op: Operator,
  expected: string,
  value: unknown,
  hint = "",
): ModelVaultError {
  const actual = describeValue(value);
  return new ModelVaultError(
    "query_value_invalid",
    `"${op}" on "${showPath(path)}" needs ${expected}, not ${actual}.${hint}`,
    {
      path: showPath(path),
      operator: op,
      expected,
      actual,
    },
  );
}

/** A path as text, for messages; cut where no schema can have one that long. */
export function showPath(path: string | readonly string[]): string {
  const text = typeof path === "string" ? path : pathText(path);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
