/** The row streams of a worker, each sent a chunk in turn. Those of a transaction do not outlive it. */
import { ModelVaultError } from "@modelvault/core";
import { type Claim, DATABASE_SCOPE, type ScopeId } from "../protocol/messages.ts";
import { errorToWire } from "../protocol/wire-errors.ts";
import type { Outbox } from "./outbox.ts";
import type { ManyRows } from "./row-results.ts";
import { RowSender } from "./row-sender.ts";

/** Chunks a stream may send before the caller asks for more. */
const CREDIT_FIRST = 2;

export class Senders {
  readonly #outbox: Outbox;
  readonly #senders = new Map<number, RowSender>();
  /** The transaction or view that a stream reads from. */
  readonly #scopes = new Map<number, ScopeId>();

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  add(id: number, rows: ManyRows, scope: ScopeId, claim: Claim | undefined): void {
    this.#senders.set(id, new RowSender(id, rows, CREDIT_FIRST, claim));
    if (scope !== DATABASE_SCOPE) this.#scopes.set(id, scope);
  }

  /** The caller has room for more chunks. */
  grant(id: number, chunks: number): void {
    this.#senders.get(id)?.grant(chunks);
  }

  /** Nobody reads on. */
  leave(id: number): void {
    const sender = this.#senders.get(id);
    this.#forget(id);
    sender?.close();
  }

  /** Whether one may send. */
  get ready(): boolean {
    for (const sender of this.#senders.values()) if (sender.ready) return true;
    return false;
  }

  /** A chunk of each stream that may send one. */
  sendRows(): void {
    for (const [id, sender] of this.#senders) {
      if (!sender.ready) continue;
      this.#try(id, () => {
        if (!sender.send(this.#outbox)) this.#forget(id);
      });
      this.#outbox.flush();
    }
  }

  /**
   * Called before transactions end: lists that were asked for in them are read to their end, for the caller asked before; iterations stop,
   * for what they would come to is no transaction's any longer.
   */
  end(isEnding: (scope: ScopeId) => boolean): void {
    for (const [id, scope] of this.#scopes) {
      const sender = this.#senders.get(id);
      if (sender === undefined || !isEnding(scope)) continue;
      this.#scopes.delete(id);
      this.#try(id, () => {
        if (!sender.iterated) {
          sender.readOut();
          return;
        }
        sender.close();
        throw new ModelVaultError("transaction_closed", "The transaction was used after it ended.");
      });
    }
  }

  closeAll(): void {
    for (const sender of this.#senders.values()) sender.close();
    this.#senders.clear();
    this.#scopes.clear();
  }

  /** What fails ends its stream alone. */
  #try(id: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#forget(id);
      this.#outbox.add(["error", id, errorToWire(error)]);
    }
  }

  #forget(id: number): void {
    this.#senders.delete(id);
    this.#scopes.delete(id);
  }
}
