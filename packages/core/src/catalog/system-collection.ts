/**
 * The system collection: one reserved collection of `{ key: string, value: bytes }` rows for what the catalogue of the
 * file format cannot say. It is created when first needed; user code cannot name it.
 *
 *     schema/<collection>/<version>   the whole schema of that version as JSON, and the hash of the catalogue payload it completes;
 *                                     another hash means that another engine changed the schema since, and the row no longer counts. A
 *                                     version without a row says all of itself, or is another engine's (`carryOver`)
 *     collection/<collection>         another name than the stored one, or that it was dropped (`collection-names.ts`)
 *     note/<key>                      what tools keep beside the data (`notes.ts`)
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, numberIndexes } from "../collection/compile-state.ts";
import { encodeKeyPrefix, prefixSuccessor } from "../keys/key-codec.ts";
import { checkFieldsAndIndexes } from "../schema/check-collection.ts";
import { descriptorsFromJson, descriptorsToJson } from "../schema/json.ts";
import { schemaToDescriptors } from "../schema/to-descriptors.ts";
import type { Schema } from "../schema/types.ts";
import type { KeyRange, StoreReader } from "../store/store.ts";
import type { CatalogEntry } from "./catalog-payload.ts";

export const SYSTEM_COLLECTION_NAME = "__modelvault__";

/** How the keys of rows that complete a version begin. */
export const SCHEMA_PREFIX = "schema/";

const SYSTEM_SCHEMA: Schema = {
  primaryKey: "key",
  fields: [
    { path: ["key"], type: { kind: "string" }, constraints: [] },
    { path: ["value"], type: { kind: "bytes" }, constraints: [] },
  ],
  indexes: [],
};

/** The catalogue entry that creates the system collection under an id. */
export function systemCollectionEntry(collection: number): CatalogEntry {
  return { kind: "create", collection, name: SYSTEM_COLLECTION_NAME, version: 1, ...SYSTEM_SCHEMA };
}

/** The state of the system collection under an id. */
export function systemCollectionState(id: number): CollectionState {
  const history = new Map([[1, SYSTEM_SCHEMA.fields]]);
  const numbering = numberIndexes(id, SYSTEM_SCHEMA);
  return compileState({
    id,
    name: SYSTEM_COLLECTION_NAME,
    version: 1,
    schema: SYSTEM_SCHEMA,
    history,
    numbering,
  });
}

/** Key and value bytes of one of its rows. */
export function encodeSystemRow(
  system: CollectionState,
  key: string,
  value: Uint8Array,
): readonly [key: Uint8Array, value: Uint8Array] {
  return [system.encodeKey(key), system.encode({ key, value })];
}

/** The content of one of its rows. */
export function systemValue(
  system: CollectionState,
  payload: Uint8Array,
): { readonly key: string; readonly value: Uint8Array } {
  const { key, value } = system.decoder("exact")(payload);
  return { key: key as string, value: value as Uint8Array };
}

/** The range of its rows whose keys begin with this text. */
export function systemRange(prefix: string): KeyRange {
  const gte = encodeKeyPrefix("string", prefix);
  const lt = prefixSuccessor(gte);
  return lt === undefined ? { gte } : { gte, lt };
}

/** What completes one catalogue payload. */
export interface SchemaComplement {
  readonly collection: number;
  readonly version: number;
  readonly payload: Uint8Array;
  readonly schema: Schema;
}

/** Key and value bytes of the row that keeps a complement. */
export function encodeComplement(
  system: CollectionState,
  complement: SchemaComplement,
): readonly [key: Uint8Array, value: Uint8Array] {
  const key = complementKey(complement.collection, complement.version);
  const { fields, indexes, primaryKey } = schemaToDescriptors(complement.schema);
  const text = descriptorsToJson({
    format: 1,
    catalogHash: payloadHash(complement.payload),
    primaryKey,
    fields,
    indexes,
  });
  return encodeSystemRow(system, key, new TextEncoder().encode(text));
}

/** The whole schema of a version, when a complement is kept and still belongs to this very payload. */
export function readComplement(
  reader: StoreReader,
  system: CollectionState,
  collection: number,
  version: number,
  payload: Uint8Array,
): Schema | undefined {
  const stored = reader.get(system.rows, system.encodeKey(complementKey(collection, version)));
  if (stored === undefined) return undefined;
  const { value } = systemValue(system, stored);
  const content = descriptorsFromJson(new TextDecoder().decode(value)) as {
    readonly format: number;
    readonly catalogHash: string;
    readonly primaryKey: string;
    readonly fields: unknown;
    readonly indexes: unknown;
  };
  if (content.format !== 1 || content.catalogHash !== payloadHash(payload)) return undefined;
  return checkFieldsAndIndexes(content);
}

function complementKey(collection: number, version: number): string {
  return `${SCHEMA_PREFIX}${collection}/${version}`;
}

function payloadHash(payload: Uint8Array): string {
  return Array.from(sha256(payload), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
