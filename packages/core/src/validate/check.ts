/**
 * The form of every check of a value. One function serves both walks over a row: the fast one asks for yes or no and stops at the
 * first no; the second, for rows that failed, hands in a report and goes on to the end.
 */
import type { Report } from "./report.ts";

/** Whether a value that is neither null nor undefined is accepted; tells the report why not. */
export type Check = (value: unknown, report: Report | undefined) => boolean;

/** A place for a value: a field, a list element. */
export interface Slot {
  readonly check: Check;
  /** Null, undefined and nothing at all are accepted. */
  readonly optional: boolean;
  /** What the check wants, to fit behind "must be"; for a value that is missing. */
  readonly expected: string;
}

/** Whether the content of a slot is accepted. */
export function checkSlot(slot: Slot, value: unknown, report: Report | undefined): boolean {
  if (value !== null && value !== undefined) return slot.check(value, report);
  if (slot.optional) return true;
  report?.addRequired(slot.expected, value);
  return false;
}
