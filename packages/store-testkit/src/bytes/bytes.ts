/**
 * Bytes as the checks write and show them. The kit compares and orders bytes by their hexadecimal text: two digits a
 * byte, lower case, whose order as text is the order of the bytes, a prefix first. Slow, and too simple to be wrong.
 */

/** Longest run of bytes shown whole in a message. */
const shownBytesMax = 24;

/** `hex("00ff")` is the two bytes 00 and FF. Blanks are ignored. */
export function hex(digits: string): Uint8Array {
  const packed = digits.replace(/ /g, "");
  const bytes = new Uint8Array(packed.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(packed.slice(at * 2, at * 2 + 2), 16);
  return bytes;
}

/** The bytes of a text of characters up to U+00FF, one byte each. */
export function text(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** The same byte `length` times. */
export function run(byte: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

/** `length` bytes that differ from place to place and with `salt`, so that a shifted or torn copy is noticed. */
export function pattern(length: number, salt = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7 + salt * 13 + 1) & 0xff;
  return bytes;
}

/** A number as `width` bytes, big-endian. */
export function bigEndian(value: number, width = 8): Uint8Array {
  const bytes = new Uint8Array(width);
  for (let at = width - 1, rest = value; at >= 0; at--, rest = Math.floor(rest / 256)) bytes[at] = rest % 256;
  return bytes;
}

/** The parts, one after another. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The hexadecimal text of bytes. */
export function toHex(bytes: Uint8Array): string {
  let digits = "";
  for (let at = 0; at < bytes.length; at++) digits += hexOfByte[bytes[at] as number];
  return digits;
}

/** Whether two runs of bytes are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** Bytes for a message: hexadecimal, cut in the middle with the length behind. */
export function show(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "nothing";
  if (!(bytes instanceof Uint8Array)) return `a ${typeof bytes} that is no Uint8Array`;
  if (bytes.length === 0) return "zero bytes";
  if (bytes.length <= shownBytesMax) return `<${toHex(bytes)}>`;
  return `<${toHex(bytes.subarray(0, 16))}…${toHex(bytes.subarray(-4))}> (${bytes.length} bytes)`;
}
