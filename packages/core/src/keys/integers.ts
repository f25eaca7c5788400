/**
 * 64-bit integers as two 32-bit halves, so that the common case (a safe integer) never touches `bigint`.
 * Kinds: int64 and timestamp are signed, uint64 is unsigned. Refuses fractions, unsafe numbers and whatever
 * 64 bits cannot hold; nothing is ever rounded.
 */
import type { IntegerMode } from "../collection/collection-state.ts";

/** The kinds whose values are 64-bit integers. */
export type IntegerKind = "int64" | "uint64" | "timestamp";

/** Where {@link splitInteger} leaves its answer: the low half at 0, the high half at 1. Valid until the next call. */
export const INTEGER_HALVES: Int32Array = new Int32Array(2);

const TWO_32 = 4_294_967_296;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;
const scratch = new DataView(new ArrayBuffer(8));

/** Splits an integer into {@link INTEGER_HALVES}; false when it is no integer of this kind. */
export function splitInteger(kind: IntegerKind, value: unknown): boolean {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || (value < 0 && kind === "uint64")) return false;
    INTEGER_HALVES[0] = value;
    INTEGER_HALVES[1] = Math.floor(value / TWO_32);
    return true;
  }
  if (typeof value !== "bigint") return false;
  if (kind === "uint64" ? value < 0n || value > UINT64_MAX : value < INT64_MIN || value > INT64_MAX)
    return false;
  scratch.setBigInt64(0, BigInt.asIntN(64, value));
  INTEGER_HALVES[0] = scratch.getInt32(4);
  INTEGER_HALVES[1] = scratch.getInt32(0);
  return true;
}

/**
 * The integer of two halves (each taken as 32 bits, whatever their sign) in the given mode; undefined in mode
 * "number" when it lies outside ±(2^53−1).
 */
export function joinInteger(
  kind: IntegerKind,
  high: number,
  low: number,
  integers: IntegerMode,
): number | bigint | undefined {
  const top = kind === "uint64" ? high >>> 0 : high | 0;
  const bottom = low >>> 0;
  const safe = top < 0x200000 && (top > -0x200000 || (top === -0x200000 && bottom !== 0));
  if (safe) {
    const value = top * TWO_32 + bottom;
    return integers === "bigint" ? BigInt(value) : value;
  }
  return integers === "number" ? undefined : exactInteger(kind, high, low);
}

/** The integer of two halves, always as `bigint`. */
export function exactInteger(kind: IntegerKind, high: number, low: number): bigint {
  scratch.setInt32(0, high);
  scratch.setInt32(4, low);
  return kind === "uint64" ? scratch.getBigUint64(0) : scratch.getBigInt64(0);
}
