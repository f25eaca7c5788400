/** Bounds of JSON Schema, on numbers and lengths, as engine constraints, which are inclusive. Exclusive bounds move to the next number there is. */
import type { ConstraintDescriptor } from "@modelvault/core";
import { numberAt, type SchemaNode } from "./json-schema.ts";

const SAFE_MAX = BigInt(Number.MAX_SAFE_INTEGER);
const LENGTH_MAX = 2 ** 48;

/**
 * Bounds of an int64 that the model has as a number: fractions round inwards, and what a number does not hold exactly is out of bounds for every
 * program, or this one could not read it.
 */
export function integerBounds(facets: readonly SchemaNode[]): ConstraintDescriptor[] {
  const { low, high } = boundsOf(facets);
  const min =
    low === undefined
      ? -SAFE_MAX
      : low.exclusive
        ? BigInt(Math.floor(low.value)) + 1n
        : BigInt(Math.ceil(low.value));
  const max =
    high === undefined
      ? SAFE_MAX
      : high.exclusive
        ? BigInt(Math.ceil(high.value)) - 1n
        : BigInt(Math.floor(high.value));
  return [{ min_i64: safe(min) }, { max_i64: safe(max) }];
}

function safe(bound: bigint): number {
  return Number(bound < -SAFE_MAX ? -SAFE_MAX : bound > SAFE_MAX ? SAFE_MAX : bound);
}

/** Bounds of a float64. */
export function floatBounds(facets: readonly SchemaNode[]): ConstraintDescriptor[] {
  const { low, high } = boundsOf(facets);
  return [
    ...(low === undefined ? [] : [{ min_f64: low.exclusive ? neighbour(low.value, 1) : low.value }]),
    ...(high === undefined ? [] : [{ max_f64: high.exclusive ? neighbour(high.value, -1) : high.value }]),
  ];
}

/** Bounds of a length, where they say anything: a minimum of none and a maximum beyond what fits into memory do not. */
export function lengthBounds(
  facets: readonly SchemaNode[],
  minimum: string,
  maximum: string,
): { readonly min: number | undefined; readonly max: number | undefined } {
  const min = Math.ceil(Math.max(0, ...facets.flatMap((facet) => numberAt(facet, minimum) ?? [])));
  const max = Math.floor(Math.min(...facets.flatMap((facet) => numberAt(facet, maximum) ?? [])));
  return { min: min === 0 ? undefined : min, max: max > LENGTH_MAX ? undefined : Math.max(0, max) };
}

interface Bound {
  readonly value: number;
  readonly exclusive: boolean;
}

/** The strictest of all bounds given. */
function boundsOf(facets: readonly SchemaNode[]): {
  readonly low: Bound | undefined;
  readonly high: Bound | undefined;
} {
  let low: Bound | undefined;
  let high: Bound | undefined;
  for (const facet of facets) {
    for (const exclusive of [false, true]) {
      const min = numberAt(facet, exclusive ? "exclusiveMinimum" : "minimum");
      const max = numberAt(facet, exclusive ? "exclusiveMaximum" : "maximum");
      if (min !== undefined && (low === undefined || min > low.value || (min === low.value && exclusive)))
        low = { value: min, exclusive };
      if (max !== undefined && (high === undefined || max < high.value || (max === high.value && exclusive)))
        high = { value: max, exclusive };
    }
  }
  return { low, high };
}

/** As a number where it is one exactly. */
export function plainInteger(bound: bigint): number | bigint {
  return Number.isSafeInteger(Number(bound)) ? Number(bound) : bound;
}

/** The next double above (`direction` 1) or below (-1). */
export function neighbour(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  if (value === 0) return direction * Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  // The bits of a double, as an integer, grow with its magnitude.
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 === direction > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** The keyword of JSON Schema that a constraint of the engine comes from. */
export function keywordOf(constraint: ConstraintDescriptor, ofList: boolean): string {
  const [kind = ""] = Object.keys(constraint);
  const [side = "", unit] = kind.split("_");
  if (side !== "min" && side !== "max") return kind === "regex" ? "pattern" : kind;
  if (unit !== "length") return `${side}imum`;
  return `${side}${ofList ? "Items" : "Length"}`;
}
