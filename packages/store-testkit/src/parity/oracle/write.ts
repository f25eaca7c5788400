/** Writing rows: what a statement checks, and what it leaves in the state. Callers make it atomic. */
import { canonical, OracleError } from "../outcome.ts";
import { checkDescriptor, describeSchema } from "./check-schema.ts";
import { gravityOf } from "./evolve.ts";
import { compare, identity } from "./order.ts";
import { type Integers, publicObject, publicValue, type StoredRow, storedRow, storedScalar } from "./rows.ts";
import { type IndexOf, kindOf, type SchemaOf, type Slot, slotAt, valueAt } from "./shape.ts";
import {
  type CollectionOf,
  collectionNamed,
  type Held,
  identityOfKey,
  keyKindOf,
  type State,
  sortedRows,
} from "./state.ts";

/** The key a caller gives, as it is stored. @throws OracleError primary_key_invalid */
export function keyOf({ schema }: CollectionOf, given: unknown): unknown {
  const key = storedScalar(keyKindOf(schema), given);
  const finite = typeof key !== "number" || Number.isFinite(key);
  if (key === undefined || !finite) throw new OracleError("primary_key_invalid");
  return key;
}

export function publicKey({ schema }: CollectionOf, key: unknown, integers: Integers): unknown {
  const slot = slotAt(schema.root, [schema.primaryKey]);
  return publicValue(slot as NonNullable<typeof slot>, key === 0 ? 0 : key, integers);
}

function checkRow(collection: CollectionOf, candidate: unknown): StoredRow {
  const { row, issues } = storedRow(collection.schema, candidate);
  if (issues.length > 0) throw new OracleError("validation_failed", { collection: collection.name }, issues);
  return row;
}

export function insert(collection: CollectionOf, candidate: unknown): unknown {
  const row = checkRow(collection, candidate);
  const key = row[collection.schema.primaryKey];
  if (collection.rows.has(identityOfKey(collection, key)))
    throw new OracleError("row_exists", { collection: collection.name });
  store(collection, key, row);
  return key;
}

export function put(collection: CollectionOf, candidate: unknown): boolean {
  const row = checkRow(collection, candidate);
  const key = row[collection.schema.primaryKey];
  const replaced = collection.rows.has(identityOfKey(collection, key));
  store(collection, key, row);
  return replaced;
}

function store(collection: CollectionOf, key: unknown, row: StoredRow): void {
  for (const index of collection.schema.indexes) if (index.unique) refuseTaken(collection, index, key, row);
  collection.rows.set(identityOfKey(collection, key), { key, row });
}

function refuseTaken(collection: CollectionOf, index: IndexOf, key: unknown, row: StoredRow): void {
  const kind = kindOf(slotAt(collection.schema.root, index.path));
  const value = valueAt(row, index.path);
  if (value === null || kind === undefined) return;
  for (const other of collection.rows.values()) {
    if (identityOfKey(collection, other.key) === identityOfKey(collection, key)) continue;
    const taken = valueAt(other.row, index.path);
    if (taken === null || compare(kind, taken, value) !== 0) continue;
    throw new OracleError("unique_violation", {
      collection: collection.name,
      index: index.name,
      holder: publicKey(collection, other.key, "exact"),
      key: publicKey(collection, key, "exact"),
    });
  }
}

/** Changes one row; the new one, or undefined where there is none. */
export function update(
  collection: CollectionOf,
  key: unknown,
  change: unknown,
  integers: Integers,
): StoredRow | undefined {
  const id = identityOfKey(collection, key);
  const held = collection.rows.get(id);
  if (held === undefined) return undefined;
  const { root, primaryKey } = collection.schema;
  const { identity: before } = collection;
  let candidate: unknown;
  if (typeof change === "function") {
    candidate = (change as (row: unknown) => unknown)(publicObject(root, held.row, integers));
    if (isPromise(candidate)) throw new OracleError("callback_async");
    const now = collection.rows.get(id);
    if (collection.identity !== before) throw new OracleError("update_reentrant");
    if (now === undefined || canonical(now.row) !== canonical(held.row))
      throw new OracleError("update_reentrant");
  } else candidate = merged(publicObject(root, held.row, "exact"), change, root);
  const row = checkRow(collection, candidate);
  if (identityOfKey(collection, row[primaryKey]) !== id)
    throw new OracleError("primary_key_changed", { collection: collection.name });
  store(collection, key, row);
  return row;
}

