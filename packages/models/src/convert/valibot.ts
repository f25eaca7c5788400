/**
 * Valibot, by way of its own converter: the schema of a model is `toStandardJsonSchema(v.object({ … }))` of `@valibot/to-json-schema`.
 * The converter lets every schema and every action of a pipe be overridden; each is handed in with what was made of it so far.
 */

import type { Side, VendorAdapter } from "./adapter.ts";
import {
  isNode,
  OWN_RULES,
  type SchemaNode,
  STORED_TYPE,
  type StoredType,
  UNREPRESENTABLE,
} from "./json-schema.ts";
import type { CollectedPatterns } from "./patterns.ts";

interface SchemaContext {
  readonly valibotSchema: SchemaNode;
  readonly jsonSchema: Record<string, unknown>;
  readonly errors?: readonly string[];
}

interface ActionContext {
  readonly valibotAction: SchemaNode;
  readonly jsonSchema: Record<string, unknown>;
  readonly errors?: readonly string[];
}

export const valibotAdapter: VendorAdapter = {
  plainPatterns: true,
  options: (patterns, side) => ({
    overrideSchema: ({ valibotSchema, jsonSchema, errors }: SchemaContext): unknown =>
      overrideSchema(valibotSchema, jsonSchema, errors, side),
    overrideAction: ({ valibotAction, jsonSchema, errors }: ActionContext): unknown =>
      overrideAction(patterns, valibotAction, jsonSchema, errors),
  }),
};

function overrideSchema(
  schema: SchemaNode,
  json: Record<string, unknown>,
  errors: readonly string[] | undefined,
  side: Side,
): unknown {
  const described = describeSchema(schema, json, errors, side);
  if (!("fallback" in schema)) return described;
  return withRule({ ...json, ...described }, "fallback", "it stands in for bad values on the way in");
}

function describeSchema(
  schema: SchemaNode,
  json: Record<string, unknown>,
  errors: readonly string[] | undefined,
  side: Side,
): Record<string, unknown> | undefined {
  const type = String(schema.type);
  const stored = storedType(schema, type);
  if (stored !== undefined) return { ...json, [STORED_TYPE]: stored };
  switch (type) {
    case "loose_object":
      return { ...json, additionalProperties: {} };
    case "object":
    case "strict_object":
      return side === "output" ? { ...json, required: requiredOutput(schema, json) } : undefined;
    case "record":
      // Its keys may be a list of choices, which the converter describes and then refuses.
      return errors === undefined ? undefined : json;
    case "undefinedable":
      return unrepresentable(type, "a key that must be there and may be undefined");
    default:
      return errors === undefined ? undefined : unrepresentable(type, `the Valibot schema ${type}`);
  }
}

function unrepresentable(kind: string, message: string): Record<string, unknown> {
  return { [UNREPRESENTABLE]: { kind, message } };
}

function storedType(schema: SchemaNode, type: string): StoredType | undefined {
  if (type === "date") return { type: "timestamp" };
  if (type === "bigint") return { type: "int64" };
  if (type !== "instance") return undefined;
  if (schema.class === Uint8Array) return { type: "bytes" };
  return schema.class === Date ? { type: "timestamp" } : undefined;
}

/** Fields that the schema always gives out: those with a default are among them. */
function requiredOutput(schema: SchemaNode, json: Record<string, unknown>): readonly string[] {
  const required = new Set(Array.isArray(json.required) ? json.required.map(String) : []);
  const entries = isNode(schema.entries) ? schema.entries : {};
  for (const [name, entry] of Object.entries(entries)) {
    if (isNode(entry) && entry.default !== undefined) required.add(name);
  }
  return [...required];
}

/** Transformations that give a value of the type that they take. */
const KEEP_TYPE: ReadonlySet<string> = new Set([
  ...["trim", "trim_start", "trim_end", "normalize", "to_lower_case", "to_upper_case", "to_camel_case"],
  ...["to_kebab_case", "to_pascal_case", "to_snake_case", "to_min_value", "to_max_value"],
  ...["brand", "flavor", "readonly", "sort_items", "filter_items"],
]);

