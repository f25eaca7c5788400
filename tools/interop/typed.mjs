// Values with their types, as the golden files write them, and as texts that are the same when the values are.

/** @typedef {Readonly<Record<string, any>> | null} Typed */

/** @param {Typed} value @returns {any} as our engine takes it, with bigint for 64-bit integers */
export function untyped(value) {
  if (value === null || value === undefined) return null;
  const [kind, content] = /** @type {[string, any]} */ (Object.entries(value)[0]);
  switch (kind) {
    case "int64":
    case "uint64":
    case "timestamp":
      return BigInt(content);
    case "float64":
      return Buffer.from(content, "hex").readDoubleBE(0);
    case "bytes":
      return new Uint8Array(Buffer.from(content, "hex"));
    case "list":
      return content.map(untyped);
    case "object":
      return untypedRow(content);
    default:
      return content;
  }
}

/** @param {Readonly<Record<string, Typed>>} row */
export function untypedRow(row) {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, untyped(value)]));
}

/** @param {Typed} value @returns {string} */
export function typedText(value) {
  if (value === null) return "null";
  const [kind, content] = /** @type {[string, any]} */ (Object.entries(value)[0]);
  if (kind === "list") return `[${content.map(typedText).join()}]`;
  if (kind === "object") return rowText(content);
  if (["int64", "uint64", "timestamp"].includes(kind)) return `i:${content}`;
  if (kind === "float64") return `f:${content}`;
  if (kind === "bytes") return `b:${content}`;
  return kind === "bool" ? String(content) : `s:${JSON.stringify(content)}`;
}

/** @param {Readonly<Record<string, Typed>>} row */
export function rowText(row) {
  return objectText(Object.entries(row).map(([name, value]) => [name, typedText(value)]));
}

/** @param {any} value a value of ours, read with integers "bigint" @returns {string} */
export function valueText(value) {
  if (value === null || value === undefined) return "null";
  if (typeof value === "bigint") return `i:${value}`;
  if (typeof value === "number") {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return `f:${bytes.toString("hex")}`;
  }
  if (typeof value === "string") return `s:${JSON.stringify(value)}`;
  if (typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `b:${Buffer.from(value).toString("hex")}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join()}]`;
  return objectText(Object.entries(value).map(([name, inner]) => [name, valueText(inner)]));
}

/** Absent, null and an object of nothing are the same here. @param {[string, string][]} entries */
function objectText(entries) {
  const parts = entries
    .filter(([, text]) => text !== "null" && text !== "{}")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${parts.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()}}`;
}
