/** Descriptors: what is wrong with one, and what a good one says. Knows as much of the rules as programs break. */
import { OracleError } from "../outcome.ts";
import type { Kind } from "./order.ts";
import { type Issue, publicValue, storeSlot } from "./rows.ts";
import {
  boundsOf,
  type Constraint,
  type FieldOf,
  type IndexOf,
  kindOf,
  pathOf,
  rootOf,
  type SchemaOf,
  scalarKinds,
  slotAt,
  slotOf,
} from "./shape.ts";

type Bag = Record<string, unknown>;

/** A good collection descriptor. @throws OracleError with every code that may be the first */
export function checkDescriptor(descriptor: unknown): { readonly name: string; readonly schema: SchemaOf } {
  if (typeof descriptor !== "object" || descriptor === null || Array.isArray(descriptor))
    throw new OracleError("schema_invalid");
  const bag = descriptor as Bag;
  const codes = new Set<string>();
  for (const key of Object.keys(bag))
    if (!["name", "primaryKey", "fields", "indexes"].includes(key)) codes.add("schema_invalid");
  for (const key of ["name", "primaryKey", "fields"]) if (bag[key] === undefined) codes.add("schema_invalid");
  const name = typeof bag.name === "string" ? bag.name.trim() : "";
  if (bag.name !== undefined && !isNewName(name)) codes.add("collection_name_invalid");
  const fields = checkFields(bag.fields, codes);
  // Where fields are wrong, what is said of keys and indexes depends on them.
  const ifFieldsFine = new Set<string>();
  const root = rootOf(fields);
  const keyKind = kindOf(slotAt(root, [String(bag.primaryKey)]));
  const keyField = fields.find(({ path }) => path.length === 1 && path[0] === bag.primaryKey);
  if (bag.primaryKey !== undefined && (keyKind === undefined || typeof keyField?.type !== "string"))
    ifFieldsFine.add("primary_key_field_invalid");
  const indexes = checkIndexes(bag.indexes, root, ifFieldsFine);
  const all = new Set([...codes, ...ifFieldsFine]);
  if (all.size > 0) throw new OracleError([...all]);
  return { name, schema: { primaryKey: bag.primaryKey as string, fields, indexes, root } };
}

function isNewName(name: string): boolean {
  return name !== "" && !name.startsWith("__modelvault");
}

/** A name that a collection may be given. @throws OracleError collection_name_invalid */
export function checkNewName(given: unknown): string {
  const name = typeof given === "string" ? given.trim() : "";
  if (!isNewName(name)) throw new OracleError("collection_name_invalid");
  return name;
}

function checkFields(list: unknown, codes: Set<string>): readonly FieldOf[] {
  if (!Array.isArray(list)) {
    codes.add("schema_invalid");
    return [];
  }
  const fields: FieldOf[] = [];
  for (const field of list as (Bag | null)[]) {
    if (typeof field !== "object" || field === null || field.path === undefined || field.type === undefined) {
      codes.add("schema_invalid");
      continue;
    }
    const path = pathOf(field.path);
    if (path === undefined || path.length === 0) codes.add("field_path_invalid");
    else if (fields.some(({ path: other }) => isPrefix(other, path) || isPrefix(path, other)))
      codes.add("field_path_invalid");
    const before = codes.size;
    checkType(field.type, codes);
    const constraints = (field.constraints ?? []) as readonly Constraint[];
    if (codes.size === before) checkConstraints(field.type, constraints, codes);
    const type = codes.size === before ? plainType(field.type) : undefined;
    const value = type === undefined ? undefined : storedDefault(type, constraints, field.default, codes);
    if (path !== undefined && path.length > 0 && codes.size === before)
      fields.push({ path, type, constraints, ...(value === undefined ? {} : { default: value }) });
  }
  const nested = fields.some(({ path }) => path.length > 1);
  if (nested && fields.some(({ type }) => isObjectType(type))) codes.add("schema_invalid");
  return fields;
}

/** A default as it is stored; undefined: there is none. */
function storedDefault(
  type: unknown,
  constraints: readonly Constraint[],
  value: unknown,
  codes: Set<string>,
): unknown {
  const slot = slotOf(type, constraints);
  if (value === undefined || (value === null && slot.optional)) return undefined;
  const issues: Issue[] = [];
  const stored = storeSlot(slot, value, [], issues);
  if (issues.length > 0) codes.add("default_invalid");
  return stored;
}

function isPrefix(beginning: readonly string[], whole: readonly string[]): boolean {
  return beginning.every((name, at) => whole[at] === name);
}

function isObjectType(type: unknown): boolean {
  if (typeof type !== "object" || type === null) return false;
  return "object" in type || ("optional" in type && isObjectType(type.optional));
}

