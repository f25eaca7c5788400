/**
 * One subject in its process: fills the family's database, then checks and runs its scenarios when told. Knows nothing
 * of processes itself, so that a test can use it directly.
 */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type City, loadCities, repeated } from "../data/cities.ts";
import type { OnceJob } from "../scenarios/once.ts";
import type { Bench, Reading, Task } from "../scenarios/scenario.ts";
import { SCENARIOS } from "../scenarios/scenarios.ts";
import type { Sizes } from "../scenarios/sizes.ts";
import type { AsyncSubject } from "../subjects/async/async-subject.ts";
import type { Subject, SubjectKind } from "../subjects/subject.ts";
import { temporaryFolder } from "./folder.ts";

/** Rows per transaction while a database is filled. */
const FILL_ROWS = 50_000;

/** What a host is to do: plain data, so that it can be sent to a process. */
export interface HostJob {
  readonly subject: string;
  /** All of one family. */
  readonly scenarios: readonly string[];
  readonly sizes: Sizes;
  /** Rounds are measured in processor time of the subject's process, not by the wall clock. */
  readonly cpu?: boolean;
}

export class Host {
  readonly #kind: SubjectKind;
  readonly #job: HostJob;
  readonly #once: (job: OnceJob) => Promise<number>;
  readonly #load: (rows: number) => readonly City[];
  readonly #tasks = new Map<string, Task>();
  #bench: Bench | undefined;
  #stop: () => Promise<void> = async () => undefined;

  /** `once` runs a job in a new process; `load` gives the first rows of the data. */
  constructor(
    kind: SubjectKind,
    job: HostJob,
    once: (job: OnceJob) => Promise<number>,
    load: (rows: number) => readonly City[] = loadCities,
  ) {
    this.#kind = kind;
    this.#job = job;
    this.#once = once;
    this.#load = load;
  }

  /** Prepares the scenarios and fills the database. */
  async start(): Promise<void> {
    const { sizes } = this.#job;
    const scenarios = SCENARIOS.filter(({ name }) => this.#job.scenarios.includes(name));
    const [first] = scenarios;
    if (first === undefined) throw new Error("There is no scenario to run.");
    const { family } = first;
    const data = this.#load(sizes.rows);
    const { path, remove } = await temporaryFolder();
    const folder = join(path, "database");
    await mkdir(folder);
    this.#stop = remove;
    let subject: Subject | undefined;
    let asyncSubject: AsyncSubject | undefined;
    if (family.database === "async") {
      asyncSubject = await this.#kind.asynchronous?.open(folder);
      const idle = this.#kind.asynchronous?.idle === true;
      if (asyncSubject !== undefined && !idle) await fill(asyncSubject, data, family.rows(sizes));
    } else if (family.database !== "none") {
      subject = await this.#open(folder);
      await fill(subject, data, family.rows(sizes));
    }
    if (family.database === "stored") {
      await subject?.close();
      subject = undefined;
    }
    this.#stop = async () => {
      await subject?.close();
      await asyncSubject?.close();
      await remove();
    };
    this.#bench = this.#makeBench(subject, asyncSubject, path, folder);
    for (const scenario of scenarios) this.#tasks.set(scenario.name, scenario.prepare(data, sizes));
  }

  /** Compares a scenario's answers with the right ones. @throws WrongAnswer */
  async check(scenario: string): Promise<void> {
    await this.#task(scenario).check(this.#theBench());
  }

  async round(scenario: string): Promise<Reading> {
    // No collection is forced before a round: afterwards V8 keeps so little room for new objects, for a while, that
    // whoever makes objects takes twice the time. No application does that.
    return this.#task(scenario).round(this.#theBench());
  }

  /** Closes the database and deletes its files. */
  async stop(): Promise<void> {
    const stop = this.#stop;
    this.#stop = async () => undefined;
    await stop();
  }

  #makeBench(
    subject: Subject | undefined,
    asyncSubject: AsyncSubject | undefined,
    path: string,
    folder: string,
  ): Bench {
    let opened = 0;
    return {
      kind: this.#kind,
      get subject(): Subject {
        if (subject === undefined) throw new Error("This family has no open database.");
        return subject;
      },
      asyncSubject,
      folder,
      roundMs: this.#job.sizes.roundMs,
      now: this.#job.cpu === true ? processorMs : () => performance.now(),
      openEmpty: async () => {
        const place = join(path, `empty-${opened++}`);
        await mkdir(place);
        const empty = await this.#open(place);
        return {
          subject: empty,
          async remove() {
            await empty.close();
            await rm(place, { recursive: true, force: true });
          },
        };
      },
      once: this.#once,
    };
  }

  async #open(folder: string): Promise<Subject> {
    if (this.#kind.open === undefined) throw new Error(`"${this.#kind.name}" has no database.`);
    return this.#kind.open(folder);
  }

  #task(scenario: string): Task {
    const task = this.#tasks.get(scenario);
    if (task === undefined) throw new Error(`"${scenario}" is not part of this job.`);
    return task;
  }

  #theBench(): Bench {
    if (this.#bench === undefined) throw new Error("The host was not started.");
    return this.#bench;
  }
}

/** Time that all threads of this process spent on a processor. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function fill(subject: Subject | AsyncSubject, data: readonly City[], rows: number): Promise<void> {
  let batch: City[] = [];
  for (const row of repeated(data, rows)) {
    batch.push(row);
    if (batch.length < FILL_ROWS) continue;
    await subject.insert(batch);
    batch = [];
  }
  if (batch.length > 0) await subject.insert(batch);
}
