/**
 * Asking a schema library for JSON Schema, through Standard JSON Schema. What the standard leaves unsaid (dates, bigints, bytes, flags of
 * patterns, what is checked by code alone) each library tells through options of its own, of which an adapter knows: `zod.ts`,
 * `valibot.ts`, `arktype.ts`. Other libraries go without, or write our keywords themselves, as our own builder does.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import type { Side, VendorAdapter } from "./adapter.ts";
import { arktypeAdapter } from "./arktype.ts";
import { isNode, type SchemaNode } from "./json-schema.ts";
import { CollectedPatterns, type PatternNotes } from "./patterns.ts";
import { valibotAdapter } from "./valibot.ts";
import { zodAdapter } from "./zod.ts";

/** A schema that validates and can describe itself: what a model is made of. */
export interface ModelSchema<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** Our own builder writes our keywords itself, and tells of its patterns. */
const builderAdapter: VendorAdapter = {
  plainPatterns: false,
  options: (patterns) => ({ onPattern: (pattern: RegExp): void => patterns.add(pattern) }),
};

const ADAPTERS: ReadonlyMap<string, VendorAdapter> = new Map([
  ["zod", zodAdapter],
  ["valibot", valibotAdapter],
  ["arktype", arktypeAdapter],
  ["modelvault", builderAdapter],
]);

export interface DescribedSchema {
  readonly root: SchemaNode;
  readonly patterns: PatternNotes;
}

/** The JSON Schema of what a schema takes in or gives out; undefined where it gives none. Throws what the library throws. */
export function describeSchema(schema: ModelSchema, side: Side): DescribedSchema | undefined {
  const { vendor, jsonSchema } = schema["~standard"];
  const adapter = ADAPTERS.get(vendor);
  const patterns = new CollectedPatterns(vendor, adapter?.plainPatterns ?? false);
  const libraryOptions = adapter?.options(patterns, side) ?? {};
  const root: unknown = jsonSchema[side]({ target: "draft-2020-12", libraryOptions });
  adapter?.inspect?.(schema, patterns);
  return isNode(root) ? { root, patterns } : undefined;
}
