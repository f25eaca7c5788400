/**
 * Writing schemas: the catalogue payload of a new collection or version, and the rows of the system collection for what the
 * payload cannot say. Everything is checked before; here it is only put.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, type IndexNumbering, numberIndexes } from "../collection/compile-state.ts";
import type { Field, Schema } from "../schema/types.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { encodeCatalogPayload } from "./catalog-payload.ts";
import { encodeNameRow, freeName } from "./collection-names.ts";
import { encodeComplement } from "./system-collection.ts";
import { toWireSchema } from "./wire-schema.ts";
import { putPayload, putSystemRow } from "./write-system.ts";

/** Puts the first version of a new collection and returns its state. @throws schema_limit */
export function putNewCollection(session: WriteSession, name: string, schema: Schema): CollectionState {
  const id = session.catalog.collectionIdNext;
  const stored = new Set(session.catalog.storedNames.values());
  const storedName = freeName(name, id, (candidate) => stored.has(candidate));
  const state = putVersion(session, { id, name, storedName, version: 1, schema, history: new Map() });
  if (storedName !== name) putSystemRow(session, (system) => encodeNameRow(system, id, { name }));
  return state;
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
  /** Of a new collection: its name in the file's catalogue. */
  readonly storedName?: string;
  readonly version: number;
  readonly schema: Schema;
  readonly history: ReadonlyMap<number, readonly Field[]>;
  readonly before?: IndexNumbering;
}

function putVersion(
  session: WriteSession,
  { id, name, storedName, version, schema, history, before }: NewVersion,
): CollectionState {
  const { schema: wire, lossless } = toWireSchema(schema);
  const { fields, indexes, primaryKey } = wire;
  const payload = encodeCatalogPayload(
    storedName !== undefined
      ? { kind: "create", collection: id, name: storedName, version, fields, indexes, primaryKey }
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
  session.catalog = session.catalog.with(state, {
    sequence,
    ...(storedName === undefined ? {} : { storedName }),
  });
  if (!lossless) {
    const complement = { collection: id, version, payload, schema };
    putSystemRow(session, (system) => encodeComplement(system, complement));
  }
  return state;
}
