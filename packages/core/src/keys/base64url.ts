/** Base64 with the URL-safe alphabet and no padding, so that a cursor can stand in a link. Decoding takes exactly what encoding gives. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (digit, value) => [digit, value]));

export function toBase64url(bytes: Uint8Array): string {
  const digits: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const group = ((bytes[index] as number) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    const count = Math.min(3, bytes.length - index) + 1;
    for (let digit = 0; digit < count; digit++)
      digits.push(ALPHABET.charAt((group >> (18 - 6 * digit)) & 63));
  }
  return digits.join("");
}

/** The bytes, or undefined when the text is not what {@link toBase64url} makes. */
export function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const digit of text) {
    const value = VALUES.get(digit);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = bits >> bitCount;
  }
  // Left-over bits that are not zero would make two texts of one byte string.
  return (bits & ((1 << bitCount) - 1)) === 0 ? bytes : undefined;
}
