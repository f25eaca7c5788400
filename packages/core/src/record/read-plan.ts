/**
 * What to do with the stored bytes of a value, and of a row: which to read, which to pass, and where each value goes in a
 * row of the current schema. Made once per payload version, schema version and selection; read by an interpreter
 * (`interpret-plan.ts`) and by a code generator (`generate-decoder.ts`), which must agree.
 *
 * A value stored under an older type takes the shape of the current one as far as both are the same kind of thing: objects by
 * name, lists by element, optionals unwrapped. Where they differ in kind the value is given as it was written.
 */
import type { Field, FieldPath, ScalarKind, Schema, Type } from "../schema/types.ts";
import { isPrimary, type RecordLayout, storedScalar, widthMin } from "./record-layout.ts";

/** How the bytes of one value are read. */
export type ReadNode =
  | { readonly op: "skip"; readonly type: Type }
  | { readonly op: "scalar"; readonly kind: ScalarKind }
  /** A string whose text is parsed. */
  | { readonly op: "json" }
  | { readonly op: "optional"; readonly inner: ReadNode }
  | { readonly op: "list"; readonly element: ReadNode; readonly elementWidthMin: number }
  /** Members in stored order; `names` are the result's, in its order. What no member gives is null. */
  | { readonly op: "object"; readonly members: readonly ReadMember[]; readonly names: readonly string[] };

export interface ReadMember {
  readonly name: string;
  readonly node: ReadNode;
}

/** A field as stored, and the slot its value goes to; slot −1: passed. */
export interface StoredField {
  readonly path: FieldPath;
  readonly type: Type;
  readonly node: ReadNode;
  readonly slot: number;
}

/** One level of a row: slots under names, in the order of the result. */
export type RowShape = readonly (
  | { readonly name: string; readonly slot: number }
  | { readonly name: string; readonly children: RowShape }
)[];

/** How a payload becomes a row. */
export interface RowPlan {
  readonly layout: RecordLayout;
  readonly primary: { readonly name: string; readonly kind: ScalarKind | undefined; readonly slot: number };
  /** Fields a payload of this layout holds, in stored order, without the primary key. */
  readonly fields: readonly StoredField[];
  /** Whether a payload holds all `fields`; if not, any number of the first (layout 3: any of them). */
  readonly exact: boolean;
  /** Whether the whole payload is read; if not, reading ends behind the last field that is wanted. */
  readonly whole: boolean;
  readonly slotCount: number;
  readonly shape: RowShape;
}

/** Which parts are wanted: all, or those under some names. */
export type Selection = "all" | ReadonlyMap<string, Selection>;

export interface RowPlanOptions {
  readonly layout: RecordLayout;
  /** The field list the row was written under. */
  readonly stored: readonly Field[];
  readonly exact: boolean;
  readonly schema: Schema;
  readonly selection: Selection;
}

/** The selection of some paths; a path that goes further than another is part of it. */
export function selectionOf(paths: readonly FieldPath[]): Selection {
  const root = new Map<string, Selection>();
  for (const path of paths) {
    let node = root;
    for (const [depth, segment] of path.entries()) {
      const known = node.get(segment);
      if (known === "all") break;
      if (depth === path.length - 1) {
        node.set(segment, "all");
        break;
      }
      const next = (known as Map<string, Selection> | undefined) ?? new Map<string, Selection>();
      node.set(segment, next);
      node = next;
    }
  }
  return root;
}

/** The plan of all rows of one layout and schema version. */
export function planRow({ layout, stored, exact, schema, selection }: RowPlanOptions): RowPlan {
  const slots = new Map<Field, { readonly slot: number; readonly select: Selection }>();
  for (const field of schema.fields) {
    const select = selectionAt(selection, field);
    if (select !== undefined) slots.set(field, { slot: slots.size, select });
  }
  const current = new Map(schema.fields.map((field) => [pathKey(field.path), field]));
  const fields = stored
    .filter((field) => !isPrimary(field, schema.primaryKey) && (layout === 3 || field.path.length === 1))
    .map(({ path, type }): StoredField => {
      const target = current.get(pathKey(path));
      const wanted = target === undefined ? undefined : slots.get(target);
      if (target === undefined || wanted === undefined)
        return { path, type, node: { op: "skip", type }, slot: -1 };
      return { path, type, node: planValue(type, target.type, wanted.select), slot: wanted.slot };
    });
  const primary = schema.fields.find((field) => isPrimary(field, schema.primaryKey));
  const storedPrimary = stored.find((field) => isPrimary(field, schema.primaryKey)) ?? primary;
  return {
    layout,
    primary: {
      name: schema.primaryKey,
      kind: storedPrimary === undefined ? undefined : keyKind(storedPrimary.type),
      slot: (primary === undefined ? undefined : slots.get(primary)?.slot) ?? -1,
    },
    fields,
    exact,
    whole: selection === "all",
    slotCount: slots.size,
    shape: shapeOf(schema.fields.map((field) => ({ path: field.path, slot: slots.get(field)?.slot ?? -1 }))),
  };
}