function checkType(type: unknown, codes: Set<string>): void {
  if (typeof type === "string") {
    if (type !== "json" && !scalarKinds.includes(type)) codes.add("schema_invalid");
    return;
  }
  const [key, ...more] = typeof type === "object" && type !== null ? Object.keys(type) : [];
  const content = key === undefined ? undefined : (type as Bag)[key];
  if (key === undefined || more.length > 0 || Array.isArray(type)) codes.add("schema_invalid");
  else if (key === "optional" || key === "list") checkType(content, codes);
  else if (key === "enum") {
    const variants = Array.isArray(content) ? (content as unknown[]) : [];
    const good = variants.length > 0 && variants.every((variant) => typeof variant === "string");
    if (!good || new Set(variants).size < variants.length) codes.add("schema_invalid");
  } else if (key === "object") {
    if (!Array.isArray(content) || content.length === 0) codes.add("schema_invalid");
    else checkFields(content, codes);
  } else codes.add("schema_invalid");
}

const numberFamilies: Readonly<Record<string, string>> = { i64: "int64", u64: "uint64", f64: "float64" };

function checkConstraints(type: unknown, constraints: readonly Constraint[], codes: Set<string>): void {
  const inner = bareType(type);
  const kind = typeof inner === "string" ? inner : (Object.keys(inner as Bag)[0] as string);
  for (const constraint of constraints) {
    const [name = "", ...more] = Object.keys(constraint ?? {});
    const family = numberFamilies[name.slice(4)];
    const fits = /^(min|max)_[iuf]64$/.test(name)
      ? kind === family
      : /^(min_length|max_length|nonempty)$/.test(name)
        ? ["string", "bytes", "list"].includes(kind)
        : /^(regex|email|url)$/.test(name) && kind === "string";
    if (!fits || more.length > 0) codes.add("constraint_invalid");
    else if (name === "regex" && !compiles(constraint.regex)) codes.add("regex_invalid");
    else if (/^m(in|ax)_/.test(name) && typeof constraint[name] !== "number") codes.add("constraint_invalid");
  }
  const bounds = boundsOf(constraints);
  if (bounds.min > bounds.max) codes.add("constraint_invalid");
}

function compiles(pattern: unknown): boolean {
  try {
    return typeof pattern === "string" && new RegExp(pattern, "u") !== null;
  } catch {
    return false;
  }
}

/** A type without the optionals around it. */
export function bareType(type: unknown): unknown {
  return typeof type === "object" && type !== null && "optional" in type ? bareType(type.optional) : type;
}

/** A type in which paths are lists and empty constraint lists are left out, as a vault gives it back. */
export function plainType(type: unknown): unknown {
  if (typeof type !== "object" || type === null) return type;
  if ("optional" in type) return { optional: plainType(type.optional) };
  if ("list" in type) return { list: plainType(type.list) };
  if (!("object" in type) || !Array.isArray(type.object)) return type;
  return {
    object: (type.object as Bag[]).map(({ path, type: inner, constraints, default: value }) => {
      const plain = plainType(inner);
      const rules = (Array.isArray(constraints) ? constraints : []) as readonly Constraint[];
      const stored = storedDefault(plain, rules, value, new Set());
      return {
        path: Array.isArray(path) ? path : [path],
        type: plain,
        ...(rules.length > 0 ? { constraints: rules } : {}),
        ...(stored === undefined ? {} : { default: stored }),
      };
    }),
  };
}

function checkIndexes(list: unknown, root: SchemaOf["root"], codes: Set<string>): readonly IndexOf[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    codes.add("index_invalid");
    return [];
  }
  const indexes: IndexOf[] = [];
  for (const index of list as Bag[]) {
    const path = pathOf(index.path);
    const unique = index.kind === "unique";
    if (path === undefined || !["unique", "index", undefined].includes(index.kind as string)) {
      codes.add(path?.length === 0 ? "field_path_invalid" : "index_invalid");
      continue;
    }
    const kind: Kind | undefined = kindOf(slotAt(root, path));
    const name =
      typeof index.name === "string" ? index.name.trim() : `${path.join(".")}${unique ? "_unique" : "_idx"}`;
    if (kind === undefined || name === "" || indexes.some((other) => other.name === name))
      codes.add("index_invalid");
    indexes.push({ name, path, unique });
  }
  return indexes;
}

function describeField({ path, type, constraints, default: value }: FieldOf): Record<string, unknown> {
  return {
    path,
    type: describeType(type),
    ...(constraints.length > 0 ? { constraints } : {}),
    ...(value === undefined ? {} : { default: publicValue(slotOf(type, constraints), value, "exact") }),
  };
}

function describeType(type: unknown): unknown {
  if (typeof type !== "object" || type === null) return type;
  if ("optional" in type) return { optional: describeType(type.optional) };
  if ("list" in type) return { list: describeType(type.list) };
  if (!("object" in type)) return type;
  return {
    object: (type.object as (Omit<FieldOf, "constraints"> & Partial<FieldOf>)[]).map(
      ({ constraints = [], ...field }) => describeField({ ...field, constraints }),
    ),
  };
}

/** A schema as a vault describes it. */
export function describeSchema(schema: SchemaOf): Record<string, unknown> {
  return {
    primaryKey: schema.primaryKey,
    fields: schema.fields.map((field) => describeField(field)),
    indexes: schema.indexes.map(({ name, path, unique }) => ({
      name,
      path,
      kind: unique ? "unique" : "index",
    })),
  };
}
