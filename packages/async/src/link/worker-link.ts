/**
 * One worker as the caller's thread sees it: calls go out, answers come in and settle promises. A worker that has nothing to do keeps no
 * process alive.
 */
import { type IntegerMode, ModelVaultError } from "@modelvault/core";
import type {
  AnswerBatch,
  CallEntry,
  Claim,
  CollectionRef,
  Entry,
  NotOpened,
  Opened,
  RunOp,
  ScopeId,
  SingleAnswer,
} from "../protocol/messages.ts";
import { spell } from "../protocol/odd-values.ts";
import { errorFromWire } from "../protocol/wire-errors.ts";
import { AnswerReader } from "./answer-reader.ts";
import { CallsInFlight } from "./calls-in-flight.ts";
import { Deferred } from "./deferred.ts";
import { Outbox } from "./outbox.ts";
import { type Pending, Settling } from "./pending.ts";
import { type ThreadOptions, WorkerThread } from "./worker-thread.ts";

/** Calls that take a moment, whatever the data. */
const QUICK: ReadonlySet<string> = new Set(["get", "has", "getMany", "count"]);

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
  readonly #calls: CallsInFlight;
  readonly #answers: AnswerReader;
  readonly #opening = new Deferred<Opened>();
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
    this.#calls = new CallsInFlight((some) => {
      if (some || this.#opened) thread.keepProcess(some);
    });
    this.#answers = new AnswerReader(this.#calls, {
      committed: options.committed,
      report: options.report,
      answer: (asked) => thread.answer(asked),
      settled: () => this.#settled(),
    });
    this.#outbox = new Outbox({
      post: (batch) => thread.post(batch),
      leastRevision: options.leastRevision,
      refused: (id, error) => this.#answers.reject(id, error),
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

  /** What it has to do. */
  get load(): Pick<CallsInFlight, "count" | "areQuick" | "burden"> {
    return this.#calls;
  }

  /** A call with one argument, sent in one run with those of its kind that are made in the same tick. */
  run(op: RunOp, scope: ScopeId, ref: CollectionRef, item: unknown, integers: IntegerMode): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const pending = new Settling(integers);
    pending.quick = op === "get" || op === "has";
    this.#outbox.sendRun(this.#calls.add(pending), op, scope, ref, item);
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
    pending.quick = QUICK.has(op);
    const id = this.#calls.add(pending);
    const entry: CallEntry | Entry = odd
      ? ["odd", id, scope, op, spell(args)]
      : ["call", id, scope, op, args];
    this.#outbox.send((claim === undefined ? entry : [...entry, claim]) as Entry);
    return id;
  }

  /** Lets a stream send more. */
  more(id: number, chunks: number): void {
    const pending = this.#calls.get(id);
    if (pending === undefined) return;
    this.#calls.owe(pending, chunks);
    this.#outbox.send(["more", id, chunks]);
  }

  /** Nobody waits for a call any longer. */
  leave(id: number): void {
    if (this.#calls.take(id) === undefined) return;
    this.#settled();
    this.#outbox.send(["leave", id]);
  }

  /** Takes a call back that the worker has not begun, and never will. */
  forget(id: number): void {
    if (this.#calls.take(id) !== undefined) this.#settled();
  }

  /** Ends the worker when it has answered all calls but iterations, and closed its database; what closing throws is thrown. */
  async close(): Promise<void> {
    if (this.#calls.isWaitedFor) {
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

  #settled(): void {
    if (this.#draining !== undefined && !this.#calls.isWaitedFor) this.#draining.resolve();
  }

  #receive(message: AnswerBatch | SingleAnswer | Opened | NotOpened): void {
    if ("length" in message || "answers" in message) {
      this.#answers.receive(message);
    } else if (message.opened) {
      this.#opened = true;
      if (this.#calls.count === 0) this.#thread.keepProcess(false);
      this.#opening.resolve(message);
    } else {
      this.#ending = true;
      this.#opening.reject(errorFromWire(message.error));
      // Whatever the driver has left behind, a timer say, is not to keep the thread.
      void this.end();
    }
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
    this.#answers.readOut();
    this.#over = error;
    this.#outbox.close();
    this.#opening.reject(error);
    const left = this.#calls.takeAll();
    this.#draining?.resolve();
    for (const pending of left) pending.reject(error);
    if (!this.#ending) this.#options.died(error);
  }
}
