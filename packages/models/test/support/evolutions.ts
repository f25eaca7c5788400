/** Changes of an evolving model, chosen at random: the new model, what a plan has to be told, and what becomes of rows, done naively. */
import type { PlanOptions } from "../../src/index.ts";
import {
  anyKind,
  type Field,
  type Index,
  type Item,
  type Kind,
  pick,
  type Random,
  type Spec,
  sampleOf,
  scalarKind,
} from "./evolving-model.ts";

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
interface Place {
  readonly path: readonly string[];
  readonly is?: string;
  readonly fields: readonly Field[];
}

let named = 0;
/** Begins with names from the first again, so that a life can be played once more. */
export function nameAnew(): void {
  named = 0;
}

const newName = (): string => `f${++named}`;

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

/** Makes one change more, if the one that was chosen finds something to change. */
export function evolve(e: Evolution, random: Random): void {
  const change = pick(random, CHANGES);
  const count = e.told.length;
  change(e, random);
  if (e.told.length > count) e.told[count] = `${change.name} ${e.told[count]}`;
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

function anyPlace(e: Evolution, random: Random): Place {
  return pick(random, places(e.spec));
}

/** A field that nothing has touched yet, in any place. */
function anyField(
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

function setFields(e: Evolution, place: Place, to: readonly Field[]): void {
  e.spec = { ...e.spec, fields: withFields(e.spec.fields, place, to) };
}

function replace(e: Evolution, place: Place, field: Field, to: Field): void {
  setFields(
    e,
    place,
    place.fields.map((each) => (each === field ? to : each)),
  );
}

/** Changes what stands at a place in every row that has it. */
function changeRows(e: Evolution, place: Place, change: (item: Item) => Item): void {
  const visit = (item: Item, depth: number): Item => {
    const name = place.path[depth];
    if (name === undefined) return place.is === undefined || item.kind === place.is ? change(item) : item;
    const inner = item[name];
    return inner === undefined ? item : { ...item, [name]: visit(inner as Item, depth + 1) };
  };
  e.changes.push((item) => visit(item, 0));
}

function leave(item: Item, gone: string): Item {
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== gone));
}
const DEFAULTED = ["string", "int", "bool", "enum"];

function addField(e: Evolution, random: Random): void {
  const place = anyPlace(e, random);
  if (place.path.some((each) => e.touched.has(each))) return;
  const own = newName();
  const how = pick(random, ["optional", "value", "function", "default", "nothing"] as const);
  const path = [...place.path, own];
  for (const each of path) e.touched.add(each);
  if (how === "optional") {
    setFields(e, place, [...place.fields, { name: own, kind: anyKind(random, own), optional: true }]);
    e.told.push(`${path.join(".")} optional`);
    return;
  }
  const kind = scalarKind(random);
  const value = sampleOf(random, kind);
  const defaulted = how === "default" && DEFAULTED.includes(kind.k);
  const field: Field = { name: own, kind, optional: false, ...(defaulted ? { default: value } : {}) };
  setFields(e, place, [...place.fields, field]);
  if (how === "value") e.fill[path.join(".")] = value;
  else if (how === "function") e.fill[path.join(".")] = () => value;
  else if (!defaulted) e.blocked = true;
  changeRows(e, place, (item) => (item[own] === undefined ? { ...item, [own]: value } : item));
  e.told.push(`${path.join(".")} ${kind.k} ${how}`);
}

function renameField(e: Evolution, random: Random): void {
  const found = anyField(e, random);
  if (found === undefined) return;
  const { place, field, path } = found;
  const to = newName();
  e.touched.add(to);
  replace(e, place, field, { ...field, name: to });
  e.renamedFields[[...place.path, to].join(".")] = path.join(".");
  e.spec = {
    ...e.spec,
    indexes: e.spec.indexes.map((each) =>
      path.every((part, at) => each.path[at] === part)
        ? { ...each, path: [...place.path, to, ...each.path.slice(path.length)] }
        : each,
    ),
  };
  changeRows(e, place, (item) =>
    item[field.name] === undefined ? item : { ...leave(item, field.name), [to]: item[field.name] },
  );
  e.told.push(`${path.join(".")} to ${to}`);
}

