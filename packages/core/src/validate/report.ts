/**
 * Collects the problems of one row and words them. A check that fails describes what it wanted; the place is where the walk
 * through the row stands.
 */

import type { ValidationIssue } from "../errors/error.ts";
import { closest } from "../errors/suggest.ts";
import { describeValue, quote } from "../schema/describe-value.ts";

/** More problems of one row are not listed: a list can have a million bad elements. */
const issuesMax = 1000;
const namesShownMax = 10;

/** The answer for every row without a problem. */
export const NO_ISSUES: readonly ValidationIssue[] = Object.freeze([]);

/** What a check has to say about a value it refuses. */
export interface Complaint {
  readonly rule: string;
  /** Fits behind "must be". */
  readonly expected: string;
  readonly actual: string;
  /** A sentence of advice. */
  readonly hint?: string;
}

export class Report {
  readonly issues: ValidationIssue[] = [];
  readonly #path: (string | number)[] = [];

  /** No more problems are taken, so no more need to be looked for. */
  get full(): boolean {
    return this.issues.length >= issuesMax;
  }

  /** The walk goes down to a field or a list position. */
  enter(step: string | number): void {
    this.#path.push(step);
  }

  /** The walk comes back up. */
  leave(): void {
    this.#path.pop();
  }

  /** The value here is refused. */
  add({ rule, expected, actual, hint }: Complaint): void {
    const message = `${this.#place()} must be ${expected}; found ${actual}.${hint === undefined ? "" : ` ${hint}`}`;
    this.#push({ message, path: [...this.#path], rule, expected, actual });
  }

  /** The value here is of another type. */
  addType(expected: string, value: unknown, hint?: string): void {
    const complaint = { rule: "type", expected, actual: describeValue(value) };
    this.add(hint === undefined ? complaint : { ...complaint, hint });
  }

  /** There is no value here, and there has to be one. `value` is null, or undefined. */
  addRequired(expected: string, value: null | undefined): void {
    const actual = value === null ? "null" : "nothing";
    const message = `${this.#place()} is required and must be ${expected}; found ${actual}.`;
    this.#push({ message, path: [...this.#path], rule: "required", expected, actual });
  }

  /** The object here has a key that its schema does not know. */
  addUnknown(name: string, known: readonly string[]): void {
    const guess = name.length > 200 ? undefined : closest(name, known);
    const shown =
      known.slice(0, namesShownMax).map(quote).join(", ") + (known.length > namesShownMax ? ", …" : "");
    const holder = this.#path.length === 0 ? "" : ` in ${this.#place()}`;
    const hint = guess === undefined ? ` Known: ${shown}.` : ` Did you mean ${quote(guess)}?`;
    const message = `There is no field ${quote(name)}${holder}.${hint}`;
    this.#push({
      message,
      path: [...this.#path, name],
      rule: "unknown_field",
      expected: `one of ${shown}`,
      actual: quote(name),
    });
  }

  /** Reading the value here threw an error, in code that belongs to the value. */
  addUnreadable(error: unknown): void {
    this.add({
      rule: "type",
      expected: "plain data",
      actual: `an error while reading it: ${messageOf(error)}`,
    });
  }

  #push(issue: ValidationIssue): void {
    if (!this.full) this.issues.push(issue);
  }

  #place(): string {
    if (this.#path.length === 0) return "The row";
    let text = "";
    for (const step of this.#path) {
      if (typeof step === "number") text += `[${step}]`;
      else text += text === "" ? step : `.${step}`;
    }
    return quote(text);
  }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message.slice(0, 200) : describeValue(error);
  } catch {
    return "one that cannot be read itself";
  }
}
