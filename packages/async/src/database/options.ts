/** Options of `AsyncDatabase.open` and of transactions, checked, with their defaults. */
import { availableParallelism } from "node:os";
import type { ResourceLimits } from "node:worker_threads";
import type { DatabaseObserver } from "@modelvault/core";
import { argumentInvalid, readable, refuseUnknownOptions } from "@modelvault/core";
import type { CallOptions } from "../transaction/call-site.ts";

export interface AsyncDatabaseOptions {
  /** How int64, uint64 and timestamp values are read, as in the synchronous API. Default `"number"`. */
  readonly integers?: "number" | "bigint";
  /** Longest wait for another process that writes, in milliseconds. Default 5000. */
  readonly lockWaitMs?: number;
  /** Told of opens, commits, queries and conflicts, in the caller's thread, shortly after they happened. */
  readonly observer?: DatabaseObserver;
  /** Threads that read beside the one that writes, on drivers that allow it (LMDB). Default: one less than there are cores, and at least 1. */
  readonly readers?: number;
  /** Calls in flight at one time; more are refused (`overloaded`). Calls inside an open transaction do not count. Default 100,000. */
  readonly maxQueued?: number;
  /** Limits of each worker's memory, as for `new Worker`. */
  readonly resourceLimits?: ResourceLimits;
  /** Node options of the workers, as for `new Worker`: a loader that their modules need, say. */
  readonly execArgv?: readonly string[];
}

export interface CheckedAsyncOptions {
  readonly integers: "number" | "bigint";
  readonly lockWaitMs: number | undefined;
  readonly observer: DatabaseObserver;
  readonly readers: number;
  readonly maxQueued: number;
  readonly resourceLimits: ResourceLimits | undefined;
  readonly execArgv: readonly string[] | undefined;
}

const OPTION_NAMES: readonly string[] = [
  "integers",
  "lockWaitMs",
  "observer",
  "readers",
  "maxQueued",
  "resourceLimits",
  "execArgv",
];

/** @throws argument_invalid */
export function checkAsyncOptions(options: unknown): CheckedAsyncOptions {
  const given = record(options ?? {}, "options", OPTION_NAMES);
  const { integers, lockWaitMs, observer, readers, maxQueued, resourceLimits, execArgv } = given;
  if (integers !== undefined && integers !== "number" && integers !== "bigint")
    throw argumentInvalid("options.integers", '"number" or "bigint"', integers);
  if (lockWaitMs !== undefined && !(typeof lockWaitMs === "number" && lockWaitMs >= 0))
    throw argumentInvalid("options.lockWaitMs", "milliseconds from 0", lockWaitMs);
  if (observer !== undefined && (typeof observer !== "object" || observer === null))
    throw argumentInvalid("options.observer", "an object of callbacks", observer);
  if (
    readers !== undefined &&
    !(Number.isInteger(readers) && (readers as number) >= 0 && (readers as number) <= 64)
  )
    throw argumentInvalid("options.readers", "an integer from 0 to 64", readers);
  if (maxQueued !== undefined && !(Number.isSafeInteger(maxQueued) && (maxQueued as number) >= 1))
    throw argumentInvalid("options.maxQueued", "an integer from 1", maxQueued);
  if (resourceLimits !== undefined && (typeof resourceLimits !== "object" || resourceLimits === null))
    throw argumentInvalid("options.resourceLimits", "an object", resourceLimits);
  if (execArgv !== undefined && !Array.isArray(execArgv))
    throw argumentInvalid("options.execArgv", "a list of Node options", execArgv);
  return {
    integers: integers ?? "number",
    lockWaitMs,
    observer: observer ?? {},
    readers: (readers as number | undefined) ?? Math.max(1, availableParallelism() - 1),
    maxQueued: (maxQueued as number | undefined) ?? 100_000,
    resourceLimits: resourceLimits as ResourceLimits | undefined,
    execArgv,
  };
}

/** Names of the callbacks that an observer has. */
export function observedBy(observer: DatabaseObserver): readonly string[] {
  return (["onOpen", "onCommit", "onQuery", "onConflict"] as const).filter(
    (method) => typeof observer[method] === "function",
  );
}

export interface AsyncTransactionOptions extends CallOptions {
  /**
   * Longest life of the transaction in milliseconds, from when it begins (its wait for others does not count); then it is rolled back
   * (`transaction_timeout`). It holds the store's write lock. Default 30,000; `Infinity`: for ever.
   */
  readonly timeoutMs?: number;
  /** False for a change too large to be remembered for savepoints, as in the synchronous API. Not for transactions inside others. */
  readonly savepoints?: boolean;
}

const TRANSACTION_MS = 30_000;
/** Longest delay of a timer; more means for ever. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** @throws argument_invalid */
export function checkTransactionOptions(options: unknown): {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly savepoints: boolean | undefined;
} {
  const { timeoutMs, signal, savepoints } = record(options ?? {}, "options", [
    "timeoutMs",
    "signal",
    "savepoints",
  ]);
  if (savepoints !== undefined && typeof savepoints !== "boolean")
    throw argumentInvalid("options.savepoints", "true or false", savepoints);
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0))
    throw argumentInvalid("options.timeoutMs", "milliseconds above 0", timeoutMs);
  const after = timeoutMs ?? TRANSACTION_MS;
  return { timeoutMs: after > TIMER_MS_MAX ? undefined : after, signal: checkSignal(signal), savepoints };
}

/** Options of a call. @throws argument_invalid */
export function checkCallOptions(options: unknown): { readonly signal?: AbortSignal } {
  if (options === undefined) return NO_OPTIONS;
  const { signal } = record(options, "options", ["signal"]);
  const checked = checkSignal(signal);
  return checked === undefined ? NO_OPTIONS : { signal: checked };
}

const NO_OPTIONS: { readonly signal?: AbortSignal } = {};

function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw argumentInvalid("options.signal", "an AbortSignal", signal);
}

// biome-ignore lint/suspicious/noExplicitAny: options are looked at one by one by the callers
function record(options: unknown, argument: string, names: readonly string[]): Readonly<Record<string, any>> {
  if (typeof options !== "object" || options === null || readable(argument, () => Array.isArray(options)))
    throw argumentInvalid(argument, "an object", options);
  readable(argument, () => refuseUnknownOptions(options, names));
  return options as Readonly<Record<string, unknown>>;
}
