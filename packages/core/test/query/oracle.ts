/**
 * The naive answer to a query: filter all rows, sort what is left, cut it. Written from the documented meaning of predicates and
 * order alone, with nothing of the engine in it but the spec types.
 */
import type { Direction, FieldPath, Predicate, QuerySpec, Row, Schema, Type, Value } from "@modelvault/core";

/** The rows a spec finds, in order. `after` is left out: pages are tested against the whole. */
export function answer(schema: Schema, rows: readonly Row[], spec: QuerySpec): Row[] {
  const found = rows.filter((row) => spec.where === undefined || holds(row, spec.where));
  const orders = (spec.orderBy ?? []).map(({ path, direction }) => ({ path: segments(path), direction }));
  const last: Direction = orders.at(-1)?.direction ?? "asc";
  orders.push({ path: [schema.primaryKey], direction: last });
  found.sort((a, b) => {
    for (const { path, direction } of orders) {
      const result = compareSortValues(at(a, path), at(b, path));
      if (result !== 0) return direction === "asc" ? result : -result;
    }
    return 0;
  });
  const offset = spec.offset ?? 0;
  return found.slice(offset, offset + (spec.limit ?? found.length));
}

export function holds(row: Row, predicate: Predicate): boolean {
  switch (predicate.op) {
    case "and":
      return predicate.all.every((part) => holds(row, part));
    case "or":
      return predicate.any.some((part) => holds(row, part));
    case "not":
      return !holds(row, predicate.predicate);
    default: {
      const value = at(row, segments(predicate.path));
      if (predicate.op === "isNull") return (value === null) === (predicate.value !== false);
      return value !== null && compares(value, predicate.op, predicate.value as Value);
    }
  }
}

function compares(value: Value, op: string, operand: Value): boolean {
  const list = operand as readonly Value[];
  switch (op) {
    case "=":
      return equal(value, operand);
    case "!=":
      return !equal(value, operand);
    case "<":
      return isNumberLike(value) ? value < (operand as number) : compare(value, operand) < 0;
    case "<=":
      return isNumberLike(value) ? value <= (operand as number) : compare(value, operand) <= 0;
    case ">":
      return isNumberLike(value) ? value > (operand as number) : compare(value, operand) > 0;
    case ">=":
      return isNumberLike(value) ? value >= (operand as number) : compare(value, operand) >= 0;
    case "between":
      return compares(value, ">=", list[0] as Value) && compares(value, "<=", list[1] as Value);
    case "in":
      return list.some((element) => equal(value, element));
    case "startsWith":
      return text(value).startsWith(text(operand));
    case "contains":
      if (Array.isArray(value))
        return value.some((element: Value) => element !== null && equal(element, operand));
      return text(value).includes(text(operand));
    default:
      throw new Error(`the oracle does not know ${op}`);
  }
}

function isNumberLike(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Numbers of either type by value (NaN never), uuids in any case, everything else by its text. */
function equal(a: Value, b: Value): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: a number equals a bigint of the same value
  if (isNumberLike(a) && isNumberLike(b)) return a == b;
  return text(a) === text(b);
}

function compareSortValues(a: Value, b: Value): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const [aNaN, bNaN] = [Number.isNaN(a), Number.isNaN(b)];
  if (aNaN || bNaN) return Number(aNaN) - Number(bNaN);
  return compare(a, b);
}

function compare(a: Value, b: Value): number {
  if (isNumberLike(a) && isNumberLike(b)) return a < b ? -1 : a > b ? 1 : 0;
  const [x, y] = [points(a), points(b)];
  for (let index = 0; index < Math.max(x.length, y.length); index++) {
    const difference = (x[index] ?? -1) - (y[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Code points of a text, bytes of bytes, one number for a boolean. */
function points(value: Value): number[] {
  return Array.from(text(value), (character) => character.codePointAt(0) as number);
}

/** Bytes become characters, a boolean "0" or "1". UUIDs, the only texts with this many hyphens in these places, lose their case. */
function text(value: Value): string {
  if (value instanceof Uint8Array) return Array.from(value, (byte) => String.fromCharCode(byte)).join("");
  if (typeof value === "boolean") return value ? "1" : "0";
  const words = String(value);
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(words) ? words.toLowerCase() : words;
}

export function at(row: Row, path: FieldPath): Value {
  let value: Value | undefined = row;
  for (const segment of path) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, segment)) return null;
    value = (value as Row)[segment];
  }
  return value ?? null;
}

function segments(path: string | readonly string[]): FieldPath {
  return typeof path === "string" ? path.split(".") : path;
}

/** Every path of a schema with the type at its end, optionals unwrapped. */
export function allPaths(schema: Schema): { readonly path: FieldPath; readonly type: Type }[] {
  const below = (path: FieldPath, type: Type): { path: FieldPath; type: Type }[] => {
    if (type.kind === "optional") return below(path, type.inner);
    const inside =
      type.kind === "object" ? type.fields.flatMap((field) => below([...path, field.name], field.type)) : [];
    return [{ path, type }, ...inside];
  };
  return schema.fields.flatMap(({ path, type }) => below(path, type));
}
