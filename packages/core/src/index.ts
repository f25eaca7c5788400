/**
 * @modelvault/core: the engine. Open a store driver as a database, register collections, write and query rows.
 * Everything a user, a driver author or another package needs is exported here.
 */

// For authors of drivers that know the file format
export { CATALOG_SPACE, catalogKey } from "./catalog/catalog.ts";
export { type CatalogEntry, decodeCatalogPayload } from "./catalog/catalog-payload.ts";
export { countRowsByName } from "./catalog/count-rows.ts";
export { collectionNoteKey } from "./catalog/notes.ts";
export { type HashedCollection, schemaHash } from "./catalog/schema-hash.ts";
export { upstreamAcceptsRegex } from "./catalog/upstream-regex.ts";
// Collections and queries
export { Collection } from "./collection/collection.ts";
export type { CollectionState, IndexState, IntegerMode, RowDecoder } from "./collection/collection-state.ts";
export {
  compileState,
  type IndexNumbering,
  numberIndexes,
  type StateParts,
} from "./collection/compile-state.ts";
export type { DeepPartial } from "./collection/merge-patch.ts";
export type { PackedCollection, PackedShape } from "./collection/packed-collection.ts";
export { stateParts } from "./collection/state-parts.ts";
export { type CopyOptions, type CopyReport, copyVault } from "./copy/copy-vault.ts";
// Database
export { Database } from "./database/database.ts";
export type { SchemaDescription } from "./database/handle.ts";
export { ReadHandle, WriteHandle } from "./database/handle.ts";
export type { CommitReport, ConflictReport, DatabaseObserver, OpenReport } from "./database/observer.ts";
export { OpenTransaction } from "./database/open-transaction.ts";
export { OpenView } from "./database/open-view.ts";
export type { DatabaseOptions, TransactionOptions } from "./database/options.ts";
export type { CollectionStats, DatabaseStats } from "./database/stats.ts";
export { Transaction } from "./database/transaction.ts";
export { ReadView } from "./database/view.ts";
// Errors
export {
  argumentInvalid,
  checkOptions,
  type OptionChecks,
  refuseUnknownOptions,
} from "./errors/argument-invalid.ts";
export {
  ERROR_CATALOGUE,
  type ErrorCode,
  type ErrorDetails,
  type ErrorDetailsOf,
  type ErrorEntry,
  type ErrorKind,
} from "./errors/catalogue.ts";
export type { ErrorDetail } from "./errors/details.ts";
export {
  errorFromPlain,
  errorToPlain,
  isModelVaultError,
  ModelVaultError,
  type PlainError,
  type ValidationIssue,
} from "./errors/error.ts";
export { readable } from "./errors/readable.ts";
export { closest } from "./errors/suggest.ts";
export type { CheckOptions, RowProblem, UniqueProblem, VersionCheck } from "./evolve/check-version.ts";
export {
  type ChangeClass,
  type ChangeName,
  type ChangeWork,
  classify,
  type Finding,
  worstOf,
} from "./evolve/classify.ts";
export type { Rewrite } from "./evolve/next-row.ts";
export type { Registration, VersionOptions } from "./evolve/register.ts";
export type { Drop, Renaming } from "./evolve/rename-and-drop.ts";
export type { VersionDescriptor } from "./evolve/version-descriptor.ts";
export { valueAt } from "./index/index-entries.ts";
export type { Problem, VerifyReport } from "./index/verify.ts";
export { encodeIndexKey, INDEX_VALUE_BYTES_MAX, splitIndexKey } from "./keys/key-codec.ts";
export type { Explanation, MeasuredExplanation } from "./query/explain.ts";
export { type Page, Query, type SteppedTerminal, type Steps } from "./query/query.ts";
export type { QueryReport } from "./query/query-host.ts";
export type { Direction, Operator, OrderSpec, Predicate, QuerySpec } from "./query/query-spec.ts";
// Schemas
export { checkCollection } from "./schema/check-collection.ts";
export type {
  CollectionDescriptor,
  ConstraintDescriptor,
  FieldDescriptor,
  IndexDescriptor,
  TypeDescriptor,
} from "./schema/descriptors.ts";
export { descriptorsFromJson, descriptorsToJson } from "./schema/json.ts";
export { schemaToDescriptors } from "./schema/to-descriptors.ts";
export type {
  Constraint,
  Field,
  FieldPath,
  IndexDefinition,
  ObjectField,
  Row,
  ScalarKind,
  Schema,
  Type,
  Value,
} from "./schema/types.ts";
export type { EntryPlace } from "./store/entry-place.ts";
export { compareKeys } from "./store/key-bytes.ts";
export type { MaintenanceProgress, StoreMaintenance } from "./store/maintenance.ts";
// Stores
export { MemoryStore, memoryStore } from "./store/memory-store.ts";
export type { EntryFiller } from "./store/memory-transaction.ts";
export {
  type OverlayBatch,
  type OverlayChanges,
  type OverlayOptions,
  overlayTransaction,
} from "./store/overlay.ts";
export { checkRange } from "./store/range.ts";
export type { KeyspaceDifference } from "./store/state-diff.ts";
export type {
  BeginOptions,
  KeyRange,
  Keyspace,
  Store,
  StoreDriver,
  StoreEntry,
  StoreReader,
  StoreScan,
  StoreSnapshot,
  StoreTraits,
  StoreTransaction,
} from "./store/store.ts";
export type { DifferenceVisitor } from "./store/tree-diff.ts";
