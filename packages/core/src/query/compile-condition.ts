/**
 * Turns a condition into one function of a decoded row. Rows come decoded with integers exact, so that `===` and `<`
 * compare them with operands as they are; text is compared by code point, bytes by unsigned byte.
 */
import { compareValues } from "../keys/compare-values.ts";
import type { FieldPath, Row, ScalarKind, Value } from "../schema/types.ts";
import { outermostPaths } from "./query-path.ts";
import type { Condition, Leaf, Scalar } from "./resolved-query.ts";

export type RowTest = (row: Row) => boolean;

type ValueTest = (value: Value) => boolean;

export function compileCondition(condition: Condition): RowTest {
  switch (condition.op) {
    case "and":
      return compileAnd(condition.all.map(compileCondition));
    case "or":
      return compileOr(condition.any.map(compileCondition));
    case "not": {
      const inner = compileCondition(condition.inner);
      return (row) => !inner(row);
    }
    default: {
      const { read } = condition.at;
      const test = compileLeaf(condition);
      return (row) => test(read(row));
    }
  }
}

/** The paths a condition looks at, for a decoder of no more than those. */
export function conditionPaths(condition: Condition): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  const visit = (part: Condition): void => {
    switch (part.op) {
      case "and":
        part.all.forEach(visit);
        break;
      case "or":
        part.any.forEach(visit);
        break;
      case "not":
        visit(part.inner);
        break;
      default:
        paths.push(part.at.path);
    }
  };
  visit(condition);
  return outermostPaths(paths);
}

function compileAnd(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests as readonly [RowTest, RowTest];
  if (tests.length === 2) return (row) => first(row) && second(row);
  return (row) => {
    for (const test of tests) if (!test(row)) return false;
    return true;
  };
}

function compileOr(tests: readonly RowTest[]): RowTest {
  const [first, second] = tests as readonly [RowTest, RowTest];
  if (tests.length === 2) return (row) => first(row) || second(row);
  return (row) => {
    for (const test of tests) if (test(row)) return true;
    return false;
  };
}

function compileLeaf(leaf: Leaf): ValueTest {
  switch (leaf.op) {
    case "isNull":
      return leaf.value ? (value) => value === null : (value) => value !== null;
    case "in":
      return compileIn(leaf.at.kind as ScalarKind, leaf.values);
    case "startsWith":
      return compilePrefix(leaf.value);
    case "contains": {
      const part = leaf.value;
      return (value) => value !== null && (value as string).includes(part);
    }
    case "has":
      return compileElement(leaf.value);
    case "=":
      return compileEqual(leaf.value);
    case "!=": {
      const equal = compileEqual(leaf.value);
      return (value) => value !== null && !equal(value);
    }
    default:
      return compileRange(leaf.op, leaf.at.kind as ScalarKind, leaf.value);
  }
}

function compileEqual(operand: Scalar): ValueTest {
  if (!(operand instanceof Uint8Array)) return (value) => value === operand;
  return (value) => value instanceof Uint8Array && compareValues("bytes", value, operand) === 0;
}

function compileRange(op: "<" | "<=" | ">" | ">=", kind: ScalarKind, operand: Scalar): ValueTest {
  // Numbers and lower-case uuids are in JavaScript's own order; it alone knows that NaN is in no range.
  const native = kind !== "string" && kind !== "bytes";
  const bound = operand as number;
  switch (op) {
    case "<":
      return native
        ? (value) => value !== null && (value as number) < bound
        : (value) => value !== null && compareValues(kind, value, operand) < 0;
    case "<=":
      return native
        ? (value) => value !== null && (value as number) <= bound
        : (value) => value !== null && compareValues(kind, value, operand) <= 0;
    case ">":
      return native
        ? (value) => value !== null && (value as number) > bound
        : (value) => value !== null && compareValues(kind, value, operand) > 0;
    case ">=":
      return native
        ? (value) => value !== null && (value as number) >= bound
        : (value) => value !== null && compareValues(kind, value, operand) >= 0;
  }
}

/** `values` are in ascending order. */
function compileIn(kind: ScalarKind, values: readonly Scalar[]): ValueTest {
  if (kind !== "bytes") {
    const set = new Set<Value>(values);
    return (value) => value !== null && set.has(value);
  }
  return (value) => {
    if (value === null) return false;
    let low = 0;
    let high = values.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = compareValues(kind, values[middle] as Scalar, value);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  };
}

function compilePrefix(prefix: string | Uint8Array): ValueTest {
  if (typeof prefix === "string") return (value) => value !== null && (value as string).startsWith(prefix);
  return (value) => {
    if (!(value instanceof Uint8Array) || value.length < prefix.length) return false;
    for (let index = 0; index < prefix.length; index++) if (value[index] !== prefix[index]) return false;
    return true;
  };
}

function compileElement(operand: Scalar): ValueTest {
  const equal = compileEqual(operand);
  return (value) => value !== null && (value as readonly Value[]).some(equal);
}
