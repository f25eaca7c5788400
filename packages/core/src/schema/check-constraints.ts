/**
 * Checks the constraints of one field: shape, argument, the type they stand on, and whether any value can meet them all.
 */
import { closest } from "../errors/suggest.ts";
import {
  boundsOf,
  CONSTRAINT_KINDS,
  CONSTRAINT_RULES,
  type ConstraintArgument,
  type ConstraintKind,
  INT64_MAX,
  INT64_MIN,
  type Interval,
  UINT64_MAX,
} from "./constraint-kinds.ts";
import { describeValue } from "./describe-value.ts";
import { entriesMax } from "./limits.ts";
import { tryCompilePattern } from "./pattern.ts";
import { type Problems, place } from "./problems.ts";
import { unwrap } from "./resolve-path.ts";
import type { Constraint, Type } from "./types.ts";

/** The constraints of a descriptor; absent means none. `type` is undefined when it has problems of its own. */
export function checkConstraints(
  problems: Problems,
  at: string,
  value: unknown,
  type: Type | undefined,
): readonly Constraint[] {
  if (value === undefined) return Object.freeze([]);
  if (!Array.isArray(value)) {
    problems.wrong("constraint_invalid", at, "a list of constraints", value);
    return Object.freeze([]);
  }
  if (value.length > entriesMax) {
    problems.wrong("constraint_invalid", at, `at most ${entriesMax} constraints`, value);
    return Object.freeze([]);
  }
  const constraints: Constraint[] = [];
  for (let index = 0; index < value.length; index++) {
    const constraint = checkConstraint(problems, place(at, index), value[index], type);
    if (constraint !== undefined) constraints.push(constraint);
  }
  checkSatisfiable(problems, at, constraints);
  return Object.freeze(constraints);
}

function checkConstraint(
  problems: Problems,
  at: string,
  value: unknown,
  type: Type | undefined,
): Constraint | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.wrong(
      "constraint_invalid",
      at,
      "an object with one constraint, such as { max_length: 40 }",
      value,
    );
    return undefined;
  }
  const keys = Object.keys(value);
  const [key] = keys;
  if (keys.length !== 1 || key === undefined) {
    const actual = keys.length === 0 ? "no key" : keys.slice(0, 5).join(", ");
    problems.add("constraint_invalid", at, {
      message: `A constraint is an object with exactly one key; found ${actual}. Write several constraints as several objects.`,
      expected: "one key",
      actual,
    });
    return undefined;
  }
  if (!isConstraintKind(key)) {
    const guess = guessKind(key);
    problems.add("constraint_invalid", at, {
      message: `There is no constraint ${describeValue(key)}.${guess === undefined ? ` Known: ${CONSTRAINT_KINDS.join(", ")}.` : ` Did you mean "${guess}"?`}`,
      expected: CONSTRAINT_KINDS.join(", "),
      actual: describeValue(key),
    });
    return undefined;
  }
  checkStandsOn(problems, at, key, type);
  return readArgument(problems, place(at, key), key, (value as Record<string, unknown>)[key]);
}

function isConstraintKind(key: string): key is ConstraintKind {
  return Object.hasOwn(CONSTRAINT_RULES, key);
}

/** Names that other libraries use for the same thing. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["min", "min_i64"],
  ["max", "max_i64"],
  ["minimum", "min_f64"],
  ["maximum", "max_f64"],
  ["minlength", "min_length"],
  ["maxlength", "max_length"],
  ["pattern", "regex"],
  ["matches", "regex"],
  ["uri", "url"],
  ["required", "nonempty"],
  ["notempty", "nonempty"],
]);

function guessKind(key: string): string | undefined {
  return ALIASES.get(key.toLowerCase().replaceAll("_", "")) ?? closest(key, CONSTRAINT_KINDS);
}

function checkStandsOn(problems: Problems, at: string, kind: ConstraintKind, type: Type | undefined): void {
  if (type === undefined) return;
  const actual = unwrap(type).type.kind;
  const { types } = CONSTRAINT_RULES[kind];
  if (types.includes(actual)) return;
  const instead = sisterFor(kind, actual);
  problems.add("constraint_invalid", at, {
    message: `"${kind}" goes with ${types.join(", ")}, not with ${actual}.${instead === undefined ? "" : ` Use "${instead}".`}`,
    expected: types.join(", "),
    actual,
  });
}

/** `min_i64` on a float64 field means `min_f64`. */
function sisterFor(kind: ConstraintKind, type: Type["kind"]): ConstraintKind | undefined {
  const suffix = {
    int64: "i64",
    uint64: "u64",
    float64: "f64",
    string: "length",
    bytes: "length",
    list: "length",
  }[type as string];
  const side = /^(min|max)_/.exec(kind)?.[0];
  if (suffix === undefined || side === undefined) return undefined;
  const sister = side + suffix;
  return isConstraintKind(sister) ? sister : undefined;
}

