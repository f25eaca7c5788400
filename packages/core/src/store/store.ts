/**
 * The Store: what a driver is. A store is a set of ordered maps from bytes to bytes ("keyspaces") that one
 * writer at a time may change, atomically. Schemas, validation, uniqueness, indexes, savepoints and queries
 * are built once, in core, on nothing but this file.
 *
 * Keys are ordered by unsigned byte, a proper prefix before its extensions. Every corner below has one
 * answer, and the testkit probes it.
 */
import type { StoreMaintenance } from "./maintenance.ts";

/** One ordered map of a store. Callers may pass a fresh object or reuse one; only the numbers and the kind matter. */
export type Keyspace =
  /** Schema history. Key: sequence number, 8 bytes big-endian, from 1. Value: one catalog payload. Append-only: a committed payload is never replaced or deleted. */
  | { readonly kind: "catalog" }
  /** Key: encoded primary key. Value: record payload. `collection` is an integer from 1 to 2^32-1. */
  | { readonly kind: "rows"; readonly collection: number }
  /** Key: encoded (index value, primary key). Value: empty. `index` is an integer from 1 to 2^32-1. */
  | { readonly kind: "index"; readonly collection: number; readonly index: number };

/**
 * Bounds of a scan. All are optional; an absent bound is open. At most one of `gt`/`gte` and one of `lt`/`lte`
 * may be given (`store_range_invalid` otherwise). A range whose bounds cross is empty, not an error.
 */
export interface KeyRange {
  readonly gt?: Uint8Array;
  readonly gte?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly lte?: Uint8Array;
  /** Largest key first. Bounds keep their meaning. */
  readonly reverse?: boolean;
}

/** A key and its value. Neither may be changed by the caller; see {@link StoreReader} for how long they stay valid. */
export type StoreEntry = readonly [key: Uint8Array, value: Uint8Array];

/**
 * A one-shot iterator over entries. It shows the state at the call of `scan`, whatever is written, committed
 * or aborted later. `return()` (leaving a `for…of` early) releases what it holds. When its reader has ended
 * (store or snapshot closed, transaction over) the next `next()` throws that reader's closed error.
 */
export type StoreScan = IterableIterator<StoreEntry>;

/**
 * Reading. Keys passed in are not kept after the call returns. Bytes handed out stay valid and unchanged for
 * as long as the caller holds them, whatever is written later; the caller may not change them.
 */
