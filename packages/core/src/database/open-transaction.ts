/**
 * A transaction that stays open between calls, for those who cannot do everything inside one callback, such as a worker
 * thread that is told what to do message by message. It ends with `commit`, `rollback`, or by leaving a `using` block.
 */
import { ModelVaultError } from "../errors/error.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import type { CheckedOptions } from "./options.ts";
import { Transaction, TransactionScope } from "./transaction.ts";

/** What ends a transaction: the store's, or a savepoint of another one. */
export interface Ending {
  /** Returns the revision after it. */
  commit(): number;
  rollback(): void;
}

/**
 * A transaction to be ended by hand. While it is open, reads on the database show the last committed state, and writes on the
 * database are refused (`transaction_open`).
 *
 * @example
 * using tx = db.begin();
 * tx.collection("accounts").update("a", { balance: 10 });
 * tx.collection("accounts").update("b", { balance: 90 });
 * tx.commit(); // without it, all is rolled back when `tx` goes
 */
export class OpenTransaction extends Transaction {
  readonly #session: WriteSession;
  readonly #scope: TransactionScope;
  readonly #ending: Ending;
  #inner: OpenTransaction | undefined;
  #over = false;

  /** Made by `db.begin()`. */
  constructor(session: WriteSession, options: CheckedOptions, ending: Ending) {
    const scope = new TransactionScope(session, options);
    super(scope);
    this.#session = session;
    this.#scope = scope;
    this.#ending = ending;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this.#over;
  }

  /** Whether a write was cut short by an error nobody foresaw: it can only be rolled back then. */
  get broken(): boolean {
    return this.#session.journal.broken;
  }

  /**
   * A savepoint to be ended by hand: its commit keeps what was done since for this transaction, its rollback takes it back. One at a
   * time, and what is done on the transaction meanwhile belongs to it.
   * @throws transaction_open while another one is open, transaction_closed
   */
  begin(): OpenTransaction {
    this.#refuseInner("begin another savepoint");
    return this.scope.write((session) => {
      const savepoint = session.savepoint();
      const inner = new OpenTransaction(session, this.scope.options, {
        commit: () => {
          this.#inner = undefined;
          savepoint.release();
          return 0;
        },
        rollback: () => {
          this.#inner = undefined;
          savepoint.rollback();
        },
      });
      this.#inner = inner;
      return inner;
    });
  }

  /**
   * Makes everything permanent; returns the revision after it (0 for a savepoint, which has none). The transaction is over also when
   * it throws, and then nothing of it was kept.
   * @throws transaction_closed, transaction_open while a savepoint of it is open, transaction_broken, and what the store throws
   */
  commit(): number {
    this.#scope.current();
    this.#refuseInner("commit");
    this.#end();
    return this.#ending.commit();
  }

  /** Takes everything back. Nothing happens when it has ended. */
  rollback(): void {
    if (this.#over) return;
    this.#inner?.rollback();
    this.#end();
    this.#ending.rollback();
  }

  [Symbol.dispose](): void {
    this.rollback();
  }

  #end(): void {
    this.#over = true;
    this.#scope.end();
  }

  #refuseInner(operation: string): void {
    if (this.#inner === undefined) return;
    throw new ModelVaultError(
      "transaction_open",
      `A transaction cannot ${operation} while a savepoint of it is open.`,
      { operation },
    );
  }
}
