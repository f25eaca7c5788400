/** Changes of an evolving model, chosen at random. */
import {
  anyField,
  anyPlace,
  changeRows,
  type Evolution,
  leave,
  newName,
  type Place,
  replace,
  setFields,
} from "./evolution.ts";
import { type Field, type Index, type Item, type Kind, pick, type Random } from "./evolving-model.ts";
import { anyKind, sampleOf, scalarKind } from "./evolving-rows.ts";

/** Makes one change more, if the one that was chosen finds something to change. */
export function evolve(e: Evolution, random: Random): void {
  const change = pick(random, CHANGES);
  const count = e.told.length;
  change(e, random);
  if (e.told.length > count) e.told[count] = `${change.name} ${e.told[count]}`;
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