/** A primary key is a plain scalar; `json` and enums are none. */
export function keyKind(type: Type): ScalarKind | undefined {
  return type.kind === "enum" || type.kind === "json" ? undefined : storedScalar(type);
}

/** A text that only this path has. */
export function pathKey(path: FieldPath): string {
  return JSON.stringify(path);
}

/** What is wanted of a field; undefined: nothing. */
function selectionAt(selection: Selection, { path, type }: Field): Selection | undefined {
  let select: Selection | undefined = selection;
  for (const segment of path) {
    if (select === undefined || select === "all") return select;
    select = select.get(segment);
  }
  return select === undefined ? undefined : restricted(type, select);
}

/** A selection without names that the type does not have; undefined: nothing is left. */
function restricted(type: Type, select: Selection): Selection | undefined {
  if (select === "all") return select;
  const bare = unwrapped(type);
  if (bare.kind !== "object") return undefined;
  const kept = new Map<string, Selection>();
  for (const field of bare.fields) {
    const inner = select.get(field.name);
    const deeper = inner === undefined ? undefined : restricted(field.type, inner);
    if (deeper !== undefined) kept.set(field.name, deeper);
  }
  return kept.size === 0 ? undefined : kept;
}

function planValue(stored: Type, current: Type, select: Selection): ReadNode {
  const target = unwrapped(current);
  switch (stored.kind) {
    case "optional":
      return { op: "optional", inner: planValue(stored.inner, current, select) };
    case "list": {
      const element = planValue(
        stored.element,
        target.kind === "list" ? target.element : stored.element,
        "all",
      );
      return { op: "list", element, elementWidthMin: widthMin(stored.element) };
    }
    case "object":
      return planObject(
        stored,
        target.kind === "object" ? target : stored,
        target.kind === "object" ? select : "all",
      );
    case "json":
      return target.kind === "string" || target.kind === "enum"
        ? { op: "scalar", kind: "string" }
        : { op: "json" };
    case "string":
    case "enum":
      return target.kind === "json" ? { op: "json" } : { op: "scalar", kind: "string" };
    default:
      return { op: "scalar", kind: stored.kind };
  }
}

type ObjectType = Extract<Type, { kind: "object" }>;

function planObject(stored: ObjectType, target: ObjectType, select: Selection): ReadNode {
  const wanted = new Map(target.fields.map((field) => [field.name, field.type]));
  // A name may come twice (upstream allowed longer paths here and used their first segment); the last one counts.
  const last = new Map(stored.fields.map((field, index) => [field.name, index]));
  const names = [...wanted.keys()].filter((name) => select === "all" || select.has(name));
  const members = stored.fields.map(({ name, type }, index): ReadMember => {
    const current = wanted.get(name);
    const inner = select === "all" ? select : select.get(name);
    if (current === undefined || inner === undefined || last.get(name) !== index)
      return { name, node: { op: "skip", type } };
    return { name, node: planValue(type, current, inner) };
  });
  return { op: "object", members, names };
}

/** Names stand where their first field is declared, whichever of their fields are wanted. */
function shapeOf(leaves: readonly { readonly path: FieldPath; readonly slot: number }[]): RowShape {
  const groups = new Map<string, { readonly path: FieldPath; readonly slot: number }[]>();
  for (const { path, slot } of leaves) {
    const [name = "", ...rest] = path;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [{ path: rest, slot }]);
    else group.push({ path: rest, slot });
  }
  return [...groups].flatMap(([name, group]): RowShape => {
    if (group.every(({ slot }) => slot < 0)) return [];
    const leaf = group.find(({ path }) => path.length === 0);
    return [leaf === undefined ? { name, children: shapeOf(group) } : { name, slot: leaf.slot }];
  });
}

function unwrapped(type: Type): Type {
  return type.kind === "optional" ? unwrapped(type.inner) : type;
}
