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
  refuseUnknownOptions(options, Object.keys(checks));
  for (const [name, value] of Object.entries(options)) {
    const [expected, check] = checks[name as keyof O];
    if (value !== undefined && !check(value)) throw argumentInvalid(`options.${name}`, expected, value);
  }
  return options as O;
}

/** Refuses options that there are not, which are misspelt as a rule. @throws argument_invalid */
export function refuseUnknownOptions(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const list = known.join(", ");
    throw new ModelVaultError(
      "argument_invalid",
      `There is no option "${name}"; there ${known.length === 1 ? "is" : "are"} ${list}.${didYouMean(name, known)}`,
      { argument: `options.${name}`, expected: `one of ${list}`, actual: `"${name}"` },
    );
  }
}
