/**
 * One worker as the caller's thread sees it: calls go out, one message a tick; answers come in and settle promises. Handling
 * answers is cut into slices, so that rows by the thousand never hold the event loop up. A worker that has nothing to do
 * keeps no process alive.
 */
import { MessageChannel, type MessagePort, type ResourceLimits, Worker } from "node:worker_threads";
import { type IntegerMode, ModelVaultError, type Row } from "@modelvault/core";
import {
  type Answer,
  type AnswerBatch,
  ASK_FAILED,
  type Asked,
  type CallBatch,
  type CallEntry,
  type Claim,
  type CollectionRef,
  type Entry,
  type Leave,
  type NotOpened,
  type Opened,
  type RunEntry,
  type RunOp,
  type ScopeId,
  type WireError,
  type WorkerStart,
} from "../protocol/messages.ts";
import { spell } from "../protocol/odd-values.ts";
import { portable } from "../protocol/portable.ts";
import { errorFromWire } from "../protocol/wire-errors.ts";
import { Deferred } from "./deferred.ts";
import { PackedChunk, type Pending, Settling } from "./pending.ts";
import { ShapeCache } from "./shape-cache.ts";
import { WORKER_ENTRY, workerExecArgv } from "./worker-module.ts";

/** Answers are handled for this long at most before the event loop gets its turn. */
const SLICE_MS = 3;

/** How long a worker that was told to leave may take before it is ended: it may be in the middle of a long statement. */
const LEAVE_MS = 2_000;
const LEAVE: Leave = { leave: true };

/** The links whose workers run. When the process ends they are told to leave, and waited for. */
const running: Set<{ tellToLeave(): void; waitForLeave(): void }> = new Set();
let isWatchingExit = false;

function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  process.on("exit", () => {
    for (const link of running) link.tellToLeave();
    for (const link of running) link.waitForLeave();
  });
}

export interface LinkOptions {
  readonly start: Omit<WorkerStart, "asked" | "bell" | "gone">;
  readonly resourceLimits?: ResourceLimits | undefined;
  readonly execArgv?: readonly string[] | undefined;
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
  readonly #worker: Worker;
  readonly #asked: MessagePort;
  readonly #bell: Int32Array<SharedArrayBuffer>;
  readonly #gone: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #pending = new Map<number, Pending>();
  readonly #shapes = new ShapeCache();
  readonly #opening = new Deferred<Opened>();
  readonly #exited = new Deferred<void>();
  #nextId = 1;
  #calls: Entry[] = [];
  #inbox: AnswerBatch[] = [];
  #handling = false;
  #opened = false;
  #ending = false;
  /** Settled when no call is waited for any longer. */
  #draining: Deferred<void> | undefined;
  #over: ModelVaultError | undefined;
  #cause: unknown;

