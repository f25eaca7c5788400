/**
 * Reads the catalogue of a store: the catalog keyspace (one payload per schema version, in order), completed from the system
 * collection where that has rows for a version or for a name.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, type IndexNumbering, numberIndexes } from "../collection/compile-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { sameBytes } from "../index/index-entries.ts";
import type { Field, Schema } from "../schema/types.ts";
import type { StoreReader, StoreTraits } from "../store/store.ts";
import { CATALOG_SPACE, Catalog } from "./catalog.ts";
import { decodeCatalogPayload } from "./catalog-payload.ts";
import { NAME_PREFIX, nameCollections, readNameRows } from "./collection-names.ts";
import {
  readComplement,
  SCHEMA_PREFIX,
  SYSTEM_COLLECTION_NAME,
  systemCollectionState,
  systemRange,
} from "./system-collection.ts";
import { carryOver } from "./wire-schema.ts";

interface Version {
  readonly number: number;
  readonly payload: Uint8Array;
  readonly schema: Schema;
}

/**
 * Reads the whole catalogue. The one known before, and all that was compiled for it, is taken again where what it was read from is still the same, as it is
 * after nearly every commit of another process.
 * @throws catalog_payload_invalid
 */
export function loadCatalog(reader: StoreReader, traits: StoreTraits, known?: Catalog): Catalog {
  return known !== undefined && isCurrent(reader, known) ? known : readCatalog(reader, traits);
}

function isCurrent(reader: StoreReader, known: Catalog): boolean {
  const { source, storedNames } = known;
  if (source === undefined) return false;
  let at = 0;
  for (const bytes of sourceOf(reader, known.system)) {
    const before = source[at++];
    if (before === undefined || !sameBytes(bytes, before)) return false;
  }
  if (at < source.length) return false;
  for (const id of storedNames.keys()) if (known.isDropped(id) && holdsRows(reader, id)) return false;
  return true;
}

/** Every payload and every row of the system collection that a catalogue is made of. */
function* sourceOf(reader: StoreReader, system: CollectionState | undefined): Iterable<Uint8Array> {
  for (const [, payload] of reader.scan(CATALOG_SPACE)) yield payload;
  if (system === undefined) return;
  for (const prefix of [NAME_PREFIX, SCHEMA_PREFIX]) {
    for (const [, payload] of reader.scan(system.rows, systemRange(prefix))) yield payload;
  }
}

function holdsRows(reader: StoreReader, collection: number): boolean {
  return reader.count({ kind: "rows", collection }) > 0;
}

function readCatalog(reader: StoreReader, traits: StoreTraits): Catalog {
  const collections = new Map<number, { readonly name: string; readonly versions: Version[] }>();
  let sequence = 0;
  for (const [key, payload] of reader.scan(CATALOG_SPACE)) {
    sequence = sequenceOf(key);
    const entry = decodeCatalogPayload(payload);
    const schema = { fields: entry.fields, indexes: entry.indexes };
    if (entry.kind === "create") {
      if (entry.collection !== collections.size + 1)
        throw misplaced(`collection id ${entry.collection}`, collections.size + 1);
      if (entry.version !== 1) throw misplaced(`schema version ${entry.version} of "${entry.name}"`, 1);
      const version = { number: 1, payload, schema: { ...schema, primaryKey: entry.primaryKey } };
      collections.set(entry.collection, { name: entry.name, versions: [version] });
    } else {
      const collection = collections.get(entry.collection);
      const last = collection?.versions.at(-1);
      if (collection === undefined || last === undefined)
        throw misplaced(`a version of collection ${entry.collection}`, "a known id");
      if (entry.version !== last.number + 1)
        throw misplaced(`schema version ${entry.version} of "${collection.name}"`, last.number + 1);
      const { primaryKey } = last.schema;
      collection.versions.push({ number: entry.version, payload, schema: { ...schema, primaryKey } });
    }
  }
  const systemId = [...collections].find(([, { name }]) => name === SYSTEM_COLLECTION_NAME)?.[0];
  const system = systemId === undefined ? undefined : systemCollectionState(systemId);
  const storedNames = new Map([...collections].map(([id, { name }]) => [id, name]));
  const names = nameCollections(
    storedNames,
    system === undefined ? new Map() : readNameRows(reader, system),
    (collection) => holdsRows(reader, collection),
  );
  const states = new Map<number, CollectionState>();
  for (const [id, { versions }] of collections) {
    const name = names.get(id);
    if (name === undefined) continue;
    const isSystem = system !== undefined && id === systemId;
    states.set(id, isSystem ? system : replayVersions(reader, traits, system, id, name, versions));
  }
  const source = [...sourceOf(reader, system)];
  return new Catalog({ sequence, states, storedNames, systemId, traits, source });
}

/** Goes through the versions in order, for index ids depend on which indexes stayed from one version to the next. */
function replayVersions(
  reader: StoreReader,
  traits: StoreTraits,
  system: CollectionState | undefined,
  id: number,
  name: string,
  versions: readonly Version[],
): CollectionState {
  const history = new Map<number, readonly Field[]>();
  let numbering: IndexNumbering | undefined;
  let current: { readonly version: number; readonly schema: Schema } | undefined;
  for (const { number: version, payload, schema: wire } of versions) {
    const known = system && readComplement(reader, system, id, version, payload);
    const schema = known ?? (current === undefined ? wire : carryOver(current.schema, wire));
    history.set(version, schema.fields);
    numbering = numberIndexes(id, schema, numbering);
    current = { version, schema };
  }
  if (current === undefined || numbering === undefined)
    throw misplaced(`collection "${name}" without a version`, "one at least");
  return compileState({ id, name, ...current, history, numbering, keyBytesMax: traits.keyBytesMax });
}

function sequenceOf(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  if (key.length !== 8) throw misplaced(`a catalogue key of ${key.length} bytes`, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}

function misplaced(found: string, expected: number | string): ModelVaultError {
  return new ModelVaultError(
    "catalog_payload_invalid",
    `The catalogue holds ${found} where ${expected} belongs.`,
    {
      reason: "misplaced",
      found,
      expected: String(expected),
    },
  );
}