function readArgument(
  problems: Problems,
  at: string,
  kind: ConstraintKind,
  value: unknown,
): Constraint | undefined {
  switch (kind) {
    case "regex":
      return readPattern(problems, at, value);
    case "email":
    case "url":
    case "nonempty":
      if (value === true) return Object.freeze({ kind });
      problems.wrong("constraint_invalid", at, "true (leave the constraint out to switch it off)", value);
      return undefined;
    case "min_f64":
    case "max_f64": {
      const number = typeof value === "bigint" ? Number(value) : value;
      if (typeof number === "number" && Number.isFinite(number))
        return Object.freeze({ kind, value: number });
      problems.wrong("constraint_invalid", at, "a finite number", value);
      return undefined;
    }
    default: {
      const { argument } = CONSTRAINT_RULES[kind];
      const integer = readInteger(problems, at, argument, value);
      return integer === undefined ? undefined : Object.freeze({ kind, value: integer });
    }
  }
}

function readPattern(problems: Problems, at: string, value: unknown): Constraint | undefined {
  if (typeof value !== "string") {
    const hint = value instanceof RegExp ? " Give its source as text." : "";
    problems.wrong("regex_invalid", at, "a pattern as text", value, hint);
    return undefined;
  }
  const compiled = tryCompilePattern(value);
  if (typeof compiled !== "string") return Object.freeze({ kind: "regex", pattern: value });
  problems.add("regex_invalid", at, {
    message: `The pattern ${describeValue(value)} cannot be used: ${compiled}.`,
    expected: "a pattern in the dialect of RE2",
    actual: describeValue(value),
  });
  return undefined;
}

function readInteger(
  problems: Problems,
  at: string,
  argument: ConstraintArgument,
  value: unknown,
): bigint | undefined {
  const signed = argument === "int64";
  const [min, max] = signed ? [INT64_MIN, INT64_MAX] : [0n, UINT64_MAX];
  const integer =
    typeof value === "bigint" ? value : Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  if (integer !== undefined && integer >= min && integer <= max) return integer;
  const expected = signed ? "an integer from -2^63 to 2^63-1" : "an integer from 0 to 2^64-1";
  const unsafe = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
  problems.wrong(
    "constraint_invalid",
    at,
    expected,
    value,
    unsafe ? " Give integers beyond 2^53-1 as bigint." : "",
  );
  return undefined;
}

function checkSatisfiable(problems: Problems, at: string, constraints: readonly Constraint[]): void {
  const { int64, uint64, float64, length } = boundsOf(constraints);
  checkInterval(problems, at, "min_i64", "max_i64", int64);
  checkInterval(problems, at, "min_u64", "max_u64", uint64);
  checkInterval(problems, at, "min_f64", "max_f64", float64);
  const minimum = constraints.some(
    (constraint) => constraint.kind === "min_length" && constraint.value === length.min,
  );
  checkInterval(problems, at, minimum ? "min_length" : "nonempty", "max_length", length);
}

function checkInterval(
  problems: Problems,
  at: string,
  minKind: ConstraintKind,
  maxKind: ConstraintKind,
  interval: Interval<number | bigint>,
): void {
  if (interval.min <= interval.max) return;
  problems.add("constraint_invalid", at, {
    message: `No value can meet both "${minKind}" (${interval.min}) and "${maxKind}" (${interval.max}).`,
    expected: `${minKind} at most ${maxKind}`,
    actual: `${interval.min} and ${interval.max}`,
  });
}
