/**
 * Checks of single values by type. Numbers are never rounded and never guessed: an int64 is a safe integer or a bigint, a float64
 * a number, a UUID its text, bytes a Uint8Array.
 */

import { closest } from "../errors/suggest.ts";
import { INT64_MAX, INT64_MIN, UINT64_MAX } from "../schema/constraint-kinds.ts";
import { describeValue, quote } from "../schema/describe-value.ts";
import { textBytesMax } from "../schema/limits.ts";
import { isWellFormed, utf8LongerThan } from "../schema/text.ts";
import type { ScalarKind } from "../schema/types.ts";
import type { Check } from "./check.ts";
import type { Report } from "./report.ts";
import { isBytes } from "./shapes.ts";

/** What a value of each type must be, to fit behind "must be". */
export const EXPECTED: Readonly<Record<ScalarKind, string>> = {
  bool: "a boolean",
  int64: "an integer from -2^63 to 2^63-1",
  uint64: "an integer from 0 to 2^64-1",
  float64: "a number",
  string: "a string",
  bytes: "a Uint8Array",
  uuid: "a UUID as text",
  timestamp: "an integer of microseconds since 1970",
};

export const SCALAR_CHECKS: Readonly<Record<ScalarKind, Check>> = {
  bool: (value, report) => {
    if (typeof value === "boolean") return true;
    report?.addType(EXPECTED.bool, value);
    return false;
  },
  int64: integerCheck("int64", INT64_MIN, INT64_MAX),
  uint64: integerCheck("uint64", 0n, UINT64_MAX),
  timestamp: integerCheck("timestamp", INT64_MIN, INT64_MAX),
  float64: (value, report) => {
    if (typeof value === "number") return true;
    report?.addType(
      EXPECTED.float64,
      value,
      typeof value === "bigint" ? "Convert it with Number()." : undefined,
    );
    return false;
  },
  string: (value, report) => {
    if (typeof value !== "string") {
      report?.addType(EXPECTED.string, value);
      return false;
    }
    if (isWellFormed(value) && !utf8LongerThan(value, textBytesMax)) return true;
    if (report !== undefined) explainString(value, report);
    return false;
  },
  bytes: (value, report) => {
    if (isBytes(value) && value.length <= textBytesMax) return true;
    if (report !== undefined) explainBytes(value, report);
    return false;
  },
  uuid: (value, report) => {
    if (typeof value === "string" && value.length === 36 && UUID.test(value)) return true;
    report?.addType(EXPECTED.uuid, value, "Its form is 8-4-4-4-12 hexadecimal digits.");
    return false;
  },
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function integerCheck(kind: "int64" | "uint64" | "timestamp", min: bigint, max: bigint): Check {
  const numberMin = kind === "uint64" ? 0 : Number.MIN_SAFE_INTEGER;
  return (value, report) => {
    if (
      typeof value === "number"
        ? Number.isSafeInteger(value) && value >= numberMin
        : typeof value === "bigint" && value >= min && value <= max
    ) {
      return true;
    }
    report?.addType(EXPECTED[kind], value, integerHint(kind, value));
    return false;
  };
}

function integerHint(kind: ScalarKind, value: unknown): string | undefined {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return "Numbers beyond 2^53-1 are not exact; give it as a bigint.";
  }
  if (kind === "timestamp" && value instanceof Date) return "Give date.getTime() * 1000.";
  return undefined;
}

function explainString(value: string, report: Report): void {
  if (!isWellFormed(value)) {
    report.addType("well-formed text", value, "It holds a lone surrogate, which UTF-8 cannot express.");
  } else {
    report.add({
      rule: "size",
      expected: `at most ${textBytesMax} bytes long`,
      actual: describeValue(value),
    });
  }
}

function explainBytes(value: unknown, report: Report): void {
  if (isBytes(value)) {
    report.add({
      rule: "size",
      expected: `at most ${textBytesMax} bytes long`,
      actual: `${value.length} bytes`,
    });
  } else {
    const buffer = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    const hint = buffer
      ? "Wrap it: new Uint8Array(buffer)."
      : Array.isArray(value)
        ? "Convert it with Uint8Array.from()."
        : undefined;
    report.addType(EXPECTED.bytes, value, hint);
  }
}

/** A check that the value is one of the variants of an enum. */
export function enumCheck(variants: readonly string[]): Check {
  const known = new Set<unknown>(variants);
  return (value, report) => {
    if (known.has(value)) return true;
    if (report !== undefined) {
      const guess = typeof value === "string" && value.length <= 200 ? closest(value, variants) : undefined;
      const complaint = { rule: "enum", expected: enumExpected(variants), actual: describeValue(value) };
      report.add(guess === undefined ? complaint : { ...complaint, hint: `Did you mean ${quote(guess)}?` });
    }
    return false;
  };
}

/** What a value of an enum must be, to fit behind "must be". */
export function enumExpected(variants: readonly string[]): string {
  return `one of ${variants.slice(0, 20).map(quote).join(", ")}${variants.length > 20 ? ", …" : ""}`;
}
