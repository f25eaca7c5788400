/**
 * Rows: what is wrong with one, how it is stored, and how it is read back. A stored row has every field of its schema, null where there
 * is nothing, integers as bigints, uuids in lower case.
 */
import { OracleError } from "../outcome.ts";
import type { Kind } from "./order.ts";
import { boundsOf, type Constraint, type SchemaOf, type Shape, type Slot } from "./shape.ts";

export interface Issue {
  readonly path: readonly (string | number)[];
  readonly rule: string;
}

export type StoredRow = Readonly<Record<string, unknown>>;

/** The row as it is stored, and what is wrong with it; `row` means nothing when there are issues. */
export function storedRow(
  schema: SchemaOf,
  candidate: unknown,
): { readonly row: StoredRow; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const row = storeObject(schema.root, candidate, [], issues) as StoredRow;
  const key = row?.[schema.primaryKey];
  if (typeof key === "number" && !Number.isFinite(key))
    issues.push({ path: [schema.primaryKey], rule: "primary_key" });
  return { row, issues };
}

type Path = readonly (string | number)[];

function storeObject(
  members: ReadonlyMap<string, Slot>,
  candidate: unknown,
  path: Path,
  issues: Issue[],
): unknown {
  if (!isPlain(candidate)) {
    issues.push({ path, rule: "type" });
    return null;
  }
  const stored: Record<string, unknown> = {};
  for (const [name, slot] of members)
    stored[name] = storeSlot(slot, own(candidate, name), [...path, name], issues);
  for (const name of Object.keys(candidate))
    if (!members.has(name)) issues.push({ path: [...path, name], rule: "unknown_field" });
  return stored;
}

/** What an object inherits is none of its data. */
function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.prototype.toString.call(value) === "[object Object]"
  );
}

/** A value as it is stored in a slot, and what is wrong with it. */
export function storeSlot(slot: Slot, value: unknown, path: Path, issues: Issue[]): unknown {
  if (value === undefined && slot.default !== undefined) return slot.default;
  if (value === null || value === undefined) {
    if (slot.group === true)
      return Object.fromEntries(
        Array.from(membersOf(slot), ([name, member]) => [
          name,
          storeSlot(member, value, [...path, name], issues),
        ]),
      );
    if (!slot.optional) issues.push({ path, rule: "required" });
    return null;
  }
  const before = issues.length;
  const stored = storeValue(slot.shape, value, path, issues);
  if (issues.length === before) {
    for (const constraint of slot.constraints)
      if (!meets(constraint, stored)) issues.push({ path, rule: Object.keys(constraint)[0] as string });
  }
  return stored;
}

function membersOf(slot: Slot): ReadonlyMap<string, Slot> {
  return slot.shape.is === "object" ? slot.shape.members : new Map();
}

function storeValue(shape: Shape, value: unknown, path: Path, issues: Issue[]): unknown {
  switch (shape.is) {
    case "object":
      return storeObject(shape.members, value, path, issues);
    case "list":
      if (Array.isArray(value))
        return value.map((element, at) => storeSlot(shape.element, element, [...path, at], issues));
      issues.push({ path, rule: "type" });
      return null;
    case "json":
      return storeJson(value, path, issues);
    case "enum":
      if (!shape.variants.includes(value as string)) issues.push({ path, rule: "enum" });
      return value;
    default: {
      const stored = storedScalar(shape.kind, value);
      if (stored === undefined) issues.push({ path, rule: "type" });
      return stored;
    }
  }
}

/** A value of a kind as it is stored; undefined when it is none. */
export function storedScalar(kind: Kind, value: unknown): unknown {
  switch (kind) {
    case "bool":
      return typeof value === "boolean" ? value : undefined;
    case "float64":
      return typeof value === "number" ? value : undefined;
    case "string":
      return typeof value === "string" && !hasLoneSurrogate(value) ? value : undefined;
    case "bytes":
      return value instanceof Uint8Array ? value.slice() : undefined;
    case "uuid":
      return typeof value === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
        ? value.toLowerCase()
        : undefined;
    default: {
      if (typeof value === "number" && !Number.isSafeInteger(value)) return undefined;
      if (typeof value !== "number" && typeof value !== "bigint") return undefined;
      const exact = BigInt(value);
      return exact === (kind === "uint64" ? BigInt.asUintN(64, exact) : BigInt.asIntN(64, exact))
        ? exact
        : undefined;
    }
  }
}

export function hasLoneSurrogate(text: string): boolean {
  return Array.from(text).some((character) => /^[\ud800-\udfff]$/.test(character));
}

function storeJson(value: unknown, path: Path, issues: Issue[]): unknown {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "string" && !hasLoneSurrogate(value)) return value;
  if (typeof value === "number" && Number.isFinite(value)) return value === 0 ? 0 : value;
  if (Array.isArray(value)) return value.map((element, at) => storeJson(element, [...path, at], issues));
  if (isPlain(value)) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return Object.fromEntries(
      members.map(([name, member]) => [name, storeJson(member, [...path, name], issues)]),
    );
  }
  issues.push({ path, rule: "type" });
  return null;
}

function meets(constraint: Constraint, value: unknown): boolean {
  const [name = ""] = Object.keys(constraint);
  const text = String(value);
  if (name === "regex") return new RegExp(String(constraint.regex), "u").test(text);
  if (name === "email") return text.includes("@") && text.includes(".");
  if (name === "url") return text.startsWith("http://") || text.startsWith("https://");
  const { min, max } = boundsOf([constraint]);
  const measure = /64$/.test(name) ? (value as number) : lengthOf(value);
  // NaN is beyond no bound.
  return !(measure < min || measure > max);
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return utf8Length(value);
  return (value as ArrayLike<unknown>).length;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** How integers are given out: see `Database.open`; "exact": numbers where they are exact. */
export type Integers = "number" | "bigint" | "exact";

/** A stored value as a caller gets it. @throws OracleError integer_unsafe */
export function publicValue(slot: Slot, value: unknown, integers: Integers): unknown {
  if (value === null) return null;
  const { shape } = slot;
  if (shape.is === "list")
    return (value as unknown[]).map((element) => publicValue(shape.element, element, integers));
  if (shape.is === "object") return publicObject(shape.members, value as StoredRow, integers);
  return typeof value === "bigint" ? publicInteger(value, integers) : value;
}

function publicInteger(value: bigint, integers: Integers): number | bigint {
  if (integers === "bigint") return value;
  if (Number.isSafeInteger(Number(value))) return Number(value);
  if (integers === "exact") return value;
  throw new OracleError("integer_unsafe");
}

export function publicObject(
  members: ReadonlyMap<string, Slot>,
  row: StoredRow,
  integers: Integers,
): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(members, ([name, slot]) => [name, publicValue(slot, row[name] ?? null, integers)]),
  );
}

/** The members of a tree that lie on some paths, or below their ends. */
export function selectMembers(
  members: ReadonlyMap<string, Slot>,
  paths: readonly (readonly string[])[],
): ReadonlyMap<string, Slot> {
  const kept = new Map<string, Slot>();
  for (const [name, slot] of members) {
    const here = paths.filter((path) => path[0] === name).map((path) => path.slice(1));
    if (here.length === 0) continue;
    if (here.some((rest) => rest.length === 0) || slot.shape.is !== "object") kept.set(name, slot);
    else
      kept.set(name, {
        ...slot,
        shape: { is: "object", members: selectMembers(slot.shape.members, here) },
      });
  }
  return kept;
}
