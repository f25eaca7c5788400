/**
 * One worker thread, from its start until what it held is released. A thread that is ended in the middle of a statement may take its store's
 * lock along, so it is told to leave first, also when the process ends.
 */
import { MessageChannel, type MessagePort, type ResourceLimits, Worker } from "node:worker_threads";
import { ModelVaultError } from "@modelvault/core";
import type {
  AnswerBatch,
  Asked,
  CallBatch,
  Leave,
  NotOpened,
  Opened,
  SingleAnswer,
  SingleCall,
  WorkerStart,
} from "../protocol/messages.ts";
import { Deferred } from "./deferred.ts";
import { WORKER_ENTRY, workerExecArgv } from "./worker-module.ts";

/**
 * How long a worker that was told to leave may take before it is ended: it may be in the middle of a long statement. One that writes to a place which others may write to (LMDB) is never
 * ended in the middle: it would take the lock of all writers along, and not end either.
 */
const LEAVE_MS = 2_000;
const LEAVE: Leave = { leave: true };

/** The threads that run. When the process ends they are told to leave, and waited for. */
const running: Set<WorkerThread> = new Set();
let isWatchingExit = false;

function watchExit(): void {
  if (isWatchingExit) return;
  isWatchingExit = true;
  // Before anybody else: stores wait, when the process ends, for the transactions that these threads have open.
  process.prependListener("exit", () => {
    for (const thread of running) thread.tellToLeave();
    for (const thread of running) thread.waitForLeave();
  });
}

export interface ThreadOptions {
  readonly start: Omit<WorkerStart, "asked" | "bell" | "gone">;
  readonly resourceLimits?: ResourceLimits | undefined;
  readonly execArgv?: readonly string[] | undefined;
}

export interface ThreadEvents {
  readonly message: (message: AnswerBatch | SingleAnswer | Opened | NotOpened) => void;
  /** It failed, or ended, for whatever reason. May be told twice. */
  readonly ended: (cause?: unknown) => void;
}

export class WorkerThread {
  readonly #worker: Worker;
  readonly #asked: MessagePort;
  readonly #bell: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #gone: Int32Array<SharedArrayBuffer> = new Int32Array(new SharedArrayBuffer(4));
  readonly #exited = new Deferred<void>();
  /** Whether it has opened its store and has not failed since: only then it listens to what it is told. */
  #listens = false;
  /** Whether it must not be ended in the middle of a write. */
  #mustFinish = false;

  constructor(
    { start, resourceLimits, execArgv = workerExecArgv(process.execArgv) }: ThreadOptions,
    events: ThreadEvents,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#asked = port1;
    const workerData: WorkerStart = { ...start, asked: port2, bell: this.#bell, gone: this.#gone };
    try {
      this.#worker = new Worker(WORKER_ENTRY, {
        workerData,
        transferList: [port2],
        name: `modelvault ${start.role}`,
        ...(resourceLimits === undefined ? {} : { resourceLimits }),
        ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
      });
    } catch (cause) {
      port1.close();
      throw refused(execArgv, cause);
    }
    this.#worker.on("message", (message: AnswerBatch | SingleAnswer | Opened | NotOpened) => {
      if (!this.#listens && "opened" in message && message.opened) {
        this.#listens = true;
        this.#mustFinish = message.shared && start.role === "engine";
      }
      events.message(message);
    });
    this.#worker.on("error", (cause: unknown) => {
      // It tears itself down now.
      this.#stopListening();
      // What is in flight will not be answered, however long the thread takes to go.
      events.ended(cause);
    });
    this.#worker.on("exit", () => {
      running.delete(this);
      this.#stopListening();
      events.ended();
      this.#exited.resolve();
    });
    running.add(this);
    watchExit();
  }

  /** Fulfilled when the thread is gone, and what it held is released. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  /** Whether the process may not end while it runs. */
  keepProcess(keep: boolean): void {
    if (keep) this.#worker.ref();
    else this.#worker.unref();
  }

  /** @throws what cannot be cloned, as Node throws it */
  post(batch: CallBatch | SingleCall): void {
    this.#worker.postMessage(batch);
  }

  /** Answers a question for which the worker stands still. */
  answer(asked: Asked): void {
    this.#asked.postMessage(asked);
    Atomics.add(this.#bell, 0, 1);
    Atomics.notify(this.#bell, 0);
  }

  /** Ends the thread, which gets some time to release its store. */
  async end(): Promise<void> {
    if (this.#listens) {
      this.tellToLeave();
      this.keepProcess(true);
      const timer = this.#mustFinish ? undefined : setTimeout(() => void this.#worker.terminate(), LEAVE_MS);
      await this.exited;
      clearTimeout(timer);
    } else {
      await this.#worker.terminate();
      await this.exited;
    }
  }

  /** Also where it stands still and waits for a function of the caller, which will not run any more. */
  tellToLeave(): void {
    if (!this.#listens) return;
    this.#worker.postMessage(LEAVE);
    this.answer({ rows: [], odd: false, failed: true });
  }

  /** Holds up this thread, which is at its end, until the worker has released its store. */
  waitForLeave(): void {
    if (this.#listens) Atomics.wait(this.#gone, 0, 0, this.#mustFinish ? Number.POSITIVE_INFINITY : LEAVE_MS);
  }

  #stopListening(): void {
    this.#listens = false;
    this.#asked.close();
  }
}

/** What Node says of options that no worker takes, and of drivers that cannot travel, as our own. */
function refused(execArgv: readonly string[] | undefined, cause: unknown): unknown {
  if (cause instanceof DOMException && cause.name === "DataCloneError") {
    const expected = "plain data, for a worker builds the driver again from them";
    const actual = cause.message;
    return new ModelVaultError(
      "argument_invalid",
      `driver.args must be ${expected}: ${actual}`,
      { argument: "driver.args", expected, actual },
      { cause },
    );
  }
  if ((cause as Partial<NodeJS.ErrnoException> | null)?.code !== "ERR_WORKER_INVALID_EXEC_ARGV") return cause;
  const expected = "options of Node that a worker takes for itself";
  const actual = (execArgv ?? []).join(" ");
  return new ModelVaultError(
    "argument_invalid",
    `options.execArgv must be ${expected}, not ${JSON.stringify(actual)}. Options of V8 and of the whole process belong on the command line, which workers inherit.`,
    { argument: "options.execArgv", expected, actual },
    { cause },
  );
}
