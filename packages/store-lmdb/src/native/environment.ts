/**
 * One open handle of an LMDB environment: keyspaces and bytes in, bytes out, no lifetimes. Every refusal of LMDB is thrown as a
 * coded error.
 *
 * Keys pass through {@link Environment.area}, a piece of memory shared with the addon:
 *
 *   get, position     the key at 0                           a cursor leaves the key it found at 32, the value's length at 0
 *   put, remove       flags, tree and key length at 0, 4, 8, the key at 12; behind it the length and the address of the value
 */
import { ModelVaultError } from "@modelvault/core";
import type { BoundSlot } from "../format/bounds.ts";
import { type Space, writeBytes, writePrefix } from "../format/keys.ts";
import {
  type NativeCursor,
  type NativeDbi,
  type NativeEnv,
  type NativeTreeFigures,
  type NativeTxn,
  native,
} from "./addon.ts";
import { KEY_EXISTS, LENGTH_BESIDE, lmdbError, NOT_FOUND, SHARED_VALUE } from "./codes.ts";
import { ValueSlab } from "./value-slab.ts";

const KEY_AREA_BYTES = 4_096;
/** Values up to this length are handed to LMDB through the area. */
const VALUE_AREA_BYTES = 65_536;
const WRITTEN_KEY_AT = 12;
const FOUND_KEY_AT = 32;

const NO_SUBDIR = 0x4000;
const READ_ONLY = 0x2_0000;
const NO_READ_AHEAD = 0x80_0000;
/** A transaction that can be given up. */
const ABORTABLE = 1;
const NO_SYNC = 0x1_0000;
/** Keys are plain bytes. */
const BINARY_KEYS = 3;

const PUT = 15;
const REMOVE = 13;
const NO_OVERWRITE = 0x10;
const APPEND = 0x2_0000;
const FAILED_CONDITION = 0x400_0000;

/** lmdb-js goes no further, whatever the page size. */
const KEY_BYTES_MAX = 1_978;

export interface EnvironmentOptions {
  readonly path: string;
  readonly readOnly: boolean;
  readonly mapBytes: number;
  readonly readersMax: number;
  readonly readAhead: boolean;
}

export interface EnvironmentFigures {
  /** Room in the address space, not in memory and not in the file. */
  readonly mapBytes: number;
  readonly pageBytes: number;
  readonly pagesUsed: number;
  /** Pages of the file that may be written again, or will be when the readers that still see them have ended. */
  readonly pagesFree: number;
  readonly treeDepth: number;
  readonly entries: number;
  /** Read transactions open now, of all processes. */
  readonly readers: number;
  readonly readersMax: number;
}

/** Each is a page, and never moves. */
const META_PAGES = 2;

