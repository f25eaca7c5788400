/**
 * The rows of one call, as their chunks come in: collected into one list, or handed out one by one. The worker is asked for
 * more only when the chunk before was taken, and in a turn of its own, so that other events come in between.
 */
import { type IntegerMode, isModelVaultError, type Row } from "@modelvault/core";
import { CHUNKS_FIRST } from "../protocol/messages.ts";
import type { PackedChunk, Pending } from "./pending.ts";

export interface Ending {
  readonly next: string | null;
}

/** Collects every row. */
export class CollectedRows implements Pending {
  readonly integers: IntegerMode;
  chunksOwed: number = CHUNKS_FIRST;
  readonly promise: Promise<{ readonly rows: (Row | undefined)[]; readonly next: string | null }>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  /** Asks for another chunk; ends the call. Set by whoever begins it. */
  more: () => void = () => undefined;
  leave: () => void = () => undefined;
  readonly #rows: (Row | undefined)[] = [];
  #failed = false;

  constructor(integers: IntegerMode) {
    this.integers = integers;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve as (value: unknown) => void;
      this.reject = reject;
    });
  }

  chunk(chunk: PackedChunk, ending: Ending | undefined): void {
    if (this.#failed) return;
    try {
      while (chunk.left > 0) this.#rows.push(chunk.next());
    } catch (error) {
      this.#failed = true;
      if (ending === undefined) this.leave();
      this.reject(error);
      return;
    }
    if (ending === undefined) setImmediate(this.more);
    else this.resolve({ rows: this.#rows, next: ending.next });
  }
}

/** Hands rows out one by one; the next chunk is on its way while one is handed out. */
export class RowStream implements Pending, AsyncIterableIterator<Row> {
  readonly integers: IntegerMode;
  readonly mayBeCut = true;
  chunksOwed: number = CHUNKS_FIRST;
  readonly #begin: (stream: RowStream) => void;
  /** Asks for another chunk; ends the call. Set by whoever begins it. */
  more: () => void = () => undefined;
  leave: () => void = () => undefined;
  /** Called when nobody reads on, for whatever reason. Set likewise. */
  over: () => void = () => undefined;
  /** What the transaction or view has ended with in which it goes on. Set likewise. */
  ended: (() => { readonly error: unknown } | undefined) | undefined;
  readonly #chunks: PackedChunk[] = [];
  #state: "new" | "open" | "ended" | "over" = "new";
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** Calls of `next` are answered in their order. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Nothing is sent before the first row is asked for. */
  constructor(integers: IntegerMode, begin: (stream: RowStream) => void) {
    this.integers = integers;
    this.#begin = begin;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Row>> {
    const row = this.#turn.then(() => this.#next());
    this.#turn = row.catch(() => undefined);
    return row;
  }

  /** Leaves early: the worker releases what the rows are read from. */
  return(value?: unknown): Promise<IteratorResult<Row>> {
    const open = this.#state === "open";
    this.#end();
    this.#chunks.length = 0;
    if (open) this.leave();
    this.#wake?.();
    return Promise.resolve({ done: true, value });
  }

  async throw(error: unknown): Promise<IteratorResult<Row>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  chunk(chunk: PackedChunk, ending: Ending | undefined): void {
    if (this.#state !== "open") return;
    if (chunk.left > 0) this.#chunks.push(chunk);
    if (ending !== undefined) this.#state = "ended";
    else if (chunk.left === 0) setImmediate(this.more);
    this.#wake?.();
  }

  resolve(): void {
    this.#state = "ended";
    this.#wake?.();
  }

  reject(error: unknown): void {
    if (this.#state === "over") return;
    // The worker knows that it ended, not why.
    this.#failure = (isClosed(error) ? this.ended?.() : undefined) ?? { error };
    this.#state = "ended";
    this.over();
    this.#wake?.();
  }

  #end(): void {
    this.#state = "over";
    this.over();
  }

  async #next(): Promise<IteratorResult<Row>> {
    if (this.#state === "new") {
      this.#state = "open";
      this.#begin(this);
    }
    for (;;) {
      if (this.#state === "over") return { done: true, value: undefined };
      // Also of rows that have come already: what they were read from is gone, or was never committed.
      const ended = this.ended?.();
      if (ended !== undefined && this.#failure === undefined) {
        void this.return();
        throw ended.error;
      }
      if (this.#failure !== undefined) {
        const { error } = this.#failure;
        this.#end();
        throw error;
      }
      const [chunk] = this.#chunks;
      if (chunk !== undefined) return this.#take(chunk);
      if (this.#state === "ended") {
        this.#end();
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  #take(chunk: PackedChunk): IteratorResult<Row> {
    let value: Row;
    try {
      value = chunk.next() as Row;
    } catch (error) {
      void this.return();
      throw error;
    }
    if (chunk.left === 0) {
      this.#chunks.shift();
      if (this.#state === "open") setImmediate(this.more);
    }
    return { done: false, value };
  }
}

function isClosed(error: unknown): boolean {
  return isModelVaultError(error, "transaction_closed") || isModelVaultError(error, "snapshot_closed");
}
