/**
 * Values of one type as values of another, as the engine converts them by itself where it sees bytes. Numbers that mean the same in both types are the
 * same value here, and the engine refuses the others: nothing is rounded, so between integers and floats nothing beyond 2^53 is converted by rule. What
 * is left is JSON, which is stored as its text.
 */
import type { Type, Value } from "@modelvault/core";

const TEXTS: readonly Type["kind"][] = ["string", "enum"];

/** Throws what the parser does, for text that is to be JSON and is none. */
export function convertByRule(value: Value, from: Type["kind"], to: Type["kind"]): Value {
  if (to === "json" && TEXTS.includes(from) && typeof value === "string") return JSON.parse(value) as Value;
  if (from === "json" && TEXTS.includes(to)) return JSON.stringify(value);
  return value;
}
