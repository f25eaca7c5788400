/**
 * The catalogue: every collection a store holds, compiled, as one revision shows it. Immutable; a schema
 * change makes a new one. Read from the catalog keyspace (one payload per schema version, in order) and completed
 * from the system collection.
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { compileState, type IndexNumbering, numberIndexes } from "../collection/compile-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { didYouMean } from "../errors/suggest.ts";
import { quote } from "../schema/describe-value.ts";
import { nameBytesMax } from "../schema/limits.ts";
import { trimName } from "../schema/names.ts";
import type { Field, Schema } from "../schema/types.ts";
import type { Keyspace, StoreReader, StoreTraits } from "../store/store.ts";
import { decodeCatalogPayload } from "./catalog-payload.ts";
import { readComplement, SYSTEM_COLLECTION_NAME, systemCollectionState } from "./system-collection.ts";

export const CATALOG_SPACE: Keyspace = { kind: "catalog" };

/** Every collection at one revision. */
export class Catalog {
  /** Key of the last payload; 0 when there is none. */
  readonly sequence: number;
  /** Every collection by id, the system collection included. */
  readonly #byId: ReadonlyMap<number, CollectionState>;
  readonly #byName: ReadonlyMap<string, CollectionState>;
  /** Ids of the collections whose rows are on their way to a new version. */
  readonly #rewriting: ReadonlySet<number>;

  private constructor(
    sequence: number,
    states: Iterable<CollectionState>,
    rewriting: ReadonlySet<number> = new Set(),
  ) {
    this.sequence = sequence;
    this.#rewriting = rewriting;
    const byId = new Map<number, CollectionState>();
    const byName = new Map<string, CollectionState>();
    for (const state of states) {
      byId.set(state.id, state);
      if (state.name !== SYSTEM_COLLECTION_NAME) byName.set(state.name, state);
    }
    this.#byId = byId;
    this.#byName = byName;
  }

  static readonly empty: Catalog = new Catalog(0, []);

  /** The id a new collection gets: ids are 1, 2, 3, … without gaps. */
  get collectionIdNext(): number {
    return this.#byId.size + 1;
  }

  /** The system collection, once it was needed. */
  get system(): CollectionState | undefined {
    for (const state of this.#byId.values()) if (state.name === SYSTEM_COLLECTION_NAME) return state;
    return undefined;
  }

  /** Collections that user code may name, by id. */
  get collections(): readonly CollectionState[] {
    return [...this.#byName.values()].sort((a, b) => a.id - b.id);
  }

  /** Collections of every kind, by id. */
  get all(): readonly CollectionState[] {
    return [...this.#byId.values()];
  }

  find(name: string): CollectionState | undefined {
    return this.#byName.get(name) ?? this.#byName.get(trimName(name));
  }

  /** @throws collection_unknown; update_reentrant while the collection's rows go to a new version */
  require(name: string): CollectionState {
    const state = this.find(name);
    if (state === undefined) {
      throw new ModelVaultError(
        "collection_unknown",
        `There is no collection ${quote(name)}.${didYouMean(name.slice(0, nameBytesMax), this.#byName.keys())}`,
        { collection: name, known: [...this.#byName.keys()] },
      );
    }
    if (this.#rewriting.size > 0 && this.#rewriting.has(state.id)) throw rewriteReentrant(state.name);
    return state;
  }

  /** The catalogue with one state new or replaced, after its payload was put under `sequence`. */
  with(state: CollectionState, sequence: number): Catalog {
    return new Catalog(sequence, new Map(this.#byId).set(state.id, state).values(), this.#rewriting);
  }

  /**
   * The catalogue while the rows of a collection go to a new version, during which nobody may ask for it: some rows are old
   * then, some new, and its indexes hold but a part.
   */
  withRewriting(id: number): Catalog {
    return new Catalog(this.sequence, this.#byId.values(), new Set(this.#rewriting).add(id));
  }

  /** The catalogue when all rows have arrived. */
  withRewritten(id: number): Catalog {
    const rewriting = new Set(this.#rewriting);
    rewriting.delete(id);
    return new Catalog(this.sequence, this.#byId.values(), rewriting);
  }
}

function rewriteReentrant(collection: string): ModelVaultError {
  return new ModelVaultError(
    "update_reentrant",
    `The rewrite function used "${collection}", the collection whose rows it is given; it may use others.`,
    { collection },
  );
}

/** Key of the n-th catalogue payload: 8 bytes big-endian. */
export function catalogKey(sequence: number): Uint8Array {
  const key = new Uint8Array(8);
  const view = new DataView(key.buffer);
  view.setUint32(0, Math.floor(sequence / 2 ** 32));
  view.setUint32(4, sequence >>> 0);
  return key;
}

interface Version {
  readonly number: number;
  readonly payload: Uint8Array;
  readonly schema: Schema;
}

/** Reads the whole catalogue. @throws catalog_payload_invalid */
export function loadCatalog(reader: StoreReader, traits: StoreTraits): Catalog {
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
  let catalog = Catalog.empty;
  for (const [id, { name, versions }] of collections) {
    const state =
      id === systemId && system !== undefined
        ? system
        : replayVersions(reader, traits, system, id, name, versions);
    catalog = catalog.with(state, sequence);
  }
  return catalog;
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
    const schema = (system && readComplement(reader, system, id, version, payload)) ?? wire;
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
      expected,
    },
  );
}
