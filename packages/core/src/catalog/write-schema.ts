/**
 * Writing schemas: the catalogue payload of a new collection or version, and the rows of the system collection for what the
 * payload cannot say. Everything is checked before; here it is only put.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, nextState, numberIndexes } from "../collection/compile-state.ts";
import type { Schema } from "../schema/types.ts";
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
  const state = compileState({
    id,
    name,
    version: 1,
    schema,
    history: new Map([[1, schema.fields]]),
    numbering: numberIndexes(id, schema),
    keyBytesMax: session.traits.keyBytesMax,
  });
  putState(session, state, storedName, true);
  if (storedName !== name) putSystemRow(session, (system) => encodeNameRow(system, id, { name }));
  return state;
}

/** Puts the next version of a collection and returns its state. Rows and indexes are the caller's. @throws schema_limit */
export function putNextVersion(
  session: WriteSession,
  before: CollectionState,
  schema: Schema,
): CollectionState {
  const state = nextState(before, schema, session.traits.keyBytesMax);
  // Where the version before was kept whole, one without a row would be taken for another engine's.
  putState(session, state, undefined, toWireSchema(before.schema).lossless);
  return state;
}

/** Refuses a version that the catalogue of the file format could not hold. @throws schema_limit */
export function assertVersionFits(state: CollectionState): void {
  encodeState(state, undefined);
}

/** The payload of a state's version, of a new collection with its stored name. */
function encodeState(
  { id, version, schema }: CollectionState,
  storedName: string | undefined,
): { readonly payload: Uint8Array; readonly lossless: boolean } {
  const { schema: wire, lossless } = toWireSchema(schema);
  const { fields, indexes, primaryKey } = wire;
  const payload = encodeCatalogPayload(
    storedName === undefined
      ? { kind: "version", collection: id, version, fields, indexes }
      : { kind: "create", collection: id, name: storedName, version, fields, indexes, primaryKey },
  );
  return { payload, lossless };
}

function putState(
  session: WriteSession,
  state: CollectionState,
  storedName: string | undefined,
  losslessBefore: boolean,
): void {
  const { payload, lossless } = encodeState(state, storedName);
  const sequence = putPayload(session, payload);
  session.catalog = session.catalog.with(state, {
    sequence,
    ...(storedName === undefined ? {} : { storedName }),
  });
  if (lossless && losslessBefore) return;
  const complement = { collection: state.id, version: state.version, payload, schema: state.schema };
  putSystemRow(session, (system) => encodeComplement(system, complement));
}