function moveIntoObject(e: Evolution, random: Random): void {
  const found = anyField(e, random, (field, { path }) => path.length === 0 && field.default === undefined);
  if (found === undefined || found.field.kind.k === "union") return;
  const { place, field } = found;
  const own = newName();
  e.touched.add(own);
  const rest = place.fields.filter((each) => each !== field);
  setFields(e, place, [...rest, { name: own, kind: { k: "object", fields: [field] }, optional: false }]);
  e.renamedFields[`${own}.${field.name}`] = field.name;
  e.spec = {
    ...e.spec,
    indexes: e.spec.indexes.map((each) =>
      each.path[0] === field.name ? { ...each, path: [own, ...each.path] } : each,
    ),
  };
  e.changes.push((item) => ({
    ...leave(item, field.name),
    [own]: item[field.name] === undefined ? {} : { [field.name]: item[field.name] },
  }));
  e.told.push(`${field.name} into ${own}`);
}

function dropField(e: Evolution, random: Random): void {
  const found = anyField(e, random, (_field, { fields, is }) => fields.length > 1 || is !== undefined);
  if (found === undefined) return;
  const { place, field, path } = found;
  setFields(
    e,
    place,
    place.fields.filter((each) => each !== field),
  );
  e.spec = {
    ...e.spec,
    indexes: e.spec.indexes.filter((each) => !path.every((part, at) => each.path[at] === part)),
  };
  e.dropFields.push(path.join("."));
  changeRows(e, place, (item) => leave(item, field.name));
  e.told.push(path.join("."));
}

function loosenField(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ optional, kind }) => !optional && kind.k !== "json");
  if (found === undefined) return;
  const { name: own, kind } = found.field;
  replace(e, found.place, found.field, { name: own, kind, optional: true });
  e.told.push(found.path.join("."));
}

function requireField(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ optional, kind }) => optional && kind.k !== "json");
  if (found === undefined) return;
  const { place, field, path } = found;
  const how = pick(random, ["value", "function", "default", "nothing"] as const);
  const value = sampleOf(random, field.kind);
  const plain = !["object", "union", "list"].includes(field.kind.k);
  const defaulted = how === "default" && DEFAULTED.includes(field.kind.k);
  const filled = (plain && (how === "value" || how === "function")) || defaulted;
  replace(e, place, field, { ...field, optional: false, ...(defaulted ? { default: value } : {}) });
  if (plain && how === "value") e.fill[path.join(".")] = value;
  if (plain && how === "function") e.fill[path.join(".")] = () => value;
  if (filled)
    changeRows(e, place, (item) =>
      item[field.name] === undefined ? { ...item, [field.name]: value } : item,
    );
  e.told.push(`${path.join(".")} ${how}`);
}

const SCALARS = ["string", "int", "float", "bool", "date", "bigint", "bytes", "uuid", "enum"];

function retype(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ kind }) => SCALARS.includes(kind.k));
  if (found === undefined) return;
  const { place, field, path } = found;
  const kind = scalarKind(random);
  // Bigints and numbers are stored alike, so there is nothing to convert: a function would not be asked.
  const wide = [field.kind.k, kind.k].includes("bigint") && [field.kind.k, kind.k].includes("int");
  if (kind.k === field.kind.k || wide) return;
  const value = sampleOf(random, kind);
  replace(e, place, field, { name: field.name, kind, optional: field.optional });
  e.convert[path.join(".")] = () => value;
  changeRows(e, place, (item) => (item[field.name] === undefined ? item : { ...item, [field.name]: value }));
  e.told.push(`${path.join(".")} ${field.kind.k} to ${kind.k}`);
}

/** Types that the engine converts between by itself. */
function convertByRule(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ kind }) => ["int", "enum", "string"].includes(kind.k));
  if (found === undefined) return;
  const { place, field, path } = found;
  const kind: Kind =
    field.kind.k === "int"
      ? { k: "float" }
      : field.kind.k === "enum"
        ? { k: "string" }
        : { k: "enum", of: ["a", "ab", "abc", "", "für", "1", '"q"', "de"] };
  replace(e, place, field, { name: field.name, kind, optional: field.optional });
  e.told.push(`${path.join(".")} ${field.kind.k} to ${kind.k}`);
}

