/**
 * Registering collections and new schema versions. A version is classified first; what would not fit stored rows
 * is refused, or done in one transaction with the rows checked or rewritten: all of it or nothing.
 */
import { putNewCollection, putNextVersion } from "../catalog/write-schema.ts";
import type { CollectionState, IntegerMode, RowDecoder } from "../collection/collection-state.ts";
import { scalarKindOf } from "../collection/compile-state.ts";
import { argumentInvalid } from "../database/options.ts";
import { isModelVaultError, ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction, refusePromise } from "../errors/refuse-promise.ts";
import { didYouMean } from "../errors/suggest.ts";
import { changeIndexEntries, sameBytes, show } from "../index/index-entries.ts";
import { decodeKey } from "../keys/key-codec.ts";
import { checkCollection } from "../schema/check-collection.ts";
import type { CollectionDescriptor, FieldDescriptor, IndexDescriptor } from "../schema/descriptors.ts";
import { trimName } from "../schema/names.ts";
import { resolvePath } from "../schema/resolve-path.ts";
import { schemaToDescriptors } from "../schema/to-descriptors.ts";
import type { Row, Schema, Value } from "../schema/types.ts";
import { scanInChunks } from "../transaction/chunked-scan.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { classify, type Finding, worstOf } from "./classify.ts";
import { emptySpace } from "./empty-space.ts";

/** What a registration came to. */
export interface Registration {
  readonly name: string;
  /** Current schema version of the collection, from 1. */
  readonly version: number;
  /** Whether anything was written: registering what is there already writes nothing. */
  readonly changed: boolean;
  /** What a new version changed, all of it; empty for a new collection. */
  readonly findings: readonly Finding[];
}

/** Creates a collection, or finds that it exists with this very schema. @throws schema errors, collection_exists */
export function registerCollection(session: WriteSession, descriptor: unknown): Registration {
  const { name, schema } = checkCollection(descriptor);
  const existing = session.catalog.find(name);
  if (existing !== undefined) {
    const findings = classify(existing.schema, schema);
    if (findings.length === 0)
      return { name: existing.name, version: existing.version, changed: false, findings };
    throw new ModelVaultError(
      "collection_exists",
      `The collection "${existing.name}" exists with another schema (${listFindings(findings)}); use registerVersion to change it.`,
      { collection: existing.name, version: existing.version, findings },
    );
  }
  const state = putNewCollection(session, name, schema);
  return { name: state.name, version: 1, changed: true, findings: [] };
}

/** A new version of a collection's schema. */
export interface VersionDescriptor {
  readonly fields: readonly FieldDescriptor[];
  /** Left out: the indexes stay as they are. An empty list drops them all. */
  readonly indexes?: readonly IndexDescriptor[];
}

export interface VersionOptions {
  /**
   * How far the change may go. `"safe"` (default): no stored row is touched. `"migration"`: stored rows are checked, and
   * rewritten where `rewrite` is given. `"breaking"`: fields and values may be lost as well.
   */
  readonly accept?: "safe" | "migration" | "breaking";
  /**
   * Makes the new row from the old one (in the shape of the old schema), for every stored row. It may read other collections; it
   * may not write, nor read the collection whose rows are on their way (`update_reentrant`).
   */
  readonly rewrite?: (row: Row) => Row;
}

const ACCEPTED = ["safe", "migration", "breaking"] as const;

/**
 * Gives a collection a new schema version, or finds that nothing differs.
 * @throws collection_unknown, schema errors, migration_required, breaking_change, migration_row_invalid, unique_violation
 */
export function registerVersion(
  session: WriteSession,
  name: string,
  descriptor: VersionDescriptor,
  options: VersionOptions,
  integers: IntegerMode,
): Registration {
  const before = session.catalog.require(name);
  const { accept, rewrite } = checkVersionOptions(options);
  const whole = wholeDescriptor(before, descriptor);
  if (descriptor.indexes === undefined)
    refuseStrandedIndexes(before, checkCollection({ ...whole, indexes: [] }).schema);
  const { schema } = checkCollection(whole);
  refuseChangedSchema(session, before);
  const findings = classify(before.schema, schema);
  if (findings.length === 0 && rewrite === undefined) {
    return { name: before.name, version: before.version, changed: false, findings };
  }
  const worst = findings.length === 0 ? "safe" : worstOf(findings);
  refuseBeyond(accept, worst, before, findings);
  const after = putNextVersion(session, before, schema);
  dropGoneIndexes(session, before, after);
  if (worst !== "safe" || rewrite !== undefined) rewriteRows(session, before, after, rewrite, integers);
  else buildNewIndexes(session, before, after);
  return { name: after.name, version: after.version, changed: true, findings };
}

