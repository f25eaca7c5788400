/** Calls of one view: all to the worker that holds its snapshot. */
import { type IntegerMode, ModelVaultError } from "@modelvault/core";
import { Settling } from "../link/pending.ts";
import type { WorkerLink } from "../link/worker-link.ts";
import type { ScopeId } from "../protocol/messages.ts";
import { type Access, type CallOptions, CallSite, type Route, send } from "./call-site.ts";

function readOnly(): ModelVaultError {
  return new ModelVaultError(
    "view_read_only",
    "A view shows one state and takes no writes; write through the database or a transaction.",
  );
}

export class ViewSite extends CallSite {
  readonly integers: IntegerMode;
  readonly #route: Route;
  #closed = false;

  constructor(link: WorkerLink, scope: ScopeId, integers: IntegerMode) {
    super();
    this.integers = integers;
    this.#route = { link, scope };
  }

  /** @throws snapshot_closed, view_read_only */
  route(access: Access): Route {
    if (this.#closed) throw new ModelVaultError("snapshot_closed", "The view was used after it ended.");
    if (access === "write") throw readOnly();
    return this.#route;
  }

  async apart(): Promise<never> {
    this.route("write");
    throw readOnly();
  }

  /** Releases the snapshot. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const pending = new Settling(this.integers);
    send(this.#route, pending, "closeView", "read", [], false, undefined);
    await pending.promise;
  }
}

/** A view inside a transaction: it shows what the transaction shows. */
export class ReadOnlySite extends CallSite {
  readonly integers: IntegerMode;
  readonly #site: CallSite;
  #closed = false;

  constructor(site: CallSite) {
    super();
    this.integers = site.integers;
    this.#site = site;
  }

  /** @throws snapshot_closed, view_read_only */
  route(access: Access): Route | Promise<Route> {
    if (this.#closed) throw new ModelVaultError("snapshot_closed", "The view was used after it ended.");
    if (access === "write") throw readOnly();
    return this.#site.route(access);
  }

  async apart<T>(_work: (tx: CallSite) => Promise<T>, _options: CallOptions): Promise<T> {
    this.route("write");
    throw readOnly();
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }
}
