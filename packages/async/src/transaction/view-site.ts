/** Calls of one view: all to the worker that holds its snapshot. A view that was stopped says why to calls that still come. */
import { type IntegerMode, ModelVaultError } from "@modelvault/core";
import { Deferred } from "../link/deferred.ts";
import { Settling } from "../link/pending.ts";
import type { WorkerLink } from "../link/worker-link.ts";
import type { ScopeId } from "../protocol/messages.ts";
import { type Access, CallSite, type Route, send } from "./call-site.ts";

/** A view, wherever its state is. */
export abstract class ViewSite extends CallSite {
  readonly integers: IntegerMode;
  readonly #stopped = new Deferred<never>();
  /** What it has ended with, once it has. */
  protected over: { readonly error: unknown } | undefined;

  constructor(integers: IntegerMode) {
    super();
    this.integers = integers;
    // Those who do not race with it do not care.
    this.#stopped.promise.catch(() => undefined);
  }

  /** Rejects when the view is stopped from outside. */
  get stopped(): Promise<never> {
    return this.#stopped.promise;
  }

  get ended(): boolean {
    return this.over !== undefined;
  }

  /** @throws snapshot_closed, what stopped it */
  refuseEnded(): void {
    if (this.over !== undefined) throw this.over.error;
  }

  /** @throws snapshot_closed, what stopped it, view_read_only */
  route(access: Access): Route | Promise<Route> {
    this.refuseEnded();
    if (access === "write") throw readOnly();
    return this.readRoute();
  }

  async apart(): Promise<never> {
    this.refuseEnded();
    throw readOnly();
  }

  /** Releases the state. */
  async close(): Promise<void> {
    if (this.over !== undefined) return;
    this.over = { error: new ModelVaultError("snapshot_closed", "The view was used after it ended.") };
    await this.release();
  }

  /** Releases the state and says why: to whoever waits for `stopped`, and to calls that still come. */
  stop(error: unknown): void {
    if (this.over !== undefined) return;
    this.over = { error };
    this.#stopped.reject(error);
    this.release().catch(() => undefined);
  }

  protected abstract readRoute(): Route | Promise<Route>;
  protected abstract release(): Promise<void>;
}

/** A view with a snapshot of its own. */
export class SnapshotSite extends ViewSite {
  /** The database it belongs to. */
  readonly database: object;
  readonly #route: Route;

  constructor(database: object, link: WorkerLink, scope: ScopeId, integers: IntegerMode) {
    super(integers);
    this.database = database;
    this.#route = { link, scope, ended: () => this.over };
  }

  protected readRoute(): Route {
    return this.#route;
  }

  protected async release(): Promise<void> {
    const pending = new Settling(this.integers);
    send(this.#route, pending, "closeView", "read", [], false, undefined);
    await pending.promise;
  }
}

/** A view inside a transaction: it shows what the transaction shows. */
export class ReadOnlySite extends ViewSite {
  readonly #site: CallSite;

  constructor(site: CallSite) {
    super(site.integers);
    this.#site = site;
  }

  protected readRoute(): Route | Promise<Route> {
    return this.#site.route("read");
  }

  protected release(): Promise<void> {
    return Promise.resolve();
  }
}

function readOnly(): ModelVaultError {
  return new ModelVaultError(
    "view_read_only",
    "A view shows one state and takes no writes; write through the database or a transaction.",
  );
}
