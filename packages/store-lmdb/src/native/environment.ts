/**
 * One open handle of an LMDB environment: keyspaces and bytes in, bytes out, no lifetimes. Every refusal of LMDB is thrown as a
 * coded error. Keys of reads pass through a piece of memory shared with the addon.
 */
import { ModelVaultError } from "@modelvault/core";
import { type Space, writeBytes, writePrefix } from "../format/keys.ts";
import { type MapPlace, pageZeroFrom } from "../pages/page-map.ts";
import { type NativeDbi, type NativeEnv, type NativeTxn, native } from "./addon.ts";
import { LENGTH_BESIDE, lmdbError, NOT_FOUND, SHARED_VALUE } from "./codes.ts";
import { Cursors } from "./cursors.ts";
import { type EnvironmentFigures, Figures } from "./figures.ts";
import { type EnvironmentOptions, hidesCommit, openNative, READ_ONLY } from "./open-native.ts";
import { ValueSlab } from "./value-slab.ts";
import { APPEND, NO_OVERWRITE, PUT, REMOVE, WriteInstruction } from "./write-instruction.ts";
import { WriteLock } from "./write-lock.ts";

const KEY_AREA_BYTES = 4_096;

/** Keys are plain bytes. */
const BINARY_KEYS = 3;

/** lmdb-js goes no further, whatever the page size. */
const KEY_BYTES_MAX = 1_978;

/** The open write transaction, where an address of a read transaction is asked for. */
export const WRITER = 0;

export class Environment {
  readonly path: string;
  /** Whether LMDB itself has the file open for reading only. */
  readonly readOnly: boolean;
  /** Longest key, prefix included. */
  readonly keyBytesMax: number;
  /** The read transaction that the tree was opened with. LMDB's own figures are read in it. */
  readonly first: NativeTxn;
  readonly cursors: Cursors;
  readonly #area: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #env: NativeEnv;
  readonly #dbi: NativeDbi;
  readonly #dbiAddress: number;
  readonly #slab: ValueSlab;
  readonly #instruction: WriteInstruction;
  readonly #figures: Figures;
  readonly #lock: WriteLock;

