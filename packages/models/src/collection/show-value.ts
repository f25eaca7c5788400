/** Any value as a few words for an error message; the text stays short whatever the value holds. */

const UNITS_MAX = 60;

export function showValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > UNITS_MAX ? `${value.slice(0, UNITS_MAX)}…` : value);
    case "bigint":
      return value >= -(2n ** 64n) && value <= 2n ** 64n ? `${value}n` : "a large bigint";
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "boolean":
      return String(value);
    case "undefined":
      return "nothing";
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) return `a list of ${value.length}`;
      if (value instanceof Uint8Array) return value.length === 1 ? "1 byte" : `${value.length} bytes`;
      if (value instanceof Date)
        return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
      return "an object";
    default:
      return `a ${typeof value}`;
  }
}
