/**
 * Calls of one transaction, or of a savepoint inside one. While a savepoint is open, calls on the transaction around it that come from
 * its own callback belong to it; any others wait until it has ended, so that its rollback takes back nothing of theirs.
 */
import { type IntegerMode, ModelVaultError } from "@modelvault/core";
import { Deferred } from "../link/deferred.ts";
import { Settling } from "../link/pending.ts";
import type { WorkerLink } from "../link/worker-link.ts";
import type { ScopeId } from "../protocol/messages.ts";
import { type Access, type CallOptions, CallSite, type Route, send } from "./call-site.ts";
import { isInside } from "./frames.ts";
import { runApart } from "./run-transaction.ts";

export class TransactionSite extends CallSite {
  readonly integers: IntegerMode;
  /** The database it belongs to. */
  readonly database: object;
  readonly #route: Route;
  readonly #ended = new Deferred<void>();
  readonly #stopped = new Deferred<never>();
  /** What calls are refused with once it has ended. */
  #over: { readonly error: unknown } | undefined;
  #inner: TransactionSite | undefined;

  constructor(database: object, link: WorkerLink, scope: ScopeId, integers: IntegerMode) {
    super();
    this.database = database;
    this.integers = integers;
    this.#route = { link, scope, ended: () => this.#over };
    // Those who do not race with it do not care.
    this.#stopped.promise.catch(() => undefined);
  }

  /** Rejects when the transaction is stopped from outside. */
  get stopped(): Promise<never> {
    return this.#stopped.promise;
  }

  /** Fulfilled when the transaction has ended, whichever way. */
  get over(): Promise<void> {
    return this.#ended.promise;
  }

  get ended(): boolean {
    return this.#over !== undefined;
  }

  /** @throws transaction_closed, what stopped it */
  refuseEnded(): void {
    if (this.#over !== undefined) throw this.#over.error;
  }

  /** @throws transaction_closed, what stopped it */
  route(access: Access): Route | Promise<Route> {
    this.refuseEnded();
    const inner = this.#inner;
    if (inner === undefined) return this.#route;
    if (isInside(inner)) return inner.route(access);
    return inner.#ended.promise.then(() => this.route(access));
  }

  async apart<T>(work: (tx: TransactionSite) => Promise<T>, _options: CallOptions): Promise<T> {
    return runApart(await this.begin(), work);
  }

  /** Opens a savepoint: the next one waits until it has ended. */
  async begin(): Promise<TransactionSite> {
    while (this.#inner !== undefined) {
      const inner = this.#inner;
      if (isInside(inner)) return inner.begin();
      await inner.#ended.promise;
    }
    this.refuseEnded();
    const pending = new Settling(this.integers);
    const { link, scope } = this.#route;
    const id = send({ link, scope }, pending, "savepoint", "write", [], false, undefined);
    const inner = new TransactionSite(this.database, link, id, this.integers);
    this.#inner = inner;
    void inner.#ended.promise.then(() => {
      if (this.#inner === inner) this.#inner = undefined;
    });
    try {
      await pending.promise;
    } catch (error) {
      inner.#finish(used());
      throw error;
    }
    return inner;
  }

  /** Commits; for a savepoint, keeps what was done for the transaction around it. @throws transaction_open, and what the engine throws */
  async commit(): Promise<unknown> {
    this.refuseEnded();
    if (this.#inner !== undefined) {
      throw new ModelVaultError(
        "transaction_open",
        "The transaction ended while a transaction inside it was still running: await that one. Nothing of either was kept.",
        { operation: "commit" },
      );
    }
    this.#finish(used());
    return this.#send("commit");
  }

  /** Takes everything back; nothing happens when it has ended. */
  async rollback(): Promise<void> {
    if (this.#over !== undefined) return;
    await this.#takeBack(used());
  }

  /** Rolls back and says why: to whoever waits for `stopped`, and to calls that still come. */
  stop(error: unknown): void {
    if (this.#over !== undefined) return;
    this.#stopped.reject(error);
    this.#takeBack(error).catch(() => undefined);
  }

  #takeBack(error: unknown): Promise<unknown> {
    this.abandon(error);
    return this.#send("rollback");
  }

  /** Ends, and with it what is open inside it. */
  private abandon(error: unknown): void {
    if (this.#over !== undefined) return;
    this.#inner?.abandon(error);
    this.#finish(error);
  }

  #finish(error: unknown): void {
    this.#over = { error };
    this.#ended.resolve();
  }

  async #send(op: "commit" | "rollback"): Promise<unknown> {
    const pending = new Settling(this.integers);
    send(this.#route, pending, op, "write", [], false, undefined);
    return pending.promise;
  }
}

function used(): ModelVaultError {
  return new ModelVaultError(
    "transaction_closed",
    "The transaction was used after it ended. Work that its callback started must be awaited in it; for work that is to go on by itself there is db.outside().",
  );
}
