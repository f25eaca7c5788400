/**
 * The scope of a database handle, and the one place where transactions begin, commit and are reported.
 */
import { Catalog } from "../catalog/catalog.ts";
import { loadCatalog } from "../catalog/load-catalog.ts";
import { isModelVaultError, ModelVaultError } from "../errors/error.ts";
import { finish, type Steps } from "../query/pause.ts";
import type { Store, StoreReader, StoreSnapshot, StoreTransaction } from "../store/store.ts";
import { WriteSession } from "../transaction/write-session.ts";
import { notify } from "./observer.ts";
import { OpenTransaction } from "./open-transaction.ts";
import { OpenView } from "./open-view.ts";
import type { CheckedOptions } from "./options.ts";
import type { OpenState, ReadState, Scope } from "./scope.ts";
import { transactionClosed } from "./transaction.ts";

/** Each write is a transaction of its own, unless one is open, which it then joins. */
export class DatabaseScope implements Scope {
  readonly options: CheckedOptions;
  readonly store: Store;
  #catalog: Catalog = Catalog.empty;
  /** The revision the catalogue belongs to. */
  #revision = -1;
  /** Of the callback that is running. Calls on the database join it. */
  #session: WriteSession | undefined;
  /** Begun by hand, and not ended. Calls on the database do not join it. */
  #apart: OpenTransaction | undefined;
  #closed = false;

  constructor(store: Store, options: CheckedOptions) {
    this.store = store;
    this.options = options;
  }

  /** Whether a callback's transaction is open, which calls on the database join. */
  get joined(): boolean {
    return this.#session !== undefined;
  }

  get transactionOpen(): boolean {
    return this.#session !== undefined || this.#apart !== undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  current(): ReadState {
    this.#refuseClosed();
    const session = this.#session;
    if (session !== undefined) return { reader: session.journal, catalog: session.catalog };
    return { reader: this.store, catalog: this.#catalogAt(this.store.revision(), this.store) };
  }

  read<T>(work: (state: ReadState) => T): T {
    const state = this.open();
    try {
      return work(state);
    } finally {
      state.close();
    }
  }

  open(): OpenState {
    this.#refuseClosed();
    const session = this.#session;
    if (session !== undefined) {
      const refuseEnded = (): void => {
        if (this.#session !== session) throw transactionClosed();
      };
      return { ...this.current(), frozen: false, refuseEnded, close: () => undefined };
    }
    const { reader, catalog } = this.#freeze();
    return { reader, catalog, frozen: true, close: () => reader.close() };
  }

  write<T>(work: (session: WriteSession) => T, savepoints: boolean = true): T {
    this.#refuseClosed();
    if (this.#session !== undefined) return work(this.#session);
    this.#refuseApart("write, but through the transaction itself,");
    const startedAt = this.#startClock();
    const session = this.#begin(startedAt, savepoints);
    this.#session = session;
    let revision: number;
    let result: T;
    try {
      result = work(session);
      revision = session.commit();
    } catch (error) {
      throw this.#giveUp(session, error, startedAt);
    } finally {
      this.#session = undefined;
    }
    this.#committed(session, revision, startedAt);
    return result;
  }

  /** A statement that is a transaction of its own ends with it when it fails, and so needs no savepoint. */
  statement<T>(work: (session: WriteSession) => T): T {
    const session = this.#session;
    return session === undefined ? this.write(work) : session.atomically(() => work(session));
  }

  *steps<T>(work: (session: WriteSession) => Steps<T>): Steps<T> {
    return this.statement((session) => finish(work(session)));
  }

  /** A view that is closed by hand. */
  view(): OpenView {
    this.#refuseClosed();
    const { reader, catalog } = this.#freeze();
    return new OpenView({ reader, catalog }, reader.revision, this.options, () => reader.close());
  }

  /** Begins a transaction that is ended by hand. */
  begin(savepoints: boolean): OpenTransaction {
    this.#refuseClosed();
    this.#refuseApart("begin another one");
    const startedAt = this.#startClock();
    const session = this.#begin(startedAt, savepoints);
    const transaction = new OpenTransaction(session, this.options, {
      commit: () => {
        let revision: number;
        try {
          revision = session.commit();
        } catch (error) {
          throw this.#giveUp(session, error, startedAt);
        } finally {
          this.#apart = undefined;
        }
        this.#committed(session, revision, startedAt);
        return revision;
      },
      rollback: () => {
        this.#apart = undefined;
        session.abort();
      },
    });
    this.#apart = transaction;
    return transaction;
  }

  /** The last commit and its catalogue. Whoever asks closes the reader. */
  #freeze(): { readonly reader: StoreSnapshot; readonly catalog: Catalog } {
    const reader = this.store.snapshot();
    try {
      return { reader, catalog: this.#catalogAt(reader.revision, reader) };
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** Gives a transaction up for an error, which is returned. */
  #giveUp(session: WriteSession, error: unknown, startedAt: number): unknown {
    session.abort();
    this.#reportConflict(error, startedAt);
    return error;
  }

  close(): void {
    this.#closed = true;
    this.store.close();
  }

  #startClock(): number {
    const { observer, now } = this.options;
    return observer.onCommit === undefined && observer.onConflict === undefined ? 0 : now();
  }

  /** @throws transaction_open */
  #refuseApart(operation: string): void {
    if (this.#apart === undefined) return;
    throw new ModelVaultError(
      "transaction_open",
      `A database cannot ${operation} while a transaction that was begun by hand is open on it: end that one first.`,
      { operation },
    );
  }

  #begin(startedAt: number, savepoints: boolean): WriteSession {
    let transaction: StoreTransaction;
    try {
      transaction = this.store.begin({ waitMs: this.options.lockWaitMs });
    } catch (error) {
      this.#reportConflict(error, startedAt);
      throw error;
    }
    try {
      // Nobody else can commit from here on, so the store's revision is the one the transaction builds on.
      const catalog = this.#catalogAt(this.store.revision(), transaction);
      return new WriteSession(transaction, catalog, this.store.traits, savepoints);
    } catch (error) {
      transaction.abort();
      throw error;
    }
  }

  /** The one place every commit of this handle passes. */
  #committed(session: WriteSession, revision: number, startedAt: number): void {
    this.#catalog = session.catalog;
    this.#revision = revision;
    const { observer, now } = this.options;
    if (observer.onCommit === undefined || session.journal.operations === 0) return;
    notify(observer, observer.onCommit, {
      revision,
      operations: session.journal.operations,
      durationMs: now() - startedAt,
    });
  }

  #reportConflict(error: unknown, startedAt: number): void {
    const { observer, now } = this.options;
    if (observer.onConflict === undefined) return;
    for (const code of ["store_busy", "store_conflict"] as const) {
      if (isModelVaultError(error, code))
        notify(observer, observer.onConflict, { code, durationMs: now() - startedAt });
    }
  }

  /** The catalogue of a revision: the kept one, unless another holder of the store has committed since. */
  #catalogAt(revision: number, reader: StoreReader): Catalog {
    if (revision !== this.#revision) {
      this.#catalog = loadCatalog(reader, this.store.traits, this.#catalog);
      this.#revision = revision;
    }
    return this.#catalog;
  }

  #refuseClosed(): void {
    if (this.#closed)
      throw new ModelVaultError("database_closed", "The database was used after it was closed.");
  }
}
