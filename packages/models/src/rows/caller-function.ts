/**
 * Functions that a caller gives for rows (`fill`, `convert`, `rewrite`), called so that whatever goes wrong inside says for which row: what one throws
 * becomes the cause of an error that names collection, key and field. A promise is refused.
 */
import { ModelVaultError, type ValidationIssue, type Value } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";
import { pathText } from "../plan/step.ts";

/** Which function it is: of which collection, for which field (empty: the row as a whole), and how options name it. */
export interface FunctionPlace {
  readonly collection: string;
  readonly path: readonly string[];
  /** `options.fill["books.slug"]` */
  readonly argument: string;
}

/** Runs a caller's function for the row under a key. @throws migration_function_failed, callback_async */
export function callFor<T>(place: FunctionPlace, key: Value, work: () => T): T {
  let given: T;
  try {
    given = work();
  } catch (cause) {
    throw failed(place, key, cause);
  }
  if (typeof (given as { readonly then?: unknown } | null | undefined)?.then !== "function") return given;
  // What becomes of the promise is no concern of anybody once the migration has ended.
  Promise.resolve(given).catch(() => undefined);
  const { collection, path, argument } = place;
  throw new ModelVaultError(
    "callback_async",
    `The function ${argument} returned a promise for ${rowText(place, key)}; it must return the value.`,
    { argument, collection, key, field: pathText(path) },
  );
}

function failed(place: FunctionPlace, key: Value, cause: unknown): ModelVaultError {
  const { collection, path, argument } = place;
  const reason =
    cause instanceof Error ? cause.message : typeof cause === "string" ? cause : showValue(cause);
  const issue: ValidationIssue = {
    message: reason,
    path: [...path],
    rule: "rewrite",
    expected: "a function that returns",
    actual: reason,
  };
  return new ModelVaultError(
    "migration_function_failed",
    `The function ${argument} threw for ${rowText(place, key)}: ${reason}`,
    { argument, collection, key, field: pathText(path) },
    { cause, issues: [issue] },
  );
}

/** `the row "a" of "books", at "slug"`. */
function rowText({ collection, path }: FunctionPlace, key: Value): string {
  const row = `the row ${showValue(key)} of "${collection}"`;
  return path.length === 0 ? row : `${row}, at "${pathText(path)}"`;
}
