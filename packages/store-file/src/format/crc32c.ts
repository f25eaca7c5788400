/**
 * CRC32C (Castagnoli), eight bytes a step through eight tables. On small payloads, which most are, this beats a call
 * into native code; on large ones it does about a gigabyte a second.
 */

const POLYNOMIAL_REFLECTED = 0x82f63b78;

const tables: readonly Int32Array[] = Array.from({ length: 8 }, () => new Int32Array(256));
const [T0, T1, T2, T3, T4, T5, T6, T7] = tables as readonly Int32Array[] as readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL_REFLECTED : rest >>> 1;
  T0[byte] = rest;
}
for (let table = 1; table < 8; table++) {
  const previous = tables[table - 1] as Int32Array;
  const next = tables[table] as Int32Array;
  for (let byte = 0; byte < 256; byte++) {
    const rest = previous[byte] as number;
    next[byte] = (rest >>> 8) ^ (T0[rest & 255] as number);
  }
}

/**
 * Checksum of `bytes[start..end)`, unsigned.
 * @param before the checksum of what precedes, to continue it
 */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length, before = 0): number {
  let crc = ~before;
  let at = start;
  for (const last = end - 7; at < last; at += 8) {
    crc ^=
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    crc =
      (T7[crc & 255] as number) ^
      (T6[(crc >>> 8) & 255] as number) ^
      (T5[(crc >>> 16) & 255] as number) ^
      (T4[crc >>> 24] as number) ^
      (T3[bytes[at + 4] as number] as number) ^
      (T2[bytes[at + 5] as number] as number) ^
      (T1[bytes[at + 6] as number] as number) ^
      (T0[bytes[at + 7] as number] as number);
  }
  for (; at < end; at++) crc = (T0[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
