/**
 * Schemas as the oracle sees them: a tree of slots. Fields with several path segments are groups, which are never null when
 * they are read; object types may be.
 */
import type { Kind } from "./order.ts";

export type Shape =
  | { readonly is: "scalar"; readonly kind: Kind }
  | { readonly is: "enum"; readonly variants: readonly string[] }
  | { readonly is: "json" }
  | { readonly is: "list"; readonly element: Slot }
  | { readonly is: "object"; readonly members: ReadonlyMap<string, Slot> };

export interface Slot {
  readonly shape: Shape;
  readonly optional: boolean;
  readonly constraints: readonly Constraint[];
  /** As it is stored; undefined: there is none. */
  readonly default?: unknown;
  /** Stands for fields of several segments. */
  readonly group?: true;
}

export type Constraint = Readonly<Record<string, number | string | boolean>>;

export interface FieldOf {
  readonly path: readonly string[];
  readonly type: unknown;
  readonly constraints: readonly Constraint[];
  /** As it is stored. */
  readonly default?: unknown;
}

export interface IndexOf {
  readonly name: string;
  readonly path: readonly string[];
  readonly unique: boolean;
}

/** A schema that was found good. */
export interface SchemaOf {
  readonly primaryKey: string;
  readonly fields: readonly FieldOf[];
  readonly indexes: readonly IndexOf[];
  readonly root: ReadonlyMap<string, Slot>;
}

export const scalarKinds: readonly string[] = [
  "bool",
  "int64",
  "uint64",
  "float64",
  "string",
  "bytes",
  "uuid",
  "timestamp",
];

/** Builds the tree of a field list. */
export function rootOf(fields: readonly FieldOf[], depth = 0): ReadonlyMap<string, Slot> {
  const root = new Map<string, Slot>();
  for (const name of new Set(fields.map(({ path }) => path[depth] as string))) {
    const below = fields.filter(({ path }) => path[depth] === name);
    const leaf = below.find(({ path }) => path.length === depth + 1);
    if (leaf !== undefined) root.set(name, withDefault(slotOf(leaf.type, leaf.constraints), leaf.default));
    else {
      const members = rootOf(below, depth + 1);
      const optional = [...members.values()].every((member) => member.optional);
      root.set(name, { shape: { is: "object", members }, optional, constraints: [], group: true });
    }
  }
  return root;
}

function withDefault(slot: Slot, value: unknown): Slot {
  return value === undefined ? slot : { ...slot, default: value };
}

export function slotOf(type: unknown, constraints: readonly Constraint[]): Slot {
  if (type === "json") return { shape: { is: "json" }, optional: false, constraints };
  if (typeof type === "string")
    return { shape: { is: "scalar", kind: type as Kind }, optional: false, constraints };
  const wrapper = type as Record<string, unknown>;
  if ("optional" in wrapper) return { ...slotOf(wrapper.optional, constraints), optional: true };
  if ("list" in wrapper)
    return { shape: { is: "list", element: slotOf(wrapper.list, []) }, optional: false, constraints };
  if ("enum" in wrapper)
    return { shape: { is: "enum", variants: wrapper.enum as string[] }, optional: false, constraints };
  const fields = wrapper.object as {
    path: string | string[];
    type: unknown;
    constraints?: Constraint[];
    default?: unknown;
  }[];
  const members = new Map(
    fields.map(({ path, type: inner, constraints: own = [], default: value }) => [
      String(path),
      withDefault(slotOf(inner, own), value),
    ]),
  );
  return { shape: { is: "object", members }, optional: false, constraints };
}

/** What a path leads to; undefined when that is nowhere or a group. */
export function slotAt(root: ReadonlyMap<string, Slot>, path: readonly string[]): Slot | undefined {
  let members: ReadonlyMap<string, Slot> | undefined = root;
  let slot: Slot | undefined;
  for (const name of path) {
    slot = members?.get(name);
    if (slot === undefined) return undefined;
    members = slot.shape.is === "object" ? slot.shape.members : undefined;
  }
  return slot?.group === true ? undefined : slot;
}

/** What values of a slot compare as; undefined for what does not compare. */
export function kindOf(slot: Slot | undefined): Kind | undefined {
  if (slot?.shape.is === "scalar") return slot.shape.kind;
  return slot?.shape.is === "enum" ? "string" : undefined;
}

/** The value at a path of a stored row; null where anything on the way is missing. */
export function valueAt(row: unknown, path: readonly string[]): unknown {
  let value = row;
  for (const name of path) {
    if (value === null || typeof value !== "object") return null;
    value = (value as Record<string, unknown>)[name] ?? null;
  }
  return value;
}

/** A path as data: text with dots, or a list of names. Undefined: not a path at all; empty: a malformed one. */
export function pathOf(path: unknown): readonly string[] | undefined {
  if (typeof path === "string") return path.split(".").includes("") ? [] : path.split(".");
  if (!Array.isArray(path) || path.length === 0) return undefined;
  if (!path.every((part) => typeof part === "string")) return undefined;
  return path.includes("") ? [] : (path as string[]);
}

/** The least and the greatest that a constraint list allows, of a number or of a length. */
export function boundsOf(constraints: readonly Constraint[]): { readonly min: number; readonly max: number } {
  let min = Number.NEGATIVE_INFINITY;
  let max = Number.POSITIVE_INFINITY;
  for (const constraint of constraints) {
    for (const [name, bound] of Object.entries(constraint)) {
      if (name === "nonempty") min = Math.max(min, 1);
      else if (name.startsWith("min")) min = Math.max(min, Number(bound));
      else if (name.startsWith("max")) max = Math.min(max, Number(bound));
    }
  }
  return { min, max };
}
