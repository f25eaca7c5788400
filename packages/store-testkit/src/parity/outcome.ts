/**
 * What came of a step, as something that two runs can be compared by: a value as canonical text, or an error as its code and
 * the facts about it that callers rely on (which index, which holder, which rules of which fields).
 */
import { isModelVaultError } from "@modelvault/core";

export type Outcome =
  | { readonly value: string }
  /** Several codes: any of them, for where a step has several things wrong nothing says which comes first. */
  | { readonly codes: readonly string[]; readonly facts?: string }
  /** The oracle does not say; drivers still have to agree. */
  | { readonly unknown: true };

/** What a program throws on purpose. */
export class Planned extends Error {}

/** What the oracle throws where the engine throws a `ModelVaultError`. */
export class OracleError extends Error {
  readonly codes: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
  readonly issues: readonly { readonly path: readonly (string | number)[]; readonly rule: string }[];

  constructor(
    codes: string | readonly string[],
    details: OracleError["details"] = {},
    issues: OracleError["issues"] = [],
  ) {
    super(String(codes));
    this.codes = typeof codes === "string" ? [codes] : codes;
    this.details = details;
    this.issues = issues;
  }
}

/** What the oracle throws where it does not say. */
export class Unspecified extends Error {}

/** The outcome of work that returns or throws. */
export function outcomeOf(work: () => unknown): { readonly outcome: Outcome; readonly error?: unknown } {
  try {
    return { outcome: { value: canonical(work()) } };
  } catch (error) {
    return { outcome: errorOutcome(error), error };
  }
}

function errorOutcome(error: unknown): Outcome {
  if (error instanceof Unspecified) return { unknown: true };
  if (error instanceof OracleError) {
    const { codes, details, issues } = error;
    return codes.length > 1 ? { codes } : { codes, facts: factsOf(codes[0] as string, details, issues) };
  }
  if (isModelVaultError(error)) {
    const { code, details, issues } = error;
    return { codes: [code], facts: factsOf(code, details, issues) };
  }
  if (error instanceof Planned) return { codes: [`planned: ${error.message}`] };
  return { codes: [`foreign: ${String(error)}`] };
}

/** The details callers rely on, by code. */
const detailNames: Readonly<Record<string, readonly string[]>> = {
  unique_violation: ["collection", "index", "holder", "key", "position"],
  row_exists: ["collection", "position"],
  validation_failed: ["collection", "position"],
  row_not_found: ["collection"],
  query_not_one: ["found"],
  collection_unknown: ["collection"],
  migration_row_invalid: ["collection", "key"],
  primary_key_changed: ["collection"],
};

function factsOf(code: string, details: OracleError["details"], issues: OracleError["issues"]): string {
  const named = (detailNames[code] ?? []).map((name) => `${name}=${canonical(details[name])}`);
  const broken = issues.map(({ path, rule }) => `${path.join(".")}:${rule}`).sort();
  return [...named, ...broken].join(" ");
}

/** Whether a driver's outcome is what the oracle says. */
export function agrees(expected: Outcome, actual: Outcome): boolean {
  if ("unknown" in expected) return true;
  if ("value" in expected) return "value" in actual && actual.value === expected.value;
  if (!("codes" in actual) || !expected.codes.includes(actual.codes[0] as string)) return false;
  return expected.facts === undefined || expected.codes.length > 1 || actual.facts === expected.facts;
}

/** Code or kind of an outcome, by which two differences count as the same. */
export function outcomeKind(outcome: Outcome): string {
  if ("unknown" in outcome) return "unknown";
  return "value" in outcome ? "value" : outcome.codes.join("|");
}

/** An outcome for people; long values are shortened. */
export function describeOutcome(outcome: Outcome): string {
  if ("unknown" in outcome) return "anything";
  const text =
    "value" in outcome ? outcome.value : `error ${outcome.codes.join(" or ")} ${outcome.facts ?? ""}`;
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text.trim();
}

/** A value as text: different for different values, the same whatever the order of an object's keys. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value instanceof Uint8Array)
    return `0x${Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.sort().join(",")}}`;
}
