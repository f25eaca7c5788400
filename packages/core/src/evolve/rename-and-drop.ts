/**
 * Giving a collection another name, and dropping one. A collection is its id, so neither touches the catalogue of the file: a
 * name is a row of the system collection, and what is dropped loses its rows and entries and keeps its id and stored name, which
 * nobody gets again.
 */
import { encodeNameRow, nameRowKey } from "../catalog/collection-names.ts";
import { moveCollectionNotes } from "../catalog/notes.ts";
import { putSystemRow, removeSystemRow } from "../catalog/write-system.ts";
import { compileState } from "../collection/compile-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { checkNewName } from "../schema/check-collection.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { emptySpace } from "./empty-space.ts";

/** What a renaming came to. */
export interface Renaming {
  readonly name: string;
  /** Whether anything was written: a collection that is called so already stays as it is. */
  readonly changed: boolean;
}

/**
 * Calls a collection by another name; rows, indexes and versions stay, notes of it go along.
 * @throws collection_unknown, collection_name_invalid, collection_exists
 */
export function renameCollection(session: WriteSession, from: string, to: unknown): Renaming {
  const name = checkNewName(to);
  const before = session.catalog.require(from);
  if (before.name === name) return { name, changed: false };
  const holder = session.catalog.find(name);
  if (holder !== undefined) {
    throw new ModelVaultError(
      "collection_exists",
      `"${before.name}" cannot be renamed to "${name}": there is a collection of that name.`,
      { collection: name, version: holder.version, from: before.name },
    );
  }
  const { id, version, schema, history, indexes, indexIdNext } = before;
  const state = compileState({
    id,
    name,
    version,
    schema,
    history,
    numbering: { indexes, indexIdNext },
    keyBytesMax: session.traits.keyBytesMax,
  });
  if (session.catalog.storedNames.get(id) === name) removeSystemRow(session, nameRowKey(id));
  else putSystemRow(session, (system) => encodeNameRow(system, id, { name }));
  moveCollectionNotes(session, before.name, name);
  session.catalog = session.catalog.with(state);
  return { name, changed: true };
}

/** What was dropped. */
export interface Drop {
  readonly name: string;
  /** Rows that went with it. */
  readonly rows: number;
}

/** Removes a collection with its rows, index entries, notes and name. @throws collection_unknown */
export function dropCollection(session: WriteSession, name: string): Drop {
  const state = session.catalog.require(name);
  const rows = session.journal.count(state.rows);
  for (const { space } of state.indexes) emptySpace(session, space);
  emptySpace(session, state.rows);
  putSystemRow(session, (system) => encodeNameRow(system, state.id, { dropped: true }));
  moveCollectionNotes(session, state.name, undefined);
  session.catalog = session.catalog.without(state.id);
  return { name: state.name, rows };
}