/** Lines of `mdb_reader_list`: pid, thread and transaction, "-" for a place that is kept without one. */
function readerTransactions(lines: readonly string[]): number[] {
  return lines.flatMap((line) => {
    const transaction = /^\s*\d+\s+\S+\s+(\d+)\s*$/.exec(line)?.[1];
    return transaction === undefined ? [] : [Number(transaction)];
  });
}

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
  readonly #area: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #doubles: Float64Array<ArrayBuffer>;
  readonly #areaAddress: number;
  readonly #env: NativeEnv;
  readonly #envAddress: number;
  readonly #dbi: NativeDbi;
  readonly #dbiAddress: number;
  readonly #slab: ValueSlab;
  #pageBytes = 0;
  /** Keeps a long value where LMDB is told to find it. */
  #long: ArrayBuffer | undefined;

  /** @throws store_io, store_full, file_not_vault, file_version_unsupported, store_readers_full */
  constructor({ path, readOnly, mapBytes, readersMax, readAhead }: EnvironmentOptions) {
    this.path = path;
    const area = new Uint8Array(new ArrayBuffer(KEY_AREA_BYTES + VALUE_AREA_BYTES));
    this.#area = area;
    this.#words = new Uint32Array(area.buffer, 0, KEY_AREA_BYTES / 4);
    this.#doubles = new Float64Array(area.buffer, 0, KEY_AREA_BYTES / 8);
    this.#areaAddress = native.getAddress(area.buffer);
    this.#env = new native.Env();
    let isOpen = false;
    try {
      const options = { path, keyBytes: area, maxDbs: 1, maxReaders: readersMax, mapSize: mapBytes };
      const flags = NO_SUBDIR | (readOnly ? READ_ONLY : 0) | (readAhead ? 0 : NO_READ_AHEAD);
      this.#env.open(options, flags, 0);
      isOpen = true;
      this.#envAddress = this.#env.address;
      this.readOnly = (native.getEnvFlags(this.#envAddress) & READ_ONLY) !== 0;
      this.keyBytesMax = Math.min(this.#env.getMaxKeySize(), KEY_BYTES_MAX);
      this.#env.readerCheck();
      this.first = new native.Txn(this.#env, READ_ONLY);
      // Never asked to compress, and no value is so long that its first byte is looked at.
      const target = new native.Compression({ threshold: 0xffff_ffff, startingOffset: 0x7fff_ffff });
      this.#slab = new ValueSlab(target);
      this.#dbi = new native.Dbi(this.#env, 0, null, BINARY_KEYS, target);
      this.#dbiAddress = this.#dbi.address;
      native.resetTxn(this.first.address);
    } catch (error) {
      if (isOpen) this.#env.close();
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

  /** Whether the tree has no entry at all. */
  isEmpty(txn: number): boolean {
    const cursor = this.newCursor(txn);
    try {
      return this.positionFirst(cursor.address, 0) === 0;
    } finally {
      cursor.close();
    }
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

  // Cursors

  newCursor(txn: number): NativeCursor {
    try {
      return new native.Cursor(this.#dbi, txn);
    } catch (error) {
      throw lmdbError(error, this.path, "read");
    }
  }

  /** Memory for the bounds of a cursor. */
  newSlot(): BoundSlot {
    const endBytes = 4 + this.keyBytesMax;
    const bytes = new Uint8Array(new ArrayBuffer(endBytes + this.keyBytesMax));
    return { bytes, address: native.getAddress(bytes.buffer), startAt: endBytes };
  }

  /** The length of the key found, prefix included; 0 when there is none. */
  position(cursor: number, flags: number, slot: BoundSlot, startLength: number): number {
    const area = this.#area;
    const { bytes, startAt } = slot;
    for (let i = 0; i < startLength; i++) area[i] = bytes[startAt + i] as number;
    return this.#found(native.position(cursor, flags, 0, startLength, slot.address));
  }

  /** Goes to the first key of the tree, and will go on to the last. */
  positionFirst(cursor: number, flags: number): number {
    return this.#found(native.position(cursor, flags, 0, 0, 0));
  }

  next(cursor: number): number {
    return this.#found(native.iterate(cursor));
  }

  #found(answer: number): number {
    if (answer >= 0) return answer;
    if (answer === NOT_FOUND) return 0;
    throw lmdbError(answer, this.path, "read");
  }

  /** The key that a cursor found, without its prefix. */
  foundKey(prefixLength: number, keyLength: number): Uint8Array {
    return this.#area.slice(FOUND_KEY_AT + prefixLength, FOUND_KEY_AT + keyLength);
  }

  /** The value that the cursor found. */
  foundValue(cursor: number): Uint8Array {
    const length = this.#words[0] as number;
    if (length > this.#slab.capacity) {
      this.#slab.grow(length);
      this.#found(native.getCurrentValue(cursor));
    }
    return this.#slab.take(length);
  }

  // Writing

  /**
   * Begins the one write transaction; waits for as long as another process or thread has one.
   * @throws store_poisoned
   */
  begin(durable: boolean): void {
    this.#env.beginTxn(durable ? ABORTABLE : ABORTABLE | NO_SYNC);
    if (this.#env.getWriteTxnId() > 0) return;
    this.#env.abortTxn();
    throw lmdbError(-30795, this.path, "write to");
  }

  commit(): void {
    try {
      this.#env.commitTxn();
    } catch (error) {
      throw lmdbError(error, this.path, "commit to");
    }
  }

  abort(): void {
    this.#env.abortTxn();
  }

  /** Sets a value; returns whether there was one before. */
  put(space: Space, key: Uint8Array, value: Uint8Array): boolean {
    if (this.#write(PUT | NO_OVERWRITE, space, key, value)) return false;
    // What was empty stays so: index entries that are there are written once.
    if (value.length > 0 || this.#find(space, key, WRITER) > 0) this.#write(PUT, space, key, value);
    return true;
  }

  /** Sets a value behind every key there is. @throws file_damaged when the key is not behind them: whoever appends reads keys that ascend */
  append(space: Space, key: Uint8Array, value: Uint8Array): void {
    if (this.#write(PUT | APPEND, space, key, value)) return;
    throw new ModelVaultError(
      "file_damaged",
      `Keys do not ascend: what was to be written to "${this.path}" is not sound.`,
      { path: this.path },
    );
  }

  /** Sets a value, whatever was there. */
  set(space: Space, key: Uint8Array, value: Uint8Array): void {
    this.#write(PUT, space, key, value);
  }

  /** Removes an entry; returns whether there was one. */
  remove(space: Space, key: Uint8Array): boolean {
    return this.#write(REMOVE, space, key, undefined);
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
    const txn = this.newTxn();
    try {
      const { mapSize, lastPageNumber, maxReaders } = this.#env.info();
      const trees = [this.#dbi.stat(), this.#env.freeStat()];
      const pagesUsed = trees.reduce(
        (sum, tree) => sum + tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages,
        META_PAGES,
      );
      const [tree] = trees as [NativeTreeFigures];
      return {
        mapBytes: mapSize,
        pageBytes: tree.pageSize,
        pagesUsed,
        pagesFree: Math.max(0, lastPageNumber + 1 - pagesUsed),
        treeDepth: tree.treeDepth,
        entries: tree.entryCount,
        readersMax: maxReaders,
        readers: readerTransactions(this.#env.readerList()).length - 1,
      };
    } catch (error) {
      throw lmdbError(error, this.path, "read");
    } finally {
      txn.abort();
    }
  }

  /** How far the file is in use, by the last commit. Asked for in the write transaction at first, which needs no place among the readers. */
  extent(): { readonly pageBytes: number; readonly lastPage: number } {
    this.#pageBytes ||= this.#dbi.stat().pageSize;
    return { pageBytes: this.#pageBytes, lastPage: this.#env.info().lastPageNumber };
  }

  /** Pages of the tree, as the open write transaction has it. */
  treePages(): number {
    const tree = this.#dbi.stat();
    return tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages;
  }

  /** Whether a read transaction, of whatever process, shows a state before the last commit. */
  hasOldReaders(): boolean {
    const { lastTxnId } = this.#env.info();
    return readerTransactions(this.#env.readerList()).some((id) => id < lastTxnId);
  }

  /** Frees what dead processes hold; returns how many readers that were. */
  clearStaleReaders(): number {
    return this.#env.readerCheck();
  }

  /** Does one instruction; false when its condition was not met. */
  #write(flags: number, space: Space, key: Uint8Array, value: Uint8Array | undefined): boolean {
    const area = this.#area;
    const words = this.#words;
    const end = writeBytes(area, writePrefix(area, WRITTEN_KEY_AT, space), key);
    words[0] = flags;
    words[1] = this.#dbi.dbi;
    words[2] = end - WRITTEN_KEY_AT;
    if (value !== undefined) {
      const at = (end + 16) >> 3;
      words[at * 2 - 1] = value.length;
      this.#doubles[at] = this.#addressOf(value);
    }
    let answer: number | undefined;
    try {
      answer = native.write(this.#envAddress, this.#areaAddress);
    } catch (error) {
      throw lmdbError(error, this.path, "write to");
    } finally {
      this.#long = undefined;
    }
    if (answer !== undefined && answer !== 0 && answer !== KEY_EXISTS && answer !== NOT_FOUND)
      throw lmdbError(answer, this.path, "write to");
    return ((words[0] as number) & FAILED_CONDITION) === 0;
  }

  /** Where LMDB finds a value until the end of the call: a copy, for arrays of V8 may move. */
  #addressOf(value: Uint8Array): number {
    if (value.length <= VALUE_AREA_BYTES) {
      writeBytes(this.#area, KEY_AREA_BYTES, value);
      return this.#areaAddress + KEY_AREA_BYTES;
    }
    this.#long = new Uint8Array(value).buffer;
    return native.getAddress(this.#long);
  }
}
