/** Facts about nodes of a JSON Schema that decide how they are converted: what their alternatives are, whether they say anything at all. */
import {
  assertionsOf,
  isNode,
  type SchemaNode,
  STORED_TYPE,
  type StoredType,
  schemasAt,
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

/** The first part below a node that JSON cannot hold. */
export function findUnrepresentable(value: unknown): Unrepresentable | undefined {
  if (Array.isArray(value)) {
    for (const entry of value) {
      const found = findUnrepresentable(entry);
      if (found !== undefined) return found;
    }
  } else if (isNode(value)) {
    if (value[UNREPRESENTABLE] !== undefined) return value[UNREPRESENTABLE] as Unrepresentable;
    const stored = value[STORED_TYPE] as StoredType | undefined;
    if (stored !== undefined) return { kind: "json", message: `a ${stored.type} inside a JSON value` };
    return findUnrepresentable(Object.values(value));
  }
  return undefined;
}
