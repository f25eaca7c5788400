/**
 * The catalogue: every collection a store holds, compiled, as one revision shows it. Immutable; a schema
 * change makes a new one. Read by `load-catalog.ts`, changed by `write-schema.ts` and `rename-and-drop.ts`.
 *
 * A collection is its id. It has the name that the file's catalogue gives it, which is written once and for ever, and the one that
 * user code calls it by; the two differ once a name was reused or changed (`collection-names.ts`).
 */
import type { CollectionState } from "../collection/collection-state.ts";
import { ModelVaultError } from "../errors/error.ts";
import { didYouMean } from "../errors/suggest.ts";
import { quote } from "../schema/describe-value.ts";
import { nameBytesMax } from "../schema/limits.ts";
import { trimName } from "../schema/names.ts";
import type { Keyspace, StoreTraits } from "../store/store.ts";
import { schemaHash } from "./schema-hash.ts";
import { SYSTEM_COLLECTION_NAME } from "./system-collection.ts";

export const CATALOG_SPACE: Keyspace = { kind: "catalog" };

/** What a catalogue is made of. */
export interface CatalogParts {
  /** Key of the last payload; 0 when there is none. */
  readonly sequence: number;
  /** By id, the system collection included, dropped ones not. */
  readonly states: ReadonlyMap<number, CollectionState>;
  /** By id, dropped ones included. */
  readonly storedNames: ReadonlyMap<number, string>;
  readonly systemId?: number | undefined;
  /** Of the store that it was read from. */
  readonly traits?: StoreTraits;
  /** All that it was read from, in order; absent once it was changed. */
  readonly source?: readonly Uint8Array[] | undefined;
  /** Ids of the collections whose rows are on their way to a new version. */
  readonly rewriting?: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();

/** Every collection at one revision. */
export class Catalog {
  readonly sequence: number;
  /** The system collection, once it was needed. */
  readonly system: CollectionState | undefined;
  /** The name of every collection there ever was in the catalogue of the file, by id: dropped ones and the system collection included. */
  readonly storedNames: ReadonlyMap<number, string>;
  readonly #parts: CatalogParts;
  readonly #byName: ReadonlyMap<string, CollectionState>;
  readonly #rewriting: ReadonlySet<number>;
  #schemaHash: string | undefined;

  constructor(parts: CatalogParts) {
    this.#parts = parts;
    this.sequence = parts.sequence;
    this.storedNames = parts.storedNames;
    this.system = parts.systemId === undefined ? undefined : parts.states.get(parts.systemId);
    this.#rewriting = parts.rewriting ?? NONE;
    const byName = new Map<string, CollectionState>();
    for (const state of parts.states.values()) if (state !== this.system) byName.set(state.name, state);
    this.#byName = byName;
  }

  static readonly empty: Catalog = new Catalog({ sequence: 0, states: new Map(), storedNames: new Map() });

  /** All that it was read from; absent for one that was changed since. */
  get source(): readonly Uint8Array[] | undefined {
    return this.#parts.source;
  }

  /** Whether a collection of this id was dropped. */
  isDropped(id: number): boolean {
    return !this.#parts.states.has(id);
  }

  /** What the store that it was read from allows. */
  get traits(): Partial<StoreTraits> {
    return this.#parts.traits ?? {};
  }

  /** The id a new collection gets: ids are 1, 2, 3, … without gaps, and never used again. */
  get collectionIdNext(): number {
    return this.storedNames.size + 1;
  }

  /** Collections that user code may name, by id. */
  get collections(): readonly CollectionState[] {
    return [...this.#byName.values()].sort((a, b) => a.id - b.id);
  }

  /** Collections of every kind, by id, but for dropped ones. */
  get all(): readonly CollectionState[] {
    return [...this.#parts.states.values()].sort((a, b) => a.id - b.id);
  }

  /** A hash of all schemas; see {@link schemaHash}. */
  get schemaHash(): string {
    this.#schemaHash ??= schemaHash(this.collections);
    return this.#schemaHash;
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

  /** The catalogue with one state new or replaced. A new one comes with its stored name, a new payload with its sequence number. */
  with(state: CollectionState, { sequence, storedName }: CatalogChange = {}): Catalog {
    const { states, storedNames } = this.#parts;
    return this.changed({
      states: new Map(states).set(state.id, state),
      source: undefined,
      ...(sequence === undefined ? {} : { sequence }),
      ...(storedName === undefined ? {} : { storedNames: new Map(storedNames).set(state.id, storedName) }),
      ...(storedName === SYSTEM_COLLECTION_NAME ? { systemId: state.id } : {}),
    });
  }

  /** The catalogue without a collection, whose id and stored name stay taken. */
  without(id: number): Catalog {
    const states = new Map(this.#parts.states);
    states.delete(id);
    return this.changed({ states, source: undefined });
  }

  /**
   * The catalogue while the rows of a collection go to a new version, during which nobody may ask for it: some rows are old
   * then, some new, and its indexes hold but a part.
   */
  withRewriting(id: number): Catalog {
    return this.changed({ rewriting: new Set(this.#rewriting).add(id) });
  }

  /** The catalogue when all rows have arrived. */
  withRewritten(id: number): Catalog {
    const rewriting = new Set(this.#rewriting);
    rewriting.delete(id);
    return this.changed({ rewriting });
  }

  // Not `#changed`: for a class that a private method makes an instance of, tsc 7.0 emits an alias that is assigned after the static
  // initialisers have used it. Once it does not, this can be one.
  private changed(parts: Partial<CatalogParts>): Catalog {
    return new Catalog({ ...this.#parts, ...parts });
  }
}

/** What comes with a state that is new in a catalogue. */
export interface CatalogChange {
  readonly sequence?: number;
  readonly storedName?: string;
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
