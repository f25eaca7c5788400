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

/** Canonical text of the 16 bytes from `p`, which the caller knows to be there. */
export function uuidText(b: Uint8Array, p: number): string {
  const H = HEX_HIGH;
  const L = HEX_LOW;
  // One call makes one flat string; adding pieces would leave a tree of strings to be flattened later.
  // biome-ignore format: a byte a line
  return String.fromCharCode(
    H[b[p] as number] as number, L[b[p] as number] as number,
    H[b[p + 1] as number] as number, L[b[p + 1] as number] as number,
    H[b[p + 2] as number] as number, L[b[p + 2] as number] as number,
    H[b[p + 3] as number] as number, L[b[p + 3] as number] as number,
    HYPHEN,
    H[b[p + 4] as number] as number, L[b[p + 4] as number] as number,
    H[b[p + 5] as number] as number, L[b[p + 5] as number] as number,
    HYPHEN,
    H[b[p + 6] as number] as number, L[b[p + 6] as number] as number,
    H[b[p + 7] as number] as number, L[b[p + 7] as number] as number,
    HYPHEN,
    H[b[p + 8] as number] as number, L[b[p + 8] as number] as number,
    H[b[p + 9] as number] as number, L[b[p + 9] as number] as number,
    HYPHEN,
    H[b[p + 10] as number] as number, L[b[p + 10] as number] as number,
    H[b[p + 11] as number] as number, L[b[p + 11] as number] as number,
    H[b[p + 12] as number] as number, L[b[p + 12] as number] as number,
    H[b[p + 13] as number] as number, L[b[p + 13] as number] as number,
    H[b[p + 14] as number] as number, L[b[p + 14] as number] as number,
    H[b[p + 15] as number] as number, L[b[p + 15] as number] as number,
  );
}
