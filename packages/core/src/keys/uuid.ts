/**
 * UUIDs: 16 bytes, in the order of the hexadecimal text, and 36 characters of canonical text. Reading text takes any
 * letter case; writing text gives lower case. Braces, missing hyphens and other spellings are refused.
 */

const HEX_LOW = new Uint8Array(256);
const HEX_HIGH = new Uint8Array(256);
const NIBBLES = new Uint8Array(128).fill(255);
for (let byte = 0; byte < 256; byte++) {
  HEX_HIGH[byte] = "0123456789abcdef".charCodeAt(byte >> 4);
  HEX_LOW[byte] = "0123456789abcdef".charCodeAt(byte & 15);
}
for (const digits of ["0123456789abcdef", "0123456789ABCDEF"]) {
  for (let nibble = 0; nibble < 16; nibble++) NIBBLES[digits.charCodeAt(nibble)] = nibble;
}
/** Where each byte's two digits stand in the text. */
const DIGITS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const HYPHEN = 0x2d;

/** Writes the 16 bytes of a UUID text; false, with the target half written, when it is none. */
export function writeUuid(text: unknown, target: Uint8Array, at: number): boolean {
  if (typeof text !== "string" || text.length !== 36) return false;
  for (const position of [8, 13, 18, 23] as const) if (text.charCodeAt(position) !== HYPHEN) return false;
  let seen = 0;
  for (let index = 0; index < 16; index++) {
    const digit = DIGITS[index] as number;
    const high = NIBBLES[text.charCodeAt(digit)] ?? 255;
    const low = NIBBLES[text.charCodeAt(digit + 1)] ?? 255;
    seen |= high | low;
    target[at + index] = (high << 4) | low;
  }
  return seen < 16;
}

/** Canonical text of the 16 bytes from `at`, which the caller knows to be there. */
export function uuidText(source: Uint8Array, at: number): string {
  const high = HEX_HIGH;
  const low = HEX_LOW;
  const b = (index: number): number => source[at + index] as number;
  const h = (index: number): number => high[b(index)] as number;
  const l = (index: number): number => low[b(index)] as number;
  // One call makes one flat string; adding pieces would leave a tree of strings to be flattened later.
  // biome-ignore format: two digits per byte, grouped as in the text
  return String.fromCharCode(
    h(0), l(0), h(1), l(1), h(2), l(2), h(3), l(3), HYPHEN,
    h(4), l(4), h(5), l(5), HYPHEN,
    h(6), l(6), h(7), l(7), HYPHEN,
    h(8), l(8), h(9), l(9), HYPHEN,
    h(10), l(10), h(11), l(11), h(12), l(12), h(13), l(13), h(14), l(14), h(15), l(15),
  );
}
