/** Whether two schemas are the same, to the last constraint and in the same order. */
import { schemaToDescriptors } from "./to-descriptors.ts";
import type { Schema } from "./types.ts";

/** A text that two schemas share exactly when they are the same. Order counts, of fields, constraints and indexes too. */
export function schemaFingerprint(schema: Schema): string {
  return fingerprint(schemaToDescriptors(schema));
}

/** A text that two pieces of descriptors share exactly when they are the same. */
export function fingerprint(descriptor: unknown): string {
  return JSON.stringify(descriptor, (_key, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    // Bounds that JSON has no number for: -0, and what only a foreign catalogue can hold.
    return typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
      ? `${Object.is(value, -0) ? "-0" : value}f`
      : value;
  });
}

/** Whether the schemas are the same. */
export function sameSchema(a: Schema, b: Schema): boolean {
  return a === b || schemaFingerprint(a) === schemaFingerprint(b);
}
