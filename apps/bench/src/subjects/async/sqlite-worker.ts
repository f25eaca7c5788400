/**
 * better-sqlite3 behind a worker thread, as services keep it off their event loop: the calls of one tick travel in one message, answers in one,
 * rows as arrays of columns, which structured clone copies faster than objects.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { City } from "../../data/cities.ts";
import { betterSqlite } from "../better-sqlite3.ts";
import { type Columns, fromColumns } from "../sql.ts";
import type { SubjectKind } from "../subject.ts";
import type { AsyncSubject } from "./async-subject.ts";
import type { SqliteAnswers, SqliteBatch, SqliteCall } from "./sqlite-calls.ts";

const THREAD = new URL("./sqlite-thread.js", import.meta.url);
/** Rows of a scan in one message. */
const CHUNK_ROWS = 512;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class SqliteWorkerSubject implements AsyncSubject {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls: SqliteCall[] = [];
  #next = 0;

  constructor(path: string) {
    this.#worker = new Worker(THREAD, { workerData: path });
    this.#worker.on("message", (answers: SqliteAnswers) => this.#settle(answers));
    this.#worker.on("error", (error) => this.#fail(error));
  }

  async insert(rows: readonly City[]): Promise<void> {
    await this.#ask({ op: "insert", rows });
  }

  async commit(row: City): Promise<void> {
    await this.#ask({ op: "commit", row });
  }

  async delete(ids: readonly number[]): Promise<void> {
    await this.#ask({ op: "delete", ids });
  }

  async get(id: number): Promise<City | undefined> {
    const columns = (await this.#ask({ op: "get", id })) as Columns | undefined;
    return columns === undefined ? undefined : fromColumns(columns);
  }

  async countNamed(low: number, high: number, prefix: string): Promise<number> {
    return (await this.#ask({ op: "countNamed", low, high, prefix })) as number;
  }

  async scan(visit: (row: City) => void): Promise<void> {
    let after = -1;
    for (;;) {
      const rows = (await this.#ask({ op: "chunk", after, limit: CHUNK_ROWS })) as Columns[];
      for (const columns of rows) visit(fromColumns(columns));
      const last = rows.at(-1);
      if (last === undefined) return;
      after = fromColumns(last).id;
    }
  }

  async close(): Promise<void> {
    await this.#ask({ op: "close" });
    await this.#worker.terminate();
  }

  #ask(call: SqliteCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(this.#next + this.#calls.length, { resolve, reject });
      this.#calls.push(call);
      if (this.#calls.length === 1) queueMicrotask(() => this.#send());
    });
  }

  #send(): void {
    const batch: SqliteBatch = { first: this.#next, calls: this.#calls };
    this.#next += batch.calls.length;
    this.#calls = [];
    this.#worker.postMessage(batch);
  }

  #settle({ first, answers }: SqliteAnswers): void {
    for (const [at, answer] of answers.entries()) {
      const waiting = this.#waiting.get(first + at);
      this.#waiting.delete(first + at);
      if ("error" in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.value);
    }
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

export const sqliteWorker: SubjectKind = {
  name: "sqlite-worker",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "better-sqlite3 in a worker thread, calls in batches",
  versions: betterSqlite.versions,
  asynchronous: { open: async (folder) => new SqliteWorkerSubject(join(folder, "cities.db")) },
};