  /** @throws store_io, store_full, file_not_vault, file_version_unsupported, store_readers_full */
  constructor(options: EnvironmentOptions) {
    const { path } = options;
    this.path = path;
    const area = new Uint8Array(new ArrayBuffer(KEY_AREA_BYTES));
    this.#area = area;
    this.#words = new Uint32Array(area.buffer, 0, KEY_AREA_BYTES / 4);
    let env: NativeEnv | undefined;
    try {
      const opened = openNative(options, area);
      env = opened.env;
      this.#env = env;
      this.#lock = new WriteLock(env, path);
      this.first = opened.first;
      const { address } = env;
      this.readOnly = (native.getEnvFlags(address) & READ_ONLY) !== 0;
      this.keyBytesMax = Math.min(this.#env.getMaxKeySize(), KEY_BYTES_MAX);
      // Never asked to compress, and no value is so long that its first byte is looked at.
      const target = new native.Compression({ threshold: 0xffff_ffff, startingOffset: 0x7fff_ffff });
      this.#slab = new ValueSlab(target);
      this.#dbi = new native.Dbi(this.#env, 0, null, BINARY_KEYS, target);
      this.#dbiAddress = this.#dbi.address;
      this.cursors = new Cursors(this.#dbi, area, this.#slab, path, this.keyBytesMax);
      this.#instruction = new WriteInstruction(path, address, this.#dbi.dbi);
      this.#figures = new Figures(this.#env, this.#dbi, path, () => this.newTxn());
      if (!this.readOnly && hidesCommit(env, this.first, this.#figures)) this.showLastCommit();
      native.resetTxn(this.first.address);
    } catch (error) {
      env?.close();
      throw lmdbError(error, path, "open");
    }
  }

  close(): void {
    this.#env.close();
  }

  // Reading, in the read transaction at an address or in the WRITER

  get(space: Space, key: Uint8Array, txn: number): Uint8Array | undefined {
    let length = this.#find(space, key, txn);
    if (length < 0) return undefined;
    if (length > this.#slab.capacity) {
      this.#slab.grow(length);
      length = this.#find(space, key, txn);
    }
    return this.#slab.take(length);
  }

  has(space: Space, key: Uint8Array, txn: number): boolean {
    return this.#find(space, key, txn) >= 0;
  }

  /** Length of the value, or -1. The value is where the slab takes it from, if it fits there. */
  #find(space: Space, key: Uint8Array, txn: number): number {
    const prefixLength = writePrefix(this.#area, 0, space);
    if (prefixLength + key.length > this.keyBytesMax) return -1;
    const keyLength = writeBytes(this.#area, prefixLength, key);
    const length = native.getByBinary(this.#dbiAddress, keyLength, 0, txn);
    if (length >= 0) return length;
    if (length === NOT_FOUND) return -1;
    if (length === LENGTH_BESIDE || length === SHARED_VALUE) return this.#words[0] as number;
    throw lmdbError(length, this.path, "read");
  }

  newTxn(): NativeTxn {
    try {
      return new native.Txn(this.#env, READ_ONLY);
    } catch (error) {
      throw lmdbError(error, this.path, "read");
    }
  }

  renew(txn: NativeTxn): void {
    try {
      txn.renew();
    } catch (error) {
      throw lmdbError(error, this.path, "read");
    }
  }

  reset(txn: NativeTxn): void {
    native.resetTxn(txn.address);
  }

  // The file as memory

  /** Where LMDB has the file in memory, as the place of a row in it tells; undefined: that cannot be told now. */
  mapPlace(space: Space, key: Uint8Array): MapPlace | undefined {
    // A write transaction may have the row elsewhere.
    if (this.#lock.isOpen) return undefined;
    const { mapSize: before } = this.#env.info();
    // The row is looked up in the read transaction that was made last.
    const txn = this.newTxn();
    try {
      const keyLength = writeBytes(this.#area, writePrefix(this.#area, 0, space), key);
      const row = native.getSharedByBinary(this.#dbiAddress, keyLength);
      if (row === undefined || row.length === 0) return undefined;
      const { pageSize: pageBytes } = this.#dbi.stat();
      const address = pageZeroFrom(native.getBufferAddress(row), pageBytes);
      // Another thread may have mapped the file anew in the meantime.
      const { mapSize: bytes } = this.#env.info();
      return address === undefined || bytes !== before ? undefined : { address, bytes, pageBytes };
    } finally {
      txn.abort();
    }
  }

  // Writing

  /**
   * Begins the one write transaction; waits for as long as another process or thread has one. Returns LMDB's number of it, one above that of the last
   * commit.
   * @throws store_poisoned, store_io, store_closed when the process is ending
   */
  begin(durable: boolean): number {
    return this.#lock.begin(durable);
  }

  /** Makes sure that transactions to come begin from the last commit, or a later one; waits for another writer. @throws store_io, store_poisoned */
  showLastCommit(): void {
    this.#lock.showLastCommit();
  }

  commit(): void {
    this.#lock.commit();
  }

  abort(): void {
    this.#lock.abort();
  }

  /** Sets a value; returns whether there was one before. */
  put(space: Space, key: Uint8Array, value: Uint8Array): boolean {
    if (this.#instruction.run(PUT | NO_OVERWRITE, space, key, value)) return false;
    // What was empty stays so: index entries that are there are written once.
    if (value.length > 0 || this.#find(space, key, WRITER) > 0) this.#instruction.run(PUT, space, key, value);
    return true;
  }

  /** Sets a value behind every key there is. @throws file_damaged when the key is not behind them: whoever appends reads keys that ascend */
  append(space: Space, key: Uint8Array, value: Uint8Array): void {
    if (this.#instruction.run(PUT | APPEND, space, key, value)) return;
    throw new ModelVaultError(
      "file_damaged",
      `Keys do not ascend: what was to be written to "${this.path}" is not sound.`,
      { path: this.path },
    );
  }

  /** Sets a value, whatever was there. */
  set(space: Space, key: Uint8Array, value: Uint8Array): void {
    this.#instruction.run(PUT, space, key, value);
  }

  /** Removes an entry; returns whether there was one. */
  remove(space: Space, key: Uint8Array): boolean {
    return this.#instruction.run(REMOVE, space, key, undefined);
  }

  /** Removes every entry, in the open write transaction. */
  clear(): void {
    try {
      this.#dbi.drop({ justFreePages: true });
    } catch (error) {
      throw lmdbError(error, this.path, "write to");
    }
  }

  // Figures

  /** Of the state of the open write transaction, or of the last commit. */
  figures(): EnvironmentFigures {
    return this.#figures.all();
  }

  /** How far the file is in use, by the last commit. Asked for in the write transaction at first, which needs no place among the readers. */
  extent(): { readonly pageBytes: number; readonly lastPage: number } {
    return {
      pageBytes: this.#figures.pageBytes(),
      lastPage: this.#lock.lastPage,
    };
  }

  /** Pages of the tree, as the open write transaction has it. */
  treePages(): number {
    return this.#figures.treePages();
  }

  /** Whether a read transaction, of whatever process, shows a state before the last commit. */
  hasOldReaders(): boolean {
    return this.#figures.hasOldReaders();
  }

  /** Frees what dead processes hold; returns how many readers that were. */
  clearStaleReaders(): number {
    return this.#env.readerCheck();
  }
}
