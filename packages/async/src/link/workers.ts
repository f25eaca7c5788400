/**
 * The workers of one database: the engine, which writes and on most drivers reads too, and readers, where the driver lets several
 * threads read the same place. A reader that dies is replaced. An engine that dies is replaced where the data outlives it;
 * opening the place again brings every acknowledged write back.
 */

import type { ResourceLimits } from "node:worker_threads";
import { type IntegerMode, isModelVaultError, ModelVaultError } from "@modelvault/core";
import type { DriverReference } from "../protocol/messages.ts";
import { WorkerLink } from "./worker-link.ts";

export interface WorkersOptions {
  readonly driver: DriverReference;
  readonly integers: IntegerMode & ("number" | "bigint");
  readonly lockWaitMs: number | undefined;
  readonly observed: readonly string[];
  readonly report: (method: string, report: unknown) => void;
  /** How many readers, where the driver allows any. */
  readonly readers: number;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly execArgv: readonly string[] | undefined;
}

/** Deaths of one worker in a row after which it is not started again. */
const RESTARTS_MAX = 5;

/** A reader that owes more than this, in milliseconds, is in the middle of something. */
const BUSY_MS = 5;

/** Longest wait for a dead engine to let go of what it held. */
const EXIT_MS = 5000;

export class Workers {
  readonly #options: WorkersOptions;
  /** Until the first one is there, nobody knows of these workers. */
  #engine: WorkerLink | Promise<WorkerLink> = new Promise<never>(() => undefined);
  #readers: WorkerLink[] = [];
  /** The last commit that the caller was told of. */
  #revision = 0;
  #persistent = false;
  #restarts = 0;
  #closing = false;
  #dead: ModelVaultError | undefined;

  private constructor(options: WorkersOptions) {
    this.#options = options;
  }

  /** @throws what opening the store throws */
  static async open(options: WorkersOptions): Promise<Workers> {
    const workers: Workers = new Workers(options);
    const { link, opened } = await workers.#start("engine");
    workers.#engine = link;
    workers.#persistent = opened.persistent;
    workers.#revision = opened.revision;
    if (opened.shared && options.readers > 0) {
      try {
        await Promise.all(Array.from({ length: options.readers }, () => workers.#addReader()));
      } catch (error) {
        workers.#closing = true;
        await Promise.all([link, ...workers.#readers].map((each) => each.end()));
        throw error;
      }
    }
    return workers;
  }

  /** The worker that writes. A promise while it is started again. @throws worker_died */
  get engine(): WorkerLink | Promise<WorkerLink> {
    if (this.#dead !== undefined) throw this.#dead;
    return this.#engine;
  }

  /**
   * A worker for reads on the database: the reader that owes least, counted in time and not in calls. A look-up may go to the engine, where all readers are busy and
   * it is not. @throws worker_died
   */
  readerFor(isLookUp: boolean): WorkerLink | Promise<WorkerLink> {
    let [least] = this.#readers;
    if (least === undefined) return this.engine;
    let burden = least.load.burden;
    for (const reader of this.#readers) {
      if (reader === least || reader.load.burden >= burden) continue;
      least = reader;
      burden = reader.load.burden;
    }
    if (!isLookUp || burden <= BUSY_MS) return least;
    const engine = this.#engine;
    return engine instanceof WorkerLink && engine.load.areQuick && engine.load.burden < burden
      ? engine
      : least;
  }

  /** How many readers there are now. */
  get readerCount(): number {
    return this.#readers.length;
  }

  /** Calls in flight, of all workers. */
  get load(): number {
    let load = this.#engine instanceof Promise ? 0 : this.#engine.load.count;
    for (const reader of this.#readers) load += reader.load.count;
    return load;
  }

  /** Every worker there is now. */
  get links(): readonly WorkerLink[] {
    return this.#engine instanceof Promise ? this.#readers : [this.#engine, ...this.#readers];
  }

  /** Closes the database everywhere, the engine last. @throws what closing the store throws */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#readers.map((reader) => reader.close()));
    if (this.#dead !== undefined) return;
    const engine = await this.#engine;
    await engine.close();
  }

  #start(role: "engine" | "reader"): ReturnType<typeof WorkerLink.open> {
    const { driver, integers, lockWaitMs, observed, report, resourceLimits, execArgv } = this.#options;
    let link: WorkerLink | undefined;
    const started = WorkerLink.open({
      start: {
        driver,
        options: { integers, ...(lockWaitMs === undefined ? {} : { lockWaitMs }) },
        // What readers do is told of by nobody twice: they run queries that the engine does not.
        observed: role === "engine" ? observed : observed.filter((method) => method === "onQuery"),
        role,
      },
      resourceLimits,
      execArgv,
      leastRevision: () => (role === "reader" ? this.#revision : 0),
      committed: (revision) => {
        if (revision > this.#revision) this.#revision = revision;
        this.#restarts = 0;
      },
      report,
      died: (error) => {
        if (link !== undefined) this.#died(link, error);
      },
    });
    return started.then((opened) => {
      link = opened.link;
      return opened;
    });
  }

  /** A new engine, once the one before has let go of the place. */
  async #restart(before: WorkerLink): ReturnType<typeof WorkerLink.open> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("The thread that died did not end.")), EXIT_MS);
    });
    try {
      await Promise.race([before.exited, late]);
    } finally {
      clearTimeout(timer);
    }
    for (;;) {
      try {
        return await this.#start("engine");
      } catch (error) {
        // One that dies before it has opened the place is one more; what the store refuses, it refuses again.
        if (!isModelVaultError(error, "worker_died") || ++this.#restarts > RESTARTS_MAX) throw error;
      }
    }
  }

  async #addReader(): Promise<void> {
    const { link } = await this.#start("reader");
    if (this.#closing) await link.end();
    else this.#readers.push(link);
  }

  #died(link: WorkerLink, error: ModelVaultError): void {
    this.#readers = this.#readers.filter((reader) => reader !== link);
    if (this.#closing) return;
    if (link.role === "reader") {
      // Where none can be started any more, the engine reads.
      if (++this.#restarts <= RESTARTS_MAX) this.#addReader().catch(() => undefined);
      return;
    }
    if (!this.#persistent || ++this.#restarts > RESTARTS_MAX) {
      this.#dead = error;
      return;
    }
    const restarted = this.#restart(link).then(
      ({ link: engine, opened }) => {
        this.#engine = engine;
        if (opened.revision > this.#revision) this.#revision = opened.revision;
        return engine;
      },
      (cause: unknown) => {
        this.#dead = new ModelVaultError(
          "worker_died",
          "The engine worker ended and could not be started again. Close the database and open it anew.",
          { role: "engine" },
          { cause },
        );
        throw this.#dead;
      },
    );
    restarted.catch(() => undefined);
    this.#engine = restarted;
  }
}
