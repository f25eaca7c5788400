/**
 * What counts as an object, as bytes and as JSON's plain object. A row, and every object inside it, is any object but a list whose own
 * enumerable string properties are its data: a class instance too, for drivers of other databases hand out those. Built-in
 * objects (Date, Map, Promise, typed arrays…) hold their data elsewhere and are none. What an object inherits never counts.
 */

/** An object whose own properties can be read as fields. */
export type Properties = { readonly [key: string]: unknown };

/** Whether the value's own properties are its data. */
export function isRecord(value: unknown): value is Properties {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return !Array.isArray(value) && Object.prototype.toString.call(value) === "[object Object]";
}

/** Whether the value is an object that JSON text gives back as it was: no class, no `toJSON`. */
export function isPlainObject(value: object): value is Properties {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // The Object.prototype of another realm.
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, "isPrototypeOf");
}

const viewTag: (this: unknown) => unknown = viewGetter(Symbol.toStringTag);
const viewBuffer: (this: unknown) => unknown = viewGetter("buffer");
const viewOffset: (this: unknown) => unknown = viewGetter("byteOffset");
const viewLength: (this: unknown) => unknown = viewGetter("length");

/** What every typed array inherits, whatever the array itself says under the name. */
function viewGetter(name: PropertyKey): (this: unknown) => unknown {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype) as object, name)
    ?.get as (this: unknown) => unknown;
}

/** Whether the value is a Uint8Array of any realm, Node's Buffer included; nothing can pretend to be one. */
export function isBytes(value: unknown): value is Uint8Array {
  return viewTag.call(value) === "Uint8Array";
}

/**
 * The same bytes as a Uint8Array that has nothing of its own: a length that its owner gave it, or its class, says nothing. Bytes that
 * another thread may change are copied. Throws a TypeError where the bytes are gone, handed over to another thread.
 */
export function plainBytes(value: Uint8Array): Uint8Array {
  const buffer = viewBuffer.call(value) as ArrayBuffer;
  const bytes = new Uint8Array(buffer, viewOffset.call(value) as number, viewLength.call(value) as number);
  return buffer instanceof ArrayBuffer ? bytes : bytes.slice();
}
