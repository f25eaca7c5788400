/** Types that JSON does not have, as adapters write them down, with their bounds. */
import type { ConstraintDescriptor } from "@modelvault/core";
import type { StoredType } from "./json-schema.ts";
import { plainInteger } from "./numbers.ts";
import type { ValueShape } from "./shape.ts";

const RANGES = {
  int64: { low: -(2n ** 63n), high: 2n ** 63n - 1n },
  uint64: { low: 0n, high: 2n ** 64n - 1n },
} as const;

export function convertStored(stored: StoredType): ValueShape {
  switch (stored.type) {
    case "timestamp":
      return { shape: { kind: "timestamp" }, constraints: [], nullable: false };
    case "bytes":
      return { shape: { kind: "bytes" }, constraints: byteBounds(stored), nullable: false };
    case "int64":
    case "uint64":
      return {
        shape: { kind: "bigint", stored: stored.type },
        constraints: bigintBounds(stored.type, stored),
        nullable: false,
      };
  }
}

/** Bounds as far as the type does not have them anyway. */
function bigintBounds(type: "int64" | "uint64", { min, max }: StoredType): ConstraintDescriptor[] {
  const { low, high } = RANGES[type];
  const constraints: ConstraintDescriptor[] = [];
  if (min !== undefined && BigInt(min) > low) {
    const bound = plainInteger(BigInt(min));
    constraints.push(type === "int64" ? { min_i64: bound } : { min_u64: bound });
  }
  if (max !== undefined && BigInt(max) < high) {
    const bound = plainInteger(BigInt(max));
    constraints.push(type === "int64" ? { max_i64: bound } : { max_u64: bound });
  }
  return constraints;
}

function byteBounds({ min, max }: StoredType): ConstraintDescriptor[] {
  return [
    ...(min === undefined ? [] : [{ min_length: Math.ceil(Number(min)) }]),
    ...(max === undefined ? [] : [{ max_length: Math.floor(Number(max)) }]),
  ];
}
