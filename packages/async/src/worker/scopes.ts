/**
 * What is open in a worker beside the database: transactions, their savepoints, and views; each under the number of the call that
 * opened it. A transaction that ends takes the savepoints inside it along.
 */
import { ModelVaultError, OpenTransaction, type OpenView } from "@modelvault/core";
import type { ScopeId } from "../protocol/messages.ts";

export class Scopes {
  readonly #open = new Map<ScopeId, OpenTransaction | OpenView>();
  /** The scopes around savepoints. */
  readonly #around = new Map<ScopeId, ScopeId>();
  /** The one transaction that holds the store. */
  #transaction: ScopeId | undefined;

  /** Whether a transaction holds the store. */
  get held(): boolean {
    return this.#transaction !== undefined;
  }

  add(id: ScopeId, handle: OpenTransaction | OpenView, holds: boolean): void {
    this.#open.set(id, handle);
    if (holds) this.#transaction = id;
  }

  /** Opens a savepoint in a transaction. @throws transaction_closed, and what the engine throws */
  addSavepoint(id: ScopeId, around: ScopeId): void {
    this.#open.set(id, this.transaction(around).begin());
    this.#around.set(id, around);
  }

  /** Whether a view is open under this number. */
  isView(id: ScopeId): boolean {
    const handle = this.#open.get(id);
    return handle !== undefined && !(handle instanceof OpenTransaction);
  }

  /** Whether a scope is another one, or a savepoint somewhere inside it. */
  isWithin(id: ScopeId, outer: ScopeId): boolean {
    for (let at: ScopeId | undefined = id; at !== undefined; at = this.#around.get(at))
      if (at === outer) return true;
    return false;
  }

  /** Closes what is open under a number, if it is a view. */
  closeView(id: ScopeId): void {
    const handle = this.#open.get(id);
    if (handle === undefined || handle instanceof OpenTransaction) return;
    this.#open.delete(id);
    handle.close();
  }

  /** @throws transaction_closed */
  handle(id: ScopeId): OpenTransaction | OpenView {
    const handle = this.#open.get(id);
    if (handle !== undefined) return handle;
    throw new ModelVaultError("transaction_closed", "The transaction or view was used after it ended.");
  }

  /** @throws transaction_closed */
  transaction(id: ScopeId): OpenTransaction {
    const handle = this.handle(id);
    if (handle instanceof OpenTransaction) return handle;
    throw new ModelVaultError("transaction_closed", "A view is no transaction.");
  }

  /** Ends a scope: commits, rolls back or closes, whichever `end` does. The scope is gone also where that throws. */
  end<T>(id: ScopeId, end: (handle: OpenTransaction | OpenView) => T): T {
    const handle = this.handle(id);
    this.#drop(id);
    if (this.#transaction === id) this.#transaction = undefined;
    return end(handle);
  }

  #drop(id: ScopeId): void {
    this.#open.delete(id);
    this.#around.delete(id);
    for (const [inner, around] of this.#around) if (around === id) this.#drop(inner);
  }

  /** Rolls back and closes everything. */
  endAll(): void {
    for (const handle of this.#open.values()) {
      if (handle instanceof OpenTransaction) handle.rollback();
      else handle.close();
    }
    this.#open.clear();
    this.#around.clear();
    this.#transaction = undefined;
  }
}
