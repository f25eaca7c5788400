/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The database: one open store, its catalogue, and the one place where transactions begin, commit and are
 * reported. Synchronous: a call has happened when it returns.
 */
import { Catalog, loadCatalog } from "../catalog/catalog.ts";
import { isModelVaultError, ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction } from "../errors/refuse-promise.ts";
import { type VerifyReport, verifyAll } from "../index/verify.ts";
import type { MaintenanceProgress, StoreMaintenance } from "../store/maintenance.ts";
import type { Store, StoreDriver, StoreReader, StoreTransaction } from "../store/store.ts";
import { WriteSession } from "../transaction/write-session.ts";
import { WriteHandle } from "./handle.ts";
import { notify } from "./observer.ts";
import {
  argumentInvalid,
  type CheckedOptions,
  checkDriver,
  checkOptions,
  type DatabaseOptions,
} from "./options.ts";
import type { ReadState, Scope } from "./scope.ts";
import { type DatabaseStats, describeDatabase } from "./stats.ts";
import { endedResult, runInScope, type Transaction } from "./transaction.ts";
import { ReadView, ViewScope } from "./view.ts";

/** The scope of the handle itself: each write its own transaction, unless one is open, which it then joins. */
class DatabaseScope implements Scope {
  readonly options: CheckedOptions;
  readonly store: Store;
  #catalog: Catalog = Catalog.empty;
  /** The revision the catalogue belongs to. */
  #revision = -1;
  #session: WriteSession | undefined;
  #closed = false;

  constructor(store: Store, options: CheckedOptions) {
    this.store = store;
    this.options = options;
  }

