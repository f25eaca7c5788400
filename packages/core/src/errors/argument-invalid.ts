/** Refusing what callers pass: an argument of the wrong kind, and objects of options, in one form of words everywhere. */
import { describeValue } from "../schema/describe-value.ts";
import { ModelVaultError } from "./error.ts";
import { didYouMean } from "./suggest.ts";

/** The error for an argument of the wrong kind. */
export function argumentInvalid(
  argument: string,
  expected: string,
  actual: unknown,
  hint = "",
): ModelVaultError {
  const found = describeValue(actual);
  return new ModelVaultError("argument_invalid", `${argument} must be ${expected}, not ${found}.${hint}`, {
    argument,
    expected,
    actual: found,
  });
}

/** What each option has to be, in words and as a test. */
export type OptionChecks<O> = Readonly<
  Record<keyof O, readonly [expected: string, check: (value: unknown) => boolean]>
>;

/** Options by name, each optional. @throws argument_invalid for names that there are not, and values that make no sense */
export function checkOptions<O extends object>(checks: OptionChecks<O>, options: unknown): O {
  if (options === undefined) return {} as O;
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw argumentInvalid("options", "an object", options);
  const known = Object.keys(checks);
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof O] : undefined;
    if (check === undefined)
      throw argumentInvalid(`options.${name}`, `one of ${known.join(", ")}`, name, didYouMean(name, known));
    if (value !== undefined && !check[1](value)) throw argumentInvalid(`options.${name}`, check[0], value);
  }
  return options as O;
}
