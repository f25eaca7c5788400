/**
 * Everything a caller can ask for, by name, in terms of the synchronous API. What is `shared` reads committed state (or the state
 * of the scope it is called in) and waits for nobody; a `write` takes part in a group commit; what stands `alone` has the
 * database for itself.
 */
import {
  type CheckOptions,
  type Collection,
  collectionNoteKey,
  type Database,
  type IntegerMode,
  isModelVaultError,
  ModelVaultError,
  OpenTransaction,
  type PackedCollection,
  type PackedShape,
  type QuerySpec,
  type ReadHandle,
  type Row,
  type Steps,
  type Transaction,
  type Value,
  type VersionDescriptor,
  type VersionOptions,
  type WriteHandle,
} from "@modelvault/core";
import type { CollectionRef } from "../protocol/messages.ts";
import { ASK_ROWS, AskFailed, type Asking } from "./asking.ts";
import { ManyRows, OneRow, Stepped } from "./results.ts";
import { Showing } from "./showing.ts";

/** What an operation works with beside its handle. */
export interface Context {
  readonly id: number;
  readonly asking: Asking;
  /** Whether long work is to be interrupted now. */
  readonly isDue: () => boolean;
  progress(progress: unknown): void;
}

// Arguments come from the caller's side of this package, or are judged by the engine as they are.
type Arguments = readonly never[];
export type SharedOperation = (handle: ReadHandle, context: Context, ...args: Arguments) => unknown;
export type WriteOperation = (handle: WriteHandle, context: Context, ...args: Arguments) => unknown;
export type AloneOperation = (db: Database, context: Context, ...args: Arguments) => unknown;

/** A collection as a call names it. @throws collection_unknown, model_mismatch where it is not the edition that was meant */
export function rowsOf(handle: ReadHandle, ref: CollectionRef): Collection {
  if (isName(ref)) return handle.collection(ref);
  refuseMoved(handle, ref);
  return handle.collection(ref[0], integersOf(ref));
}

/** @throws as {@link rowsOf} */
export function packedOf(handle: ReadHandle, ref: CollectionRef): PackedCollection {
  if (isName(ref)) return handle.packed(ref);
  refuseMoved(handle, ref);
  return handle.packed(ref[0], integersOf(ref));
}

/** Whatever the caller gave for a name, the engine judges. */
function isName(ref: CollectionRef): ref is string {
  return !Array.isArray(ref);
}

function integersOf([, integers]: Exclude<CollectionRef, string>): { readonly integers?: IntegerMode } {
  return integers === undefined ? {} : { integers };
}

/** Which collection has a name, and in which version: one dropped and registered anew is another. */
function editionOf(handle: ReadHandle, name: string): string {
  const { id, version } = handle.packed(name).shape().state;
  return `${id}.${version}`;
}

/** @throws model_mismatch, collection_unknown */
export function refuseMoved(handle: ReadHandle, ref: CollectionRef): void {
  if (isName(ref) || ref[2] === undefined) return;
  const [collection, , edition] = ref;
  if (editionOf(handle, collection) === edition) return;
  const { version } = handle.collection(collection);
  throw new ModelVaultError(
    "model_mismatch",
    `The collection "${collection}" has another schema than when it was opened. Open it again.`,
    { collection, version },
  );
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
  checkVersionBy(
    handle,
    { asking, id, progress },
    name: string,
    descriptor: VersionDescriptor,
    options: CheckOptions,
    { rewrites, shows }: { readonly rewrites: boolean; readonly shows: boolean },
  ) {
    const packed = handle.packed(name, { integers: "exact" });
    const shape = packed.shape();
    const look = packed.lookAhead();
    // Rows may be asked for twice, in no order that is promised: one at a time.
    let left = false;
    const rewrite = (_row: Row, key: Value): Row => {
      if (left) throw new AskFailed();
      try {
        return asking.askOne(id, shape, look(key, 1));
      } catch (error) {
        left = error instanceof AskFailed;
        throw error;
      }
    };
    const showing = new Showing(progress, () => asking.catchUp(id, shape));
    const onRow = (row: Row, key: Value): void => showing.show(row, key);
    const check = handle.checkVersion(name, descriptor, {
      ...options,
      // Rows are decoded in the caller's thread as the caller wants its integers.
      ...(rewrites ? { rewrite, integers: "exact" } : {}),
      ...(shows ? { onRow } : {}),
    });
    showing.end();
    return check;
  },
  revision: (handle) => (handle as Database).revision(),
  version: (handle, _context, ref: CollectionRef) => rowsOf(handle, ref).version,
  edition(handle, _context, ref: CollectionRef) {
    const name = isName(ref) ? ref : ref[0];
    const schema = handle.schema(name);
    return {
      edition: editionOf(handle, name),
      schema,
      notes: handle.notes(collectionNoteKey("variants", name)),
    };
  },
  count: (handle, _context, ref: CollectionRef) => rowsOf(handle, ref).count(),
  validate: (handle, _context, ref: CollectionRef, row: unknown) => rowsOf(handle, ref).validate(row),
  get(handle, _context, ref: CollectionRef, key: Value) {
    const packed = packedOf(handle, ref);
    return new OneRow(packed.shape(), packed.getMany([key])[0]);
  },
  has: (handle, _context, ref: CollectionRef, key: Value) => rowsOf(handle, ref).has(key),
  getMany(handle, _context, ref: CollectionRef, keys: readonly Value[]) {
    const packed = packedOf(handle, ref);
    const payloads = packed.getMany(keys).map((payload) => payload ?? null);
    // As of now: the collection may have another one when the last of them are sent.
    const shape = packed.shape();
    return new ManyRows(payloads.values(), () => shape);
  },
  rows: (handle, context, ref: CollectionRef, spec: unknown) => rowsFound(handle, context, ref, spec, false),
  iterate: (handle, context, ref: CollectionRef, spec: unknown) =>
    rowsFound(handle, context, ref, spec, true),
  page(handle, { isDue }, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    return Stepped.of(
      query.stepwise("page", isDue),
      ({ rows, next }) => new ManyRows(rows.values(), shape, next),
    );
  },
  first(handle, { isDue }, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    return Stepped.of(query.stepwise("first", isDue), (payload) => new OneRow(shape(), payload));
  },
  one(handle, { isDue }, ref: CollectionRef, spec: unknown) {
    const { query, shape } = packedQuery(handle, ref, spec);
    return Stepped.of(query.stepwise("one", isDue), (payload) => new OneRow(shape(), payload));
  },
  countRows: (handle, { isDue }, ref: CollectionRef, spec: unknown) =>
    Stepped.of(plainQuery(handle, ref, spec).stepwise("count", isDue)),
  exists: (handle, { isDue }, ref: CollectionRef, spec: unknown) =>
    Stepped.of(plainQuery(handle, ref, spec).stepwise("exists", isDue)),
  explain(handle, { isDue }, ref: CollectionRef, spec: unknown, options: { readonly run: false }) {
    // Rows are made here as they would be there: that is part of what is measured, and may be what fails.
    const query = rowsOf(handle, ref).query(spec as QuerySpec);
    // Any other options are for the query itself to judge.
    return Object.keys(options).length === 0
      ? Stepped.of(query.stepwise("explain", isDue))
      : query.explain(options);
  },
};

