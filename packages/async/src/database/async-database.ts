/// <reference lib="esnext.disposable" preserve="true" />
/** The database on worker threads. Nothing here blocks: calls are sent when they are made, and awaited. */
import {
  argumentInvalid,
  type DatabaseObserver,
  type DatabaseStats,
  type MaintenanceProgress,
  ModelVaultError,
  memoryStore,
  type StoreDriver,
  type VerifyReport,
} from "@modelvault/core";
import { workerModule } from "../link/worker-module.ts";
import { Workers } from "../link/workers.ts";
import type { CallOptions } from "../transaction/call-site.ts";
import { DatabaseSite } from "../transaction/database-site.ts";
import { runOutside } from "../transaction/frames.ts";
import { limit, runCallback, runView } from "../transaction/run-transaction.ts";
import { ReadOnlySite, type ViewSite } from "../transaction/view-site.ts";
import { checkCallback, checkDriver } from "./arguments.ts";
import { AsyncWriteHandle } from "./async-handle.ts";
import { AsyncOpenTransaction, AsyncTransaction } from "./async-transaction.ts";
import { AsyncView } from "./async-view.ts";
import {
  type AsyncDatabaseOptions,
  type AsyncTransactionOptions,
  checkAsyncOptions,
  checkCallOptions,
  checkTransactionOptions,
  observedBy,
} from "./options.ts";

export interface ReadOptions extends CallOptions {
  /** Longest life of the view in milliseconds; then its reads, and the promise of `read`, reject with snapshot_closed. Default 30,000. */
  readonly timeoutMs?: number;
}

/**
 * A vault, open in a worker thread. Every operation of the synchronous `Database`, awaited.
 *
 * @example
 * await using db = await AsyncDatabase.open(fileStore("app.modelvault"));
 * const book = await db.collection("books").get("978-0");
 */
export class AsyncDatabase extends AsyncWriteHandle {
  /** Where the vault is, as its driver was told: a path, or undefined for one that is in memory only. */
  readonly path: string | undefined;
  protected override readonly site: DatabaseSite;
  /** Ends the note in this thread that the place is open. */
  readonly #forget: () => void;
  #closing: Promise<void> | undefined;

  private constructor(path: string | undefined, site: DatabaseSite, forget: () => void) {
    super(site);
    this.site = site;
    this.path = path;
    this.#forget = forget;
  }

  /**
   * Opens a place with the driver made for it. Rejects with argument_invalid and what the driver throws; with store_in_use where this thread has the place open for writing with the
   * synchronous API, which could only wait for it.
   */
  static async open(driver: StoreDriver, options?: AsyncDatabaseOptions): Promise<AsyncDatabase> {
    const { moduleUrl, factory, args } = checkDriver(driver);
    const { observer, maxQueued, ...checked } = checkAsyncOptions(options);
    // The observer lives as long as the database, so it belongs to no transaction that is open now.
    const workers = await runOutside(() =>
      Workers.open({
        ...checked,
        driver: { moduleUrl: workerModule(moduleUrl), factory, args },
        observed: observedBy(observer),
        report: (method, report) => tell(observer, method as keyof DatabaseObserver, report),
      }),
    );
    let forget: (() => void) | undefined;
    try {
      forget = driver.openedElsewhere?.();
    } catch (error) {
      await workers.close();
      throw error;
    }
    const site = new DatabaseSite(workers, checked.integers, maxQueued);
    return new AsyncDatabase(driver.location, site, forget ?? (() => undefined));
  }

  /** A vault in the memory of its worker, empty, and gone when closed. */
  static async openInMemory(options?: AsyncDatabaseOptions): Promise<AsyncDatabase> {
    return AsyncDatabase.open(memoryStore(), options);
  }

  /** A snapshot in the memory of its worker: `AsyncDatabase.openSnapshot(snapshotStore(bytes))`. What is written to it is gone when it is closed. */
  static async openSnapshot(driver: StoreDriver, options?: AsyncDatabaseOptions): Promise<AsyncDatabase> {
    return AsyncDatabase.open(driver, options);
  }

  /**
   * Makes a saved vault the vault at a driver's place, in a worker of its own: what `restore` of the driver's package does. Rejects with what that
   * throws, and with unsupported_operation where the driver has no place or no `restore`.
   *
   * @example
   * await AsyncDatabase.restoreSnapshot(fileStore("app.modelvault"), bytes, { overwrite: true });
   */
  static async restoreSnapshot<T = unknown>(
    driver: StoreDriver,
    source: string | Uint8Array,
    options: {
      readonly onProgress?: (progress: MaintenanceProgress) => void;
      readonly [name: string]: unknown;
    } = {},
  ): Promise<T> {
    const { moduleUrl, location, name } = checkDriver(driver);
    if (location === undefined) {
      throw new ModelVaultError("unsupported_operation", `The ${name} store has no restore.`, {
        operation: "restore",
        driver: name,
      });
    }
    const { onProgress, ...how } = options;
    const db = await AsyncDatabase.openInMemory();
    try {
      const sending = onProgress === undefined ? {} : { progress: onProgress as (progress: never) => void };
      const args = [workerModule(moduleUrl), "restore", [source, location, how], onProgress !== undefined];
      return (await db.site.call("call", "write", args, sending)) as T;
    } finally {
      await db.close();
    }
  }

