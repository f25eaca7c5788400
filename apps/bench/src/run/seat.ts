/**
 * A process of its own for a subject, as its parent sees it. A process that dies, as native code can, rejects what was
 * asked of it and everything later; the bench goes on without that subject.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Answers, Question } from "./messages.ts";

const WORKER = fileURLToPath(new URL("./worker.js", import.meta.url));

export class Seat {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #waiting: { resolve(value: unknown): void; reject(error: Error): void } | undefined;
  #dead: Error | undefined;

  /** Starts a process with the given Node and flags of Node. */
  constructor(node: string, flags: readonly string[] = []) {
    this.#process = fork(WORKER, [], {
      execPath: node,
      // The warnings are of features that are experimental in some Node.
      execArgv: ["--no-warnings", ...flags],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#process.on("message", (answer: Answer) => this.#settle(answer));
    this.#process.on("error", (error) => this.#die(error));
    this.#ended = new Promise((resolve) => {
      this.#process.on("exit", (code, signal) => {
        this.#die(
          new Error(
            signal === null ? `its process ended with ${code}` : `its process was ended by ${signal}`,
          ),
        );
        resolve();
      });
    });
  }

  /** Asks and waits for the answer; one question at a time. */
  ask<K extends Question["ask"]>(question: Question & { ask: K }): Promise<Answers[K]> {
    if (this.#dead !== undefined) return Promise.reject(this.#dead);
    if (this.#waiting !== undefined)
      return Promise.reject(new Error("The process still works on a question."));
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#process.send(question);
    }) as Promise<Answers[K]>;
  }

  /** Ends the process, after it has tidied up. */
  async close(): Promise<void> {
    if (this.#dead === undefined) await this.ask({ ask: "stop" }).catch(() => undefined);
    if (this.#dead === undefined) this.#process.disconnect();
    await this.#ended;
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }

  #die(error: Error): void {
    this.#dead ??= error;
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
