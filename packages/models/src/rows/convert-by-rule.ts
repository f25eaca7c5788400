/**
 * Values of one scalar type as values of another, where they mean the same: 3.0 is the integer 3, an integer is the float that equals it.
 * What has no equal goes on as it is, and the engine refuses the row by name; nothing is ever rounded.
 */
import type { Type, Value } from "@modelvault/core";

const INTEGERS: readonly Type["kind"][] = ["int64", "uint64", "timestamp"];

export function convertByRule(value: Value, to: Type): Value {
  if (to.kind === "float64" && typeof value === "bigint") {
    const float = Number(value);
    return BigInt(float) === value ? float : value;
  }
  if (INTEGERS.includes(to.kind) && typeof value === "number" && Number.isInteger(value))
    return Number.isSafeInteger(value) ? (Object.is(value, -0) ? 0 : value) : BigInt(value);
  return value;
}