  /**
   * Runs a callback as one transaction: committed when its promise is fulfilled, rolled back when it rejects, after `timeoutMs`, or when the
   * signal says so. Gives the callback's value. Calls on the database made inside the callback, wherever in its asynchronous work, belong to it; those of other tasks
   * never do: their reads show the last committed state, their writes wait. Inside another transaction it is a savepoint.
   * Rejects with transaction_timeout, the signal's reason, and what the callback rejects with.
   */
  async transaction<T>(
    callback: (tx: AsyncTransaction) => Promise<T> | T,
    options?: AsyncTransactionOptions,
  ): Promise<T> {
    checkCallback(callback, "transaction");
    const limits = checkTransactionOptions(options);
    limits.signal?.throwIfAborted();
    const { joined } = this.site;
    if (joined !== undefined) return new AsyncTransaction(joined, true).transaction(callback, options);
    return this.site.during(
      this.site
        .begin(limits)
        .then((site) => runCallback(site, true, () => callback(new AsyncTransaction(site, true)), limits)),
    );
  }

  /**
   * Begins a transaction that is ended by hand, for those who cannot put it into one callback. Only calls on it belong to it.
   * Rejects with transaction_open inside a callback of `transaction`, whose end it would wait for.
   */
  async begin(options?: AsyncTransactionOptions): Promise<AsyncOpenTransaction> {
    const limits = checkTransactionOptions(options);
    this.#refuseJoined("begin a transaction by hand");
    const site = await this.site.during(this.site.begin(limits));
    const release = limit(site, limits);
    this.site.during(site.over).then(release, release);
    site.refuseEnded();
    return new AsyncOpenTransaction(site, release);
  }

  /**
   * Runs a callback on one frozen state, so that its reads agree. Inside a transaction the view shows that transaction's state. Gives the callback's value.
   * Rejects with snapshot_closed after `timeoutMs`, the signal's reason, and what the callback rejects with.
   */
  async read<T>(callback: (view: AsyncView) => Promise<T> | T, options?: ReadOptions): Promise<T> {
    checkCallback(callback, "view");
    const { signal, timeoutMs } = checkTransactionOptions(options);
    const { joined } = this.site;
    const opened: Promise<ViewSite> =
      joined === undefined ? this.site.view({ signal }) : Promise.resolve(new ReadOnlySite(joined));
    return this.site.during(
      opened.then((site) => runView(site, () => callback(new AsyncView(site)), { signal, timeoutMs })),
    );
  }

  /** Runs a callback outside of the transaction it is called in: for work that is to go on by itself when that has ended. */
  outside<T>(callback: () => T): T {
    checkCallback(callback, "database");
    return runOutside(callback);
  }

  /** Revision of the last commit. */
  async revision(options?: CallOptions): Promise<number> {
    this.#refuseJoined("tell its revision");
    return (await this.readCall("revision", [], options)) as number;
  }

  /** Checks every row, index entry and count, and what the store can check below; reports, and changes nothing. */
  async verify(options?: CallOptions): Promise<VerifyReport> {
    return (await this.writeCall("verify", [], options)) as VerifyReport;
  }

  /** Sizes of everything: rows, index entries, versions, and the store's own figures. */
  async stats(options?: CallOptions): Promise<DatabaseStats> {
    return (await this.writeCall("stats", [], options)) as DatabaseStats;
  }

  /** Makes the next open cheap. Rejects with unsupported_operation. */
  async checkpoint(options?: CallOptions): Promise<void> {
    await this.writeCall("checkpoint", [], options);
  }

  /** Gives back the space of dead data. */
  async compact(onProgress?: (progress: MaintenanceProgress) => void, options?: CallOptions): Promise<void> {
    await this.#maintain("compact", [], onProgress, options);
  }

  /** Copies the last committed state elsewhere. */
  async copyTo(
    destination: string,
    onProgress?: (progress: MaintenanceProgress) => void,
    options?: CallOptions,
  ): Promise<void> {
    await this.#maintain("copyTo", [destination], onProgress, options);
  }

  /** The last committed state as the bytes of a whole vault, in the format of its driver. */
  async snapshotBytes(
    onProgress?: (progress: MaintenanceProgress) => void,
    options?: CallOptions,
  ): Promise<Uint8Array> {
    return (await this.#maintain("snapshotBytes", [], onProgress, options)) as Uint8Array;
  }

  /**
   * Takes no more calls, waits for those that were made and for open transactions, and releases everything. Again: the same promise.
   * Rejects with transaction_open inside the callback of a transaction or a view, which would wait for itself.
   */
  close(): Promise<void> {
    if (this.#closing === undefined) {
      if (this.site.isWaitedFor) {
        return Promise.reject(
          new ModelVaultError(
            "transaction_open",
            "A database cannot close inside the callback of a transaction or view of its own.",
            {
              operation: "close",
            },
          ),
        );
      }
      this.#closing = this.site.close().finally(this.#forget);
    }
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #maintain(
    op: string,
    args: readonly unknown[],
    onProgress: unknown,
    options: CallOptions | undefined,
  ): Promise<unknown> {
    if (onProgress !== undefined && typeof onProgress !== "function")
      throw argumentInvalid("onProgress", "a function", onProgress);
    const sending = checkCallOptions(options);
    return this.site.call(
      op,
      "write",
      args,
      onProgress === undefined ? sending : { ...sending, progress: onProgress as (progress: never) => void },
    );
  }

  /** @throws transaction_open */
  #refuseJoined(operation: string): void {
    if (!isIn(this.site)) return;
    throw new ModelVaultError(
      "transaction_open",
      `A database cannot ${operation} inside a transaction of its own.`,
      { operation },
    );
  }
}

/** Whether the code that runs now is in a transaction that has not ended. */
function isIn(site: DatabaseSite): boolean {
  const { joined } = site;
  return joined !== undefined && !joined.ended;
}

/** Calls one method of an observer, apart from what it watches. */
function tell(observer: DatabaseObserver, method: keyof DatabaseObserver, report: unknown): void {
  try {
    // Each method gets the report of its own name.
    (observer[method] as ((report: never) => void) | undefined)?.call(observer, report as never);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
