/** Child processes of tests, and the vault they share. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Database } from "@modelvault/core";
import { lmdbStore } from "../../src/index.ts";

const script = fileURLToPath(new URL("child.mjs", import.meta.url));

export class Child {
  readonly #process: ChildProcess;
  readonly #heard: unknown[] = [];
  readonly #waiting: ((message: unknown) => void)[] = [];
  readonly exited: Promise<unknown>;

  constructor(...args: readonly string[]) {
    this.#process = fork(script, args, { execArgv: [] });
    this.exited = once(this.#process, "exit");
    this.#process.on("message", (message) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#heard.push(message);
      else next(message);
    });
  }

  /** The next thing it says; its end, if that comes first, is an error. */
  async says(): Promise<unknown> {
    if (this.#heard.length > 0) return this.#heard.shift();
    const ended = this.exited.then((how) => {
      throw new Error(`the child ended with ${String(how)}`);
    });
    return Promise.race([new Promise((resolve) => this.#waiting.push(resolve)), ended]);
  }

  tell(message: string): void {
    this.#process.send(message);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.exited;
  }
}

/** A vault with a counter and tickets, whose numbers are unique. */
export function makeTickets(path: string): void {
  using db = Database.open(lmdbStore(path));
  db.register({
    name: "counters",
    primaryKey: "id",
    fields: [
      { path: "id", type: "string" },
      { path: "value", type: "int64" },
    ],
  });
  db.register({
    name: "tickets",
    primaryKey: "id",
    fields: [
      { path: "id", type: "string" },
      { path: "number", type: "int64" },
      { path: "who", type: "string" },
    ],
    indexes: [{ path: "number", kind: "unique" }, { path: "who" }],
  });
}
