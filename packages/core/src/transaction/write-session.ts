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
  /** Takes back what was done since: rows, index entries and schemas. `cause` is the error that it is done for. */
  rollback(cause?: unknown): void;
}

export class WriteSession {
  readonly journal: UndoJournal;
  readonly traits: StoreTraits;
  /** Changes with every schema change inside the transaction. */
  catalog: Catalog;
  readonly #transaction: StoreTransaction;
  readonly #savepoints: boolean;
  /** Why it cannot be committed, where something could not be taken back. */
  #cause: unknown;

  /**
   * Without savepoints nothing is remembered of what stood under a key before, so that a transaction of any size takes no memory in core; what fails
   * half-way cannot be taken back then, and the transaction cannot be committed any more.
   */
  constructor(transaction: StoreTransaction, catalog: Catalog, traits: StoreTraits, savepoints = true) {
    this.#transaction = transaction;
    this.#savepoints = savepoints;
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
      savepoint.rollback(error);
      throw error;
    }
    return result;
  }

  savepoint(): Savepoint {
    const { journal, catalog } = this;
    if (!this.#savepoints) return this.#mereMark();
    const mark = journal.mark();
    return {
      release: () => journal.release(),
      rollback: () => {
        journal.rollback(mark);
        this.catalog = catalog;
      },
    };
  }

  /** A place that can only be gone back to when nothing was changed since. */
  #mereMark(): Savepoint {
    const { journal, catalog } = this;
    const { operations } = journal;
    return {
      release: () => undefined,
      rollback: (cause) => {
        this.catalog = catalog;
        if (journal.operations === operations) return;
        this.#cause ??= cause;
        journal.enter();
      },
    };
  }

  /** @throws transaction_broken, and what the store throws */
  commit(): number {
    if (this.journal.broken) {
      const reason = this.#savepoints
        ? "A write of this transaction was cut short by an error, which was caught"
        : "A statement of this transaction failed half-way, which cannot be taken back without savepoints, and the error was caught";
      throw new ModelVaultError(
        "transaction_broken",
        `${reason}; nothing of the transaction was kept.`,
        {},
        this.#cause === undefined ? {} : { cause: this.#cause },
      );
    }
    return this.#transaction.commit();
  }

  abort(): void {
    this.#transaction.abort();
  }
}
