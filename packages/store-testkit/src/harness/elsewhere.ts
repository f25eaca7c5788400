/**
 * A store that another process or thread holds open, driven by messages. The kit starts no process: whoever writes the
 * harness knows how its code is run. That program calls {@link serveStore} with its end of a channel, the harness calls
 * {@link connectStore} with the other end. Messages are plain data for structured clone (for a child process:
 * `serialization: "advanced"`); calls are answered in their order.
 */
import {
  type BeginOptions,
  errorFromPlain,
  errorToPlain,
  isModelVaultError,
  type KeyRange,
  type Keyspace,
  type PlainError,
  type Store,
  type StoreTransaction,
} from "@modelvault/core";
import type { Entry } from "../model/plain-map.ts";

/** One end of a channel: a `MessagePort`, a `Worker`, or a child process behind two lines of adapter. */
export interface StorePort {
  postMessage(message: unknown): void;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/** A store elsewhere, with the one transaction it may have. Errors of the store reject with their code. */
export interface StoreElsewhere {
  get(space: Keyspace, key: Uint8Array): Promise<Uint8Array | undefined>;
  entries(space: Keyspace, range?: KeyRange): Promise<Entry[]>;
  count(space: Keyspace): Promise<number>;
  revision(): Promise<number>;
  begin(options?: BeginOptions): Promise<void>;
  put(space: Keyspace, key: Uint8Array, value: Uint8Array): Promise<void>;
  delete(space: Keyspace, key: Uint8Array): Promise<void>;
  commit(): Promise<number>;
  abort(): Promise<void>;
  /** Closes the store, then ends the process. */
  close(): Promise<void>;
  /** Ends the process at once, with nothing cleaned up. */
  kill(): Promise<void>;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PlainError }
  | { readonly id: number; readonly foreign: string };

/** Serves a store to the other end of a channel; opening it is the first call. */
export function serveStore(open: () => Store, port: StorePort): void {
  let store: Store | undefined;
  let transaction: StoreTransaction | undefined;
  const opened = (): Store => store as Store;
  const writing = (): StoreTransaction => transaction as StoreTransaction;
  const methods: Record<string, (...args: never[]) => unknown> = {
    open: () => {
      store = open();
    },
    get: (space: Keyspace, key: Uint8Array) => opened().get(space, key),
    entries: (space: Keyspace, range?: KeyRange) => [...opened().scan(space, range)],
    count: (space: Keyspace) => opened().count(space),
    revision: () => opened().revision(),
    begin: (options?: BeginOptions) => {
      transaction = opened().begin(options);
    },
    put: (space: Keyspace, key: Uint8Array, value: Uint8Array) => writing().put(space, key, value),
    delete: (space: Keyspace, key: Uint8Array) => writing().delete(space, key),
    commit: () => writing().commit(),
    abort: () => writing().abort(),
    close: () => opened().close(),
  };
  port.on("message", (message) => {
    const { id, method, args } = message as Call;
    let answer: Answer;
    try {
      answer = { id, value: (methods[method] as (...args: readonly unknown[]) => unknown)(...args) };
    } catch (error) {
      answer = isModelVaultError(error) ? { id, error: errorToPlain(error) } : { id, foreign: String(error) };
    }
    port.postMessage(answer);
  });
}

/**
 * Opens the store that the other end of the channel serves.
 * @param end stops the process or thread, at once and without a farewell
 */
export async function connectStore(
  port: StorePort,
  end: () => void | Promise<void>,
): Promise<StoreElsewhere> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
  let calls = 0;
  port.on("message", (message) => {
    const answer = message as Answer;
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ("error" in answer) call?.reject(errorFromPlain(answer.error));
    else if ("foreign" in answer) call?.reject(new Error(answer.foreign));
    else call?.resolve(answer.value);
  });
  const call = <T>(method: string, ...args: readonly unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = calls++;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      port.postMessage({ id, method, args } satisfies Call);
    });
  try {
    await call("open");
  } catch (error) {
    await end();
    throw error;
  }
  return {
    get: (space, key) => call("get", space, key),
    entries: (space, range) => call("entries", space, range),
    count: (space) => call("count", space),
    revision: () => call("revision"),
    begin: (options) => call("begin", options),
    put: (space, key, value) => call("put", space, key, value),
    delete: (space, key) => call("delete", space, key),
    commit: () => call("commit"),
    abort: () => call("abort"),
    close: async () => {
      await call("close");
      await end();
    },
    kill: async () => end(),
  };
}
