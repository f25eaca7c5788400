/** Checks of what a caller passes: paths, and objects of options. A misuse names the argument and what was expected. */
import { ModelVaultError } from "@modelvault/core";

/** What an option has to be, in words and as a test. */
export type OptionChecks<O> = Readonly<
  Record<keyof O, readonly [expected: string, check: (value: unknown) => boolean]>
>;

/** @throws argument_invalid */
export function checkPath(argument: string, path: unknown): string {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return path;
  throw argumentInvalid(argument, "the path of a file", path);
}

/** @throws argument_invalid for options that there are not, or whose value makes no sense */
export function checkOptions<O extends object>(checks: OptionChecks<O>, options: unknown): O {
  if (options === undefined) return {} as O;
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw argumentInvalid("options", "an object", options);
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof O] : undefined;
    if (check === undefined)
      throw argumentInvalid(`options.${name}`, `one of ${Object.keys(checks).join(", ")}`, name);
    if (value !== undefined && !check[1](value)) throw argumentInvalid(`options.${name}`, check[0], value);
  }
  return options as O;
}

export function argumentInvalid(argument: string, expected: string, actual: unknown): ModelVaultError {
  const found =
    typeof actual === "string"
      ? JSON.stringify(actual.slice(0, 80))
      : actual === null
        ? "null"
        : typeof actual;
  return new ModelVaultError("argument_invalid", `${argument} must be ${expected}, not ${found}.`, {
    argument,
    expected,
    actual: found,
  });
}
