/**
 * Writing schemas: the catalogue payload of a new collection or version, and the complement row for what the
 * payload cannot say. Everything is checked before; here it is only put.
 */

import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, type IndexNumbering, numberIndexes } from "../collection/compile-state.ts";
import type { Field, Schema } from "../schema/types.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { CATALOG_SPACE, catalogKey } from "./catalog.ts";
import { encodeCatalogPayload } from "./catalog-payload.ts";
import { encodeComplement, systemCollectionEntry, systemCollectionState } from "./system-collection.ts";
import { toWireSchema } from "./wire-schema.ts";

/** Puts the first version of a new collection and returns its state. @throws schema_limit */
export function putNewCollection(session: WriteSession, name: string, schema: Schema): CollectionState {
  const id = session.catalog.collectionIdNext;
  return putVersion(session, { id, name, version: 1, schema, history: new Map() });
}

/** Puts the next version of a collection and returns its state. Rows and indexes are the caller's. @throws schema_limit */
export function putNextVersion(
  session: WriteSession,
  before: CollectionState,
  schema: Schema,
): CollectionState {
  const { id, name, version, history } = before;
  return putVersion(session, { id, name, version: version + 1, schema, history, before });
}

interface NewVersion {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly schema: Schema;
  readonly history: ReadonlyMap<number, readonly Field[]>;
  readonly before?: IndexNumbering;
}

function putVersion(
  session: WriteSession,
  { id, name, version, schema, history, before }: NewVersion,
): CollectionState {
  const { schema: wire, lossless } = toWireSchema(schema);
  const { fields, indexes, primaryKey } = wire;
  const payload = encodeCatalogPayload(
    version === 1
      ? { kind: "create", collection: id, name, version, fields, indexes, primaryKey }
      : { kind: "version", collection: id, version, fields, indexes },
  );
  const sequence = putPayload(session, payload);
  const state = compileState({
    id,
    name,
    version,
    schema,
    history: new Map(history).set(version, schema.fields),
    numbering: numberIndexes(id, schema, before),
    keyBytesMax: session.traits.keyBytesMax,
  });
  session.catalog = session.catalog.with(state, sequence);
  if (!lossless) {
    const system = session.catalog.system ?? putSystemCollection(session);
    const [key, value] = encodeComplement(system, { collection: id, version, payload, schema });
    session.journal.change(system.rows, key, session.journal.get(system.rows, key), value);
  }
  return state;
}

function putSystemCollection(session: WriteSession): CollectionState {
  const id = session.catalog.collectionIdNext;
  const sequence = putPayload(session, encodeCatalogPayload(systemCollectionEntry(id)));
  const state = systemCollectionState(id);
  session.catalog = session.catalog.with(state, sequence);
  return state;
}

function putPayload(session: WriteSession, payload: Uint8Array): number {
  const sequence = session.catalog.sequence + 1;
  session.journal.change(CATALOG_SPACE, catalogKey(sequence), undefined, payload);
  return sequence;
}