/** The descriptor of a version as that of a collection. Name and primary key may be said again, as `db.schema` does, and not changed. */
function wholeDescriptor(before: CollectionState, version: VersionDescriptor): CollectionDescriptor {
  const kept = { name: before.name, primaryKey: before.schema.primaryKey };
  const given: VersionDescriptor & Partial<typeof kept> = { ...version };
  for (const key of ["name", "primaryKey"] as const) {
    const value: unknown = given[key];
    if (value !== undefined && !(typeof value === "string" && trimName(value) === kept[key])) {
      throw argumentInvalid(
        `descriptor.${key}`,
        `${JSON.stringify(kept[key])} or left out, as a new version cannot change it`,
        value,
      );
    }
  }
  const indexes = given.indexes === undefined ? schemaToDescriptors(before.schema).indexes : given.indexes;
  return { ...given, ...kept, indexes };
}

/** Options and descriptors are the caller's objects: a getter of theirs may have registered a version meanwhile. */
function refuseChangedSchema(session: WriteSession, before: CollectionState): void {
  if (session.catalog.find(before.name) === before) return;
  throw new ModelVaultError(
    "update_reentrant",
    `The schema of "${before.name}" was changed while the descriptor of its new version was read.`,
    { collection: before.name },
  );
}

/** Says what a kept index lacks, in place of finding fault with an index that the caller did not write. */
function refuseStrandedIndexes(before: CollectionState, schema: Schema): void {
  for (const { name, path } of before.schema.indexes) {
    const leaf = resolvePath(schema, path);
    if (leaf !== undefined && scalarKindOf(leaf.type) !== undefined) continue;
    const place = path.join(".");
    throw new ModelVaultError(
      "index_invalid",
      `The index "${name}" of "${before.name}" would be kept, but the new version has nothing to index at "${place}". List the indexes to keep in indexes.`,
      { collection: before.name, index: name, path: place },
    );
  }
}

function checkVersionOptions(
  options: VersionOptions,
): Required<Pick<VersionOptions, "accept">> & VersionOptions {
  for (const key of Object.keys(options)) {
    if (key !== "accept" && key !== "rewrite")
      throw argumentInvalid(
        `options.${key}`,
        "accept or rewrite",
        key,
        didYouMean(key, ["accept", "rewrite"]),
      );
  }
  const { accept = "safe", rewrite } = options;
  if (!ACCEPTED.includes(accept))
    throw argumentInvalid("options.accept", '"safe", "migration" or "breaking"', accept);
  if (rewrite !== undefined && typeof rewrite !== "function")
    throw argumentInvalid("options.rewrite", "a function of the row", rewrite);
  refuseAsyncFunction(rewrite, "options.rewrite", "registerVersion");
  return rewrite === undefined ? { accept } : { accept, rewrite };
}

function refuseBeyond(
  accept: "safe" | "migration" | "breaking",
  worst: Finding["class"],
  state: CollectionState,
  findings: readonly Finding[],
): void {
  const details = { collection: state.name, version: state.version, findings };
  if (worst === "breaking" && accept !== "breaking") {
    throw new ModelVaultError(
      "breaking_change",
      `The new version of "${state.name}" breaks stored rows: ${listFindings(findings)}. To go on all the same, pass { accept: "breaking" }.`,
      details,
    );
  }
  if (worst === "needs_migration" && accept === "safe") {
    throw new ModelVaultError(
      "migration_required",
      `The new version of "${state.name}" needs its rows migrated: ${listFindings(findings)}. Pass { accept: "migration" }, with a rewrite function where rows must change.`,
      details,
    );
  }
}

function listFindings(findings: readonly Finding[]): string {
  return findings
    .filter((finding) => finding.class === worstOf(findings))
    .map((finding) => finding.reason.replace(/\.$/, ""))
    .join("; ");
}

