/** How values of one kind compare, said in the plainest way. Both values are present, and stored: integers are bigints. */

/** Kinds of single values; enums are texts. */
export type Kind = "bool" | "int64" | "uint64" | "timestamp" | "float64" | "string" | "bytes" | "uuid";

/** Below, at or above 0. NaN equals itself and comes last; -0 equals 0. */
export function compare(kind: Kind, a: unknown, b: unknown): number {
  switch (kind) {
    case "string":
      return compareLists(codePoints(a as string), codePoints(b as string));
    case "bytes":
      return compareLists([...(a as Uint8Array)], [...(b as Uint8Array)]);
    case "float64":
      if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
      return plain(a as number, b as number);
    default:
      return plain(a as bigint, b as bigint);
  }
}

/** A missing value is above all others. */
export function compareMissing(kind: Kind, a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(kind, a, b);
}

function plain<T extends bigint | number | string | boolean>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function codePoints(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) as number);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const difference = (a[at] as number) - (b[at] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** A text that is the same exactly for equal values. */
export function identity(kind: Kind, value: unknown): string {
  if (value instanceof Uint8Array) return value.join();
  return kind === "float64" && value === 0 ? "0" : String(value);
}
