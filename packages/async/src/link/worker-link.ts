/**
 * One worker as the caller's thread sees it: calls go out, answers come in and settle promises. Handling answers is cut into
 * slices, so that rows by the thousand never hold the event loop up. A worker that has nothing to do keeps no process alive.
 */
import { type IntegerMode, ModelVaultError, type Row } from "@modelvault/core";
import {
  type Answer,
  type AnswerBatch,
  ASK_FAILED,
  type CallEntry,
  type Claim,
  type CollectionRef,
  type Entry,
  type NotOpened,
  type Opened,
  type RunOp,
  type ScopeId,
  type WireError,
} from "../protocol/messages.ts";
import { spell } from "../protocol/odd-values.ts";
import { portable } from "../protocol/portable.ts";
import { errorFromWire } from "../protocol/wire-errors.ts";
import { Deferred } from "./deferred.ts";
import { Outbox } from "./outbox.ts";
import { PackedChunk, type Pending, Settling } from "./pending.ts";
import { ShapeCache } from "./shape-cache.ts";
import { type ThreadOptions, WorkerThread } from "./worker-thread.ts";

/** Answers are handled for this long at most before the event loop gets its turn. */
const SLICE_MS = 3;

export interface LinkOptions extends ThreadOptions {
  /** The revision that reads must show at least. */
  readonly leastRevision: () => number;
  /** Told of the last commit that an answer spoke of. */
  readonly committed: (revision: number) => void;
  readonly report: (method: string, report: unknown) => void;
  /** The worker ended without being told to. Everything in flight was rejected with this error. */
  readonly died: (error: ModelVaultError) => void;
}

