/** Transactions as user code holds them: in the callback of `db.transaction`, or by hand. */
import type { CallOptions } from "../transaction/call-site.ts";
import { runCallback } from "../transaction/run-transaction.ts";
import type { TransactionSite } from "../transaction/transaction-site.ts";
import { checkCallback } from "./arguments.ts";
import { AsyncWriteHandle } from "./async-handle.ts";
import { type AsyncTransactionOptions, checkTransactionOptions } from "./options.ts";

/**
 * One open transaction.
 *
 * @example
 * await db.transaction(async (tx) => {
 *   await tx.collection("accounts").update("a", { balance: 10 });
 *   await tx.collection("accounts").update("b", { balance: 90 });
 * });
 */
export class AsyncTransaction extends AsyncWriteHandle {
  protected override readonly site: TransactionSite;
  /** Whether calls on the database, inside callbacks, are this transaction's. */
  protected readonly joins: boolean;

  /** Made by `db.transaction` and `db.begin`. */
  constructor(site: TransactionSite, joins: boolean) {
    super(site);
    this.site = site;
    this.joins = joins;
  }

  /**
   * A savepoint: when the callback's promise rejects, what it did is taken back and the transaction around it goes on. Savepoints begun side by
   * side run one after another.
   */
  async transaction<T>(
    callback: (tx: AsyncTransaction) => Promise<T> | T,
    options?: AsyncTransactionOptions,
  ): Promise<T> {
    checkCallback(callback, "transaction");
    const { signal, timeoutMs } = checkTransactionOptions(options);
    signal?.throwIfAborted();
    const inner = await this.site.begin();
    const limits = { signal, timeoutMs: options?.timeoutMs === undefined ? undefined : timeoutMs };
    return runCallback(inner, this.joins, () => callback(new AsyncTransaction(inner, this.joins)), limits);
  }
}

/**
 * A transaction to be ended by hand. Only calls made on it belong to it. One that is left without a commit is rolled back.
 *
 * @example
 * await using tx = await db.begin();
 * await tx.collection("accounts").update("a", { balance: 10 });
 * await tx.commit();
 */
export class AsyncOpenTransaction extends AsyncTransaction {
  readonly #release: () => void;

  /** Made by `db.begin()`. */
  constructor(site: TransactionSite, release: () => void) {
    super(site, false);
    this.#release = release;
  }

  /** Whether it has ended: by a commit or a rollback, by time or signal. */
  get ended(): boolean {
    return this.site.ended;
  }

  /** Makes everything permanent and gives the revision after it. Rejects with transaction_timeout, the signal's reason, transaction_closed. */
  async commit(_options?: CallOptions): Promise<number> {
    this.#release();
    try {
      return (await this.site.commit()) as number;
    } catch (error) {
      await this.site.rollback();
      throw error;
    }
  }

  /** Takes everything back. Nothing happens when it has ended. */
  async rollback(): Promise<void> {
    this.#release();
    await this.site.rollback();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.rollback();
  }
}
