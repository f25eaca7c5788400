/**
 * Collects everything that is wrong with a descriptor, so that one call names all of it. The error thrown at the end has the code
 * of the first problem; `details.problems` lists them all.
 */
import type { ErrorCode } from "../errors/catalogue.ts";
import { ModelVaultError } from "../errors/error.ts";
import { closest } from "../errors/suggest.ts";
import { describeValue } from "./describe-value.ts";

/** Codes a descriptor can be refused with. */
export type SchemaErrorCode = Extract<
  ErrorCode,
  | "collection_name_invalid"
  | "constraint_invalid"
  | "default_invalid"
  | "field_path_invalid"
  | "index_invalid"
  | "primary_key_field_invalid"
  | "regex_invalid"
  | "schema_invalid"
>;

/** One mistake in a descriptor. */
export interface SchemaProblem {
  readonly code: SchemaErrorCode;
  /** Where in the descriptor, such as `fields[2].constraints[0]`; empty: the descriptor itself. */
  readonly at: string;
  /** A sentence. */
  readonly message: string;
  readonly expected: string;
  readonly actual: string;
}

/** More are not worth reading, and a hostile descriptor could have any number. */
const problemsMax = 100;

/** The list of problems of one descriptor. */
export class Problems {
  readonly #what: string;
  readonly #list: SchemaProblem[] = [];

  /** `what` is checked, as the subject of the error message: "The collection". */
  constructor(what: string) {
    this.#what = what;
  }

  get count(): number {
    return this.#list.length;
  }

  /** Notes a problem; `actual` is the value found, or a text about it. Throws at once when there are too many. */
  add(
    code: SchemaErrorCode,
    at: string,
    problem: { message: string; expected: string; actual: string },
  ): void {
    this.#list.push({ code, at, ...problem });
    if (this.#list.length >= problemsMax) this.throwIfAny();
  }

  /** Notes that a value is not what the place takes. */
  wrong(code: SchemaErrorCode, at: string, expected: string, value: unknown, hint: string = ""): void {
    const actual = describeValue(value);
    this.add(code, at, { message: `Expected ${expected}, found ${actual}.${hint}`, expected, actual });
  }

  /** Throws one error for everything noted, unless there is nothing. */
  throwIfAny(): void {
    const [first, ...rest] = this.#list;
    if (first === undefined) return;
    const place = first.at === "" ? "" : `${first.at}: `;
    const more = rest.length === 0 ? "" : ` (${rest.length} more in details.problems)`;
    throw new ModelVaultError(first.code, `${this.#what} is not valid. ${place}${first.message}${more}`, {
      at: first.at,
      expected: first.expected,
      actual: first.actual,
      problems: [...this.#list],
    });
  }
}

/** Which keys an object of a descriptor may have. */
export interface KnownKeys {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** What the object is, such as "a field". */
  readonly what: string;
  /** What to write in place of keys that people try. */
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * The own properties of an object of a descriptor, each read once; undefined when it is no object. Notes unknown keys with
 * the likely spelling, and missing ones. A key whose value is undefined counts as absent.
 */
export function readKeys(
  problems: Problems,
  code: SchemaErrorCode,
  at: string,
  value: unknown,
  keys: KnownKeys,
): Map<string, unknown> | undefined {
  const known = [...keys.required, ...keys.optional];
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.wrong(code, at, `${keys.what} (an object with ${known.join(", ")})`, value);
    return undefined;
  }
  const found = new Map<string, unknown>();
  const meant = new Set<string>();
  for (const key of Object.keys(value)) {
    if (known.includes(key)) {
      const content: unknown = (value as Record<string, unknown>)[key];
      if (content !== undefined) found.set(key, content);
      continue;
    }
    const guess = closest(
      key,
      known.filter((name) => !Object.hasOwn(value, name)),
    );
    if (guess !== undefined) meant.add(guess);
    const instead =
      keys.instead !== undefined && Object.hasOwn(keys.instead, key) ? keys.instead[key] : undefined;
    const hint =
      instead !== undefined
        ? ` Write ${instead}.`
        : guess === undefined
          ? ` Known keys: ${known.join(", ")}.`
          : ` Did you mean "${guess}"?`;
    problems.add(code, at, {
      message: `Unknown key ${describeValue(key)} in ${keys.what}.${hint}`,
      expected: known.join(", "),
      actual: describeValue(key),
    });
  }
  for (const key of keys.required) {
    if (found.has(key) || meant.has(key)) continue;
    problems.add(code, at, {
      message: `The key "${key}" of ${keys.what} is missing.`,
      expected: key,
      actual: "nothing",
    });
  }
  return found;
}

/** The text of a place inside a list or an object of a descriptor. */
export function place(parent: string, key: string | number): string {
  if (typeof key === "number") return `${parent}[${key}]`;
  return parent === "" ? key : `${parent}.${key}`;
}
