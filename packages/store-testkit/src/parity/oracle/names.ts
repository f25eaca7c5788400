/** Making collections, dropping them, and calling them by other names. Callers make it atomic. */
import { canonical, OracleError } from "../outcome.ts";
import { checkDescriptor, checkNewName, describeSchema } from "./check-schema.ts";
import { collectionNamed, find, type State } from "./state.ts";

/** A new collection, or the same once more. */
export function register(
  state: State,
  descriptor: unknown,
  id: number,
): { readonly name: string; readonly version: number; readonly changed: boolean } {
  const { name, schema } = checkDescriptor(descriptor);
  const existing = find(state, name);
  if (existing === undefined) {
    state.set(name, { id, name, identity: {}, version: 1, schema, rows: new Map() });
    return { name, version: 1, changed: true };
  }
  if (canonical(describeSchema(existing.schema)) !== canonical(describeSchema(schema)))
    throw new OracleError("collection_exists");
  return { name, version: existing.version, changed: false };
}

/** The rows that handles still know of go too. */
export function drop(state: State, name: string): { readonly name: string; readonly rows: number } {
  const collection = collectionNamed(state, name);
  const rows = collection.rows.size;
  collection.rows.clear();
  collection.identity = {};
  state.delete(collection.name);
  return { name: collection.name, rows };
}

export function rename(
  state: State,
  from: string,
  to: unknown,
): { readonly name: string; readonly changed: boolean } {
  const name = checkNewName(to);
  const collection = collectionNamed(state, from);
  if (collection.name === name) return { name, changed: false };
  if (find(state, name) !== undefined) throw new OracleError("collection_exists");
  state.delete(collection.name);
  collection.name = name;
  collection.identity = {};
  state.set(name, collection);
  return { name, changed: true };
}
