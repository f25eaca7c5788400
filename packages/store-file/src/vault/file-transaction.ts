/** The write transaction of a file store: a transaction on the image that also remembers which keys it touched. */
import type { KeyRange, Keyspace, StoreScan, StoreTransaction } from "@modelvault/core";
import { TouchedKeys } from "./touched-keys.ts";

export class FileTransaction implements StoreTransaction {
  readonly touched: TouchedKeys = new TouchedKeys();
  /** The transaction on the image, whose end is this one's. */
  readonly inner: StoreTransaction;
  readonly #commit: (transaction: FileTransaction) => number;
  readonly #ended: () => void;
  #over = false;

  constructor(inner: StoreTransaction, commit: (transaction: FileTransaction) => number, ended: () => void) {
    this.inner = inner;
    this.#commit = commit;
    this.#ended = ended;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.inner.get(space, key);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.inner.scan(space, range);
  }

  count(space: Keyspace): number {
    return this.inner.count(space);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.inner.put(space, key, value);
    this.touched.add(space, key);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.inner.delete(space, key);
    this.touched.add(space, key);
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
