/** Arguments that cannot even be looked at: objects whose getters throw, proxies that were revoked. */
import { isModelVaultError, ModelVaultError } from "./error.ts";

/** Looks at an argument. What that throws, unless it is ours, is told of the argument. @throws argument_invalid, and what `look` throws of ours */
export function readable<T>(argument: string, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    if (isModelVaultError(cause)) throw cause;
    const expected = "something that can be read";
    throw new ModelVaultError(
      "argument_invalid",
      `${argument} must be ${expected}: reading it threw an error.`,
      { argument, expected, actual: "an object" },
      { cause },
    );
  }
}
