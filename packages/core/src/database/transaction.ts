/**
 * A transaction as user code holds it inside the callback of `db.transaction`. Everything done through it (or through the
 * database itself, meanwhile) belongs to it; nested transactions are savepoints.
 */

import { argumentInvalid } from "../errors/argument-invalid.ts";
import { ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction, refusePromise } from "../errors/refuse-promise.ts";
import type { Steps } from "../query/pause.ts";
import type { WriteSession } from "../transaction/write-session.ts";
import { WriteHandle } from "./handle.ts";
import type { CheckedOptions } from "./options.ts";
import type { OpenState, ReadState, Scope } from "./scope.ts";

/** What writes inside a transaction and its savepoints go through; refuses everything once it has ended. */
export class TransactionScope implements Scope {
  readonly options: CheckedOptions;
  readonly #session: WriteSession;
  #ended = false;

  constructor(session: WriteSession, options: CheckedOptions) {
    this.#session = session;
    this.options = options;
  }

  current(): ReadState {
    const session = this.#live();
    return { reader: session.journal, catalog: session.catalog };
  }

  read<T>(work: (state: ReadState) => T): T {
    return work(this.current());
  }

  open(): OpenState {
    return {
      ...this.current(),
      frozen: false,
      refuseEnded: () => void this.#live(),
      close: () => undefined,
    };
  }

  write<T>(work: (session: WriteSession) => T): T {
    return work(this.#live());
  }

  statement<T>(work: (session: WriteSession) => T): T {
    const session = this.#live();
    return session.atomically(() => work(session));
  }

  *steps<T>(work: (session: WriteSession) => Steps<T>): Steps<T> {
    const savepoint = this.#live().savepoint();
    let isOver = false;
    try {
      const result = yield* work(this.#live());
      savepoint.release();
      isOver = true;
      return result;
    } catch (error) {
      isOver = true;
      savepoint.rollback(error);
      throw error;
    } finally {
      if (!isOver) savepoint.rollback();
    }
  }

  end(): void {
    this.#ended = true;
  }

  #live(): WriteSession {
    if (this.#ended) throw transactionClosed();
    return this.#session;
  }
}

/**
 * One open transaction.
 *
 * @example
 * db.transaction((tx) => {
 *   tx.collection("accounts").update("a", { balance: 10 });
 *   tx.collection("accounts").update("b", { balance: 90 });
 * });
 */
export class Transaction extends WriteHandle {
  /**
   * A savepoint: when the callback throws, what it did is undone and the error goes on; the transaction around it stays usable.
   * @throws callback_async and what the callback throws
   */
  transaction<T>(callback: (tx: Transaction) => T): T {
    return this.scope.write((session) =>
      session.atomically(() => runInScope(session, this.scope.options, callback)),
    );
  }
}

export function transactionClosed(): ModelVaultError {
  return new ModelVaultError("transaction_closed", "The transaction was used after it ended.");
}

/** Runs a callback with a transaction object that ends with it. @throws callback_async */
export function runInScope<T>(
  session: WriteSession,
  options: CheckedOptions,
  callback: (tx: Transaction) => T,
): T {
  if (typeof callback !== "function")
    throw argumentInvalid("callback", "a function of the transaction", callback);
  refuseAsyncFunction(callback, "callback", "db.transaction");
  const scope = new TransactionScope(session, options);
  try {
    return endedResult(callback(new Transaction(scope)), "db.transaction");
  } finally {
    scope.end();
  }
}

/** Passes a callback's value on, unless it is a promise: by the time it settles the transaction or view is long over. */
export function endedResult<T>(value: T, call: string): T {
  return refusePromise(
    value,
    "callback",
    `The callback of ${call} returned a promise. Callbacks of the synchronous API must end before they return. Nothing of it was kept; but what it does after its first await, outside of ${call}, cannot be stopped.`,
  );
}