function changeBounds(e: Evolution, random: Random): void {
  const found = anyField(
    e,
    random,
    (field) => ["string", "int", "enum"].includes(field.kind.k) && field.default === undefined,
  );
  if (found === undefined) return;
  const { place, field, path } = found;
  const { kind } = field;
  const to: Kind =
    kind.k === "string"
      ? { k: "string", ...pick(random, [{}, { min: 1 }, { max: 3 }, { min: 1, max: 3 }]) }
      : kind.k === "int"
        ? { k: "int", ...pick(random, [{}, { min: 0 }, { min: -5 }]) }
        : { k: "enum", of: ["de", "en", "fr", "", "xx", "neu"].filter(() => random() < 0.7).concat("alt") };
  replace(e, place, field, { ...field, kind: to });
  e.told.push(`${path.join(".")} ${JSON.stringify(to)}`);
}

function addIndex(e: Evolution, random: Random): void {
  const inRow = (place: Place): boolean => place.is === undefined;
  const found = anyField(e, random, ({ kind }, place) => SCALARS.includes(kind.k) && inRow(place));
  if (found === undefined || e.spec.indexes.some(({ path }) => path.join() === found.path.join())) return;
  const added: Index = { path: found.path, unique: random() < 0.3 };
  e.spec = { ...e.spec, indexes: [...e.spec.indexes, added] };
  e.told.push(`${found.path.join(".")} ${added.unique}`);
}

function dropIndex(e: Evolution, random: Random): void {
  const { indexes } = e.spec;
  const free = indexes.filter(({ path }) => !path.some((each) => e.touched.has(each)));
  if (free.length === 0) return;
  const gone = pick(random, free);
  for (const each of gone.path) e.touched.add(each);
  e.spec = { ...e.spec, indexes: indexes.filter((each) => each !== gone) };
  e.dropIndexes.push(`${gone.path.join(".")}_${gone.unique ? "unique" : "idx"}`);
  e.told.push(gone.path.join("."));
}

function renameCollection(e: Evolution): void {
  if (e.renamedFrom !== undefined) return;
  e.renamedFrom = e.spec.collection;
  e.spec = { ...e.spec, collection: `c${newName()}` };
  e.told.push(`to ${e.spec.collection}`);
}

function addVariant(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ kind }) => kind.k === "union");
  if (found?.field.kind.k !== "union") return;
  const is = newName();
  const fields: Field[] = [{ name: newName(), kind: scalarKind(random), optional: random() < 0.5 }];
  for (const each of fields) e.touched.add(each.name);
  const variants = [...found.field.kind.variants, { is, fields }];
  replace(e, found.place, found.field, { ...found.field, kind: { k: "union", variants } });
  e.told.push(`${found.path.join(".")} ${is}`);
}

function dropVariant(e: Evolution, random: Random): void {
  const found = anyField(e, random, ({ kind }) => kind.k === "union" && kind.variants.length > 2);
  if (found?.field.kind.k !== "union") return;
  const [gone, ...variants] = found.field.kind.variants;
  for (const each of gone?.fields ?? []) {
    if (e.touched.has(each.name)) return;
    e.touched.add(each.name);
    e.dropFields.push([...found.path, each.name].join("."));
  }
  replace(e, found.place, found.field, { ...found.field, kind: { k: "union", variants } });
  e.told.push(`${found.path.join(".")} ${gone?.is}`);
}

function rewriteRows(e: Evolution, random: Random): void {
  const found = anyField(
    e,
    random,
    ({ kind }, { path }) =>
      path.length === 0 && (kind.k === "bool" || kind.k === "uuid" || kind.k === "float"),
  );
  if (found === undefined || e.rewrite !== undefined) return;
  const { name: own, kind } = found.field;
  const value = sampleOf(random, kind);
  const change = (item: Item): Item => ({ ...item, [own]: value });
  e.rewrite = { once: newName(), row: change as never };
  e.changes.push(change);
  e.told.push(own);
}

const CHANGES: readonly ((e: Evolution, random: Random) => void)[] = [
  addField,
  addField,
  addField,
  renameField,
  moveIntoObject,
  dropField,
  loosenField,
  requireField,
  requireField,
  retype,
  convertByRule,
  changeBounds,
  addIndex,
  dropIndex,
  renameCollection,
  addVariant,
  dropVariant,
  rewriteRows,
];