export class WorkerLink {
  readonly role: "engine" | "reader";
  readonly #options: LinkOptions;
  readonly #thread: WorkerThread;
  readonly #outbox: Outbox;
  readonly #pending = new Map<number, Pending>();
  readonly #shapes = new ShapeCache();
  readonly #opening = new Deferred<Opened>();
  #nextId = 1;
  #inbox: AnswerBatch[] = [];
  #handling = false;
  #opened = false;
  #ending = false;
  /** Settled when no call is waited for any longer. */
  #draining: Deferred<void> | undefined;
  #over: ModelVaultError | undefined;

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.role = options.start.role;
    const thread = new WorkerThread(options, {
      message: (message) => this.#receive(message),
      ended: (cause) => this.#end(cause),
    });
    this.#thread = thread;
    this.#outbox = new Outbox({
      post: (batch) => thread.post(batch),
      leastRevision: options.leastRevision,
      refused: (id, error) => this.#reject(id, error),
    });
  }

  /** Starts a worker and opens the database in it. @throws what opening throws, worker_died */
  static async open(options: LinkOptions): Promise<{ readonly link: WorkerLink; readonly opened: Opened }> {
    const link = new WorkerLink(options);
    const opened = await link.#opening.promise;
    return { link, opened };
  }

  /** Fulfilled when the thread is gone, and what it held is released. */
  get exited(): Promise<void> {
    return this.#thread.exited;
  }

  /** Calls in flight. */
  get load(): number {
    return this.#pending.size;
  }

  /** A call with one argument, sent in one run with those of its kind that are made in the same tick. */
  run(op: RunOp, scope: ScopeId, ref: CollectionRef, item: unknown, integers: IntegerMode): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const pending = new Settling(integers);
    this.#outbox.sendRun(this.#add(pending), op, scope, ref, item);
    return pending.promise;
  }

  /** Any call. Returns its number. `odd`: the arguments cannot be cloned. */
  call(
    pending: Pending,
    op: string,
    scope: ScopeId,
    args: readonly unknown[],
    odd: boolean,
    claim?: Claim,
  ): number {
    if (this.#over !== undefined) {
      pending.reject(this.#over);
      return 0;
    }
    const id = this.#add(pending);
    const entry: CallEntry | Entry = odd
      ? ["odd", id, scope, op, spell(args)]
      : ["call", id, scope, op, args];
    this.#outbox.send((claim === undefined ? entry : [...entry, claim]) as Entry);
    return id;
  }

  /** Lets a stream send more. */
  more(id: number, chunks: number): void {
    if (this.#pending.has(id)) this.#outbox.send(["more", id, chunks]);
  }

  /** Nobody waits for a call any longer. */
  leave(id: number): void {
    if (!this.#pending.has(id)) return;
    this.#settled(id);
    this.#outbox.send(["leave", id]);
  }

  /** Takes a call back that the worker has not begun, and never will. */
  forget(id: number): void {
    this.#settled(id);
  }

  /** Ends the worker when it has answered all calls but iterations, and closed its database; what closing throws is thrown. */
  async close(): Promise<void> {
    if (this.#waitedFor) {
      this.#draining = new Deferred();
      await this.#draining.promise;
    }
    this.#ending = true;
    if (this.#over === undefined) {
      const pending = new Settling("number");
      this.call(pending, "close", 0, [], false);
      try {
        await pending.promise;
      } finally {
        await this.end();
      }
    }
  }

  /** Ends the worker at once. */
  async end(): Promise<void> {
    this.#ending = true;
    await this.#thread.end();
  }

  #add(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    if (this.#pending.size === 1) this.#thread.keepProcess(true);
    return id;
  }

  #settled(id: number): void {
    if (!this.#pending.delete(id)) return;
    if (this.#pending.size === 0 && this.#opened) this.#thread.keepProcess(false);
    if (this.#draining !== undefined && !this.#waitedFor) this.#draining.resolve();
  }

  /** Whether a call is in flight whose end somebody waits for. */
  get #waitedFor(): boolean {
    for (const pending of this.#pending.values()) if (pending.mayBeCut !== true) return true;
    return false;
  }

  #receive(message: AnswerBatch | Opened | NotOpened): void {
    if ("answers" in message) {
      this.#inbox.push(message);
      if (!this.#handling) this.#handle();
    } else if (message.opened) {
      this.#opened = true;
      if (this.#pending.size === 0) this.#thread.keepProcess(false);
      this.#opening.resolve(message);
    } else {
      this.#ending = true;
      this.#opening.reject(errorFromWire(message.error));
    }
  }

  /** Handles what came in, a slice at a time. */
  #handle(): void {
    const until = performance.now() + SLICE_MS;
    let batch = this.#inbox.shift();
    while (batch !== undefined) {
      this.#handleBatch(batch);
      if (this.#inbox.length > 0 && performance.now() > until) {
        this.#handling = true;
        setImmediate(() => {
          this.#handling = false;
          this.#handle();
        });
        return;
      }
      batch = this.#inbox.shift();
    }
  }

  #handleBatch({ shapes, answers, bytes, revision }: AnswerBatch): void {
    if (shapes.length > 0) this.#shapes.learn(shapes);
    this.#options.committed(revision);
    let offset = 0;
    for (const answer of answers) offset = this.#handleAnswer(answer, bytes, offset);
  }

  /** Returns where the payloads of the next answer begin. */
  #handleAnswer(answer: Answer, bytes: Uint8Array, offset: number): number {
    switch (answer[0]) {
      case "values":
        for (const [at, value] of answer[2].entries()) this.#resolve(answer[1] + at, value);
        return offset;
      case "error":
        this.#fail(answer[1], answer[2]);
        return offset;
      case "rows":
        return this.#handleRows(answer[1], answer[2], answer[3], bytes, offset);
      case "chunk": {
        const pending = this.#pending.get(answer[1]);
        if (answer[4] !== undefined) this.#settled(answer[1]);
        pending?.chunk?.(this.#chunk(answer[2], pending.integers, answer[3], bytes, offset), answer[4]);
        return offset + sizeOf(answer[3]);
      }
      case "ask": {
        const pending = this.#pending.get(answer[1]);
        // The worker stands still until it hears something, also where nobody waits for the call any longer.
        if (pending === undefined) this.#thread.answer({ rows: [], odd: false, failed: true });
        else this.#answerAsk(pending, this.#chunk(answer[2], pending.integers, answer[3], bytes, offset));
        return offset + sizeOf(answer[3]);
      }
      case "report":
        this.#options.report(answer[1], answer[2]);
        return offset;
      case "progress":
        this.#tellProgress(answer[1], answer[2]);
        return offset;
    }
  }

  #handleRows(
    first: number,
    shape: number,
    lengths: readonly number[],
    bytes: Uint8Array,
    offset: number,
  ): number {
    let at = offset;
    for (const [index, length] of lengths.entries()) {
      const pending = this.#pending.get(first + index);
      if (pending !== undefined) {
        if (length < 0) this.#resolve(first + index, undefined);
        else {
          try {
            const decode = this.#shapes.decoder(shape, pending.integers);
            this.#resolve(first + index, decode(bytes.subarray(at, at + length)));
          } catch (error) {
            this.#reject(first + index, error);
          }
        }
      }
      if (length > 0) at += length;
    }
    return at;
  }

  #chunk(
    shape: number,
    integers: IntegerMode,
    lengths: readonly number[],
    bytes: Uint8Array,
    offset: number,
  ): PackedChunk {
    const decode = lengths.length === 0 || shape < 0 ? noRow : this.#shapes.decoder(shape, integers);
    return new PackedChunk(bytes, offset, lengths, decode);
  }

  /** Runs the caller's function, row after row, while the worker waits for it. */
  #answerAsk(pending: Pending, chunk: PackedChunk): void {
    const made: unknown[] = [];
    let odd = false;
    let failed = false;
    try {
      while (chunk.left > 0) {
        const result = portable(pending.apply?.(chunk.next() as Row));
        odd ||= result.odd;
        made.push(result.value);
      }
    } catch (error) {
      pending.failure = { error };
      failed = true;
    }
    this.#thread.answer({ rows: odd ? spell(made) : made, odd, failed });
  }

  /** A callback that throws makes its call reject, when that has ended. */
  #tellProgress(id: number, progress: unknown): void {
    const pending = this.#pending.get(id);
    if (pending?.progress === undefined || pending.progressFailure !== undefined) return;
    try {
      pending.progress(progress as never);
    } catch (error) {
      pending.progressFailure = { error };
    }
  }

  #resolve(id: number, value: unknown): void {
    const pending = this.#pending.get(id);
    this.#settled(id);
    if (pending?.progressFailure === undefined) pending?.resolve(value);
    else pending.reject(pending.progressFailure.error);
  }

  #reject(id: number, error: unknown): void {
    const pending = this.#pending.get(id);
    this.#settled(id);
    pending?.reject(error);
  }

  #fail(id: number, error: WireError): void {
    const failure = this.#pending.get(id)?.failure;
    const own = failure !== undefined && "foreign" in error && error.foreign === ASK_FAILED;
    this.#reject(id, own ? failure.error : errorFromWire(error));
  }

  #end(cause: unknown): void {
    if (this.#over !== undefined) return;
    const error = new ModelVaultError(
      this.#ending ? "database_closed" : "worker_died",
      this.#ending
        ? "The database was used after it was closed."
        : `The ${this.role} worker ended. Whether a write that was in flight was committed is not known; what had been acknowledged was.`,
      { role: this.role },
      cause === undefined ? {} : { cause },
    );
    // What was answered before the end was answered.
    for (const batch of this.#inbox.splice(0)) this.#handleBatch(batch);
    this.#over = error;
    this.#outbox.close();
    this.#opening.reject(error);
    const left = [...this.#pending.values()];
    this.#pending.clear();
    this.#draining?.resolve();
    for (const pending of left) pending.reject(error);
    if (!this.#ending) this.#options.died(error);
  }
}

function sizeOf(lengths: readonly number[]): number {
  let size = 0;
  for (const length of lengths) if (length > 0) size += length;
  return size;
}

function noRow(): Row {
  throw new ModelVaultError("internal", "A row came without its shape.");
}
