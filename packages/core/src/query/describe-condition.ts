/**
 * Conditions and orders as text. Two spellings: one for people (`year >= 1990 and not (title startsWith "A")`, long
 * values shortened), and one that differs wherever two queries differ, for fingerprints.
 */
import { pathKey } from "../schema/field-path.ts";
import type { QueryPath } from "./query-path.ts";
import type { Condition, Folded, Scalar, TotalOrder } from "./resolved-query.ts";

interface Spelling {
  readonly path: (at: QueryPath) => string;
  readonly value: (value: Scalar) => string;
  readonly list: (values: readonly Scalar[]) => string;
  /** Most parts of one `and` or `or` that are spelled out. */
  readonly partsMax: number;
}

const FOR_PEOPLE: Spelling = { path: (at) => at.text, value: shorten, list: shortenList, partsMax: 10 };

const EXACT: Spelling = {
  path: (at) => pathKey(at.path),
  value: exact,
  list: (values) => values.map(exact).join(","),
  partsMax: Number.POSITIVE_INFINITY,
};

/** A condition for people; long values are shortened. */
export function describeCondition(condition: Condition): string {
  return spell(condition, FOR_PEOPLE, false);
}

/** Everything that decides which rows a query finds and in which order, exactly. */
export function spellExactly(where: Folded, order: TotalOrder): string {
  const filter = typeof where === "boolean" ? String(where) : spell(where, EXACT, false);
  const fields = order.fields.map(({ at, direction }) => `${EXACT.path(at)}:${at.kind}:${direction}`);
  return `${filter}|${fields.join(",")}|${order.keyDirection}`;
}

/** `title desc, id desc` */
export function describeOrder(order: TotalOrder, primaryKey: string): string {
  return [
    ...order.fields.map(({ at, direction }) => `${at.text} ${direction}`),
    `${primaryKey} ${order.keyDirection}`,
  ].join(", ");
}

function spell(condition: Condition, spelling: Spelling, inside: boolean): string {
  switch (condition.op) {
    case "and":
      return bracket(spellParts(condition.all, spelling, " and "), inside);
    case "or":
      return bracket(spellParts(condition.any, spelling, " or "), inside);
    case "not":
      return `not (${spell(condition.inner, spelling, false)})`;
    case "in":
      return `${spelling.path(condition.at)} in [${spelling.list(condition.values)}]`;
    case "has":
      return `${spelling.path(condition.at)} contains ${spelling.value(condition.value)}`;
    case "isNull":
      return `${spelling.path(condition.at)} ${condition.value ? "isNull" : "isNull false"}`;
    default:
      return `${spelling.path(condition.at)} ${condition.op} ${spelling.value(condition.value)}`;
  }
}

function spellParts(parts: readonly Condition[], spelling: Spelling, between: string): string {
  const shown = parts.slice(0, spelling.partsMax).map((part) => spell(part, spelling, true));
  if (parts.length > spelling.partsMax) shown.push(`… ${parts.length} conditions`);
  return shown.join(between);
}

function bracket(text: string, inside: boolean): string {
  return inside ? `(${text})` : text;
}

function shorten(value: Scalar): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return value instanceof Uint8Array ? `${value.length} bytes` : String(value);
}

function shortenList(values: readonly Scalar[]): string {
  const shown = values.slice(0, 5).map(shorten).join(", ");
  return values.length > 5 ? `${shown}, … ${values.length} values` : shown;
}

function exact(value: Scalar): string {
  if (typeof value === "string") return JSON.stringify(value);
  return value instanceof Uint8Array
    ? `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`
    : String(value);
}
