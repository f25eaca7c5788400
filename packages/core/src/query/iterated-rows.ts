/**
 * Rows handed out one by one. The source is opened when the first row is asked for and closed at the end, at an early exit, and
 * when anything throws, so an iterator that is never used holds nothing.
 */
import type { Pause } from "./pause.ts";
import type { RowWalk } from "./row-walk.ts";

/** What an iteration holds while it goes on. */
export interface OpenIteration {
  readonly walk: RowWalk;
  readonly decode: (payload: Uint8Array) => object;
  /** False: the source shows later writes, so the rows are collected before one is handed out. */
  readonly frozen: boolean;
  /** Throws once the transaction has ended whose state this is; absent where none is. */
  readonly refuseEnded?: (() => void) | undefined;
  /** Where it may be interrupted: undefined is handed out in place of a row then. */
  readonly pause: Pause | undefined;
  /** Releases everything; told how many rows were found. */
  close(rows: number): void;
}

export class IteratedRows<R> implements IterableIterator<R | undefined> {
  readonly #limit: number;
  readonly #open: () => OpenIteration;
  #state: "new" | "walking" | "collected" | "over" = "new";
  #iteration: OpenIteration | undefined;
  #collected: readonly Uint8Array[] = [];
  #given = 0;

  constructor(limit: number, open: () => OpenIteration) {
    this.#limit = limit;
    this.#open = open;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<R | undefined> {
    if (this.#state === "over") return { done: true, value: undefined };
    try {
      if (this.#state === "new") this.#begin();
      const iteration = this.#iteration as OpenIteration;
      iteration.refuseEnded?.();
      const payload = this.#state === "collected" ? this.#collected[this.#given] : this.#walkOn(iteration);
      if (payload !== undefined) {
        this.#given++;
        return { done: false, value: iteration.decode(payload) as R };
      }
      if (iteration.pause?.paused === true) {
        iteration.pause.resume();
        return { done: false, value: undefined };
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#end();
    return { done: true, value: undefined };
  }

  return(value?: unknown): IteratorResult<R | undefined> {
    this.#end();
    return { done: true, value };
  }

  throw(error: unknown): IteratorResult<R | undefined> {
    this.#end();
    throw error;
  }

  #begin(): void {
    const iteration = this.#open();
    this.#iteration = iteration;
    this.#state = "walking";
    if (iteration.frozen) return;
    const payloads: Uint8Array[] = [];
    while (payloads.length < this.#limit && iteration.walk.next(this.#limit - payloads.length))
      payloads.push(iteration.walk.payload);
    iteration.close(payloads.length);
    this.#collected = payloads;
    this.#state = "collected";
  }

  #walkOn({ walk }: OpenIteration): Uint8Array | undefined {
    const left = this.#limit - this.#given;
    return left > 0 && walk.next(left) ? walk.payload : undefined;
  }

  #end(): void {
    const walking = this.#state === "walking";
    this.#state = "over";
    this.#collected = [];
    if (walking) this.#iteration?.close(this.#given);
    this.#iteration = undefined;
  }
}
