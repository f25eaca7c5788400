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

/** How many parts may still be looked at; shared by all that read one schema, so that one without an end comes to an end. */
export interface Budget {
  left: number;
}

/** Levels of parts inside others. The engine has 32 of types; some parts are none. */
export const LEVELS_MAX = 100;

/** The alternatives of a node: `anyOf`, `oneOf`, or a list of types; nested ones flattened, but for one that contains itself. */
export function branchesOf(
  node: SchemaNode,
  budget: Budget,
  around: readonly SchemaNode[] = [],
): readonly SchemaNode[] | undefined {
  const { type } = node;
  if (Array.isArray(type)) return type.map((name) => ({ ...node, type: name as unknown }));
  const keyword = "anyOf" in node ? "anyOf" : "oneOf" in node ? "oneOf" : undefined;
  if (keyword === undefined) return undefined;
  if (around.includes(node) || around.length >= LEVELS_MAX || budget.left < 0) return [node];
  const branches = schemasAt(node, keyword);
  budget.left -= branches.length;
  return branches.flatMap((branch) => branchesOf(branch, budget, [...around, node]) ?? [branch]);
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
  budget: Budget,
  seen: Set<unknown> = new Set(),
  level: number = 0,
): Unrepresentable | undefined {
  if (seen.has(value)) return undefined;
  budget.left--;
  // Two levels of description for each part: its keywords, and what they hold.
  if (level > 2 * LEVELS_MAX || budget.left < 0)
    return { kind: "recursive", message: "a schema that contains itself, or has too many parts" };
  seen.add(value);
  if (Array.isArray(value)) {
    for (const entry of value) {
      const found = findUnrepresentable(root, entry, budget, seen, level + 1);
      if (found !== undefined) return found;
    }
  } else if (isNode(value)) {
    if (value[UNREPRESENTABLE] !== undefined) return value[UNREPRESENTABLE] as Unrepresentable;
    const stored = value[STORED_TYPE] as StoredType | undefined;
    if (stored !== undefined) return { kind: "json", message: `a ${stored.type} inside a JSON value` };
    const reference = textAt(value, "$ref");
    const target = reference === undefined ? undefined : resolveReference(root, reference);
    return findUnrepresentable(root, [...Object.values(value), target], budget, seen, level + 1);
  }
  return undefined;
}
