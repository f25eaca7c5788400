/**
 * What findings say of lengths, in the numbers of models: a model counts the characters of a text, the engine its bytes, of which a character has up to
 * four. So a longest text of 10 characters is one of 40 bytes to the engine. Both numbers are told.
 */
import type { Type } from "@modelvault/core";
import { bare } from "./type-text.ts";

const BYTES_PER_CHARACTER_MAX = 4;

const CHANGE =
  /^(?<kind>min|max)_length (?:changes from (?<from>\d+) to (?<to>\d+)|(?<one>\d+) is (?<what>added|dropped))$/;

/** A clause about one constraint of a field, as a plan has it. `type`: what the field is after the plan. */
export function constraintText(clause: string, type: Type | undefined): string {
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

function charactersOf(bytes: number, most: boolean): number | undefined {
  if (!most) return bytes;
  return bytes % BYTES_PER_CHARACTER_MAX === 0 ? bytes / BYTES_PER_CHARACTER_MAX : undefined;
}