/** All rows of a query, as the caller takes them. */
function rowsFound(
  handle: ReadHandle,
  { isDue }: Context,
  ref: CollectionRef,
  spec: unknown,
  iterated: boolean,
): ManyRows | Stepped {
  const { query, shape } = packedQuery(handle, ref, spec);
  if (!(handle instanceof OpenTransaction))
    return new ManyRows(query.iterateStepwise(isDue), shape, null, iterated);
  // What a transaction shows now may be gone with its next write.
  return Stepped.of(
    query.stepwise("all", isDue),
    (payloads) => new ManyRows(payloads.values(), shape, null, iterated),
  );
}

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
  deleteRows: (handle, { isDue }, ref: CollectionRef, spec: unknown) =>
    Stepped.of(plainQuery(handle, ref, spec).deleteStepwise(isDue)),
  updateRows: (handle, { isDue }, ref: CollectionRef, spec: QuerySpec, patch: Row) =>
    Stepped.of(rowsOf(handle, ref).query(spec).updateStepwise(patch, isDue)),
  updateRowsBy: (handle, context, ref: CollectionRef, spec: QuerySpec) =>
    Stepped.of(updateRowsBy(handle, context, ref, spec)),
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
  ) => (handle as Transaction).transaction((tx) => structuredClone(atOnce(run(tx, ...args)))),
};

/** What a function of a module gives, which must not be a promise: nobody would wait for it. @throws callback_async */
function atOnce(value: unknown): unknown {
  if (typeof (value as { readonly then?: unknown } | null | undefined)?.then !== "function") return value;
  // Its rejection, if any, is not news, and must not end this thread.
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new ModelVaultError(
    "callback_async",
    "The function of the module returned a promise. It runs as one transaction, in one go, so it must be synchronous.",
    { argument: "name" },
  );
}

export const ALONE: Readonly<Record<string, AloneOperation>> = {
  checkpoint: (db) => db.checkpoint(),
  compact: (db, { progress }) => db.compact(progress),
  copyTo: (db, { progress }, destination: string) => db.copyTo(destination, progress),
  verify: (db, { isDue }) => Stepped.of(db.verifyStepwise(isDue)),
  stats: (db) => db.stats(),
  snapshotBytes: (db, { progress }) => db.snapshotBytes(progress),
  /** A function of a module that has nothing to do with the database. */
  call: (
    _db,
    { progress },
    run: (...args: readonly unknown[]) => unknown,
    args: readonly unknown[],
    told: boolean,
  ) =>
    atOnce(
      run(...args.slice(0, -1), { ...(args.at(-1) as object), ...(told ? { onProgress: progress } : {}) }),
    ),
};

/** Changes the rows of a query by a function of the caller. */
function* updateRowsBy(
  handle: WriteHandle,
  { asking, id, isDue }: Context,
  ref: CollectionRef,
  spec: QuerySpec,
): Steps<number> {
  const { select: _, ...whole } = spec;
  const { query, shape } = packedQuery(handle, ref, whole);
  // The rows as they are before the first of them changes, in the order in which they will.
  const payloads = yield* query.stepwise("all", isDue);
  let at = 0;
  const ahead = (): readonly Uint8Array[] => {
    const next = payloads.slice(at, at + ASK_ROWS);
    at += next.length;
    return next;
  };
  const change = asking.functionOf(id, () => shape() as PackedShape, ahead);
  return yield* rowsOf(handle, ref).query(whole).updateStepwise(change, isDue);
}

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
