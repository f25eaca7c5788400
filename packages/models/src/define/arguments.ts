/** Errors for arguments of the wrong kind. */
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
