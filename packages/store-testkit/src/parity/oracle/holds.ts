/** Whether a stored row satisfies a predicate, by looking. Operands are stored values of the path's kind. */
import { compare, type Kind } from "./order.ts";
import { valueAt } from "./shape.ts";

/** A predicate with paths as lists and operands as stored values. */
export type Test =
  | { readonly op: "and" | "or"; readonly tests: readonly Test[] }
  | { readonly op: "not"; readonly test: Test }
  | {
      readonly op: string;
      readonly path: readonly string[];
      /** Kind of the values, or of the elements of a list. */
      readonly kind: Kind | undefined;
      readonly operand: unknown;
    };

export function holds(test: Test, row: unknown): boolean {
  if ("tests" in test)
    return test.op === "and"
      ? test.tests.every((part) => holds(part, row))
      : test.tests.some((part) => holds(part, row));
  if ("test" in test) return !holds(test.test, row);
  const value = valueAt(row, test.path);
  if (test.op === "isNull") return (value === null) === (test.operand !== false);
  return value !== null && compares(test.op, test.kind as Kind, value, test.operand);
}

function compares(op: string, kind: Kind, value: unknown, operand: unknown): boolean {
  switch (op) {
    case "in":
      return (operand as unknown[]).some((one) => compares("=", kind, value, one));
    case "between": {
      const [low, high] = operand as [unknown, unknown];
      return compares(">=", kind, value, low) && compares("<=", kind, value, high);
    }
    case "contains":
      if (Array.isArray(value))
        return value.some((element) => element !== null && compares("=", kind, element, operand));
      return (value as string).includes(operand as string);
    case "startsWith":
      if (typeof value === "string") return value.startsWith(operand as string);
      return (operand as Uint8Array).every((byte, at) => (value as Uint8Array)[at] === byte);
    case "!=":
      return !compares("=", kind, value, operand);
    default:
      // NaN is equal to nothing and in no range.
      if (Number.isNaN(value) || Number.isNaN(operand)) return false;
      return holdsOrder(op, compare(kind, value, operand));
  }
}

function holdsOrder(op: string, order: number): boolean {
  switch (op) {
    case "=":
      return order === 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}
