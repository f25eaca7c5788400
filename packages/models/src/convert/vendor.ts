/**
 * Asking a schema library for JSON Schema, through Standard JSON Schema alone. What the standard leaves unsaid (where in a
 * schema the part is that has no JSON Schema, which flags a pattern has) Zod tells through the options that it documents
 * for the purpose; other libraries go without.
 */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { isNode, type SchemaNode } from "./json-schema.ts";

/** A schema that validates and can describe itself: what a model is made of. */
export interface ModelSchema<Input = unknown, Output = Input> {
  readonly "~standard": StandardSchemaV1.Props<Input, Output> & StandardJSONSchemaV1.Props<Input, Output>;
}

/** Stands in a JSON Schema for a part that has none; its value is an {@link Unrepresentable}. */
export const UNREPRESENTABLE = "x-modelvault-unrepresentable";

export interface Unrepresentable {
  /** What the library calls the part, such as "date". */
  readonly kind: string;
  readonly message: string;
}

/** What a library says about its patterns beside JSON Schema, by source text. */
export interface PatternNotes {
  /** Flags of the regular expression with this source. */
  flagsOf(source: string): string;
  /** Why the pattern may be stricter than the check it describes; undefined where it is not. */
  distrustOf(source: string): string | undefined;
}

export interface DescribedSchema {
  readonly root: SchemaNode;
  readonly patterns: PatternNotes;
}

/** The JSON Schema of what a schema takes in or gives out. Throws what the library throws. */
export function describeSchema(schema: ModelSchema, side: "input" | "output"): DescribedSchema {
  const { vendor, jsonSchema } = schema["~standard"];
  const patterns = new CollectedPatterns(vendor);
  const libraryOptions = vendor === "zod" ? zodOptions(patterns) : {};
  const root = jsonSchema[side]({ target: "draft-2020-12", libraryOptions });
  return { root, patterns };
}

class CollectedPatterns implements PatternNotes {
  readonly #vendor: string;
  readonly #flags = new Map<string, Set<string>>();
  readonly #distrust = new Map<string, string>();

  constructor(vendor: string) {
    this.#vendor = vendor;
  }

  add(pattern: RegExp, distrust: string | undefined): void {
    const known = this.#flags.get(pattern.source) ?? new Set();
    this.#flags.set(pattern.source, known.add(pattern.flags));
    if (distrust !== undefined) this.#distrust.set(pattern.source, distrust);
  }

  flagsOf(source: string): string {
    const [flags = ""] = this.#flags.get(source) ?? [];
    return flags;
  }

  distrustOf(source: string): string | undefined {
    // Zod tells the flags, and what it does not tell of are patterns of its own, without any. Valibot refuses flags.
    if (this.#vendor !== "zod" && this.#vendor !== "valibot")
      return `${this.#vendor} does not tell the flags of its patterns`;
    const flags = this.#flags.get(source);
    if (flags !== undefined && flags.size > 1)
      return "the same pattern stands elsewhere in the schema with other flags";
    return this.#distrust.get(source);
  }
}

/** Zod's options of the same names, see its documentation of `z.toJSONSchema`. */
function zodOptions(patterns: CollectedPatterns): Record<string, unknown> {
  return {
    unrepresentable: ({
      zodSchema,
      message,
    }: {
      readonly zodSchema: unknown;
      readonly message: string;
    }): unknown => {
      const kind = String(definitionOf(zodSchema)?.type);
      // The inner type is described all the same; only the value that stands in for a bad one is not.
      if (kind === "catch" || kind === "default") return "any";
      return { [UNREPRESENTABLE]: { kind, message } };
    },
    override: ({ zodSchema }: { readonly zodSchema: unknown }): void => {
      const own = definitionOf(zodSchema);
      const checks = own?.checks;
      for (const definition of [own, ...(Array.isArray(checks) ? checks.map(definitionOf) : [])]) {
        const pattern = definition?.pattern;
        if (pattern instanceof RegExp) patterns.add(pattern, zodDistrust(definition));
      }
    },
  };
}

/** The definition of a Zod schema or check, where it is as Zod documents it. */
function definitionOf(value: unknown): SchemaNode | undefined {
  const internals = isNode(value) ? value._zod : undefined;
  const definition = isNode(internals) ? internals.def : undefined;
  return isNode(definition) ? definition : undefined;
}

/** Formats that Zod checks by code, while the pattern it writes down is only close. */
function zodDistrust(definition: SchemaNode | undefined): string | undefined {
  const format = definition?.format;
  if (format === "ipv6" || format === "cidrv6")
    return `Zod checks ${format} by code, which accepts more than the pattern it describes it by`;
  if (format === "includes" && definition?.position !== undefined)
    return "Zod counts the position in UTF-16 units and across lines";
  return undefined;
}
