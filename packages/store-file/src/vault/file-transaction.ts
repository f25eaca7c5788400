/** The write transaction of a file store. What it changed is found when it commits. */
import {
  type KeyRange,
  type Keyspace,
  type MemoryStore,
  ModelVaultError,
  type StoreEntry,
  type StoreScan,
  type StoreTransaction,
} from "@modelvault/core";
import { PAYLOAD_BYTES_MAX } from "../format/layout.ts";
import type { FileSnapshot } from "./file-snapshot.ts";

/** Longest key: a primary key in the file has at most 16 MiB, and its key in the store no less. */
export const KEY_BYTES_MAX = 16_777_216;

export type MemoryTransaction = ReturnType<MemoryStore["begin"]>;

/** What a transaction is part of. */
export interface TransactionHost {
  /** Begins the transaction on the image, with all that must be there before anything is written. */
  begin(): MemoryTransaction;
  /** The state before the transaction, for one that has not written yet. */
  snapshot(): FileSnapshot;
  /** Commits what was written; returns the revision then. */
  commit(inner: MemoryTransaction | undefined): number;
  ended(): void;
}

/**
 * Where the vault is ready to be written, this is a transaction on the image from the start. Else it reads a snapshot until it first
 * writes, for many never do (looking whether a collection is registered, say), and what must be done before the first write takes time.
 */
export class FileTransaction implements StoreTransaction {
  readonly #host: TransactionHost;
  #inner: MemoryTransaction | undefined;
  #before: FileSnapshot | undefined;
  #over = false;

  /** @param ready nothing is left to be done before the first write */
  constructor(host: TransactionHost, ready: boolean) {
    this.#host = host;
    if (ready) this.#inner = host.begin();
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#reader().get(space, key);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.#reader().getMany(space, keys);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    const reader = this.#reader();
    const scan = reader.scan(space, range);
    return reader === this.#inner ? scan : new ScanBefore(scan, () => this.#check());
  }

  count(space: Keyspace): number {
    return this.#reader().count(space);
  }

  countRange(space: Keyspace, range: KeyRange): number {
    return this.#reader().countRange(space, range);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    if (key.length > KEY_BYTES_MAX) throw tooLong("store_key_too_long", "key", key.length, KEY_BYTES_MAX);
    if (value.length > PAYLOAD_BYTES_MAX)
      throw tooLong("store_value_too_long", "value", value.length, PAYLOAD_BYTES_MAX);
    this.#writer().put(space, key, value);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.#writer().delete(space, key);
  }

  commit(): number {
    this.#check();
    try {
      return this.#host.commit(this.#inner);
    } finally {
      this.#end();
    }
  }

  abort(): void {
    this.#end();
  }

  #reader(): MemoryTransaction | FileSnapshot {
    this.#check();
    if (this.#inner !== undefined) return this.#inner;
    this.#before ??= this.#host.snapshot();
    return this.#before;
  }

  #writer(): MemoryTransaction {
    this.#check();
    this.#inner ??= this.#host.begin();
    return this.#inner;
  }

  #check(): void {
    if (this.#over) {
      throw new ModelVaultError("transaction_closed", "The transaction is over: begin another one.");
    }
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#inner?.abort();
    this.#before?.close();
    this.#host.ended();
  }
}

/** A scan of the state before the first write, which ends with the transaction. */
class ScanBefore implements StoreScan {
  readonly #scan: StoreScan;
  readonly #check: () => void;

  constructor(scan: StoreScan, check: () => void) {
    this.#scan = scan;
    this.#check = check;
  }

  next(): IteratorResult<StoreEntry, undefined> {
    this.#check();
    return this.#scan.next();
  }

  return(): IteratorResult<StoreEntry, undefined> {
    this.#scan.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

function tooLong(
  code: "store_key_too_long" | "store_value_too_long",
  what: string,
  bytes: number,
  bytesMax: number,
): ModelVaultError {
  return new ModelVaultError(
    code,
    `A ${what} of ${bytes} bytes cannot be stored; a vault file allows ${bytesMax}.`,
    code === "store_key_too_long"
      ? { keyBytes: bytes, keyBytesMax: bytesMax }
      : { valueBytes: bytes, valueBytesMax: bytesMax },
  );
}
