/**
 * Everything a caller can ask for, by name, in terms of the synchronous API. What is `shared` reads committed state (or the state
 * of the scope it is called in) and waits for nobody; a `write` takes part in a group commit; what stands `alone` has the
 * database for itself.
 */
import {
  type CheckOptions,
  type Collection,
  type Database,
  type IntegerMode,
  isModelVaultError,
  ModelVaultError,
  type PackedCollection,
  type PackedShape,
  type QuerySpec,
  type ReadHandle,
  type Row,
  type Transaction,
  type Value,
  type VersionDescriptor,
  type VersionOptions,
  type WriteHandle,
} from "@modelvault/core";
import type { CollectionRef } from "../protocol/messages.ts";
import { ASK_ROWS, type Asking } from "./asking.ts";
import { ManyRows, OneRow } from "./row-results.ts";

/** What an operation works with beside its handle. */
export interface Context {
  readonly id: number;
  readonly asking: Asking;
  progress(progress: unknown): void;
}

// Arguments come from the caller's side of this package, or are judged by the engine as they are.
type Arguments = readonly never[];
export type SharedOperation = (handle: ReadHandle, context: Context, ...args: Arguments) => unknown;
export type WriteOperation = (handle: WriteHandle, context: Context, ...args: Arguments) => unknown;
export type AloneOperation = (db: Database, context: Context, ...args: Arguments) => unknown;

/** A collection as a call names it. */
export function rowsOf(handle: ReadHandle, ref: CollectionRef): Collection {
  return Array.isArray(ref)
    ? handle.collection(ref[0] as string, { integers: ref[1] as IntegerMode })
    : handle.collection(ref as string);
}

export function packedOf(handle: ReadHandle, ref: CollectionRef): PackedCollection {
  return Array.isArray(ref)
    ? handle.packed(ref[0] as string, { integers: ref[1] as IntegerMode })
    : handle.packed(ref as string);
}

/** A query with payloads in place of rows, and the shape its last run told. */
function packedQuery(handle: ReadHandle, ref: CollectionRef, spec: unknown) {
  let shape: PackedShape | undefined;
  const query = packedOf(handle, ref).query(spec, (told) => {
    shape = told;
  });
  return { query, shape: (): PackedShape | undefined => shape };
}

function plainQuery(handle: ReadHandle, ref: CollectionRef, spec: unknown) {
  return packedOf(handle, ref).query(spec, () => undefined);
}

export const SHARED: Readonly<Record<string, SharedOperation>> = {
  collectionNames: (handle) => handle.collectionNames(),
  hasCollection: (handle, _context, name: string) => handle.hasCollection(name),
  schema: (handle, _context, name: string) => handle.schema(name),
  schemaHash: (handle) => handle.schemaHash(),
  note: (handle, _context, key: string) => handle.note(key),
  notes: (handle, _context, prefix: string) => handle.notes(prefix),
  checkVersion: (handle, _context, name: string, descriptor: VersionDescriptor, options: CheckOptions) =>
    handle.checkVersion(name, descriptor, options),
  checkVersionBy(handle, { asking, id }, name: string, descriptor: VersionDescriptor, options: CheckOptions) {
    // Rows may be asked for twice, in no order that is promised: one at a time.
    const packed = handle.packed(name, { integers: "exact" });
    const shape = packed.shape();
    const look = packed.lookAhead();
    const rewrite = (_row: Row, key: Value): Row => asking.askOne(id, shape, look(key, 1));
    return handle.checkVersion(name, descriptor, { ...options, rewrite });
  },
  revision: (handle) => (handle as Database).revision(),
  version: (handle, _context, ref: CollectionRef) => rowsOf(handle, ref).version,
  count: (handle, _context, ref: CollectionRef) => rowsOf(handle, ref).count(),
  validate: (handle, _context, ref: CollectionRef, row: unknown) => rowsOf(handle, ref).validate(row),
  get(handle, _context, ref: CollectionRef, key: Value) {
    const packed = packedOf(handle, ref);
    return new OneRow(packed.shape(), packed.getMany([key])[0]);
  },
  has: (handle, _context, ref: CollectionRef, key: Value) => rowsOf(handle, ref).has(key),
  getMany(handle, _context, ref: CollectionRef, keys: readonly Value[]) {
    const packed = packedOf(handle, ref);
    return new ManyRows(packed.getMany(keys).values(), () => packed.shape());
  },
  rows(handle, _context, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    return new ManyRows(query.iterate(), shape);
  },
  iterate(handle, _context, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    return new ManyRows(query.iterate(), shape, null, true);
  },
  page(handle, _context, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    const { rows, next } = query.page();
    return new ManyRows(rows.values(), shape, next);
  },
  first(handle, _context, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    const payload = query.first();
    return new OneRow(shape(), payload);
  },
  one(handle, _context, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    const payload = query.one();
    return new OneRow(shape(), payload);
  },
  countRows: (handle, _context, ref: CollectionRef, spec: unknown) => plainQuery(handle, ref, spec).count(),
  exists: (handle, _context, ref: CollectionRef, spec: unknown) => plainQuery(handle, ref, spec).exists(),
  explain: (handle, _context, ref: CollectionRef, spec: unknown, options: { readonly run: false }) =>
    plainQuery(handle, ref, spec).explain(options),
};

