/**
 * Following a vault that another process writes: reads on from the last commit seen, and takes the new rows over into the image, index
 * entries included. A vault that was put in the place of the old one (compaction, schema change) is read anew.
 */
import {
  encodeIndexKey,
  isModelVaultError,
  type KeyRange,
  type Keyspace,
  type StoreScan,
  type StoreTransaction,
  valueAt,
} from "@modelvault/core";
import { FileWindow } from "../log/file-window.ts";
import { scanLog } from "../log/scan.ts";
import type { OpenFile } from "../port/file-port.ts";
import type { Image } from "./image.ts";
import type { LogCatalog } from "./log-catalog.ts";
import { forEachFrom } from "./read-checkpoint.ts";
import { type KnownState, type ReadVault, readVault } from "./read-vault.ts";
import { RowReplay } from "./replay.ts";

const NOTHING = new Uint8Array(0);

/** How often a file is read again that looked damaged while it may have been written. */
const READINGS = 5;

/** Reads a file that a writer may be writing: half of a commit with the next one behind it looks like damage, but not twice. */
export function readWhileWritten(file: OpenFile, strict: boolean, known?: KnownState): ReadVault {
  for (let reading = 1; ; reading++) {
    try {
      return readVault(file, strict, strict, known);
    } catch (error) {
      const passing = isModelVaultError(error, "log_damaged") || isModelVaultError(error, "log_unclean");
      if (!passing || reading === READINGS) throw error;
    }
  }
}

/**
 * Takes over what was committed to the file since. False when that needs the file read anew: there are new schemas, or the log is not a
 * continuation of what was read.
 */
export function readOn(file: OpenFile, read: ReadVault, image: Image): boolean {
  const { contents, counts } = read;
  const window = new FileWindow(file);
  if (window.length < contents.end || read.unfinished) return false;
  const { schemas, end } = { schemas: contents.schemas.length, end: contents.end };
  // What does not end in a commit yet, or is being written, is left for the next time.
  scanLog(window, contents);
  if (contents.schemas.length > schemas) return false;
  const revision = contents.revision + read.revisionAhead;
  if (revision === image.store.revision()) return true;
  image.build();
  const transaction = image.store.begin();
  try {
    const rows = new IndexedRows(transaction, image.catalog);
    const replay = new RowReplay(image.catalog, rows, file.path);
    forEachFrom(window, contents.records, end, (bytes, at, to, offset) =>
      replay.apply(bytes, at, to, offset),
    );
    replay.countInto(counts);
    transaction.commit(revision);
  } finally {
    transaction.abort();
  }
  return true;
}

/** A transaction on rows that keeps their index entries. */
class IndexedRows implements StoreTransaction {
  readonly #inner: StoreTransaction;
  readonly #catalog: LogCatalog;

  constructor(inner: StoreTransaction, catalog: LogCatalog) {
    this.#inner = inner;
    this.#catalog = catalog;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#inner.get(space, key);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.#inner.scan(space, range);
  }

  count(space: Keyspace): number {
    return this.#inner.count(space);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.delete(space, key);
    this.#inner.put(space, key, value);
    for (const [index, entry] of this.#entries(space, key, value)) this.#inner.put(index, entry, NOTHING);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    const before = this.#inner.get(space, key);
    if (before === undefined) return;
    for (const [index, entry] of this.#entries(space, key, before)) this.#inner.delete(index, entry);
    this.#inner.delete(space, key);
  }

  commit(): number {
    return this.#inner.commit();
  }

  abort(): void {
    this.#inner.abort();
  }

  *#entries(space: Keyspace, key: Uint8Array, payload: Uint8Array): Iterable<[Keyspace, Uint8Array]> {
    const collection = space.kind === "rows" ? this.#catalog.collections.get(space.collection) : undefined;
    if (collection === undefined || collection.numbering.indexes.length === 0) return;
    const { state } = collection;
    const row = state.decoder(
      "exact",
      state.indexes.map(({ definition }) => definition.path),
    )(payload);
    for (const { definition, kind, space: index } of state.indexes) {
      const value = valueAt(row, definition.path);
      if (value !== null) yield [index, encodeIndexKey(kind, value, key)];
    }
  }
}
