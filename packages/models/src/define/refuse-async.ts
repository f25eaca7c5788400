/** Handles whose calls are awaited cannot be used by functions that do not wait; whoever passes one is told which function does. */
import { ModelVaultError } from "@modelvault/core";

/** What the handles of `@modelvault/async` have, of whichever copy of it. */
const ASYNC_HANDLE: symbol = Symbol.for("modelvault.async-handle");

/** `counterpart`: the function of `@modelvault/async` that does the same. @throws argument_invalid */
export function refuseAsync(argument: string, value: unknown, counterpart: string): void {
  if (typeof value !== "object" || value === null || !(ASYNC_HANDLE in value)) return;
  const expected = "a handle of the synchronous API";
  const actual = "one of @modelvault/async";
  throw new ModelVaultError(
    "argument_invalid",
    `"${argument}" must be ${expected}, not ${actual}: use ${counterpart} with it.`,
    { argument, expected, actual },
  );
}
