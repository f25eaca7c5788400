/**
 * Arguments on their way to another thread. They are copied when the call is made, so that the caller may change them at once;
 * a value that structured clone refuses or would change (functions, symbols, instances of classes) is marked as odd, for the caller
 * must hear of it in the engine's own words.
 */
import { ModelVaultError } from "@modelvault/core";

export interface Portable {
  readonly value: unknown;
  /** Whether `value` holds anything that cannot be cloned. */
  readonly odd: boolean;
}

/** Nesting beyond this is left to structured clone, which knows cycles. */
const DEPTH_MAX = 100;

/** A private copy. @throws row_unreadable when reading the value throws */
export function portable(value: unknown): Portable {
  if (typeof value !== "object" || value === null) {
    return { value, odd: typeof value === "function" || typeof value === "symbol" };
  }
  const found = { odd: false };
  try {
    return { value: copyObject(value, found, 0), odd: found.odd };
  } catch (cause) {
    if (cause instanceof ModelVaultError) throw cause;
    throw new ModelVaultError(
      "row_unreadable",
      "Reading the row threw an error.",
      { actual: Array.isArray(value) ? `a list of ${value.length}` : "an object" },
      { cause },
    );
  }
}

function copy(value: unknown, found: { odd: boolean }, depth: number): unknown {
  switch (typeof value) {
    case "object":
      return value === null ? null : copyObject(value, found, depth);
    case "function":
    case "symbol":
      found.odd = true;
      return value;
    default:
      return value;
  }
}

function copyObject(value: object, found: { odd: boolean }, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return copyRecord(value, found, depth);
  if (Array.isArray(value)) return copyList(value, found, depth);
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Uint8Array]" && ArrayBuffer.isView(value))
    return copyBytes(value as Uint8Array, found);
  // An instance of a class is read as a record, its own properties being its data.
  if (tag === "[object Object]") return copyRecord(value, found, depth);
  found.odd = true;
  return value;
}

function copyRecord(value: object, found: { odd: boolean }, depth: number): unknown {
  const record: Record<string, unknown> = { ...value };
  if (depth >= DEPTH_MAX) {
    found.odd = true;
    return record;
  }
  for (const name of Object.keys(record)) {
    const content = record[name];
    const type = typeof content;
    if (type === "string" || type === "number") continue;
    const copied = copy(content, found, depth + 1);
    if (copied !== content) {
      if (name === "__proto__")
        Object.defineProperty(record, name, {
          value: copied,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      else record[name] = copied;
    }
  }
  // Structured clone would pass over them; the engine reports them.
  if (Object.getOwnPropertySymbols(record).length > 0) found.odd = true;
  return record;
}

function copyList(value: readonly unknown[], found: { odd: boolean }, depth: number): unknown {
  if (depth >= DEPTH_MAX) {
    found.odd = true;
    return value;
  }
  const list: unknown[] = new Array(value.length);
  for (const index in value) {
    const at = Number(index);
    if (Number.isInteger(at) && Object.hasOwn(value, index)) list[at] = copy(value[at], found, depth + 1);
  }
  return list;
}

function copyBytes(value: Uint8Array, found: { odd: boolean }): unknown {
  if (value.buffer instanceof ArrayBuffer && value.buffer.byteLength === 0 && value.length === 0)
    return new Uint8Array(0);
  try {
    return Uint8Array.prototype.slice.call(value);
  } catch {
    found.odd = true;
    return value;
  }
}
