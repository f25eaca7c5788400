/**
 * Calls that take longer than one slice, or whose rows are sent chunk by chunk: each goes on for a while in turn, so that none holds up the
 * others, or what comes in meanwhile. What reads from a transaction does not outlive it.
 */
import { ModelVaultError } from "@modelvault/core";
import { DATABASE_SCOPE, type ScopeId } from "../protocol/messages.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import type { LongCall } from "./long-call.ts";
import type { Outbox } from "./outbox.ts";
import { RowSender } from "./row-sender.ts";
import type { Slice } from "./slice.ts";

export class LongCalls {
  readonly #outbox: Outbox;
  readonly #slice: Slice;
  /** Those that have waited longest first. */
  readonly #calls = new Map<number, LongCall>();
  /** The transaction or view that a call reads from. */
  readonly #scopes = new Map<number, ScopeId>();

  constructor(outbox: Outbox, slice: Slice) {
    this.#outbox = outbox;
    this.#slice = slice;
  }

  /** Begins a call; one that is done within the slice was none. */
  begin(id: number, call: LongCall, scope: ScopeId): void {
    this.#calls.set(id, call);
    if (scope !== DATABASE_SCOPE) this.#scopes.set(id, scope);
    this.#go(id, call);
  }

  /** The caller has room for more chunks. */
  grant(id: number, chunks: number): void {
    const call = this.#calls.get(id);
    if (call instanceof RowSender) call.grant(chunks);
  }

  /** Nobody waits for it. */
  leave(id: number): void {
    const call = this.#calls.get(id);
    this.#forget(id);
    call?.close();
  }

  /** Whether one can go on. */
  get ready(): boolean {
    for (const call of this.#calls.values()) if (call.ready) return true;
    return false;
  }

  /** Whether what is open in such a scope is in the middle of something that is not to be disturbed. */
  isBusy(inScope: (scope: ScopeId) => boolean): boolean {
    for (const [id, scope] of this.#scopes)
      if (!(this.#calls.get(id) instanceof RowSender) && inScope(scope)) return true;
    return false;
  }

  /** Goes on with one after another, until the slice is over. */
  run(): void {
    if (this.#calls.size === 0) return;
    for (const [id, call] of [...this.#calls]) {
      if (!call.ready) continue;
      this.#calls.delete(id);
      this.#calls.set(id, call);
      this.#go(id, call);
      this.#outbox.flush();
      if (this.#slice.over) return;
    }
  }

  /**
   * Called before transactions and views end: lists that were asked for in them are read to their end, for the caller asked before; iterations stop,
   * for what they would come to is no transaction's or view's any longer.
   */
  end(isEnding: (scope: ScopeId) => boolean): void {
    for (const [id, scope] of this.#scopes) {
      const call = this.#calls.get(id);
      if (!(call instanceof RowSender) || !isEnding(scope)) continue;
      this.#scopes.delete(id);
      this.#try(id, () => {
        if (!call.iterated) {
          call.readOut();
          return;
        }
        call.close();
        throw new ModelVaultError("transaction_closed", "The transaction was used after it ended.");
      });
    }
  }

  closeAll(): void {
    for (const call of this.#calls.values()) call.close();
    this.#calls.clear();
    this.#scopes.clear();
  }

  #go(id: number, call: LongCall): void {
    this.#try(id, () => {
      // What it ends in may be another long call, under the same number.
      if (!call.go() && this.#calls.get(id) === call) this.#forget(id);
    });
  }

  /** What fails ends its call alone. */
  #try(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#forget(id);
      this.#outbox.add(["error", id, errorToWire(error)]);
    }
  }

  #forget(id: number): void {
    this.#calls.delete(id);
    this.#scopes.delete(id);
  }
}