  private constructor(options: LinkOptions) {
    this.#options = options;
    this.role = options.start.role;
    const { port1, port2 } = new MessageChannel();
    this.#asked = port1;
    this.#bell = new Int32Array(new SharedArrayBuffer(4));
    const start: WorkerStart = { ...options.start, asked: port2, bell: this.#bell, gone: this.#gone };
    const execArgv = options.execArgv ?? workerExecArgv(process.execArgv);
    this.#worker = new Worker(WORKER_ENTRY, {
      workerData: start,
      transferList: [port2],
      name: `modelvault ${this.role}`,
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    });
    this.#worker.on("message", (message: AnswerBatch | Opened | NotOpened) => this.#receive(message));
    this.#worker.on("error", (error: unknown) => {
      this.#cause = error;
      // What is in flight will not be answered, however long the thread takes to go.
      this.#end();
    });
    running.add(this);
    watchExit();
    this.#worker.on("exit", () => {
      running.delete(this);
      this.#end();
      this.#exited.resolve();
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
    return this.#exited.promise;
  }

  /** Calls in flight. */
  get load(): number {
    return this.#pending.size;
  }

  /** A call with one argument, sent in one run with those of its kind that are made in the same tick. */
  run(op: RunOp, scope: ScopeId, ref: CollectionRef, item: unknown, integers: IntegerMode): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const pending = new Settling(integers);
    const id = this.#add(pending);
    const last = this.#calls[this.#calls.length - 1];
    if (
      last !== undefined &&
      last[0] === "run" &&
      last[3] === op &&
      last[4] === ref &&
      last[2] === scope &&
      (last as RunEntry)[1] + last[5].length === id
    )
      last[5].push(item);
    else this.#send(["run", id, scope, op, ref, [item]]);
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
    this.#send((claim === undefined ? entry : [...entry, claim]) as Entry);
    return id;
  }

  /** Lets a stream send more. */
  more(id: number, chunks: number): void {
    if (this.#pending.has(id)) this.#send(["more", id, chunks]);
  }

  /** Nobody waits for a call any longer. */
  leave(id: number): void {
    if (!this.#pending.has(id)) return;
    this.#settled(id);
    this.#send(["leave", id]);
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
    if (this.#opened && this.#over === undefined) {
      this.tellToLeave();
      this.#worker.ref();
      const timer = setTimeout(() => void this.#worker.terminate(), LEAVE_MS);
      await this.#exited.promise;
      clearTimeout(timer);
    } else {
      await this.#worker.terminate();
      await this.#exited.promise;
    }
  }

  tellToLeave(): void {
    if (this.#opened && this.#over === undefined) this.#worker.postMessage(LEAVE);
  }

  /** Holds up this thread, which is at its end, until the worker has released its store. */
  waitForLeave(): void {
    if (this.#opened && this.#over === undefined) Atomics.wait(this.#gone, 0, 0, LEAVE_MS);
  }

  #add(pending: Pending): number {
    const id = this.#nextId++;
    this.#pending.set(id, pending);
    if (this.#pending.size === 1) this.#worker.ref();
    return id;
  }

  #settled(id: number): void {
    if (!this.#pending.delete(id)) return;
    if (this.#pending.size === 0 && this.#opened) this.#worker.unref();
    if (this.#draining !== undefined && !this.#waitedFor) this.#draining.resolve();
  }

  /** Whether a call is in flight whose end somebody waits for. */
  get #waitedFor(): boolean {
    for (const pending of this.#pending.values()) if (pending.mayBeCut !== true) return true;
    return false;
  }

  #send(entry: Entry): void {
    this.#calls.push(entry);
    if (this.#calls.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const calls = this.#calls;
    this.#calls = [];
    if (this.#over !== undefined) return;
    const leastRevision = this.#options.leastRevision();
    try {
      this.#worker.postMessage({ calls, leastRevision } satisfies CallBatch);
    } catch {
      // One of them cannot be cloned after all; the others can.
      for (const entry of calls) this.#sendAlone(entry, leastRevision);
    }
  }

  #sendAlone(entry: Entry, leastRevision: number): void {
    try {
      this.#worker.postMessage({ calls: [entry], leastRevision } satisfies CallBatch);
    } catch (error) {
      const count = entry[0] === "run" ? entry[5].length : 1;
      for (let id = entry[1]; id < entry[1] + count; id++) this.#reject(id, error);
    }
  }

  #receive(message: AnswerBatch | Opened | NotOpened): void {
    if ("answers" in message) {
      this.#inbox.push(message);
      if (!this.#handling) this.#handle();
    } else if (message.opened) {
      this.#opened = true;
      if (this.#pending.size === 0) this.#worker.unref();
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
        if (pending === undefined) this.#tellAsked({ rows: [], odd: false, failed: true });
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
    this.#tellAsked({ rows: odd ? spell(made) : made, odd, failed });
  }

  #tellAsked(asked: Asked): void {
    this.#asked.postMessage(asked);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
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

  #end(): void {
    if (this.#over !== undefined) return;
    this.#asked.close();
    const error = new ModelVaultError(
      this.#ending ? "database_closed" : "worker_died",
      this.#ending
        ? "The database was used after it was closed."
        : `The ${this.role} worker ended. Whether a write that was in flight was committed is not known; what had been acknowledged was.`,
      { role: this.role },
      this.#cause === undefined ? {} : { cause: this.#cause },
    );
    // What was answered before the end was answered.
    for (const batch of this.#inbox.splice(0)) this.#handleBatch(batch);
    this.#over = error;
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
