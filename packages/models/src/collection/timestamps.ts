/** Dates of a model as the engine's timestamps, which are microseconds since 1970, and back. */
import { ModelVaultError, type Value } from "@modelvault/core";

const MICROSECONDS = 1000;
/** Milliseconds before and after 1970 that a Date can tell. */
const DATE_MS_MAX = 8.64e15;

/** Microseconds of a date: a number where it is exact. Undefined for an invalid date. */
export function toTimestamp(date: Date): number | bigint | undefined {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) return undefined;
  const microseconds = milliseconds * MICROSECONDS;
  return Number.isSafeInteger(microseconds) ? microseconds : BigInt(milliseconds) * BigInt(MICROSECONDS);
}

/** The millisecond that a timestamp lies in. */
export function millisecondOf(timestamp: number | bigint): number {
  if (typeof timestamp === "number") return Math.floor(timestamp / MICROSECONDS);
  const remainder = timestamp % 1000n;
  return Number((timestamp - (remainder < 0n ? remainder + 1000n : remainder)) / 1000n);
}

/** The date of a timestamp, to the millisecond. @throws date_out_of_range */
export function toDate(timestamp: Value): Date {
  const milliseconds = millisecondOf(timestamp as number | bigint);
  if (Math.abs(milliseconds) <= DATE_MS_MAX) return new Date(milliseconds);
  throw new ModelVaultError(
    "date_out_of_range",
    `The stored timestamp of ${String(timestamp)} microseconds is beyond what a Date can tell.`,
    { value: timestamp },
  );
}
