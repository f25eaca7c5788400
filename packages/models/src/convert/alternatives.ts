/** Facts about nodes of a JSON Schema that decide how they are converted: what their alternatives are, whether they say anything at all. */
import {
  assertionsOf,
  isNode,
  resolveReference,
  type SchemaNode,
  STORED_TYPE,
  type StoredType,
  schemasAt,
  textAt,
  UNREPRESENTABLE,
  type Unrepresentable,
} from "./json-schema.ts";

/** The alternatives of a node: `anyOf`, `oneOf`, or a list of types; nested ones flattened. */
export function branchesOf(node: SchemaNode): readonly SchemaNode[] | undefined {
  const { type } = node;
  if (Array.isArray(type)) return type.map((name) => ({ ...node, type: name as unknown }));
  const keyword = "anyOf" in node ? "anyOf" : "oneOf" in node ? "oneOf" : undefined;
  if (keyword === undefined) return undefined;
  return schemasAt(node, keyword).flatMap((branch) => branchesOf(branch) ?? [branch]);
}

/** The texts a schema lists, when it lists texts only. */
export function textsOf(node: SchemaNode): readonly string[] | undefined {
  const values: unknown = "const" in node ? [node.const] : node.enum;
  return Array.isArray(values) && values.every((value) => typeof value === "string") ? values : undefined;
}

export function isNull(node: SchemaNode): boolean {
  return node.type === "null" || node.const === null;
}

export function isAnything(node: SchemaNode): boolean {
  return (
    assertionsOf(node).length === 0 && node[UNREPRESENTABLE] === undefined && node[STORED_TYPE] === undefined
  );
}

/** The first part below a node, references followed, that JSON cannot hold. */
export function findUnrepresentable(
  root: SchemaNode,
  value: unknown,
  seen: Set<unknown> = new Set(),
): Unrepresentable | undefined {
  if (seen.has(value)) return undefined;
  seen.add(value);
  if (Array.isArray(value)) {
    for (const entry of value) {
      const found = findUnrepresentable(root, entry, seen);
      if (found !== undefined) return found;
    }
  } else if (isNode(value)) {
    if (value[UNREPRESENTABLE] !== undefined) return value[UNREPRESENTABLE] as Unrepresentable;
    const stored = value[STORED_TYPE] as StoredType | undefined;
    if (stored !== undefined) return { kind: "json", message: `a ${stored.type} inside a JSON value` };
    const reference = textAt(value, "$ref");
    const target = reference === undefined ? undefined : resolveReference(root, reference);
    return findUnrepresentable(root, [...Object.values(value), target], seen);
  }
  return undefined;
}
