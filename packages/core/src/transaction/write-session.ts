/**
 * One write transaction of a database: the store's transaction behind the undo journal, and the catalogue as the
 * transaction sees it. Ends with exactly one commit or abort.
 */
import type { Catalog } from "../catalog/catalog.ts";
import { ModelVaultError } from "../errors/error.ts";
import type { StoreTraits, StoreTransaction } from "../store/store.ts";
import { UndoJournal } from "./undo-journal.ts";

/** A place in a session to go back to. Savepoints end in the reverse order of their setting, each once. */
export interface Savepoint {
  /** Keeps what was done since. */
  release(): void;
  /** Takes back what was done since: rows, index entries and schemas. */
  rollback(): void;
}

export class WriteSession {
  readonly journal: UndoJournal;
  readonly traits: StoreTraits;
  /** Changes with every schema change inside the transaction. */
  catalog: Catalog;
  readonly #transaction: StoreTransaction;

  constructor(transaction: StoreTransaction, catalog: Catalog, traits: StoreTraits) {
    this.#transaction = transaction;
    this.journal = new UndoJournal(transaction);
    this.catalog = catalog;
    this.traits = traits;
  }

  /**
   * Runs one statement of several steps: when it throws, the rows, index entries and schemas it changed are
   * as before, and the transaction can go on.
   */
  atomically<T>(work: () => T): T {
    const savepoint = this.savepoint();
    let result: T;
    try {
      result = work();
      savepoint.release();
    } catch (error) {
      savepoint.rollback();
      throw error;
    }
    return result;
  }

  savepoint(): Savepoint {
    const { journal, catalog } = this;
    const mark = journal.mark();
    return {
      release: () => journal.release(),
      rollback: () => {
        journal.rollback(mark);
        this.catalog = catalog;
      },
    };
  }

  /** @throws transaction_broken, and what the store throws */
  commit(): number {
    if (this.journal.broken) {
      throw new ModelVaultError(
        "transaction_broken",
        "A write of this transaction was cut short by an error, which was caught; nothing of the transaction was kept.",
      );
    }
    return this.#transaction.commit();
  }

  abort(): void {
    this.#transaction.abort();
  }
}
