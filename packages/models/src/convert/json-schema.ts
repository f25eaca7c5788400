/**
 * JSON Schema (draft 2020-12) as the converter meets it: plain data of unknown origin. Readers for its keywords, and local
 * references resolved.
 */

/**
 * Keyword of our own for a type that JSON does not have; its value is a {@link StoredType}. Adapters write it where a library has such a
 * type, and any library may.
 */
export const STORED_TYPE = "x-modelvault-type";

/** Bounds are inclusive: of a 64-bit integer its digits as text, of bytes their count. */
export interface StoredType {
  readonly type: "timestamp" | "bytes" | "int64" | "uint64";
  readonly min?: string | number;
  readonly max?: string | number;
}

/** Keyword of our own for rules that only the schema's code knows; its value is a list of {@link OwnRule}. */
export const OWN_RULES = "x-modelvault-rules";

export interface OwnRule {
  readonly rule: string;
  readonly why: string;
}

/** Keyword of our own for a default that never changes and may be kept by the engine. */
export const ENGINE_DEFAULT = "x-modelvault-default";

/** Stands in a JSON Schema for a part that has none; its value is an {@link Unrepresentable}. */
export const UNREPRESENTABLE = "x-modelvault-unrepresentable";

export interface Unrepresentable {
  /** What the library calls the part, such as "map". */
  readonly kind: string;
  readonly message: string;
}

/** A schema that is an object; `true` and `false` are read as `{}` and `{ not: {} }`. */
export type SchemaNode = { readonly [keyword: string]: unknown };

/** Keywords that restrict values. Every other is an annotation, as the standard has it; libraries put users' own metadata there. */
const ASSERTIONS: ReadonlySet<string> = new Set([
  ...["$ref", "$dynamicRef", "type", "enum", "const", "allOf", "anyOf", "oneOf", "not", "if", "then", "else"],
  ...["multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"],
  ...["minLength", "maxLength", "pattern", "format"],
  ...[
    "items",
    "prefixItems",
    "unevaluatedItems",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
  ],
  ...["properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"],
  ...["minProperties", "maxProperties", "required", "dependentRequired", "dependentSchemas"],
]);

export function isNode(value: unknown): value is SchemaNode {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The schema under a keyword, or undefined where there is none. */
export function schemaAt(node: SchemaNode, keyword: string): SchemaNode | undefined {
  return asSchema(node[keyword]);
}

export function asSchema(value: unknown): SchemaNode | undefined {
  if (value === true) return {};
  if (value === false) return { not: {} };
  return isNode(value) ? value : undefined;
}

/** The schemas under a keyword that holds a list of them. */
export function schemasAt(node: SchemaNode, keyword: string): readonly SchemaNode[] {
  const list = node[keyword];
  return Array.isArray(list) ? list.map((entry) => asSchema(entry) ?? {}) : [];
}

export function numberAt(node: SchemaNode, keyword: string): number | undefined {
  const value = node[keyword];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function textAt(node: SchemaNode, keyword: string): string | undefined {
  const value = node[keyword];
  return typeof value === "string" ? value : undefined;
}

/** The properties of an object schema with their names. */
export function propertiesOf(node: SchemaNode): readonly (readonly [name: string, schema: SchemaNode])[] {
  const properties = node.properties;
  return isNode(properties)
    ? Object.entries(properties).map(([name, value]) => [name, asSchema(value) ?? {}] as const)
    : [];
}

export function requiredOf(node: SchemaNode): ReadonlySet<string> {
  const required = node.required;
  return new Set(Array.isArray(required) ? required.filter((name) => typeof name === "string") : []);
}

/** Keywords of a node that restrict values. */
export function assertionsOf(node: SchemaNode): readonly string[] {
  return Object.keys(node).filter((keyword) => ASSERTIONS.has(keyword));
}

/** What a `$ref` points to within the same document: `#`, or a pointer such as `#/$defs/Author`. */
export function resolveReference(root: SchemaNode, reference: string): SchemaNode | undefined {
  if (!reference.startsWith("#")) return undefined;
  let node: unknown = root;
  for (const token of reference.slice(1).split("/").slice(1)) {
    const name = decoded(token)?.replaceAll("~1", "/").replaceAll("~0", "~");
    if (name === undefined || !isNode(node) || !Object.hasOwn(node, name)) return undefined;
    node = node[name];
  }
  return asSchema(node);
}

/** A part of a reference with its `%` sequences read; undefined where one is none. */
function decoded(token: string): string | undefined {
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined;
  }
}

/**
 * Whether a schema is that of JSON values at large: an `anyOf` of the four scalars, of arrays of itself and of objects of itself.
 * It is how a library writes down a recursive JSON type, and the one recursion that has a counterpart.
 */
export function isAnyJson(root: SchemaNode, reference: string): boolean {
  const node = resolveReference(root, reference);
  if (node === undefined) return false;
  const missing = new Set(["string", "number", "boolean", "null", "array", "object"]);
  for (const branch of schemasAt(node, "anyOf")) {
    const type = textAt(branch, "type") ?? "";
    const inner = type === "array" ? "items" : type === "object" ? "additionalProperties" : undefined;
    if (inner !== undefined && schemaAt(branch, inner)?.$ref !== reference) return false;
    missing.delete(type);
  }
  return missing.size === 0;
}
