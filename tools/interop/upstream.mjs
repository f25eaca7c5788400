// One process of upstream's engine, asked synchronously: a message a line through its standard streams.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = join(dirname(fileURLToPath(import.meta.url)), "upstream.py");

export class Upstream {
  /** @type {((answer: { value?: any, error?: string }) => void)[]} */
  #waiting = [];
  #child;

  /** @param {string} python */
  constructor(python) {
    this.#child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) =>
      this.#waiting.shift()?.(JSON.parse(line)),
    );
    this.#child.on("exit", () => {
      for (const waiting of this.#waiting.splice(0)) waiting({ error: "the process ended" });
    });
  }

  get pid() {
    return this.#child.pid;
  }

  /**
   * @param {string} cmd
   * @param {object} [args]
   * @returns {Promise<{ value?: any, error?: string }>}
   */
  ask(cmd, args = {}) {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#child.stdin.write(`${JSON.stringify({ cmd, ...args })}\n`);
    });
  }

  /**
   * @param {string} cmd
   * @param {object} [args]
   * @returns {Promise<any>} what upstream answers; its errors are thrown
   */
  async call(cmd, args = {}) {
    const { value, error } = await this.ask(cmd, args);
    if (error !== undefined) throw new Error(`upstream, ${cmd}: ${error}`);
    return value;
  }

  end() {
    this.#child.stdin.end();
  }
}
