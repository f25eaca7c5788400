/**
 * The one write transaction of an environment: when it begins and ends, and that it begins from the last commit there is. Whoever has it has the
 * file to itself, as far as writing goes.
 */
import type { NativeEnv } from "./addon.ts";
import { lmdbError, PANIC } from "./codes.ts";
import { showLastCommit } from "./last-commit.ts";
import { enterTransaction, leaveTransaction, refuseEnding } from "./transactions-open.ts";

/** A transaction that can be given up. */
const ABORTABLE = 1;
const NO_SYNC = 0x1_0000;

export class WriteLock {
  readonly #env: NativeEnv;
  readonly #path: string;
  #isOpen = false;
  #lastPage = 0;

  constructor(env: NativeEnv, path: string) {
    this.#env = env;
    this.#path = path;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The last page in use, as of the last commit. */
  get lastPage(): number {
    return this.#isOpen ? this.#lastPage : this.#env.info().lastPageNumber;
  }

  /**
   * Begins the one write transaction; waits for as long as another process or thread has one. Returns LMDB's number of it, one above that of the last
   * commit.
   * @throws store_poisoned, store_io, store_closed when the process is ending
   */
  begin(durable: boolean): number {
    enterTransaction();
    try {
      refuseEnding();
      const transaction = this.#beginAtLast(durable ? ABORTABLE : ABORTABLE | NO_SYNC);
      this.#isOpen = true;
      return transaction;
    } catch (error) {
      leaveTransaction();
      throw error;
    }
  }

  /** At the last commit there is. */
  #beginAtLast(flags: number): number {
    for (;;) {
      this.#env.beginTxn(flags);
      try {
        const transaction = this.#env.getWriteTxnId();
        if (transaction === 0) throw lmdbError(PANIC, this.#path, "write to");
        refuseEnding();
        const { lastTxnId, lastPageNumber } = this.#env.info();
        this.#lastPage = lastPageNumber;
        if (transaction > lastTxnId) return transaction;
        // It would build on a state before the last commit.
        showLastCommit(this.#path, lastTxnId);
      } catch (error) {
        this.#env.abortTxn();
        throw error;
      }
      this.#env.abortTxn();
    }
  }

  /** Makes sure that transactions to come begin from the last commit, or a later one; waits for another writer. @throws store_io, store_poisoned */
  showLastCommit(): void {
    if (this.#isOpen) {
      showLastCommit(this.#path, this.#env.info().lastTxnId);
      return;
    }
    this.begin(false);
    this.abort();
  }

  commit(): void {
    this.#isOpen = false;
    try {
      this.#env.commitTxn();
    } catch (error) {
      throw lmdbError(error, this.#path, "commit to");
    } finally {
      leaveTransaction();
    }
  }

  abort(): void {
    this.#isOpen = false;
    try {
      this.#env.abortTxn();
    } finally {
      leaveTransaction();
    }
  }
}
