import type { Value } from "@modelvault/core";

/** A value of the golden JSON as core takes it. */
export function typedValue(typed: Readonly<Record<string, unknown>> | null): Value {
  if (typed === null) return null;
  const [kind, value] = Object.entries(typed)[0] as [string, never];
  switch (kind) {
    case "int64":
    case "uint64":
    case "timestamp":
      return BigInt(value);
    case "float64":
      return Buffer.from(value, "hex").readDoubleBE(0);
    case "bytes":
      return new Uint8Array(Buffer.from(value, "hex"));
    case "list":
      return (value as Readonly<Record<string, unknown>>[]).map(typedValue);
    case "object":
      return Object.fromEntries(
        Object.entries(value as Record<string, Readonly<Record<string, unknown>>>).map(([name, inner]) => [
          name,
          typedValue(inner),
        ]),
      );
    default:
      return value;
  }
}
