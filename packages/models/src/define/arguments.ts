/** Errors for arguments of the wrong kind, and for schemas that do not answer at once. */
import { ModelVaultError } from "@modelvault/core";
import { showValue } from "../collection/show-value.ts";

/** The error that names an argument and what was expected. */
export function argumentInvalid(argument: string, expected: string, value: unknown): ModelVaultError {
  const actual = showValue(value);
  return new ModelVaultError("argument_invalid", `"${argument}" must be ${expected}, not ${actual}.`, {
    argument,
    expected,
    actual,
  });
}

/** The error for a schema that gives a promise where a row is to be validated now. */
export function asynchronous(model: string): ModelVaultError {
  return new ModelVaultError(
    "validation_async",
    `The schema of the model "${model}" validates asynchronously (an async refinement or transform, or a promise). Use synchronous checks, and do the rest before the write.`,
    { model },
  );
}
