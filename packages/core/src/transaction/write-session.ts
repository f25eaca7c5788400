/**
 * One write transaction of a database: the store's transaction behind the undo journal, and the catalogue as the
 * transaction sees it. Ends with exactly one commit or abort.
 */
import type { Catalog } from "../catalog/catalog.ts";
import { ModelVaultError } from "../errors/error.ts";
import type { StoreTraits, StoreTransaction } from "../store/store.ts";
import { UndoJournal } from "./undo-journal.ts";

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
    const { journal, catalog } = this;
    const mark = journal.mark();
    let result: T;
    try {
      result = work();
      journal.release();
    } catch (error) {
      journal.rollback(mark);
      this.catalog = catalog;
      throw error;
    }
    return result;
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
