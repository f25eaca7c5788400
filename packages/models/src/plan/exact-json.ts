/**
 * Plain JSON for data that JSON has no words for: 64-bit integers, bytes, and the floats that JSON lacks. Each becomes an object with
 * one key that begins with `$`; objects that happen to look like one are wrapped. `encodeExact` and `decodeExact` undo each other.
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { argumentInvalid } from "../define/arguments.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const MARKS: readonly string[] = ["$bigint", "$bytes", "$float", "$object"];

/** @throws argument_invalid for functions, symbols and the like */
export function encodeExact(value: unknown): Json {
  switch (typeof value) {
    case "bigint":
      return { $bigint: String(value) };
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $float: Object.is(value, -0) ? "-0" : String(value) };
    case "string":
    case "boolean":
      return value;
    case "object":
      return value === null ? null : encodeObject(value);
    default:
      throw argumentInvalid("plan", "plain data", value);
  }
}

function encodeObject(value: object): Json {
  if (value instanceof Uint8Array) return { $bytes: bytesToHex(value) };
  if (Array.isArray(value)) return value.map(encodeExact);
  const entries = Object.entries(value).filter(([, content]) => content !== undefined);
  const plain = Object.fromEntries(entries.map(([key, content]) => [key, encodeExact(content)]));
  return entries.length === 1 && MARKS.includes(entries[0]?.[0] ?? "") ? { $object: plain } : plain;
}

/** @throws argument_invalid for a mark that holds something else */
export function decodeExact(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(decodeExact);
  const entries = Object.entries(json);
  const [key, content] = entries[0] ?? [];
  if (entries.length !== 1 || key === undefined || !MARKS.includes(key)) return decodeEntries(entries);
  if (key === "$object" && typeof content === "object" && content !== null)
    return decodeEntries(Object.entries(content));
  if (key === "$bigint" && typeof content === "string" && /^-?\d+$/.test(content)) return BigInt(content);
  if (key === "$float" && typeof content === "string") return Number(content);
  if (key === "$bytes" && typeof content === "string" && /^(?:[0-9a-f]{2})*$/.test(content))
    return hexToBytes(content);
  throw argumentInvalid("plan", `JSON as a plan's toJSON gives it (${key} holds something else)`, content);
}

function decodeEntries(entries: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(entries.map(([key, content]) => [key, decodeExact(content)]));
}

/** Text of JSON with the keys of every object in order: the same data is always the same text. */
export function canonicalText(json: Json): string {
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  if (Array.isArray(json)) return `[${json.map(canonicalText).join(",")}]`;
  const object = json as { readonly [key: string]: Json };
  const keys = Object.keys(object).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(object[key] ?? null)}`).join(",")}}`;
}
