/**
 * ArkType, from 2.1.28: its converter asks a fallback about each part that JSON Schema has no words for, with a code that says which
 * kind of part it is. Patterns with their flags stand in the schema's own description of itself, `type.json`.
 */

import type { VendorAdapter } from "./adapter.ts";
import { isNode, OWN_RULES, type SchemaNode, STORED_TYPE, UNREPRESENTABLE } from "./json-schema.ts";
import type { CollectedPatterns } from "./patterns.ts";

interface FallbackContext {
  readonly code: string;
  /** What was made so far of the part. */
  readonly base: SchemaNode;
  readonly proto?: unknown;
  readonly domain?: unknown;
  readonly unit?: unknown;
  readonly pattern?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export const arktypeAdapter: VendorAdapter = {
  plainPatterns: false,
  options: () => ({ fallback: describePart }),
  inspect: (schema, patterns) => collectPatterns(patterns, descriptionOf(schema)),
};

/** `type.json`; a type is a function. */
function descriptionOf(schema: unknown): unknown {
  return (schema as { readonly json?: unknown }).json;
}

function describePart(part: FallbackContext): unknown {
  const { code, base } = part;
  switch (code) {
    case "date": {
      const rules = ["after", "before"].filter((rule) => rule in part);
      const stored: SchemaNode = { ...base, [STORED_TYPE]: { type: "timestamp" } };
      return rules.reduce(
        (node, rule) => withRule(node, rule, "the engine has no bounds for timestamps"),
        stored,
      );
    }
    case "domain":
      if (part.domain === "bigint") return { ...base, [STORED_TYPE]: { type: "int64" } };
      return unrepresentable(String(part.domain), `the type ${String(part.domain)}`);
    case "proto":
      if (part.proto === Uint8Array) return { ...base, [STORED_TYPE]: { type: "bytes" } };
      return unrepresentable(nameOf(part.proto), `an instance of ${nameOf(part.proto)}`);
    case "predicate":
      return withRule(base, "narrow", "it is code of the schema");
    case "patternIntersection": {
      const others = Array.isArray(base.allOf) ? (base.allOf as unknown[]) : [];
      return { ...base, allOf: [...others, { pattern: part.pattern }] };
    }
    case "unit":
      return unrepresentable(typeof part.unit === "undefined" ? "undefined" : "custom", unitText(part.unit));
    case "defaultValue":
      // A default that JSON cannot spell; the rule is told of all the same.
      return { ...base, default: null };
    case "morph":
      return unrepresentable("transform", "a morph");
    case "arrayPostfix":
      return unrepresentable("tuple", "a tuple");
    default:
      return unrepresentable(code, `a part that JSON Schema has no words for (${code})`);
  }
}

function unrepresentable(kind: string, message: string): SchemaNode {
  return { [UNREPRESENTABLE]: { kind, message } };
}

function withRule(node: SchemaNode, rule: string, why: string): SchemaNode {
  const others = Array.isArray(node[OWN_RULES]) ? (node[OWN_RULES] as unknown[]) : [];
  return { ...node, [OWN_RULES]: [...others, { rule, why }] };
}

function nameOf(proto: unknown): string {
  const name: unknown = typeof proto === "function" ? proto.name : undefined;
  return typeof name === "string" ? name.toLowerCase() : "custom";
}

function unitText(unit: unknown): string {
  return unit === undefined ? "a type that may be undefined" : `the value ${String(unit)}`;
}

/** ArkType takes what a morph of its own is declared to give on trust. */
const DECLARED = "ArkType does not check what the conversion gives";

/** Finds every `{ rule, flags }` in the description. */
function collectPatterns(patterns: CollectedPatterns, part: unknown, distrust?: string): void {
  if (Array.isArray(part)) {
    for (const entry of part) collectPatterns(patterns, entry, distrust);
  } else if (isNode(part)) {
    const { pattern } = part;
    if (Array.isArray(pattern)) for (const each of pattern) addPattern(patterns, each, distrust);
    for (const [key, value] of Object.entries(part))
      collectPatterns(patterns, value, key === "declaredOut" ? DECLARED : distrust);
  }
}

function addPattern(patterns: CollectedPatterns, pattern: unknown, distrust: string | undefined): void {
  if (typeof pattern === "string") patterns.add({ source: pattern, flags: "" }, distrust);
  if (!isNode(pattern) || typeof pattern.rule !== "string") return;
  const flags = typeof pattern.flags === "string" ? pattern.flags : "";
  patterns.add({ source: pattern.rule, flags }, distrust);
}