function overrideAction(
  patterns: CollectedPatterns,
  action: SchemaNode,
  json: Record<string, unknown>,
  errors: readonly string[] | undefined,
): unknown {
  const type = String(action.type);
  if (STORED_TYPE in json) return boundStored(action, json);
  if (action.kind === "transformation" && type !== "guard") {
    if (KEEP_TYPE.has(type) || errors === undefined) return json;
    return unrepresentable("transform", `the transformation ${type}`);
  }
  if (action.requirement instanceof RegExp && type !== "uuid")
    return withPattern(patterns, action.requirement, json);
  if (type === "not_value" || type === "not_values") {
    const { not: _, ...rest } = json;
    return withRule(rest, type, "the engine has no such rule");
  }
  if (type === "starts_with" || type === "ends_with" || type === "includes") {
    const text = escapePattern(String(action.requirement));
    const source = type === "starts_with" ? `^${text}` : type === "ends_with" ? `${text}$` : text;
    return withPattern(patterns, new RegExp(source), json);
  }
  if (errors === undefined) return undefined;
  return withRule(json, type, "it is code of the schema");
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

/** One node has one pattern; more of them go side by side. */
function withPattern(patterns: CollectedPatterns, pattern: RegExp, json: Record<string, unknown>): object {
  patterns.add(pattern);
  if (json.pattern === undefined || json.pattern === pattern.source)
    return { ...json, pattern: pattern.source };
  const others = Array.isArray(json.allOf) ? (json.allOf as unknown[]) : [];
  return { ...json, allOf: [...others, { pattern: pattern.source }] };
}

function withRule(json: Record<string, unknown>, rule: string, why: string): object {
  const others = Array.isArray(json[OWN_RULES]) ? (json[OWN_RULES] as unknown[]) : [];
  return { ...json, [OWN_RULES]: [...others, { rule, why }] };
}

/** Rules on dates, bigints and bytes. */
function boundStored(action: SchemaNode, json: Record<string, unknown>): object {
  const type = String(action.type);
  const { requirement } = action;
  const stored = json[STORED_TYPE] as StoredType;
  if (typeof requirement === "bigint") {
    if (type === "min_value") return withMin(json, stored, requirement);
    if (type === "gt_value") return withMin(json, stored, requirement + 1n);
    if (type === "max_value") return withMax(json, stored, requirement);
    if (type === "lt_value") return withMax(json, stored, requirement - 1n);
  }
  if (stored.type === "bytes" && typeof requirement === "number") {
    const exact = type === "length" || type === "size";
    const least = exact || type === "min_length" || type === "min_size";
    const most = exact || type === "max_length" || type === "max_size";
    if (least || most)
      return {
        ...json,
        [STORED_TYPE]: { ...stored, ...(least && { min: requirement }), ...(most && { max: requirement }) },
      };
  }
  if (action.kind === "metadata" || KEEP_TYPE.has(type)) return json;
  if (action.kind === "transformation") return unrepresentable("transform", `the transformation ${type}`);
  const why =
    stored.type === "timestamp" ? "the engine has no bounds for timestamps" : "it is code of the schema";
  return withRule(json, type, why);
}

function withMin(json: Record<string, unknown>, stored: StoredType, bound: bigint): object {
  const min = stored.min === undefined || bound > BigInt(stored.min) ? String(bound) : stored.min;
  return { ...json, [STORED_TYPE]: signed({ ...stored, min }) };
}

function withMax(json: Record<string, unknown>, stored: StoredType, bound: bigint): object {
  const max = stored.max === undefined || bound < BigInt(stored.max) ? String(bound) : stored.max;
  return { ...json, [STORED_TYPE]: signed({ ...stored, max }) };
}

/** An integer from 0 on that may be too large for an int64 is a uint64. */
function signed(stored: StoredType): StoredType {
  const unsigned =
    stored.min !== undefined &&
    BigInt(stored.min) >= 0n &&
    stored.max !== undefined &&
    BigInt(stored.max) >= 2n ** 63n;
  return { ...stored, type: unsigned ? "uint64" : "int64" };
}
