/**
 * Merging a patch into a row: objects that the schema knows as objects merge field by field, everything else (lists, bytes,
 * JSON values) is replaced. `undefined` leaves a field as it is, `null` empties it. Names the schema does not know are kept in
 * the result, so that validation reports them.
 */
import type { Row, Schema, Type, Value } from "../schema/types.ts";
import { isRecord } from "../validate/shapes.ts";

/** A patch: every part of a row optional, lists and bytes whole. */
export type DeepPartial<T> = T extends Uint8Array | Date | readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/** Which names of an object merge deeper: a tree over the objects of a schema. */
type MergeTree = Map<string, MergeTree>;

const treesBySchema = new WeakMap<Schema, MergeTree>();

/** The row with the patch merged in; neither argument is changed. Anything that is not a plain object is returned as it is, for validation to refuse. */
export function mergePatch(schema: Schema, row: Row, patch: unknown): unknown {
  let tree = treesBySchema.get(schema);
  if (tree === undefined) {
    tree = treeOf(schema);
    treesBySchema.set(schema, tree);
  }
  return mergeObject(tree, row, patch);
}

function mergeObject(tree: MergeTree, target: Row, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = {};
  for (const name of Object.keys(target)) define(merged, name, target[name]);
  for (const name of Object.keys(patch)) {
    const change = patch[name];
    if (change === undefined) continue;
    const deeper = tree.get(name);
    const before: Value | undefined = Object.hasOwn(target, name) ? target[name] : undefined;
    const merges = deeper !== undefined && isRecord(before) && isRecord(change);
    define(merged, name, merges ? mergeObject(deeper, before as Row, change) : change);
  }
  // No field has a symbol for a name; kept like other unknown names.
  for (const symbol of Object.getOwnPropertySymbols(patch))
    Object.defineProperty(merged, symbol, { value: true, enumerable: true });
  return merged;
}

/** Assigns as plain data even where the name is `__proto__`. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === "__proto__")
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
  else object[name] = value;
}

function treeOf(schema: Schema): MergeTree {
  const root: MergeTree = new Map();
  for (const { path, type } of schema.fields) {
    let node = root;
    for (const [depth, segment] of path.entries()) {
      const last = depth === path.length - 1;
      let next: MergeTree | undefined = node.get(segment);
      if (next === undefined) {
        const below = last ? objectTree(type) : new Map();
        if (below === undefined) break;
        next = below;
        node.set(segment, next);
      }
      node = next;
    }
  }
  return root;
}

function objectTree(type: Type): MergeTree | undefined {
  if (type.kind === "optional") return objectTree(type.inner);
  if (type.kind !== "object") return undefined;
  const tree: MergeTree = new Map();
  for (const field of type.fields) {
    const below = objectTree(field.type);
    if (below !== undefined) tree.set(field.name, below);
  }
  return tree;
}
