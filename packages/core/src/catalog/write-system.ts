/** Writing to the system collection, which is created by the first row, and the numbering of catalogue payloads. */
import type { CollectionState } from "../collection/collection-state.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { CATALOG_SPACE, catalogKey } from "./catalog.ts";
import { encodeCatalogPayload } from "./catalog-payload.ts";
import { SYSTEM_COLLECTION_NAME, systemCollectionEntry, systemCollectionState } from "./system-collection.ts";

/** Puts a row, new or not. */
export function putSystemRow(
  session: WriteSession,
  encode: (system: CollectionState) => readonly [key: Uint8Array, value: Uint8Array],
): void {
  const system = session.catalog.system ?? putSystemCollection(session);
  const [key, value] = encode(system);
  session.journal.change(system.rows, key, session.journal.get(system.rows, key), value);
}

/** Removes a row; returns whether there was one. */
export function removeSystemRow(session: WriteSession, key: string): boolean {
  const { system } = session.catalog;
  if (system === undefined) return false;
  const bytes = system.encodeKey(key);
  const before = session.journal.get(system.rows, bytes);
  if (before === undefined) return false;
  session.journal.change(system.rows, bytes, before, undefined);
  return true;
}

/** Puts a catalogue payload behind all others and returns its number. */
export function putPayload(session: WriteSession, payload: Uint8Array): number {
  const sequence = session.catalog.sequence + 1;
  session.journal.change(CATALOG_SPACE, catalogKey(sequence), undefined, payload);
  return sequence;
}

function putSystemCollection(session: WriteSession): CollectionState {
  const id = session.catalog.collectionIdNext;
  const sequence = putPayload(session, encodeCatalogPayload(systemCollectionEntry(id)));
  const state = systemCollectionState(id);
  session.catalog = session.catalog.with(state, { sequence, storedName: SYSTEM_COLLECTION_NAME });
  return state;
}
