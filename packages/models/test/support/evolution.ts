/** A model on its way to its next version: what changed, what a plan has to be told, and what becomes of rows, done naively. */
import type { PlanOptions } from "../../src/index.ts";
import { type Field, type Item, pick, type Random, type Spec } from "./evolving-model.ts";

/** A model on its way to its next version. */
export interface Evolution {
  spec: Spec;
  renamedFrom?: string;
  readonly renamedFields: Record<string, string>;
  readonly fill: Record<string, unknown>;
  readonly convert: Record<string, () => unknown>;
  rewrite?: { readonly once: string; readonly row: (row: never) => never };
  readonly dropFields: string[];
  readonly dropIndexes: string[];
  readonly changes: ((item: Item) => Item)[];
  /** Whether something is not said that stored rows need. */
  blocked: boolean;
  readonly touched: Set<string>;
  readonly told: string[];
}

/** Where fields stand: in the row, in an object, or in one variant. */
export interface Place {
  readonly path: readonly string[];
  readonly is?: string;
  readonly fields: readonly Field[];
}

let named = 0;
/** Begins with names from the first again, so that a life can be played once more. */
export function nameAnew(): void {
  named = 0;
}

export function newName(): string {
  return `f${++named}`;
}

export function begin(spec: Spec): Evolution {
  return {
    spec,
    renamedFields: {},
    fill: {},
    convert: {},
    dropFields: [],
    dropIndexes: [],
    changes: [],
    blocked: false,
    touched: new Set(),
    told: [],
  };
}

/** Options for the plan. Names are those after the plan, so they are put together last. */
export function optionsOf({ spec, fill, convert, rewrite, dropFields, dropIndexes }: Evolution): PlanOptions {
  const named = <T>(entries: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).map(([path, each]) => [`${spec.collection}.${path}`, each]));
  return {
    fill: named(fill) as never,
    convert: named(convert) as never,
    allowDrop: {
      fields: dropFields.map((path) => `${spec.collection}.${path}`),
      indexes: dropIndexes.map((name) => `${spec.collection}.${name}`),
    },
    ...(rewrite === undefined ? {} : { rewrite: { [spec.collection]: rewrite as never } }),
  };
}

function places({ fields }: Spec): Place[] {
  const found: Place[] = [{ path: [], fields }];
  const look = (inside: readonly Field[], path: readonly string[]): void => {
    for (const { name, kind } of inside) {
      const here = [...path, name];
      if (kind.k === "object") {
        found.push({ path: here, fields: kind.fields });
        look(kind.fields, here);
      } else if (kind.k === "union")
        for (const { is, fields: own } of kind.variants) found.push({ path: here, is, fields: own });
    }
  };
  look(fields, []);
  return found;
}

export function anyPlace(e: Evolution, random: Random): Place {
  return pick(random, places(e.spec));
}

/** A field that nothing has touched yet, in any place. */
export function anyField(
  e: Evolution,
  random: Random,
  test: (field: Field, place: Place) => boolean = () => true,
): { readonly place: Place; readonly field: Field; readonly path: readonly string[] } | undefined {
  const all = places(e.spec).flatMap((place) =>
    place.fields
      .filter((field) => ![...place.path, field.name].some((each) => e.touched.has(each)))
      .filter((field) => test(field, place))
      .map((field) => ({ place, field, path: [...place.path, field.name] })),
  );
  if (all.length === 0) return undefined;
  const found = pick(random, all);
  for (const name of found.path) e.touched.add(name);
  return found;
}

function withFields(
  fields: readonly Field[],
  place: Place,
  to: readonly Field[],
  depth = 0,
): readonly Field[] {
  const name = place.path[depth];
  if (name === undefined) return to;
  return fields.map((field): Field => {
    if (field.name !== name) return field;
    const { kind } = field;
    if (kind.k === "object")
      return { ...field, kind: { k: "object", fields: withFields(kind.fields, place, to, depth + 1) } };
    if (kind.k !== "union") return field;
    const variants = kind.variants.map((each) => (each.is === place.is ? { ...each, fields: to } : each));
    return { ...field, kind: { k: "union", variants } };
  });
}

export function setFields(e: Evolution, place: Place, to: readonly Field[]): void {
  e.spec = { ...e.spec, fields: withFields(e.spec.fields, place, to) };
}

export function replace(e: Evolution, place: Place, field: Field, to: Field): void {
  setFields(
    e,
    place,
    place.fields.map((each) => (each === field ? to : each)),
  );
}

/** Changes what stands at a place in every row that has it. */
export function changeRows(e: Evolution, place: Place, change: (item: Item) => Item): void {
  const visit = (item: Item, depth: number): Item => {
    const name = place.path[depth];
    if (name === undefined) return place.is === undefined || item.kind === place.is ? change(item) : item;
    const inner = item[name];
    return inner === undefined ? item : { ...item, [name]: visit(inner as Item, depth + 1) };
  };
  e.changes.push((item) => visit(item, 0));
}

export function leave(item: Item, gone: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== gone));
}