export interface StoreReader {
  /** The value under exactly this key. An empty key is a key; an empty value is a value. */
  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined;
  /** As many answers as keys, in their order. Core derives it from `get` where a driver has nothing faster. */
  getMany?(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[];
  /** Entries in key order. */
  scan(space: Keyspace, range?: KeyRange): StoreScan;
  /** Number of entries in the keyspace, kept and not counted: its cost does not grow with the answer. 0 for a keyspace never written. */
  count(space: Keyspace): number;
  /**
   * Number of entries in a range, as many as a scan of it shows now (`reverse` changes nothing), own writes of a transaction
   * included. Optional: a driver has it where it can tell without counting, so that its cost does not grow with the answer.
   * Without it core scans.
   */
  countRange?(space: Keyspace, range: KeyRange): number;
  /** The same number by counting, for drivers that count much faster than they scan. Optional: core asks where it would have scanned all of it. */
  tallyRange?(space: Keyspace, range: KeyRange): number;
}

/** Facts about a driver, read by the engine and probed by the testkit; never options. */
export interface StoreTraits {
  /** A commit survives a crash of the process and of the machine once `commit` has returned. */
  readonly durable: boolean;
  /** The data outlives `close` and can be opened again. */
  readonly persistent: boolean;
  /** Other threads or processes may hold the same location open. */
  readonly sharing: "none" | "readers" | "writers";
  /** `begin` on a store that another holder writes: waits up to `waitMs`, fails at once, or can only block. */
  readonly busy: "waits" | "fails" | "blocks";
  /** `commit` may throw `store_conflict`, after which the transaction can be run again. */
  readonly conflicts: boolean;
  /** Longest key in bytes, counted without the keyspace; absent: no limit below 64 MiB. */
  readonly keyBytesMax?: number;
  /** Longest value in bytes; absent: no limit below 64 MiB. */
  readonly valueBytesMax?: number;
  /** Most operations in one transaction; absent: limited by memory or disk only. */
  readonly transactionOperationsMax?: number;
}

/**
 * Reads on the store itself see committed state only, even while a transaction of the same handle is open. A read sees every
 * commit of its own handle, and every commit of others that ended before the present synchronous run (since the
 * last `await` or callback) began.
 */
export interface Store extends StoreReader {
  readonly traits: StoreTraits;
  /** What the store can do beyond reading and writing; absent: core answers `unsupported_operation`. */
  readonly maintenance?: StoreMaintenance;
  /**
   * Starts the one write transaction. While it lasts no other writer of this location, in any process, gets past
   * `begin`. A second `begin` on the same handle throws `store_busy` at once, for a synchronous caller cannot
   * be waited for.
   * @throws store_busy, store_closed, store_poisoned, store_read_only
   */
  begin(options?: BeginOptions): StoreTransaction;
  /** A reader frozen at the last commit. Any number may be open; each outlives later commits. @throws store_closed */
  snapshot(): StoreSnapshot;
  /** Grows with every commit that changed something, never repeats, and is kept by reopening and compaction. */
  revision(): number;
  /**
   * Releases everything, locks too, even when it throws. Again: nothing happens. An open transaction is aborted,
   * open snapshots and scans end. Everything else on a closed store throws `store_closed`.
   */
  close(): void;
}

/** How to start a transaction. */
export interface BeginOptions {
  /** Longest wait for another holder's transaction, in milliseconds; 0 (default): do not wait. */
  readonly waitMs?: number;
}

/** A reader frozen at one commit. After `close` reads throw `snapshot_closed`; closing again does nothing. */
export interface StoreSnapshot extends StoreReader {
  /** The revision it shows. */
  readonly revision: number;
  close(): void;
}

/**
 * The write transaction. Reads see its own writes. What counts is its net effect, the difference between the state at `begin` and
 * at `commit`: the order of puts means nothing, and a key put and deleted again was never there. Bytes passed to `put` are the caller's again when it
 * returns. After `commit` or `abort` every call but `abort` throws `transaction_closed`; `abort` then does nothing.
 */
export interface StoreTransaction extends StoreReader {
  /** Sets the value under a key, new or not. @throws store_key_too_long, store_value_too_long, store_poisoned */
  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void;
  /** Removes a key; nothing happens when it is absent. */
  delete(space: Keyspace, key: Uint8Array): void;
  /**
   * All or nothing, durable on return where the trait says so. Returns the revision after it; a transaction without
   * writes changes nothing and returns the present one. When it throws, nothing was committed and the transaction is over.
   * Where the driver cannot tell what reached the medium (a failed sync), the store is poisoned: reads show the last durable state, `begin`
   * throws `store_poisoned`.
   * @throws store_conflict, store_full, store_io
   */
  commit(): number;
  abort(): void;
}

/**
 * A place and a way to open it, not yet open: `memoryStore()`, `fileStore("app.modelvault")`. The module URL, the
 * export and the plain options let a worker thread build the same value.
 */
export interface StoreDriver {
  /** The medium, for messages and `stats`: "memory", "file", "lmdb". */
  readonly name: string;
  /** URL of a module whose export `factory`, called with `args`, gives this value again. */
  readonly moduleUrl: string;
  readonly factory: string;
  /** Plain data (structured-clone safe). */
  readonly args: readonly unknown[];
  /** The place as its owner spells it, a path where it has one; absent where it is nowhere but in memory. */
  readonly location?: string;
  /** Opens the store. @throws store_io, store_busy, store_in_use, format errors of the driver */
  open(): Store;
  /**
   * Notes in this thread that another thread has the place open on its behalf, until what is returned is called: meanwhile `open` for writing throws
   * `store_in_use`. For a medium whose writers wait for each other without bound: a thread that wrote there by itself, too, would wait for a transaction
   * which only it can end. Absent where `open` refuses a second writer anyway. The place must be there already.
   * @throws store_in_use when this thread has the place open for writing
   */
  openedElsewhere?(): () => void;
}
