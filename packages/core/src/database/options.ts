/** Options of `Database.open`, checked, with their defaults. */
import type { IntegerMode } from "../collection/collection-state.ts";
import { argumentInvalid, refuseUnknownOptions } from "../errors/argument-invalid.ts";
import { didYouMean } from "../errors/suggest.ts";
import type { StoreDriver } from "../store/store.ts";
import type { DatabaseObserver } from "./observer.ts";

export interface DatabaseOptions {
  /**
   * How int64, uint64 and timestamp values are read. `"number"` (default): a stored value beyond ±(2^53−1) throws `integer_unsafe`
   * when it is read, and is never rounded. `"bigint"`: always `bigint`. Writing and comparing take both.
   */
  readonly integers?: "number" | "bigint";
  /** Longest wait for another process that writes, in milliseconds. Default 5000. Drivers that cannot wait fail at once. */
  readonly lockWaitMs?: number;
  /** Told of opens, commits, queries and conflicts. */
  readonly observer?: DatabaseObserver;
  /** A clock in milliseconds, for durations in reports. Default: `performance.now`. What it throws is thrown again apart, as with observers. */
  readonly now?: () => number;
}

export interface CheckedOptions {
  readonly integers: IntegerMode;
  readonly lockWaitMs: number;
  readonly observer: DatabaseObserver;
  readonly now: () => number;
}

const OPTION_NAMES = ["integers", "lockWaitMs", "observer", "now"];
const OBSERVER_NAMES = ["onOpen", "onCommit", "onQuery", "onConflict"] as const;

/** @throws argument_invalid */
export function checkOptions(options: unknown): CheckedOptions {
  if (options === undefined) return defaults({});
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw argumentInvalid("options", "an object", options);
  }
  refuseUnknownOptions(options, OPTION_NAMES);
  const { integers, lockWaitMs, observer, now } = options as Record<keyof DatabaseOptions, unknown>;
  if (integers !== undefined && integers !== "number" && integers !== "bigint") {
    throw argumentInvalid("options.integers", '"number" or "bigint"', integers);
  }
  if (lockWaitMs !== undefined && !(typeof lockWaitMs === "number" && lockWaitMs >= 0)) {
    throw argumentInvalid("options.lockWaitMs", "milliseconds from 0", lockWaitMs);
  }
  if (observer !== undefined && (typeof observer !== "object" || observer === null)) {
    throw argumentInvalid("options.observer", "an object of callbacks", observer);
  }
  if (observer !== undefined) checkObserver(observer);
  if (now !== undefined && typeof now !== "function") throw argumentInvalid("options.now", "a function", now);
  return defaults(options);
}

/** Callbacks may be inherited and stand beside data of the observer's own; only a name like `onCommited` is a slip. */
function checkObserver(observer: object): void {
  for (const name of OBSERVER_NAMES) {
    const callback = (observer as DatabaseObserver)[name];
    if (callback !== undefined && typeof callback !== "function")
      throw argumentInvalid(`options.observer.${name}`, "a function", callback);
  }
  for (const name of Object.keys(observer)) {
    if (/^on[A-Z]/.test(name) && !OBSERVER_NAMES.some((known) => known === name)) {
      throw argumentInvalid(
        `options.observer.${name}`,
        `one of ${OBSERVER_NAMES.join(", ")}`,
        name,
        didYouMean(name, OBSERVER_NAMES),
      );
    }
  }
}

/** A clock that never throws into what it measures, which may be committed already: where it fails, durations are NaN. */
function shielded(now: () => number): () => number {
  return () => {
    try {
      return now();
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
      return Number.NaN;
    }
  };
}

function defaults(options: DatabaseOptions): CheckedOptions {
  return {
    integers: options.integers ?? "number",
    lockWaitMs: options.lockWaitMs ?? 5000,
    observer: options.observer ?? {},
    now: options.now === undefined ? (): number => performance.now() : shielded(options.now),
  };
}

/** How a transaction is to go. */
export interface TransactionOptions {
  /**
   * Whether statements that fail, and transactions inside this one, can be taken back while it goes on. Default true. Each statement then remembers the
   * former bytes of what it changes until it is done. With false nothing is remembered, so that memory does not grow with the size of a statement: made for
   * migrations of millions of rows. A statement that fails after it began to write then dooms the transaction: committing throws
   * `transaction_broken`. Inside another transaction the outer one decides.
   */
  readonly savepoints?: boolean;
}

/** Whether there are savepoints. @throws argument_invalid */
export function checkTransactionOptions(options: unknown): boolean {
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw argumentInvalid("options", "an object", options);
  refuseUnknownOptions(options, ["savepoints"]);
  const { savepoints = true } = options as TransactionOptions;
  if (typeof savepoints !== "boolean")
    throw argumentInvalid("options.savepoints", "true or false", savepoints);
  return savepoints;
}

/** @throws argument_invalid */
export function checkDriver(driver: unknown): asserts driver is StoreDriver {
  if (typeof driver !== "object" || driver === null || typeof (driver as StoreDriver).open !== "function") {
    throw argumentInvalid("driver", "a store driver such as memoryStore()", driver);
  }
}
