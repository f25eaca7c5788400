/** The write transaction of a file store: a transaction on the image. What it changed is found when it commits. */
import {
  type KeyRange,
  type Keyspace,
  type MemoryStore,
  ModelVaultError,
  type StoreScan,
  type StoreTransaction,
} from "@modelvault/core";
import { PAYLOAD_BYTES_MAX } from "../format/layout.ts";

/** Longest key: a primary key in the file has at most 16 MiB, and its key in the store no less. */
export const KEY_BYTES_MAX = 16_777_216;

type MemoryTransaction = ReturnType<MemoryStore["begin"]>;

export class FileTransaction implements StoreTransaction {
  /** The transaction on the image, whose end is this one's. */
  readonly inner: MemoryTransaction;
  readonly #commit: (transaction: FileTransaction) => number;
  readonly #ended: () => void;
  #over = false;

  constructor(inner: MemoryTransaction, commit: (transaction: FileTransaction) => number, ended: () => void) {
    this.inner = inner;
    this.#commit = commit;
    this.#ended = ended;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.inner.get(space, key);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.inner.getMany(space, keys);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.inner.scan(space, range);
  }

  count(space: Keyspace): number {
    return this.inner.count(space);
  }

  countRange(space: Keyspace, range: KeyRange): number {
    return this.inner.countRange(space, range);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    if (key.length > KEY_BYTES_MAX) throw tooLong("store_key_too_long", "key", key.length, KEY_BYTES_MAX);
    if (value.length > PAYLOAD_BYTES_MAX)
      throw tooLong("store_value_too_long", "value", value.length, PAYLOAD_BYTES_MAX);
    this.inner.put(space, key, value);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.inner.delete(space, key);
  }

  commit(): number {
    // After the end the inner transaction says so.
    if (this.#over) return this.inner.commit();
    try {
      return this.#commit(this);
    } finally {
      this.#end();
    }
  }

  abort(): void {
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.inner.abort();
    this.#ended();
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
    {
      bytes,
      bytesMax,
    },
  );
}
