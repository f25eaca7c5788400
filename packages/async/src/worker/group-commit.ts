/**
 * Writes that wait at the same time share one transaction of the store, and so one sync: they run one after another, each all or
 * nothing on its own; a refused one leaves no trace and the rest go on; then all are committed at once. A failed commit fails all.
 */
import type { Database, OpenTransaction, Steps } from "@modelvault/core";
import type { Outcome } from "./answers.ts";
import { Stepped } from "./results.ts";

/** One write. It must leave the transaction as it was when it throws, or leave it broken. */
export type Write = (tx: OpenTransaction) => unknown;

/**
 * One group. A write that breaks the transaction (a full store, no stack left) is rejected alone: the others are run again without it. They
 * are plain data, nothing of the first attempt was kept, and nobody was told of it.
 */
export class Group {
  /** One for each write, in their order; none says "done" before the commit has. */
  readonly outcomes: Outcome[] = [];
  readonly #db: Database;
  readonly #writes: Write[] = [];
  /** Places of the writes that were not rejected for breaking the transaction. */
  #left: number[] = [];
  #tx: OpenTransaction | undefined;
  #at = 0;
  /** The rest of the write that was interrupted. */
  #steps: Steps<unknown> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  add(writes: readonly Write[]): void {
    for (const write of writes) {
      this.#left.push(this.#writes.length);
      this.#writes.push(write);
    }
  }

  /** Runs writes until it is due to stop; true when all have run. Between two calls nothing else may begin a transaction. */
  run(isDue: () => boolean): boolean {
    while (this.#at < this.#left.length) {
      if (this.#tx === undefined && !this.#begin()) return true;
      while (this.#tx !== undefined && this.#at < this.#left.length) {
        if (!this.#runNext(this.#tx) || (this.#at < this.#left.length && isDue())) return false;
      }
    }
    return true;
  }

  #begin(): boolean {
    try {
      this.#tx = this.#db.begin();
      return true;
    } catch (error) {
      for (const at of this.#left) this.outcomes[at] = { error };
      this.#left = [];
      return false;
    }
  }

  /** Runs a write, or the rest of one; false when it was interrupted. */
  #runNext(tx: OpenTransaction): boolean {
    const at = this.#left[this.#at] as number;
    try {
      let value: unknown = this.#steps === undefined ? (this.#writes[at] as Write)(tx) : undefined;
      if (value instanceof Stepped) this.#steps = value.steps;
      if (this.#steps !== undefined) {
        const step = this.#steps.next();
        if (step.done !== true) return false;
        this.#steps = undefined;
        value = step.value;
      }
      this.outcomes[at] = { value };
    } catch (error) {
      this.#steps = undefined;
      this.outcomes[at] = { error };
      if (tx.broken) {
        tx.rollback();
        this.#tx = undefined;
        this.#left = this.#left.filter((each) => each !== at);
        this.#at = 0;
        return true;
      }
    }
    this.#at++;
    return true;
  }

  /** Commits what has run; all outcomes are known then. */
  commit(): void {
    const tx = this.#tx;
    if (tx === undefined) return;
    try {
      // Where nothing was done, nothing is committed: a refused write leaves no revision behind.
      if (this.#left.some((at) => "value" in (this.outcomes[at] as Outcome))) tx.commit();
      else tx.rollback();
    } catch (error) {
      for (const at of this.#left)
        if ("value" in (this.outcomes[at] as Outcome)) this.outcomes[at] = { error };
    }
  }
}
