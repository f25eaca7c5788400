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
  /** There where the transaction has it. */
  readonly countRange?: NonNullable<StoreReader["countRange"]>;
  readonly tallyRange?: NonNullable<StoreReader["tallyRange"]>;
  readonly getMany?: NonNullable<StoreReader["getMany"]>;
  readonly #transaction: StoreTransaction;
  #changes: Change[] = [];
  #marks = 0;
  #operations = 0;
  /** Steps begun and not ended: above 0 once one was cut short. */
  #open = 0;

  constructor(transaction: StoreTransaction) {
    this.#transaction = transaction;
    if (transaction.countRange !== undefined)
      this.countRange = (space, range) => transaction.countRange?.(space, range) ?? 0;
    if (transaction.tallyRange !== undefined)
      this.tallyRange = (space, range) => transaction.tallyRange?.(space, range) ?? 0;
    if (transaction.getMany !== undefined)
      this.getMany = (space, keys) => transaction.getMany?.(space, keys) ?? [];
  }

  /** Puts and deletes so far, those taken back included. */
  get operations(): number {
    return this.#operations;
  }

  /**
   * Whether a step was cut short by an error that nobody foresaw (a full medium, no stack left): then nobody knows what the
   * transaction holds, and it must not be committed.
   */
  get broken(): boolean {
    return this.#open > 0;
  }

  /** Begins a step of several changes that only make sense together; {@link leave} ends it. What ends neither way breaks the transaction. */
  enter(): void {
    this.#open++;
  }

  /** Ends a step: all of it was done, or nothing. */
  leave(): void {
    this.#open--;
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

  /**
   * Brings the value under a key from `before` to `after`; undefined means that there is none. The caller knows what stands there, so
   * nothing is read to remember it. The journal keeps `key` and `before`.
   */
  change(
    space: Keyspace,
    key: Uint8Array,
    before: Uint8Array | undefined,
    after: Uint8Array | undefined,
  ): void {
    this.#operations++;
    if (this.#marks > 0) this.#changes.push({ space, key, before });
    this.#apply(space, key, after);
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
    this.enter();
    for (let index = this.#changes.length - 1; index >= mark; index--) {
      const { space, key, before } = this.#changes[index] as Change;
      this.#operations++;
      this.#apply(space, key, before);
    }
    this.#changes.length = mark;
    this.#marks--;
    if (this.#marks === 0) this.#changes = [];
    this.leave();
  }

  #apply(space: Keyspace, key: Uint8Array, value: Uint8Array | undefined): void {
    this.#open++;
    if (value === undefined) this.#transaction.delete(space, key);
    else this.#transaction.put(space, key, value);
    this.#open--;
  }
}
