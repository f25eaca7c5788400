/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The database: one open store and its catalogue. Synchronous: a call has happened when it returns.
 */

import { argumentInvalid } from "../errors/argument-invalid.ts";
import { isModelVaultError, ModelVaultError } from "../errors/error.ts";
import { refuseAsyncFunction } from "../errors/refuse-promise.ts";
import { unreadable, type VerifyReport, verifyAll } from "../index/verify.ts";
import { finish, Pause, type Steps } from "../query/pause.ts";
import type { MaintenanceProgress, StoreMaintenance } from "../store/maintenance.ts";
import type { StoreDriver } from "../store/store.ts";
import { DatabaseScope } from "./database-scope.ts";
import { WriteHandle } from "./handle.ts";
import { notify } from "./observer.ts";
import type { OpenTransaction } from "./open-transaction.ts";
import type { OpenView } from "./open-view.ts";
import {
  checkDriver,
  checkOptions,
  checkTransactionOptions,
  type DatabaseOptions,
  type TransactionOptions,
} from "./options.ts";
import type { ReadState } from "./scope.ts";
import { type DatabaseStats, describeDatabase } from "./stats.ts";
import { endedResult, runInScope, type Transaction } from "./transaction.ts";
import { ReadView, ViewScope } from "./view.ts";

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
   * `{ savepoints: false }` is for changes too large to be remembered; see {@link TransactionOptions}.
   * @throws callback_async when the callback returns a promise, store_busy, and what the callback throws
   */
  transaction<T>(callback: (tx: Transaction) => T, how: TransactionOptions = {}): T {
    if (typeof callback !== "function")
      throw argumentInvalid("callback", "a function of the transaction", callback);
    const savepoints = checkTransactionOptions(how);
    const { options } = this.#scope;
    const nested = this.#scope.joined;
    return this.#scope.write((session) => {
      if (nested) return session.atomically(() => runInScope(session, options, callback));
      return runInScope(session, options, callback);
    }, savepoints);
  }

  /**
   * Begins a transaction that is ended by hand, for callers that cannot do all of it in one callback. Reads on the database show
   * the last committed state meanwhile, writes on it are refused.
   * @throws store_busy, transaction_open inside a callback of `transaction` and while another one is open
   */
  begin(how: TransactionOptions = {}): OpenTransaction {
    const savepoints = checkTransactionOptions(how);
    if (this.#scope.joined) this.#refuseTransaction("begin a transaction by hand");
    return this.#scope.begin(savepoints);
  }

  /**
   * A view that stays open until it is closed. It shows the last committed state, for ever.
   * @throws transaction_open inside a callback of `transaction`
   */
  openView(): OpenView {
    if (this.#scope.joined) this.#refuseTransaction("open a view");
    return this.#scope.view();
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

  /** Where the vault is, as its driver was told: a path, or undefined for one that is in memory only. Known after `close`, too. */
  get path(): string | undefined {
    return this.#driver.location;
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
    return finish(this.#verify(undefined));
  }

  /** {@link verify} in steps, for a thread that has others to serve: each `next` goes on until `isDue` says that it is time, the last gives the report. */
  verifyStepwise(isDue: () => boolean): Steps<VerifyReport> {
    return this.#verify(new Pause(isDue));
  }

  *#verify(pause: Pause | undefined): Steps<VerifyReport> {
    this.#refuseTransaction("verify itself");
    this.#scope.current();
    let problems: readonly string[];
    try {
      problems = this.#scope.store.maintenance?.verify?.() ?? [];
    } catch (error) {
      if (!isModelVaultError(error, "file_damaged")) throw error;
      return unreadable(error.message);
    }
    const { reader, catalog, close } = this.#scope.open();
    try {
      return yield* verifyAll(reader, catalog, problems, pause);
    } finally {
      close();
    }
  }

  /** Sizes of everything: rows, index entries, versions, and the store's own figures. @throws transaction_open */
  stats(): DatabaseStats {
    this.#refuseTransaction("tell its figures");
    this.#scope.current();
    // Before the view that the rest is read in, which the store would count among its own.
    const figures = this.#scope.store.maintenance?.stats?.() ?? {};
    return this.#scope.read(({ reader, catalog }) =>
      describeDatabase(this.#driver, this.#scope.store, reader, catalog, figures),
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

  /**
   * The last committed state as the bytes of a whole vault, in the format of its driver, to be sent or kept and opened again with what that driver
   * offers for it (`snapshotStore(bytes)` of store-file). The bytes are the caller's. @throws unsupported_operation, transaction_open
   */
  snapshotBytes(onProgress?: (progress: MaintenanceProgress) => void): Uint8Array {
    return this.#maintain("snapshotBytes")(onProgress);
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

  #maintain<K extends "checkpoint" | "compact" | "copyTo" | "snapshotBytes">(
    name: K,
  ): NonNullable<StoreMaintenance[K]> {
    this.#scope.current();
    this.#refuseTransaction(name);
    const { maintenance } = this.#scope.store;
    const operation = maintenance?.[name];
    if (maintenance === undefined || operation === undefined) {
      const instead =
        name === "compact" && maintenance?.copyTo !== undefined
          ? " A copy is compact: make one with copyTo, and put it in the place of the vault."
          : "";
      throw new ModelVaultError(
        "unsupported_operation",
        `The ${this.#driver.name} store has no ${name}.${instead}`,
        { operation: name, driver: this.#driver.name },
      );
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
