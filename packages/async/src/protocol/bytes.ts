/** Bytes that are copied to travel: those of a class of the caller's, too, whose constructor is none of our business. */
const kindOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** A copy as a plain Uint8Array. @throws TypeError for what has lost its bytes, and for what only looks like them */
export function copyOfBytes(value: object): Uint8Array<ArrayBuffer> {
  if (kindOf?.call(value) !== "Uint8Array") throw new TypeError("These are no bytes.");
  return new Uint8Array(value as Uint8Array);
}