  get transactionOpen(): boolean {
    return this.#session !== undefined;
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

  open(): ReadState & { readonly frozen: boolean; close(): void } {
    this.#refuseClosed();
    if (this.#session !== undefined) return { ...this.current(), frozen: false, close: () => undefined };
    const snapshot = this.store.snapshot();
    try {
      const catalog = this.#catalogAt(snapshot.revision, snapshot);
      return { reader: snapshot, catalog, frozen: true, close: () => snapshot.close() };
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  write<T>(work: (session: WriteSession) => T): T {
    this.#refuseClosed();
    if (this.#session !== undefined) return work(this.#session);
    const { observer, now } = this.options;
    const startedAt = observer.onCommit === undefined && observer.onConflict === undefined ? 0 : now();
    const session = this.#begin(startedAt);
    this.#session = session;
    let revision: number;
    let result: T;
    try {
      result = work(session);
      revision = session.commit();
    } catch (error) {
      session.abort();
      this.#reportConflict(error, startedAt);
      throw error;
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

  close(): void {
    this.#closed = true;
    this.store.close();
  }

  #begin(startedAt: number): WriteSession {
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
      return new WriteSession(transaction, catalog, this.store.traits);
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
      this.#catalog = loadCatalog(reader, this.store.traits);
      this.#revision = revision;
    }
    return this.#catalog;
  }

  #refuseClosed(): void {
    if (this.#closed)
      throw new ModelVaultError("database_closed", "The database was used after it was closed.");
  }
}

/**
 * A vault, open. One handle per process and place; it is closed with `close` or by `using`.
 *
 * @example
 * using db = Database.open(memoryStore());
 * db.register({
 *   name: "books",
 *   primaryKey: "isbn",
 *   fields: [{ path: "isbn", type: "string" }, { path: "year", type: "int64" }],
 *   indexes: [{ path: "year" }],
 * });
 * db.collection("books").insert({ isbn: "978-0", year: 1965 });
 */
export class Database extends WriteHandle {
  readonly #scope: DatabaseScope;
  readonly #driver: StoreDriver;

  private constructor(driver: StoreDriver, scope: DatabaseScope) {
    if (!(scope instanceof DatabaseScope)) {
      throw argumentInvalid("new Database()", "Database.open(driver)", "a call of the constructor");
    }
    super(scope);
    this.#driver = driver;
    this.#scope = scope;
  }

  /** Opens a place with the driver made for it. @throws argument_invalid and what the driver throws */
  static open(driver: StoreDriver, options?: DatabaseOptions): Database {
    checkDriver(driver);
    const checked = checkOptions(options);
    const startedAt = checked.now();
    const store = driver.open();
    const scope = new DatabaseScope(store, checked);
    let database: Database;
    try {
      database = new Database(driver, scope);
      const collections = database.collectionNames().length;
      const { observer, now } = checked;
      notify(observer, observer.onOpen, { driver: driver.name, collections, durationMs: now() - startedAt });
    } catch (error) {
      store.close();
      throw error;
    }
    return database;
  }

  /**
   * Runs a callback as one transaction: committed when it returns, rolled back when it throws. Returns the callback's value. Calls on
   * the database inside the callback belong to it too. Called inside another transaction it is a savepoint.
   * @throws callback_async when the callback returns a promise, store_busy, and what the callback throws
   */
  transaction<T>(callback: (tx: Transaction) => T): T {
    if (typeof callback !== "function")
      throw argumentInvalid("callback", "a function of the transaction", callback);
    const { options } = this.#scope;
    const nested = this.#scope.transactionOpen;
    return this.#scope.write((session) => {
      if (nested) return session.atomically(() => runInScope(session, options, callback));
      return runInScope(session, options, callback);
    });
  }

  /**
   * Runs a callback on one frozen state, so that its queries agree. Returns the callback's value. Inside an open transaction the
   * view shows that transaction's state.
   * @throws callback_async, view_read_only for writes through the view
   */
  read<T>(callback: (view: ReadView) => T): T {
    if (typeof callback !== "function") throw argumentInvalid("callback", "a function of the view", callback);
    refuseAsyncFunction(callback, "callback", "db.read");
    const state = this.#scope.open();
    const look = state.frozen ? (): ReadState => state : (): ReadState => this.#scope.current();
    const scope = new ViewScope(look, state.frozen, this.#scope.options);
    try {
      return endedResult(callback(new ReadView(scope)), "db.read");
    } finally {
      scope.end();
      state.close();
    }
  }

  /** Revision of the last commit: grows with every commit that changed something. */
  revision(): number {
    this.#scope.current();
    return this.#scope.store.revision();
  }

  /**
   * Checks every row, index entry and count, and what the store can check below; reports, and changes nothing.
   * @throws transaction_open
   */
  verify(): VerifyReport {
    this.#refuseTransaction("verify itself");
    return this.#scope.read(({ reader, catalog }) =>
      verifyAll(reader, catalog, this.#scope.store.maintenance?.verify?.() ?? []),
    );
  }

  /** Sizes of everything: rows, index entries, versions, and the store's own figures. @throws transaction_open */
  stats(): DatabaseStats {
    this.#refuseTransaction("tell its figures");
    return this.#scope.read(({ reader, catalog }) =>
      describeDatabase(this.#driver, this.#scope.store, reader, catalog),
    );
  }

  /** Makes the next open cheap. @throws unsupported_operation, transaction_open */
  checkpoint(): void {
    this.#maintain("checkpoint")();
  }

  /** Gives back the space of dead data. @throws unsupported_operation, transaction_open */
  compact(onProgress?: (progress: MaintenanceProgress) => void): void {
    this.#maintain("compact")(onProgress);
  }

  /** Copies the last committed state elsewhere, while the database stays in use. @throws unsupported_operation, transaction_open */
  copyTo(destination: string, onProgress?: (progress: MaintenanceProgress) => void): void {
    if (typeof destination !== "string" || destination === "")
      throw argumentInvalid("destination", "a path", destination);
    this.#maintain("copyTo")(destination, onProgress);
  }

  /** Releases everything; again: nothing happens. @throws transaction_open inside a transaction's callback */
  close(): void {
    if (this.#scope.closed) return;
    this.#refuseTransaction("close");
    this.#scope.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #maintain<K extends "checkpoint" | "compact" | "copyTo">(name: K): NonNullable<StoreMaintenance[K]> {
    this.#scope.current();
    this.#refuseTransaction(name);
    const { maintenance } = this.#scope.store;
    const operation = maintenance?.[name];
    if (maintenance === undefined || operation === undefined) {
      throw new ModelVaultError("unsupported_operation", `The ${this.#driver.name} store has no ${name}.`, {
        operation: name,
        driver: this.#driver.name,
      });
    }
    return operation.bind(maintenance) as NonNullable<StoreMaintenance[K]>;
  }

  #refuseTransaction(operation: string): void {
    if (!this.#scope.transactionOpen) return;
    throw new ModelVaultError(
      "transaction_open",
      `A database cannot ${operation} while a transaction is open on it.`,
      { operation },
    );
  }
}
