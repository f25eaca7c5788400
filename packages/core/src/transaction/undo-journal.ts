/**
 * Savepoints on top of any store transaction: while at least one mark is set, the journal remembers what stood
 * under a key before each change, and puts it back on demand. Without a mark it costs nothing.
 */
import type { KeyRange, Keyspace, StoreReader, StoreScan, StoreTransaction } from "../store/store.ts";

interface Change {
  readonly space: Keyspace;
  readonly key: Uint8Array;
  readonly before: Uint8Array | undefined;
}

/** A place in the journal to return to. */
export type Mark = number;

/** A store transaction that can take back its latest changes. */
export class UndoJournal implements StoreReader {
  readonly #transaction: StoreTransaction;
  #changes: Change[] = [];
  #marks = 0;
  #operations = 0;

  constructor(transaction: StoreTransaction) {
    this.#transaction = transaction;
  }

  /** Puts and deletes so far, those taken back included. */
  get operations(): number {
    return this.#operations;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#transaction.get(space, key);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.#transaction.scan(space, range);
  }

  count(space: Keyspace): number {
    return this.#transaction.count(space);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.#remember(space, key);
    this.#transaction.put(space, key, value);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.#remember(space, key);
    this.#transaction.delete(space, key);
  }

  /** Sets a savepoint. Marks are released or rolled back in the reverse order of their setting. */
  mark(): Mark {
    this.#marks++;
    return this.#changes.length;
  }

  /** Keeps what was done since the mark. */
  release(): void {
    this.#marks--;
    if (this.#marks === 0) this.#changes = [];
  }

  /** Takes back what was done since the mark, newest first, and releases it. */
  rollback(mark: Mark): void {
    for (let index = this.#changes.length - 1; index >= mark; index--) {
      const change = this.#changes[index] as Change;
      this.#operations++;
      if (change.before === undefined) this.#transaction.delete(change.space, change.key);
      else this.#transaction.put(change.space, change.key, change.before);
    }
    this.#changes.length = mark;
    this.#marks--;
    if (this.#marks === 0) this.#changes = [];
  }

  #remember(space: Keyspace, key: Uint8Array): void {
    this.#operations++;
    if (this.#marks === 0) return;
    this.#changes.push({ space, key, before: this.#transaction.get(space, key) });
  }
}
