/**
 * Arguments on their way to another thread. They are copied when the call is made, so that the caller may change them at once;
 * a value that structured clone refuses or would change (functions, symbols, instances of classes) is marked as odd, for the caller
 * must hear of it in the engine's own words. An instance of a class is a record where it is a row; inside one it depends on the schema, which is
 * not known here.
 */
import { ModelVaultError } from "@modelvault/core";
import { copyOfBytes } from "./bytes.ts";
import { isPlain, prototypeLike } from "./odd-values.ts";

export interface Portable {
  readonly value: unknown;
  /** Whether `value` holds anything that cannot be cloned. */
  readonly odd: boolean;
}

/** What is known while a value is copied. */
interface Found {
  odd: boolean;
  readonly rowDepth: number;
  readonly isLenient: boolean;
}

export interface Copying {
  /** Instances of classes down to this depth are rows. Default 0. */
  readonly rowDepth?: number;
  /** What cannot be read stands for an object that is wrong where it is: the engine says so. Default: reading it throws. */
  readonly isLenient?: boolean;
}

/** Nesting beyond this is left to structured clone, which knows cycles. */
const DEPTH_MAX = 100;

/** A private copy. @throws row_unreadable when reading the value throws */
export function portable(value: unknown, { rowDepth = 0, isLenient = false }: Copying = {}): Portable {
  if (typeof value !== "object" || value === null) {
    return { value, odd: typeof value === "function" || typeof value === "symbol" };
  }
  const found = { odd: false, rowDepth, isLenient };
  try {
    return { value: copyObject(value, found, 0), odd: found.odd };
  } catch (cause) {
    if (cause instanceof ModelVaultError) throw cause;
    if (isLenient) return { value: {}, odd: false };
    throw new ModelVaultError(
      "row_unreadable",
      "Reading the row threw an error.",
      // A list of arguments is no row; something in it is.
      { actual: rowDepth > 0 ? "an object" : described(value) },
      { cause },
    );
  }
}

function described(value: object): string {
  try {
    return Array.isArray(value) ? `a list of ${value.length}` : "an object";
  } catch {
    // A proxy that was revoked.
    return "an object";
  }
}

function copy(value: unknown, found: Found, depth: number): unknown {
  switch (typeof value) {
    case "object":
      return value === null
        ? null
        : found.isLenient
          ? copyReadable(value, found, depth)
          : copyObject(value, found, depth);
    case "function":
    case "symbol":
      found.odd = true;
      return value;
    default:
      return value;
  }
}

function copyReadable(value: object, found: Found, depth: number): unknown {
  try {
    return copyObject(value, found, depth);
  } catch {
    return {};
  }
}

function copyObject(value: object, found: Found, depth: number): unknown {
  if (isPlain(value)) return copyRecord(value, found, depth);
  if (Array.isArray(value)) return copyList(value, found, depth);
  const tag = Object.prototype.toString.call(value);
  if (tag === "[object Uint8Array]" && ArrayBuffer.isView(value))
    return copyBytes(value as Uint8Array, found);
  if (tag === "[object Object]") {
    // Its own properties are its data.
    const record = copyRecord(value, found, depth);
    if (depth <= found.rowDepth) return record;
    found.odd = true;
    return Object.setPrototypeOf(record, prototypeLike(value));
  }
  found.odd = true;
  return value;
}

function copyRecord(value: object, found: Found, depth: number): object {
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

function copyList(value: readonly unknown[], found: Found, depth: number): unknown {
  if (depth >= DEPTH_MAX) {
    found.odd = true;
    return value;
  }
  const list: unknown[] = new Array(value.length);
  for (const index in value) {
    const at = Number(index);
    // A list has more properties than elements, and names that only read like an index are of those.
    if (Number.isInteger(at) && at >= 0 && at < value.length && Object.hasOwn(value, at))
      list[at] = copy(value[at], found, depth + 1);
  }
  return list;
}

function copyBytes(value: Uint8Array, found: Found): unknown {
  try {
    return copyOfBytes(value);
  } catch {
    // Its bytes were handed over to another thread.
    found.odd = true;
    return value;
  }
}