function dropGoneIndexes(session: WriteSession, before: CollectionState, after: CollectionState): void {
  const kept = new Set(after.indexes.map(({ id }) => id));
  for (const { id, space } of before.indexes) {
    if (!kept.has(id)) emptySpace(session, space);
  }
}

/** Fills indexes that are new, from rows that stay as they are. */
function buildNewIndexes(session: WriteSession, before: CollectionState, after: CollectionState): void {
  const known = new Set(before.indexes.map(({ id }) => id));
  const added = after.indexes.filter(({ id }) => !known.has(id));
  if (added.length === 0) return;
  const decode = after.decoder(
    "exact",
    added.map(({ definition }) => definition.path),
  );
  const onlyAdded: CollectionState = { ...after, indexes: added };
  for (const [key, payload] of scanInChunks(session.journal, after.rows)) {
    changeIndexEntries(session.journal, onlyAdded, key, undefined, decode(payload));
  }
}

/**
 * Takes every row from the old version to the new one. Old index entries go first, all of them, so that a unique value
 * may move from one row to another.
 */
function rewriteRows(
  session: WriteSession,
  before: CollectionState,
  after: CollectionState,
  rewrite: VersionOptions["rewrite"],
  integers: IntegerMode,
): void {
  const { journal } = session;
  for (const { space } of after.indexes) emptySpace(session, space);
  const decodeOld = before.decoder(integers);
  const decodeNew = after.decoder("exact");
  session.catalog = session.catalog.withRewriting(after.id);
  for (const [key, payload] of scanInChunks(journal, before.rows)) {
    const row =
      rewrite === undefined
        ? readAs(decodeNew, payload, before, after, key)
        : refusingWrites(session, after, () => after.copy(callRewrite(rewrite, decodeOld(payload))));
    const issues = after.validate(row);
    if (issues.length > 0) {
      throw new ModelVaultError(
        "migration_row_invalid",
        `The row ${show(keyOf(before, key))} of "${after.name}" does not fit the new version: ${issues.map((issue) => issue.message).join(" ")}`,
        { collection: after.name, key: keyOf(before, key) },
        { issues },
      );
    }
    const checked = row as Row;
    if (!sameBytes(after.encodeKey(checked[after.schema.primaryKey] ?? null), key)) {
      throw new ModelVaultError(
        "primary_key_changed",
        `The rewrite changed the primary key of the row ${show(keyOf(before, key))} of "${after.name}".`,
        { collection: after.name, key: keyOf(before, key) },
      );
    }
    journal.change(after.rows, key, payload, after.encode(checked));
    changeIndexEntries(journal, after, key, undefined, checked);
  }
  session.catalog = session.catalog.withRewritten(after.id);
}

/** The row in its new shape. Text that is to be JSON from now on, and is none, is a row that does not fit: it is no damage. */
function readAs(
  decodeNew: RowDecoder,
  payload: Uint8Array,
  before: CollectionState,
  after: CollectionState,
  key: Uint8Array,
): Row {
  try {
    return decodeNew(payload);
  } catch (cause) {
    if (!isModelVaultError(cause, "record_payload_invalid")) throw cause;
    before.decoder("exact")(payload);
    throw new ModelVaultError(
      "migration_row_invalid",
      `The row ${show(keyOf(before, key))} of "${after.name}" does not fit the new version: it cannot be read as such. ${cause.message}`,
      { collection: after.name, key: keyOf(before, key) },
      { cause },
    );
  }
}

/** Half of the rows are of the old version and indexes are being filled: nothing may be written from outside now. */
function refusingWrites<T>(session: WriteSession, { name }: CollectionState, work: () => T): T {
  const { operations } = session.journal;
  const result = work();
  if (session.journal.operations === operations) return result;
  throw new ModelVaultError(
    "update_reentrant",
    `The rewrite function for "${name}" wrote to the database; it may only return the new row.`,
    { collection: name },
  );
}

function callRewrite(rewrite: (row: Row) => Row, old: Row): unknown {
  return refusePromise(
    rewrite(old),
    "options.rewrite",
    "The rewrite function returned a promise; it must return the new row.",
  );
}

function keyOf(state: CollectionState, key: Uint8Array): Value {
  return decodeKey(state.primaryKind, key, "exact");
}
