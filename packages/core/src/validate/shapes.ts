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

const viewTag: (this: unknown) => unknown = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  Symbol.toStringTag,
)?.get as (this: unknown) => unknown;

/** Whether the value is a Uint8Array of any realm, Node's Buffer included; nothing can pretend to be one. */
export function isBytes(value: unknown): value is Uint8Array {
  return viewTag.call(value) === "Uint8Array";
}
