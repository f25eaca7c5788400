/**
 * Checks of the twelve constraints, on values whose type is right. The rules are upstream's, no looser: it checks every row
 * again when it opens a file.
 */
import { describeValue } from "../schema/describe-value.ts";
import { type Pattern, tryCompilePattern } from "../schema/pattern.ts";
import { utf8Length } from "../schema/text.ts";
import type { Constraint } from "../schema/types.ts";
import type { Check } from "./check.ts";
import type { Report } from "./report.ts";

/** A check of the type followed by the constraints, all of which are told about. */
export function withConstraints(check: Check, constraints: readonly Constraint[]): Check {
  const [first, ...rest] = constraints.map(constraintCheck);
  if (first === undefined) return check;
  if (rest.length === 0) return (value, report) => check(value, report) && first(value, report);
  const checks = [first, ...rest];
  return (value, report) => {
    if (!check(value, report)) return false;
    let accepted = true;
    for (const each of checks) {
      if (each(value, report)) continue;
      if (report === undefined) return false;
      accepted = false;
    }
    return accepted;
  };
}

function constraintCheck(constraint: Constraint): Check {
  switch (constraint.kind) {
    case "min_i64":
    case "min_u64": {
      const { value: bound } = constraint;
      // Beside a safe integer, a bound beyond 2^53 may be rounded: nothing lies between.
      const number = Number(bound);
      return rule(constraint, `at least ${bound}`, (value) =>
        typeof value === "number" ? value >= number : (value as bigint) >= bound,
      );
    }
    case "max_i64":
    case "max_u64": {
      const { value: bound } = constraint;
      const number = Number(bound);
      return rule(constraint, `at most ${bound}`, (value) =>
        typeof value === "number" ? value <= number : (value as bigint) <= bound,
      );
    }
    case "min_f64": {
      const { value: bound } = constraint;
      // NaN is not less than anything, so it passes.
      return rule(constraint, `at least ${bound}`, (value) => !((value as number) < bound));
    }
    case "max_f64": {
      const { value: bound } = constraint;
      return rule(constraint, `at most ${bound}`, (value) => !((value as number) > bound));
    }
    case "min_length":
      return lengthRule(constraint, "at least", (length, bound) => length >= bound);
    case "max_length":
      return lengthRule(constraint, "at most", (length, bound) => length <= bound);
    case "nonempty":
      return rule(constraint, "non-empty", (value) => (value as string | ArrayLike<unknown>).length > 0);
    case "email":
      return rule(
        constraint,
        `an e-mail address, with "@" and "."`,
        (value) => (value as string).includes("@") && (value as string).includes("."),
      );
    case "url":
      return rule(constraint, `a URL that starts with "http://" or "https://"`, (value) =>
        /^https?:\/\//.test(value as string),
      );
    case "regex":
      return patternRule(constraint.pattern);
  }
}

function rule({ kind }: Constraint, expected: string, test: (value: unknown) => boolean): Check {
  return (value, report) => {
    if (test(value)) return true;
    report?.add({ rule: kind, expected, actual: describeValue(value) });
    return false;
  };
}

type Sized = string | Uint8Array | readonly unknown[];

function lengthRule(
  { kind, value }: Constraint & { readonly value: bigint },
  side: "at least" | "at most",
  test: (length: number, bound: number) => boolean,
): Check {
  const bound = Number(value);
  return (sized, report) => {
    const { length } = sized as Sized;
    if (typeof sized === "string") {
      // A unit takes one to three bytes: where both ends agree, no byte need be counted.
      if (
        test(length, bound) === test(length * 3, bound) ? test(length, bound) : test(utf8Length(sized), bound)
      )
        return true;
    } else if (test(length, bound)) return true;
    if (report !== undefined) complainOfLength(report, kind, `${side} ${value}`, sized as Sized);
    return false;
  };
}

function complainOfLength(report: Report, rule: string, bound: string, sized: Sized): void {
  if (Array.isArray(sized)) {
    report.add({ rule, expected: `a list of ${bound} elements`, actual: `${sized.length}` });
  } else {
    const bytes = typeof sized === "string" ? utf8Length(sized) : sized.length;
    report.add({ rule, expected: `${bound} bytes long`, actual: `${bytes}` });
  }
}

/** Compiled when first needed. A pattern of a foreign catalogue may be one that we cannot run: then no value meets it. */
function patternRule(source: string): Check {
  let pattern: Pattern | string | undefined;
  return (value, report) => {
    pattern ??= tryCompilePattern(source);
    if (typeof pattern !== "string" && pattern.test(value as string)) return true;
    const complaint = {
      rule: "regex",
      expected: `text that matches ${describeValue(source)}`,
      actual: describeValue(value),
    };
    report?.add(
      typeof pattern === "string"
        ? { ...complaint, hint: `The pattern cannot be run here: ${pattern}.` }
        : complaint,
    );
    return false;
  };
}
