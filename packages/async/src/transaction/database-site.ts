/**
 * Calls on the database: to the transaction whose callback they are made in, if there is one, else to a worker. Here is counted what is in
 * flight, and here closing begins.
 */
import { type IntegerMode, ModelVaultError } from "@modelvault/core";
import { Settling } from "../link/pending.ts";
import type { WorkerLink } from "../link/worker-link.ts";
import type { Workers } from "../link/workers.ts";
import { DATABASE_SCOPE } from "../protocol/messages.ts";
import { type Access, type CallOptions, CallSite, type Route, send } from "./call-site.ts";
import { currentFrame } from "./frames.ts";
import { runApart } from "./run-transaction.ts";
import { TransactionSite } from "./transaction-site.ts";
import { SnapshotSite } from "./view-site.ts";

export class DatabaseSite extends CallSite {
  readonly integers: IntegerMode;
  readonly #workers: Workers;
  readonly #maxQueued: number;
  /** What is going on and must end before the database is closed. */
  readonly #going = new Set<Promise<unknown>>();
  /** Calls that wait for a worker that is started again. */
  #waiting = 0;
  #closed = false;

  constructor(workers: Workers, integers: IntegerMode, maxQueued: number) {
    super();
    this.#workers = workers;
    this.integers = integers;
    this.#maxQueued = maxQueued;
  }

  /** The transaction that calls made now belong to. */
  get joined(): TransactionSite | undefined {
    for (let frame = currentFrame(); frame !== undefined; frame = frame.outer) {
      const { site } = frame;
      if (frame.joins && site instanceof TransactionSite && site.database === this) return site;
    }
    return undefined;
  }

  /** Whether the code that runs now is in a callback that must end before the database can be closed. */
  get isWaitedFor(): boolean {
    for (let frame = currentFrame(); frame !== undefined; frame = frame.outer) {
      const { site } = frame;
      if ((site instanceof TransactionSite || site instanceof SnapshotSite) && site.database === this)
        if (!site.ended) return true;
    }
    return false;
  }

  /** @throws database_closed, overloaded, worker_died, transaction_closed, what stopped the transaction around the call */
  route(access: Access): Route | Promise<Route> {
    const { joined } = this;
    if (joined !== undefined) return joined.route(access);
    this.refuseClosed();
    const load = this.#workers.load + this.#waiting;
    if (load >= this.#maxQueued) throw this.#overloaded(load);
    const link = access === "write" ? this.#workers.engine : this.#workers.readerFor(access === "lookUp");
    return link instanceof Promise ? this.#waitFor(link) : { link, scope: DATABASE_SCOPE };
  }

  /** While a worker is started again, calls wait for it, and count as much as those in flight. */
  async #waitFor(starting: Promise<WorkerLink>): Promise<Route> {
    this.#waiting++;
    try {
      return { link: await starting, scope: DATABASE_SCOPE };
    } finally {
      this.#waiting--;
    }
  }

  async apart<T>(work: (tx: TransactionSite) => Promise<T>, options: CallOptions): Promise<T> {
    const { joined } = this;
    if (joined !== undefined) return joined.apart(work, options);
    return this.during(this.begin(options).then((site) => runApart(site, work)));
  }

  /** Begins a transaction, when those before it have ended. */
  begin(options: CallOptions & { readonly savepoints?: boolean | undefined }): Promise<TransactionSite> {
    const how = options.savepoints === undefined ? [] : [{ savepoints: options.savepoints }];
    const opened = (link: WorkerLink, id: number): TransactionSite =>
      new TransactionSite(this, link, id, this.integers);
    return this.#open("begin", "write", how, options, opened);
  }

  /** Opens a view on one state. */
  view(options: CallOptions): Promise<SnapshotSite> {
    const opened = (link: WorkerLink, id: number): SnapshotSite =>
      new SnapshotSite(this, link, id, this.integers);
    return this.#open("openView", "read", [], options, opened);
  }

  /** A call that opens a scope. It is sent at once, so that it keeps its place among the calls around it. */
  #open<T>(
    op: "begin" | "openView",
    access: Access,
    args: readonly unknown[],
    { signal }: CallOptions,
    opened: (link: WorkerLink, id: number) => T,
  ): Promise<T> {
    const go = async (route: Route): Promise<T> => {
      const pending = new Settling(this.integers);
      const id = send(route, pending, op, access, args, false, signal);
      await pending.promise;
      return opened(route.link, id);
    };
    try {
      signal?.throwIfAborted();
      const route = this.route(access);
      return route instanceof Promise ? route.then(go) : go(route);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Keeps the database from closing before something has settled. */
  during<T>(going: Promise<T>): Promise<T> {
    const tracked: Promise<unknown> = going.then(
      () => this.#going.delete(tracked),
      () => this.#going.delete(tracked),
    );
    this.#going.add(tracked);
    return going;
  }

  /** Refuses new calls, waits for those that were made and for open transactions, then ends the workers. @throws what closing the store throws */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#going.size > 0) await Promise.all(this.#going);
    // Calls are worked off in their order, and closing is the last one.
    await this.#workers.close();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @throws database_closed */
  refuseClosed(): void {
    if (this.#closed)
      throw new ModelVaultError("database_closed", "The database was used after it was closed.");
  }

  #overloaded(inFlight: number): ModelVaultError {
    return new ModelVaultError(
      "overloaded",
      `${inFlight} calls are in flight, as many as maxQueued allows; this one was not made. Await some before making more.`,
      { inFlight, maxQueued: this.#maxQueued },
    );
  }
}
