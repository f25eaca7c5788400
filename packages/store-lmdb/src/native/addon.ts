/**
 * The native half of `lmdb` (lmdb-js 3.5.6), as this driver calls it. lmdb-js's own JavaScript above it renews read transactions
 * by a timer, answers `get` from the write transaction whatever transaction it was given, and forgets the error of a failed
 * `put`; a store needs to decide all three itself. The package exports the addon, the version is pinned in package.json, and
 * what is used is looked for by name here, so that another build is refused at once.
 *
 * Addresses are numbers: pointers of the process. Everything an address points at must be kept from the garbage collector by
 * whoever uses the address.
 */
import * as lmdb from "lmdb";

/** An environment: one open handle of an LMDB file. Handles of one process share LMDB's own environment beneath. */
export interface NativeEnv {
  readonly address: number;
  /** Throws errors with a numeric `code`. `flags` are LMDB's. */
  open(options: NativeEnvOptions, flags: number, jsFlags: number): void;
  close(): void;
  /** Takes the write lock, however long it takes. Says nothing when LMDB refuses: then {@link NativeEnv.getWriteTxnId} is 0. */
  beginTxn(flags: number): void;
  /** False when nothing was changed. Throws errors with a numeric `code`. */
  commitTxn(): boolean;
  abortTxn(): void;
  getWriteTxnId(): number;
  getMaxKeySize(): number;
  readerCheck(): number;
  readerList(): string[];
  info(): {
    readonly mapSize: number;
    readonly lastPageNumber: number;
    readonly lastTxnId: number;
    readonly maxReaders: number;
    readonly numReaders: number;
  };
  /** Of the free list, read in the last read transaction made or the open write transaction. */
  freeStat(): NativeTreeFigures;
}

export interface NativeTreeFigures {
  readonly pageSize: number;
  readonly treeDepth: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly entryCount: number;
  readonly overflowPages: number;
}

export interface NativeEnvOptions {
  readonly path: string;
  /** Where keys are passed in both directions; kept by the caller as long as the environment is open. */
  readonly keyBytes: Uint8Array;
  readonly maxDbs: number;
  readonly maxReaders: number;
  readonly mapSize: number;
}

/** A read transaction. Reading through its address renews it when it was reset. */
export interface NativeTxn {
  readonly address: number;
  abort(): void;
  renew(): void;
}

export interface NativeDbi {
  readonly address: number;
  readonly dbi: number;
  /** Read in the last read transaction made or the open write transaction. */
  stat(): NativeTreeFigures;
  /** Empties the tree, in the open write transaction. */
  drop(options: { readonly justFreePages: true }): void;
}

export interface NativeCursor {
  readonly address: number;
  /** Before its transaction ends, never after. */
  close(): void;
}

/** Only ever used for the buffer that values are copied to: each handle has its own, and nothing is compressed. */
export interface NativeCompression {
  setBuffer(
    target: ArrayBuffer,
    offset: number,
    length: number,
    dictionary: Uint8Array,
    dictionaryLength: number,
  ): void;
}

interface NativeAddon {
  readonly Env: new () => NativeEnv;
  readonly Txn: new (env: NativeEnv, flags: number) => NativeTxn;
  readonly Dbi: new (
    env: NativeEnv,
    flags: number,
    name: null,
    keyType: number,
    compression: NativeCompression,
  ) => NativeDbi;
  readonly Cursor: new (dbi: NativeDbi, txnAddress: number) => NativeCursor;
  readonly Compression: new (options: { threshold: number; startingOffset: number }) => NativeCompression;
  getAddress(buffer: ArrayBuffer): number;
  getEnvFlags(envAddress: number): number;
  /** Length of the value, or a negative code. Transaction 0 is the open write transaction. */
  getByBinary(dbiAddress: number, keyLength: number, ifNotTxnId: number, txnAddress: number): number;
  /** Length of the key, 0 at the end, or a negative code. */
  position(
    cursorAddress: number,
    flags: number,
    offset: number,
    keyLength: number,
    endAddress: number,
  ): number;
  iterate(cursorAddress: number): number;
  getCurrentValue(cursorAddress: number): number;
  /** A value where it lies, in the read transaction that was made last; undefined when there is none. Throws errors with a numeric `code`. */
  getSharedByBinary(dbiAddress: number, keyLength: number): Uint8Array | undefined;
  getBufferAddress(buffer: Uint8Array): number;
  /** Memory of the process, whoever it belongs to. */
  createBufferForAddress(address: number, length: number): Uint8Array<ArrayBuffer>;
  /** Takes the memory out of it. */
  detachBuffer(buffer: ArrayBuffer): void;
  /** Does one instruction. The code, or nothing where the addon was built to throw it. */
  write(envAddress: number, instructionAddress: number): number | undefined;
  resetTxn(txnAddress: number): void;
}

const FUNCTIONS = [
  "Env",
  "Txn",
  "Dbi",
  "Cursor",
  "Compression",
  "getAddress",
  "getEnvFlags",
  "getByBinary",
  "position",
  "iterate",
  "getCurrentValue",
  "getSharedByBinary",
  "getBufferAddress",
  "createBufferForAddress",
  "detachBuffer",
  "write",
  "resetTxn",
] as const satisfies readonly (keyof NativeAddon)[];

function isAddon(value: unknown): value is NativeAddon {
  if (typeof value !== "object" || value === null) return false;
  return FUNCTIONS.every((name) => typeof Reflect.get(value, name) === "function");
}

function load(): NativeAddon {
  const found: unknown = Reflect.get(lmdb, "nativeAddon");
  if (isAddon(found)) return found;
  throw new Error("@modelvault/store-lmdb needs lmdb 3.5.6; another version of it was found.");
}

export const native: NativeAddon = load();
