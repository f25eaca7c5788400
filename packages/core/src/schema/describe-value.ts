/**
 * Any value as a few words for an error message. The text stays short whatever the value holds, and all that is asked of
 * an object is its tag: one that cannot answer is "an object".
 */

const textUnitsMax = 60;
const MIN_64 = -(2n ** 63n);
const MAX_64 = 2n ** 64n - 1n;

/** Such as `"text"`, `5`, `null`, `a list of 3`, `a Date`. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return quote(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      // Writing out a huge one takes quadratic time.
      return value >= MIN_64 && value <= MAX_64 ? `${value}n` : "a bigint of more than 64 bits";
    case "boolean":
    case "undefined":
      return String(value);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    case "object":
      return value === null ? "null" : describeObject(value);
    default:
      return "an unknown value";
  }
}

/** Text in quotation marks, cut where it is long; lone surrogates are escaped. */
export function quote(text: string): string {
  if (text.length <= textUnitsMax) return JSON.stringify(text);
  return `${JSON.stringify(`${text.slice(0, textUnitsMax)}…`)} (${text.length} characters)`;
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    const tag = Object.prototype.toString.call(value).slice(8, -1);
    if (tag === "Uint8Array") return `${(value as Uint8Array).length} bytes`;
    if (tag === "Object" || tag === "") return "an object";
    return `${/^[AEIO]/.test(tag) ? "an" : "a"} ${tag.slice(0, textUnitsMax)}`;
  } catch {
    return "an object";
  }
}
