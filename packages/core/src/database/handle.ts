/**
 * What a database, a transaction and a view have in common: collections, names and schemas of their scope, and, but for
 * the view, schema changes and transactions.
 */
import { readNote, readNotes, writeNote } from "../catalog/notes.ts";
import { Collection } from "../collection/collection.ts";
import type { IntegerMode } from "../collection/collection-state.ts";
import { PackedCollection } from "../collection/packed-collection.ts";
import { argumentInvalid } from "../errors/argument-invalid.ts";
import { type CheckOptions, checkVersion, type VersionCheck } from "../evolve/check-version.ts";
import {
  type Registration,
  registerCollection,
  registerVersion,
  type VersionOptions,
} from "../evolve/register.ts";
import { type Drop, dropCollection, type Renaming, renameCollection } from "../evolve/rename-and-drop.ts";
import type { VersionDescriptor } from "../evolve/version-descriptor.ts";
import type { CollectionDescriptor } from "../schema/descriptors.ts";
import { schemaToDescriptors } from "../schema/to-descriptors.ts";
import type { Row } from "../schema/types.ts";
import { type Scope, withIntegers } from "./scope.ts";

/** A collection's schema as it can be read back: the descriptor it was registered with, in full, and its version. */
export interface SchemaDescription extends Required<CollectionDescriptor> {
  readonly version: number;
}

const INTEGER_MODES: readonly IntegerMode[] = ["number", "bigint", "exact"];

/** @throws argument_invalid */
function checkName(name: unknown): string {
  if (typeof name === "string") return name;
  throw argumentInvalid("name", "the name of a collection", name);
}

/** @throws argument_invalid */
function checkVersionArguments(name: unknown, descriptor: unknown, options: unknown): void {
  checkName(name);
  if (typeof descriptor !== "object" || descriptor === null)
    throw argumentInvalid("descriptor", "an object with fields", descriptor);
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
}

/** Reading side of every handle. */
export abstract class ReadHandle {
  /** Where reads and writes of this handle go. Not for user code. */
  protected readonly scope: Scope;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  /**
   * Rows of one collection. `integers` says how its 64-bit integers are read where that is not as the handle does; `"exact"` gives
   * a number where it fits and else a bigint.
   * @throws collection_unknown, argument_invalid
   */
  collection<R extends object = Row>(
    name: string,
    options: { readonly integers?: IntegerMode } = {},
  ): Collection<R> {
    return new Collection<R>(this.#scopeFor(options), name);
  }

  /** A collection whose rows come out as stored bytes, to be decoded in another thread; options as those of {@link collection}. @throws collection_unknown, argument_invalid */
  packed(name: string, options: { readonly integers?: IntegerMode } = {}): PackedCollection {
    return new PackedCollection(this.#scopeFor(options), checkName(name));
  }

  /** @throws argument_invalid */
  #scopeFor({ integers }: { readonly integers?: IntegerMode }): Scope {
    if (integers === undefined) return this.scope;
    if (!INTEGER_MODES.includes(integers))
      throw argumentInvalid("options.integers", '"number", "bigint" or "exact"', integers);
    return withIntegers(this.scope, integers);
  }

  /** Names of all collections, in the order of their creation. */
  collectionNames(): string[] {
    return this.scope.current().catalog.collections.map(({ name }) => name);
  }

  /** Whether there is a collection of this name. @throws argument_invalid */
  hasCollection(name: string): boolean {
    return this.scope.current().catalog.find(checkName(name)) !== undefined;
  }

  /** The schema of a collection, as descriptors. @throws collection_unknown, argument_invalid */
  schema(name: string): SchemaDescription {
    const { name: exact, version, schema } = this.scope.current().catalog.require(checkName(name));
    return { name: exact, version, ...schemaToDescriptors(schema) };
  }

  /**
   * A hash of the names and schemas of all collections, which any change of schema changes, be it of an index or a default only. Version
   * numbers do not count: two vaults with the same schemas have the same hash.
   */
  schemaHash(): string {
    return this.scope.current().catalog.schemaHash;
  }

  /**
   * The dry run of {@link WriteHandle.registerVersion}: classifies the change, goes through the rows on one state, and tells which would not fit the new version
   * and which unique values would collide. Writes nothing. Rows are streamed; where unique indexes must be checked, 16 to 32 bytes are kept for
   * each value, and more for values that do collide.
   * @throws collection_unknown, argument_invalid, schema errors
   */
  checkVersion(name: string, descriptor: VersionDescriptor, options: CheckOptions = {}): VersionCheck {
    checkVersionArguments(name, descriptor, options);
    const { integers } = this.scope.options;
    return this.scope.read(({ reader, catalog }) =>
      checkVersion(reader, catalog, name, descriptor, options, integers),
    );
  }

  /** The bytes that were noted under a key, a copy. @throws argument_invalid */
  note(key: string): Uint8Array | undefined {
    const { reader, catalog } = this.scope.current();
    return readNote(reader, catalog, key);
  }

  /** Keys and bytes of all notes whose keys begin with a prefix, in the order of their keys' code points. @throws argument_invalid */
  notes(prefix: string = ""): [key: string, value: Uint8Array][] {
    return this.scope.read(({ reader, catalog }) => readNotes(reader, catalog, prefix));
  }
}

/** Reading and writing side. */
export abstract class WriteHandle extends ReadHandle {
  /**
   * Creates a collection. Registering the same schema again changes nothing, so this can stand at every start.
   * @throws schema_invalid and the other schema errors, all before anything is written; collection_exists when the schema differs
   */
  register(descriptor: CollectionDescriptor): Registration {
    return this.scope.statement((session) => registerCollection(session, descriptor));
  }

  /**
   * Gives a collection a new schema version: classified first, then rows are checked or rewritten and indexes built, all in
   * one transaction. When nothing differs, nothing is written. Without `indexes` the indexes stay as they are.
   * @throws migration_required, breaking_change (both list every finding), migration_row_invalid, unique_violation, schema errors
   */
  registerVersion(name: string, descriptor: VersionDescriptor, options: VersionOptions = {}): Registration {
    checkVersionArguments(name, descriptor, options);
    const { integers } = this.scope.options;
    return this.scope.statement((session) => registerVersion(session, name, descriptor, options, integers));
  }

  /**
   * Calls a collection by another name. Its rows, indexes and versions stay, and the old name is free again. Engines that know only the file format go on
   * seeing the name it was created under.
   * @throws collection_unknown, collection_name_invalid, collection_exists, argument_invalid
   */
  renameCollection(from: string, to: string): Renaming {
    checkName(from);
    return this.scope.statement((session) => renameCollection(session, from, to));
  }

  /**
   * Removes a collection with all its rows. Its name is free again: a collection registered under it later is another one, with rows of
   * its own. Engines that know only the file format go on seeing an empty collection.
   * @throws collection_unknown, argument_invalid
   */
  dropCollection(name: string): Drop {
    checkName(name);
    return this.scope.statement((session) => dropCollection(session, name));
  }

  /**
   * Keeps bytes under a key, beside the collections, for a tool that needs a place of its own in the vault; `undefined` removes them. Keys are
   * text of 1 to 255 UTF-8 bytes, best begun with the name of the tool; values take at most 16 MiB.
   * @throws argument_invalid, note_too_large
   */
  setNote(key: string, value: Uint8Array | undefined): void {
    this.scope.statement((session) => writeNote(session, key, value));
  }
}