function isPromise(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

function merged(row: Record<string, unknown>, patch: unknown, members: SchemaOf["root"]): unknown {
  if (Object.prototype.toString.call(patch) !== "[object Object]") return patch;
  const result = { ...row };
  for (const [name, change] of Object.entries(patch as object)) {
    if (change === undefined) continue;
    const before = row[name];
    const shape = members.get(name)?.shape;
    result[name] =
      shape?.is === "object" && before !== null && before !== undefined && change !== null
        ? merged(before as Record<string, unknown>, change, shape.members)
        : change;
  }
  return result;
}

export interface Evolution {
  readonly accept: "safe" | "migration" | "breaking";
  readonly rewrite: ((row: unknown) => unknown) | undefined;
}

/** A new version of a collection's schema. */
export function evolve(
  state: State,
  name: unknown,
  descriptor: Record<string, unknown>,
  { accept, rewrite }: Evolution,
  integers: Integers,
): { readonly name: string; readonly version: number; readonly changed: boolean } {
  const collection = collectionNamed(state, name);
  const before = collection.schema;
  const whole = { indexes: describeSchema(before).indexes, ...descriptor };
  const { schema } = checkDescriptor({ ...whole, name: collection.name, primaryKey: before.primaryKey });
  const same = canonical(describeSchema(before)) === canonical(describeSchema(schema));
  const { version } = collection;
  if (same && rewrite === undefined) return { name: collection.name, version, changed: false };
  const gravity = gravityOf(before, schema);
  if (gravity === 2 && accept !== "breaking") throw new OracleError("breaking_change");
  if (gravity === 1 && accept === "safe") throw new OracleError("migration_required");
  const old = sortedRows(collection);
  collection.schema = schema;
  collection.version = version + 1;
  collection.identity = {};
  collection.rows.clear();
  collection.rewriting = true;
  try {
    for (const held of old) {
      if (gravity === 0 && rewrite === undefined) {
        const { row } = storedRow(schema, reshaped(before.root, schema.root, held.row));
        collection.rows.set(identityOfKey(collection, held.key), { ...held, row });
      } else rewriteRow(collection, before, held, rewrite, integers);
    }
  } finally {
    collection.rewriting = false;
  }
  return { name: collection.name, version: version + 1, changed: true };
}

function rewriteRow(
  collection: CollectionOf,
  before: SchemaOf,
  { key, row }: Held,
  rewrite: Evolution["rewrite"],
  integers: Integers,
): void {
  const { schema, name } = collection;
  const shownKey = publicKey({ ...collection, schema: before }, key, "exact");
  let candidate: unknown;
  if (rewrite === undefined) {
    try {
      candidate = reshaped(before.root, schema.root, row);
    } catch {
      throw new OracleError("migration_row_invalid", { collection: name, key: shownKey });
    }
  } else {
    candidate = rewrite(publicObject(before.root, row, integers));
    if (isPromise(candidate)) throw new OracleError("callback_async");
  }
  const filled = rewrite === undefined ? fillNulls(schema.root, candidate) : candidate;
  const checked = storedRow(schema, filled);
  if (checked.issues.length > 0)
    throw new OracleError("migration_row_invalid", { collection: name, key: shownKey }, checked.issues);
  const kind = keyKindOf(schema);
  if (identity(kind, checked.row[schema.primaryKey]) !== identity(kind, key))
    throw new OracleError("primary_key_changed", { collection: name });
  store(collection, key, checked.row);
}

/** The row with defaults where it has nothing, and must have something. */
function fillNulls(members: Members, row: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(members, ([name, slot]) => [name, fillNull(slot, (row as StoredRow)[name] ?? null)]),
  );
}

function fillNull(slot: Slot, value: unknown): unknown {
  const { shape } = slot;
  if (value === null) return slot.optional || slot.default === undefined ? null : slot.default;
  if (shape.is === "list" && Array.isArray(value))
    return value.map((element) => fillNull(shape.element, element));
  const isObject = Object.prototype.toString.call(value) === "[object Object]";
  return shape.is === "object" && isObject ? fillNulls(shape.members, value) : value;
}

/** An old row under the names of a new schema: what is gone is left out, and values are given as they are read. */
function reshaped(old: Members, now: Members, row: StoredRow): Record<string, unknown> {
  return Object.fromEntries(
    Array.from(now, ([name, slot]) => [name, reshapedValue(old.get(name), slot, row[name] ?? null)]),
  );
}

type Members = SchemaOf["root"];

function reshapedValue(old: Slot | undefined, now: Slot, value: unknown): unknown {
  if (value === null || old === undefined) return value;
  const [from, to] = [old.shape, now.shape];
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (from.is === "list" && to.is === "list")
    return (value as unknown[]).map((element) => reshapedValue(from.element, to.element, element));
  if (from.is === "object") {
    const members = to.is === "object" ? to.members : from.members;
    return reshaped(from.members, members, value as StoredRow);
  }
  // JSON values are kept as their text.
  if (from.is === "json" && kindOf(now) === "string") return JSON.stringify(value);
  return to.is === "json" && kindOf(old) === "string" ? JSON.parse(value as string) : value;
}
