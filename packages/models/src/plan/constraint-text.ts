/**
 * What findings say of bounds, in the words of models. A model counts the characters of a text, the engine its bytes, of which a character has up to four: so
 * a longest text of 10 characters is one of 40 bytes to the engine, and both numbers are told. A whole number of a model is one that JavaScript holds exactly,
 * which are bounds to the engine that nobody wrote: they are told only where there is nothing else to tell.
 */
import type { Finding, Schema, Type } from "@modelvault/core";
import { fieldAt } from "./schema-tree.ts";
import { bare } from "./type-text.ts";

const BYTES_PER_CHARACTER_MAX = 4;

const CHANGE =
  /^(?<kind>min|max)_length (?:changes from (?<from>\d+) to (?<to>\d+)|(?<one>\d+) is (?<what>added|dropped))$/;

const NUMBER_CHANGE =
  /^(?<side>min|max)_(?<kind>i64|u64|f64) (?:changes from (?<from>\S+) to (?<to>\S+)|(?<one>\S+) is (?<what>added|dropped))$/;

const NUMBERS: readonly string[] = ["int64", "uint64", "float64"];

/** The bounds of a model's whole numbers, of which it says nothing. */
export const EXACT_NUMBERS = "a number that JavaScript holds exactly";

/** What findings of one field have in common: bounds that nobody wrote are left out beside others. */
export function joinReasons(first: string, second: string): string {
  if (second.endsWith(EXACT_NUMBERS)) return first;
  return first.endsWith(EXACT_NUMBERS) ? second : `${first}; ${second}`;
}

/** A finding's sentence as a clause, without the field that the step names anyway. */
export function clauseOf(reason: string): string {
  const text = reason
    .replace(/\.$/, "")
    .replace(/, which stored rows may not meet$/, "")
    .replace(/^"[^"]*": /, "");
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** A finding in the words of models, as a clause with its field. `after`: the schema that the finding leads to. */
export function findingText({ change, path, reason }: Finding, after: Schema): string {
  if (change !== "constraint_tightened" && change !== "constraint_loosened") return reason.replace(/\.$/, "");
  return `${JSON.stringify(path.join("."))}: ${constraintText(clauseOf(reason), fieldAt(after, path)?.type)}`;
}

/** A clause about one constraint of a field, as a plan has it. `type`: what the field is after the plan. */
export function constraintText(clause: string, type: Type | undefined): string {
  if (type !== undefined && NUMBERS.includes(bare(type).kind)) return numberText(clause);
  const found = CHANGE.exec(clause)?.groups;
  if (found === undefined || type === undefined || bare(type).kind !== "string") return clause;
  const { kind, from, to, one, what } = found;
  const most = kind === "max";
  const [now, before] = [Number(to ?? one), from === undefined ? undefined : Number(from)];
  const [characters, former] = [charactersOf(now, most), before && charactersOf(before, most)];
  // No number of characters comes to these bytes: another program said so.
  if (characters === undefined) return clause;
  const bound = `at ${most ? "most" : "least"} ${characters} ${characters === 1 ? "character" : "characters"}`;
  // One character is one byte at least, and one byte is of one character: the same rule.
  if (now === 1 && before === undefined) return what === "dropped" ? `no longer ${bound}` : bound;
  const bytes = `${now} ${now === 1 ? "byte" : "bytes"} in the engine`;
  if (before === undefined) return `${what === "dropped" ? "no longer " : ""}${bound} (${bytes})`;
  return former === undefined
    ? `${bound} (${bytes}, before ${before})`
    : `${bound}, before ${former} (${bytes}, before ${before})`;
}

function numberText(clause: string): string {
  const found = NUMBER_CHANGE.exec(clause)?.groups;
  if (found === undefined) return clause;
  const { side, kind, from, to, one, what } = found;
  const least = side === "min";
  const bound = (value = ""): string => `at ${least ? "least" : "most"} ${value}`;
  const isWritten = (value: string | undefined): boolean =>
    value !== undefined && !(kind === "i64" && Number(value) === Number.MAX_SAFE_INTEGER * (least ? -1 : 1));
  const now = what === "dropped" ? undefined : (to ?? one);
  const before = what === "dropped" ? one : from;
  if (isWritten(now)) return `${bound(now)}${isWritten(before) ? `, before ${before}` : ""}`;
  if (isWritten(before)) return `no longer ${bound(before)}`;
  return what === "dropped" ? `no longer ${EXACT_NUMBERS}` : EXACT_NUMBERS;
}

function charactersOf(bytes: number, most: boolean): number | undefined {
  if (!most) return bytes;
  return bytes % BYTES_PER_CHARACTER_MAX === 0 ? bytes / BYTES_PER_CHARACTER_MAX : undefined;
}
