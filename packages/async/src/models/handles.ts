/** Handles of the wrong surface are refused by name: synchronous ones here, asynchronous ones by `@modelvault/models`. */
import { argumentInvalid } from "@modelvault/core";
import { ASYNC_HANDLE } from "../database/async-handle.ts";

/**
 * Refuses what is no asynchronous handle. `counterpart` is the function of the synchronous API that does the same.
 * @throws argument_invalid
 */
export function checkHandle(
  db: unknown,
  counterpart: string,
  expected: string,
  needs?: "transaction" | "read",
): void {
  const isObject = typeof db === "object" && db !== null;
  if (isObject && ASYNC_HANDLE in db && (needs === undefined || needs in db)) return;
  const isSynchronous =
    isObject &&
    !(ASYNC_HANDLE in db) &&
    typeof (db as { readonly collectionNames?: unknown }).collectionNames === "function";
  const hint = isSynchronous
    ? ` This one is synchronous: use ${counterpart} of @modelvault/models with it.`
    : "";
  throw argumentInvalid("db", `an ${expected}`, db, hint);
}