export const WRITES: Readonly<Record<string, WriteOperation>> = {
  insert: (handle, _context, ref: CollectionRef, row: Row) => rowsOf(handle, ref).insert(row),
  put: (handle, _context, ref: CollectionRef, row: Row) => rowsOf(handle, ref).put(row),
  delete: (handle, _context, ref: CollectionRef, key: Value) => rowsOf(handle, ref).delete(key),
  insertMany(handle, _context, ref: CollectionRef, rows: readonly Row[], position: number) {
    try {
      return rowsOf(handle, ref).insertMany(rows);
    } catch (error) {
      throw position === 0 ? error : laterPosition(error, position);
    }
  },
  update(handle, _context, ref: CollectionRef, key: Value, patch: Row) {
    const packed = packedOf(handle, ref);
    const payload = packed.update(key, patch);
    return new OneRow(packed.shape(), payload);
  },
  updateBy(handle, { asking, id }, ref: CollectionRef, key: Value) {
    const packed = packedOf(handle, ref);
    const change = asking.functionOf(
      id,
      () => packed.shape(),
      () => packed.getMany([key]).filter((payload) => payload !== undefined),
    );
    const payload = packed.update(key, change);
    return new OneRow(packed.shape(), payload);
  },
  deleteRows: (handle, _context, ref: CollectionRef, spec: unknown) => plainQuery(handle, ref, spec).delete(),
  updateRows: (handle, _context, ref: CollectionRef, spec: QuerySpec, patch: Row) =>
    rowsOf(handle, ref).query(spec).update(patch),
  updateRowsBy(handle, { asking, id }, ref: CollectionRef, spec: QuerySpec) {
    const { select: _, ...whole } = spec;
    const { query, shape } = packedQuery(handle, ref, whole);
    // The rows as they are before the first of them changes, in the order in which they will.
    const payloads = query.all();
    let at = 0;
    const ahead = (): readonly Uint8Array[] => {
      const next = payloads.slice(at, at + ASK_ROWS);
      at += next.length;
      return next;
    };
    return rowsOf(handle, ref)
      .query(whole)
      .update(asking.functionOf(id, () => shape() as PackedShape, ahead));
  },
  register: (handle, _context, descriptor: never) => handle.register(descriptor),
  registerVersion: (
    handle,
    { progress },
    name: string,
    descriptor: VersionDescriptor,
    options: VersionOptions,
    told: boolean,
  ) => handle.registerVersion(name, descriptor, told ? { ...options, onProgress: progress } : options),
  registerVersionBy(
    handle,
    { asking, id, progress },
    name: string,
    descriptor: VersionDescriptor,
    options: VersionOptions,
    told: boolean,
  ) {
    const packed = handle.packed(name);
    const shape = packed.shape();
    const look = packed.lookAhead();
    const rewrite = asking.functionOf(
      id,
      () => shape,
      (_row, key) => look(key, ASK_ROWS),
    );
    // Decoded in the caller's thread as the caller wants its integers; here nobody looks at the rows.
    return handle.registerVersion(name, descriptor, {
      ...options,
      rewrite,
      integers: "exact",
      ...(told ? { onProgress: progress } : {}),
    });
  },
  renameCollection: (handle, _context, from: string, to: string) => handle.renameCollection(from, to),
  dropCollection: (handle, _context, name: string) => handle.dropCollection(name),
  setNote: (handle, _context, key: string, value: Uint8Array | undefined) => handle.setNote(key, value),
  /** A function of a module, which was loaded before. What it gives must be plain data. */
  run: (
    handle,
    _context,
    run: (tx: WriteHandle, ...args: readonly unknown[]) => unknown,
    args: readonly unknown[],
  ) => (handle as Transaction).transaction((tx) => structuredClone(run(tx, ...args))),
};

export const ALONE: Readonly<Record<string, AloneOperation>> = {
  checkpoint: (db) => db.checkpoint(),
  compact: (db, { progress }) => db.compact(progress),
  copyTo: (db, { progress }, destination: string) => db.copyTo(destination, progress),
  verify: (db) => db.verify(),
  stats: (db) => db.stats(),
  snapshotBytes: (db, { progress }) => db.snapshotBytes(progress),
  /** A function of a module that has nothing to do with the database. */
  call: (
    _db,
    { progress },
    run: (...args: readonly unknown[]) => unknown,
    args: readonly unknown[],
    told: boolean,
  ) => run(...args.slice(0, -1), { ...(args.at(-1) as object), ...(told ? { onProgress: progress } : {}) }),
};

/** An error of `insertMany` for rows that are the later part of what the caller gave. */
function laterPosition(error: unknown, before: number): unknown {
  if (!isModelVaultError(error) || typeof error.details.position !== "number") return error;
  const { code, message, details, issues, cause } = error;
  const position = before + error.details.position;
  return new ModelVaultError(
    code,
    message.replace(/^Row \d+ of rows/, `Row ${position} of rows`),
    { ...details, position },
    { issues, cause },
  );
}
