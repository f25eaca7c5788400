/**
 * Value order of each scalar kind, which is the byte order of its key component, without making the bytes. Both
 * values must be of the kind; null has no place in this order.
 */
import type { ScalarKind, Value } from "../schema/types.ts";

/** Below, at or above 0 as `a` sorts before, with or after `b`. Integers may mix `number` and `bigint`; −0 equals 0, NaN equals itself and sorts last. */
export function compareValues(kind: ScalarKind, a: Value, b: Value): number {
  switch (kind) {
    case "string":
      return compareText(a as string, b as string);
    case "float64":
      return compareFloats(a as number, b as number);
    case "bytes":
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case "uuid":
      return compareUnits((a as string).toLowerCase(), (b as string).toLowerCase());
    default:
      // JavaScript compares number with bigint by exact value.
      return compareUnits(a as number | bigint | boolean, b as number | bigint | boolean);
  }
}

/** Texts by code point, which is the order of their UTF-8 bytes and not that of JavaScript's `<`. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right)
      return left >= 0xd800 && right >= 0xd800
        ? afterSurrogates(left) - afterSurrogates(right)
        : left - right;
  }
  return a.length - b.length;
}

/** Byte strings by unsigned byte, a proper prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for code points from 10000 up, behind the units E000 to FFFF. */
function afterSurrogates(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function compareFloats(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return (Number.isNaN(a) ? 1 : 0) - (Number.isNaN(b) ? 1 : 0);
}

function compareUnits<T extends number | bigint | boolean | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
