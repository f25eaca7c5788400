/** Callbacks of the synchronous API must be over when they return; one that returns a promise goes on behind our back. */
import { ModelVaultError } from "./error.ts";

/** Passes the value of a callback on, unless it is a promise. `argument` names the callback. @throws callback_async with this message */
export function refusePromise<T>(value: T, argument: string, message: string): T {
  if (typeof (value as { then?: unknown } | null | undefined)?.then !== "function") return value;
  // Its rejection, if any, is not news: the caller gets this error instead.
  (value as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new ModelVaultError("callback_async", message, { argument });
}

/** Refuses an `async` function before any of it runs. One that merely returns a promise is met by {@link refusePromise}. @throws callback_async */
export function refuseAsyncFunction(callback: unknown, argument: string, call: string): void {
  if (Object.prototype.toString.call(callback) !== "[object AsyncFunction]") return;
  throw new ModelVaultError(
    "callback_async",
    `The ${argument} of ${call} is an async function. Callbacks of the synchronous API must end before they return; this one was not called.`,
    { argument },
  );
}
