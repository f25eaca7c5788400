/**
 * The asynchronous surface for whoever cannot wait for promises: a thread of its own awaits (`parity-server.mjs`), and this one stands still meanwhile. So the programs that hold
 * drivers beside an oracle run on `AsyncDatabase` as they are. What no asynchronous surface can do is known: a function of a row, in the middle of a statement, cannot ask the database.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { ModelVaultError } from "@modelvault/core";
import type { ParityEngine } from "@modelvault/store-testkit";
import type { WireError } from "../../src/protocol/messages.ts";
import { spell } from "../../src/protocol/odd-values.ts";
import { errorFromWire, errorToWire } from "../../src/protocol/wire-errors.ts";

type Vault = ReturnType<ParityEngine["open"]>;
type Chain = readonly (readonly [method: string, args: readonly unknown[]])[];
type Callback = (...args: unknown[]) => unknown;
type Told =
  | { readonly kind: "ask"; readonly fn: number; readonly args: readonly unknown[]; readonly scope?: number }
  | { readonly kind: "done"; readonly value?: unknown; readonly handle?: number; readonly error?: WireError };

/** Methods that lead on; every other one is a call. */
const LEADING: ReadonlySet<string> = new Set([
  "collection",
  "query",
  "where",
  "orderBy",
  "limit",
  "offset",
  "after",
  "select",
]);

export class BlockingEngine implements ParityEngine {
  /** How often a function of a row asked the database. */
  refused = 0;
  /** Where the next database is. */
  path = "";
  readonly #store: "file" | "lmdb";
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #asked: MessagePort;
  readonly #bell = new Int32Array(new SharedArrayBuffer(4));
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  readonly #callbacks = new Map<number, Callback>();
  #callbackNext = 1;
  /** What callbacks threw, by the message under which it comes back. */
  readonly #thrown = new Map<string, unknown>();
  /** Functions of rows that run now. */
  #inTheMiddle = 0;

  constructor(store: "file" | "lmdb") {
    this.#store = store;
    const calls = new MessageChannel();
    const asked = new MessageChannel();
    this.#port = calls.port1;
    this.#asked = asked.port1;
    this.#worker = new Worker(new URL("../support/parity-server.mjs", import.meta.url), {
      workerData: { port: calls.port2, asked: asked.port2, bell: this.#bell, answered: this.#answered },
      transferList: [calls.port2, asked.port2],
      execArgv: [],
    });
  }

  /** The driver is opened elsewhere. */
  open(_driver: unknown, options?: unknown): Vault {
    return this.#call(0, [["open", [this.path, this.#store, options]]]) as Vault;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #call(target: number, chain: Chain): unknown {
    if (this.#inTheMiddle > 0) {
      this.refused++;
      throw new Error("A function of a row asked the database.");
    }
    const sent = chain.map(([method, args]) => [
      method,
      method === "insertMany" && isIterator(args[0])
        ? [this.#taken(args[0])]
        : args.map((arg) => this.#sent(arg)),
    ]);
    this.#port.postMessage({ kind: "call", target, chain: sent });
    for (;;) {
      const told = this.#next();
      if (told.kind === "ask") this.#answer(told);
      else if (told.error !== undefined)
        throw this.#thrown.get(told.error.message) ?? errorFromWire(told.error);
      else return told.handle === undefined ? told.value : this.#handle(told.handle, []);
    }
  }

  #next(): Told {
    for (;;) {
      const rung = Atomics.load(this.#bell, 0);
      const received = receiveMessageOnPort(this.#port) as { readonly message: Told } | undefined;
      if (received !== undefined) return received.message;
      Atomics.wait(this.#bell, 0, rung, 1000);
    }
  }

  /** An error of a callback, as what stands for it over there. */
  #known(error: unknown): WireError {
    const message = `thrown ${this.#thrown.size}`;
    this.#thrown.set(message, error);
    return { foreign: "Error", message };
  }

  /** Rows from something else than a list, with what it throws behind them. */
  #taken(rows: Iterable<unknown>): unknown {
    const taken: unknown[] = [];
    try {
      for (const row of rows) taken.push(row);
    } catch (error) {
      return { rows: taken.map(spell), throws: this.#known(error) };
    }
    return { rows: taken.map(spell) };
  }

  /** Callbacks are known by number, also those that are a property of options. */
  #sent(arg: unknown): unknown {
    if (typeof arg === "function") return { value: undefined, fn: this.#number(arg as Callback) };
    if (typeof arg !== "object" || arg === null || Array.isArray(arg)) return { value: spell(arg) };
    const fns = Object.entries(arg).filter(([, value]) => typeof value === "function");
    if (fns.length === 0 || Object.getPrototypeOf(arg) !== Object.prototype) return { value: spell(arg) };
    const plain = Object.fromEntries(Object.entries(arg).filter(([, value]) => typeof value !== "function"));
    return {
      value: spell(plain),
      fn: Object.fromEntries(fns.map(([name, value]) => [name, this.#number(value as Callback)])),
    };
  }

  #number(callback: Callback): number {
    const number = this.#callbackNext++;
    this.#callbacks.set(number, callback);
    return number;
  }

  #answer({ fn, args, scope }: Extract<Told, { kind: "ask" }>): void {
    const callback = this.#callbacks.get(fn) as Callback;
    const isOfRow = scope === undefined;
    if (isOfRow) this.#inTheMiddle++;
    let answer: { value?: unknown; error?: WireError; promise?: boolean };
    try {
      const value = callback(...(isOfRow ? args : [this.#handle(scope, [])]));
      if (!(value instanceof Promise)) answer = { value: isOfRow ? spell(value) : value };
      else if (isOfRow) answer = { promise: true };
      // A promise is what a callback gives here; programs mean one that is refused.
      else answer = { error: errorToWire(new ModelVaultError("callback_async", "gives a promise", {})) };
    } catch (error) {
      answer = { error: this.#known(error) };
    } finally {
      if (isOfRow) this.#inTheMiddle--;
    }
    if (isOfRow) {
      this.#asked.postMessage(answer);
      Atomics.add(this.#answered, 0, 1);
      Atomics.notify(this.#answered, 0);
    } else this.#port.postMessage({ kind: "answer", ...answer });
  }

  /** A handle, collection, query or iterator over there. */
  #handle(target: number, chain: Chain): unknown {
    return new Proxy(
      {},
      {
        get: (_, method) => {
          if (method === Symbol.iterator) return () => this.#handle(target, chain);
          if (typeof method !== "string" || method === "then") return undefined;
          return (...args: unknown[]) => {
            const [first] = args;
            const given = method === "where" && typeof first === "function" ? [first(BUILDER)] : args;
            const longer: Chain = [...chain, [method, given]];
            return LEADING.has(method) ? this.#handle(target, longer) : this.#call(target, longer);
          };
        },
      },
    );
  }
}

function isIterator(rows: unknown): rows is Iterable<unknown> {
  return typeof (rows as { readonly next?: unknown } | null | undefined)?.next === "function";
}

/** Builds the predicates that objects spell out. */
const BUILDER = Object.assign(
  (...leaf: readonly unknown[]) => {
    const [path, op, value] = leaf;
    return leaf.length > 2 ? { path, op, value } : { path, op };
  },
  {
    and: (...all: readonly unknown[]) => ({ op: "and", all }),
    or: (...any: readonly unknown[]) => ({ op: "or", any }),
    not: (predicate: unknown) => ({ op: "not", predicate }),
  },
);
