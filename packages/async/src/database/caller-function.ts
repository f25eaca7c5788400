/** Functions of the caller that the engine needs in the middle of a write: they run here, in the caller's thread and context. */
import { AsyncResource } from "node:async_hooks";
import { ModelVaultError, type Row } from "@modelvault/core";

/** The caller's function of a row, to be called when the engine asks. What it throws is what the call rejects with. */
export function callerFunction<R extends object>(
  change: (row: R) => unknown,
  argument: string,
  call: string,
): (row: Row) => unknown {
  const changed = inContext(change, argument, call);
  return (row) => changed(row as R);
}

/** A synchronous function of the caller, run in the context in which it was given. */
export function inContext<Args extends readonly unknown[]>(
  run: (...args: Args) => unknown,
  argument: string,
  call: string,
): (...args: Args) => unknown {
  refuseAsyncFunction(run, argument, call);
  const context = new AsyncResource("modelvault.function");
  return (...args) => {
    const result = context.runInAsyncScope(run, undefined, ...args);
    if (typeof (result as { readonly then?: unknown } | null | undefined)?.then !== "function") return result;
    // Its rejection, if any, is not news: the caller gets this error instead.
    (result as PromiseLike<unknown>).then(undefined, () => undefined);
    throw asynchronous(argument, call, "returned a promise");
  };
}

function refuseAsyncFunction(change: unknown, argument: string, call: string): void {
  if (Object.prototype.toString.call(change) === "[object AsyncFunction]")
    throw asynchronous(argument, call, "is an async function");
}

function asynchronous(argument: string, call: string, what: string): ModelVaultError {
  return new ModelVaultError(
    "callback_async",
    `The function given to ${call} as ${argument} ${what}. The engine waits for it in the middle of a write, so it must be synchronous; await what it needs before, or use a transaction.`,
    { argument },
  );
}
