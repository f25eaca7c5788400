/**
 * Zod, from 4.2: the options of the same names that its `z.toJSONSchema` documents. `override` sees every schema with its definition
 * beside the JSON Schema made of it; `unrepresentable` is asked about those that have none.
 */

import type { VendorAdapter } from "./adapter.ts";
import {
  isNode,
  OWN_RULES,
  type OwnRule,
  type SchemaNode,
  STORED_TYPE,
  type StoredType,
  UNREPRESENTABLE,
} from "./json-schema.ts";
import type { CollectedPatterns } from "./patterns.ts";

interface Unrepresented {
  readonly zodSchema: unknown;
  readonly message: string;
}

interface Overridden {
  readonly zodSchema: unknown;
  readonly jsonSchema: Record<string, unknown>;
}

export const zodAdapter: VendorAdapter = {
  // Zod tells the flags of what it is given; the rest are patterns of its own, without any.
  plainPatterns: true,
  options: (patterns) => ({
    unrepresentable: ({ zodSchema, message }: Unrepresented): unknown => {
      const kind = String(definitionOf(zodSchema)?.type);
      // The inner type is described all the same; only the value that stands in for a bad one is not.
      if (kind === "catch" || kind === "default") return "any";
      const stored = storedType(zodSchema, kind);
      return stored === undefined ? { [UNREPRESENTABLE]: { kind, message } } : { [STORED_TYPE]: stored };
    },
    override: ({ zodSchema, jsonSchema }: Overridden): void => {
      const own = definitionOf(zodSchema);
      if (own === undefined) return;
      if (own.type === "promise" || own.type === "success") {
        const message = own.type === "promise" ? "a promise" : "a check whether a value is valid";
        jsonSchema[UNREPRESENTABLE] = { kind: own.type, message };
      }
      const checks = checksOf(own);
      for (const definition of [own, ...checks]) collectPattern(patterns, definition);
      const rules = checks.flatMap((check) => ownRules(own, check));
      if (rules.length > 0) jsonSchema[OWN_RULES] = rules;
    },
  }),
};

/** The definition of a Zod schema or check, where it is as Zod documents it. */
function definitionOf(value: unknown): SchemaNode | undefined {
  const internals = isNode(value) ? value._zod : undefined;
  const definition = isNode(internals) ? internals.def : undefined;
  return isNode(definition) ? definition : undefined;
}

function checksOf(definition: SchemaNode): readonly SchemaNode[] {
  const { checks } = definition;
  return Array.isArray(checks) ? checks.flatMap((check): SchemaNode[] => toList(definitionOf(check))) : [];
}

function toList(definition: SchemaNode | undefined): SchemaNode[] {
  return definition === undefined ? [] : [definition];
}

function storedType(zodSchema: unknown, kind: string): StoredType | undefined {
  const definition = definitionOf(zodSchema);
  if (definition === undefined) return undefined;
  switch (kind) {
    case "date":
      return { type: "timestamp" };
    case "bigint":
      return bigintType([definition, ...checksOf(definition)]);
    case "custom":
      return instanceType(zodSchema);
    default:
      return undefined;
  }
}

/** `z.instanceof(Uint8Array)` and `z.instanceof(Date)`. A refined schema has the one that it was made from for its parent. */
function instanceType(zodSchema: unknown): StoredType | undefined {
  const internals = isNode(zodSchema) ? zodSchema._zod : undefined;
  if (!isNode(internals)) return undefined;
  const of = isNode(internals.bag) ? internals.bag.Class : undefined;
  if (of === undefined) return instanceType(internals.parent);
  if (of === Uint8Array) return { type: "bytes" };
  return of === Date ? { type: "timestamp" } : undefined;
}

const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

function bigintType(definitions: readonly SchemaNode[]): StoredType {
  let [min, max]: (bigint | undefined)[] = [];
  const above = (bound: bigint): void => {
    if (min === undefined || bound > min) min = bound;
  };
  const below = (bound: bigint): void => {
    if (max === undefined || bound < max) max = bound;
  };
  for (const { check, value, inclusive, format } of definitions) {
    if (check === "greater_than" && typeof value === "bigint") above(inclusive === true ? value : value + 1n);
    if (check === "less_than" && typeof value === "bigint") below(inclusive === true ? value : value - 1n);
    if (check === "bigint_format" && format === "uint64") {
      above(0n);
      below(UINT64_MAX);
    }
    if (check === "bigint_format" && format === "int64") {
      above(-INT64_MAX - 1n);
      below(INT64_MAX);
    }
  }
  const unsigned = min !== undefined && min >= 0n && max !== undefined && max > INT64_MAX;
  return {
    type: unsigned ? "uint64" : "int64",
    ...(min === undefined ? {} : { min: String(min) }),
    ...(max === undefined ? {} : { max: String(max) }),
  };
}

/** What a check asks that JSON Schema does not say. */
function ownRules({ type }: SchemaNode, { check }: SchemaNode): readonly OwnRule[] {
  if (check === "custom") return [{ rule: "refine", why: "it is code of the schema" }];
  if (check === "property") return [{ rule: "property", why: "the engine has no such rule" }];
  const dated = type === "date" && (check === "greater_than" || check === "less_than");
  if (dated) {
    const rule = check === "greater_than" ? "minimum" : "maximum";
    return [{ rule, why: "the engine has no bounds for timestamps" }];
  }
  if (type === "bigint" && check === "multiple_of")
    return [{ rule: "multipleOf", why: "the engine has no such rule" }];
  return [];
}

function collectPattern(patterns: CollectedPatterns, definition: SchemaNode): void {
  const { pattern } = definition;
  if (pattern instanceof RegExp) patterns.add(pattern, distrust(definition));
}

/** Formats that Zod checks by code, while the pattern it writes down is only close. */
function distrust({ format, position }: SchemaNode): string | undefined {
  if (format === "ipv6" || format === "cidrv6")
    return `Zod checks ${format} by code, which accepts more than the pattern it describes it by`;
  if (format === "includes" && position !== undefined)
    return "Zod counts the position in UTF-16 units and across lines";
  return undefined;
}
