/**
 * String rules of JSON Schema as engine constraints. The engine counts UTF-8 bytes where schemas count characters, so lengths
 * become what they imply in bytes: n characters take n bytes at least and 4n at most.
 */
import { type ConstraintDescriptor, checkCollection, isModelVaultError } from "@modelvault/core";
import { translatePattern } from "../pattern/translate-pattern.ts";
import { type SchemaNode, textAt } from "./json-schema.ts";
import type { Conversion } from "./notes.ts";
import { lengthBounds } from "./numbers.ts";

const BYTES_PER_CHARACTER_MAX = 4;

/** The engine's type for a string schema and the constraints on it. */
export function convertString(
  to: Conversion,
  path: string,
  facets: readonly SchemaNode[],
): { readonly kind: "string" | "uuid"; readonly constraints: readonly ConstraintDescriptor[] } {
  const patterns = facets.flatMap((facet) => textAt(facet, "pattern") ?? []);
  const format = facets.flatMap((facet) => textAt(facet, "format") ?? []).at(-1);
  if (format === "uuid") {
    for (const _ of patterns) to.note(path, "pattern", "the engine takes any uuid, of every version");
    return { kind: "uuid", constraints: [] };
  }
  // A pattern spells its format out; a format alone is whatever the library takes it to be.
  if (format !== undefined && patterns.length === 0)
    to.note(path, "format", `the engine does not know which texts this library takes as ${format}`);
  const regexes = patterns.flatMap((pattern) => convertPattern(to, path, pattern));
  return { kind: "string", constraints: [...lengths(to, path, facets), ...regexes] };
}

function lengths(to: Conversion, path: string, facets: readonly SchemaNode[]): ConstraintDescriptor[] {
  const { min, max } = lengthBounds(facets, "minLength", "maxLength");
  if (min !== undefined && min > 1)
    to.note(path, "minLength", `the engine counts bytes: at least ${min} of them`);
  const bytesMax = max === undefined ? undefined : max * BYTES_PER_CHARACTER_MAX;
  if (bytesMax !== undefined && bytesMax > 0) {
    to.note(path, "maxLength", `the engine counts bytes: at most ${bytesMax} of them`);
  }
  return [
    ...(min === undefined ? [] : [{ min_length: min }]),
    ...(bytesMax === undefined ? [] : [{ max_length: bytesMax }]),
  ];
}

function convertPattern(to: Conversion, path: string, source: string): ConstraintDescriptor[] {
  const distrust = to.patterns.distrustOf(source);
  if (distrust !== undefined) {
    to.note(path, "pattern", distrust);
    return [];
  }
  const translation = translatePattern(source, to.patterns.flagsOf(source));
  if ("refused" in translation) {
    to.note(path, "pattern", translation.refused);
    return [];
  }
  const { pattern, weaker } = translation;
  const refused = engineRefusal(pattern);
  if (refused !== undefined) {
    to.note(path, "pattern", refused);
    return [];
  }
  if (weaker !== undefined) to.note(path, "pattern", `${weaker}; the engine enforces the rest`);
  return [{ regex: pattern }];
}

/** Why the engine does not take a pattern; undefined when it does. */
function engineRefusal(pattern: string): string | undefined {
  try {
    checkCollection({
      name: "probe",
      primaryKey: "text",
      fields: [{ path: "text", type: "string", constraints: [{ regex: pattern }] }],
    });
    return undefined;
  } catch (error) {
    if (!isModelVaultError(error, "regex_invalid")) throw error;
    return "the engine's linear-time patterns cannot express it";
  }
}
