/**
 * CRC32C (Castagnoli), sixteen bytes a step through sixteen tables: about two gigabytes a second. Most payloads are small, for which this
 * beats a call into native code.
 */

const POLYNOMIAL_REFLECTED = 0x82f63b78;

/** Sixteen tables of 256 words behind each other; the n-th tells what a byte comes to when n more have followed it. */
const T = new Int32Array(16 * 256);

for (let byte = 0; byte < 256; byte++) {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL_REFLECTED : rest >>> 1;
  T[byte] = rest;
}
for (let at = 256; at < T.length; at++) {
  const rest = T[at - 256] as number;
  T[at] = (rest >>> 8) ^ (T[rest & 255] as number);
}

/** Of longer stretches no view is kept, so that their memory can go. */
const KEPT_BYTES_MAX = 1_048_576;
let viewed: Uint8Array | undefined;
let keptView: DataView = new DataView(new ArrayBuffer(0));

/** Words at a time are read through a view; the one of the last array is kept, for many small stretches follow each other in one. */
function viewOf(bytes: Uint8Array, length: number): DataView {
  if (bytes === viewed) return keptView;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (length <= KEPT_BYTES_MAX) {
    viewed = bytes;
    keptView = view;
  }
  return view;
}

let readFrom: Uint8Array | undefined;
let readView: DataView = new DataView(new ArrayBuffer(0));

/**
 * Copies `from[start..end)` to a position of another array, which has room for it, and returns the checksum of what was copied: in one pass
 * over both, for records come from memory that nobody has looked at for long.
 */
export function copyWithCrc32c(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  position: number,
): number {
  if (from !== readFrom) {
    readFrom = from;
    readView = new DataView(from.buffer, from.byteOffset, from.byteLength);
  }
  const source = readView;
  const target = viewOf(to, end - start);
  let crc = -1;
  let at = start;
  const shift = position - start;
  for (const last = end - 15; at < last; at += 16) {
    const a = source.getInt32(at, true);
    const b = source.getInt32(at + 4, true);
    const c = source.getInt32(at + 8, true);
    const d = source.getInt32(at + 12, true);
    target.setInt32(at + shift, a, true);
    target.setInt32(at + shift + 4, b, true);
    target.setInt32(at + shift + 8, c, true);
    target.setInt32(at + shift + 12, d, true);
    crc = step(crc ^ a, b, c, d);
  }
  for (; at < end; at++) {
    const byte = from[at] as number;
    to[at + shift] = byte;
    crc = (T[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The state after sixteen bytes, the first four of which were mixed with the state before. */
function step(a: number, b: number, c: number, d: number): number {
  return (
    (T[3840 | (a & 255)] as number) ^
    (T[3584 | ((a >>> 8) & 255)] as number) ^
    (T[3328 | ((a >>> 16) & 255)] as number) ^
    (T[3072 | (a >>> 24)] as number) ^
    (T[2816 | (b & 255)] as number) ^
    (T[2560 | ((b >>> 8) & 255)] as number) ^
    (T[2304 | ((b >>> 16) & 255)] as number) ^
    (T[2048 | (b >>> 24)] as number) ^
    (T[1792 | (c & 255)] as number) ^
    (T[1536 | ((c >>> 8) & 255)] as number) ^
    (T[1280 | ((c >>> 16) & 255)] as number) ^
    (T[1024 | (c >>> 24)] as number) ^
    (T[768 | (d & 255)] as number) ^
    (T[512 | ((d >>> 8) & 255)] as number) ^
    (T[256 | ((d >>> 16) & 255)] as number) ^
    (T[d >>> 24] as number)
  );
}

/**
 * Checksum of `bytes[start..end)`, unsigned.
 * @param before the checksum of what precedes, to continue it
 */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length, before = 0): number {
  let crc = ~before;
  let at = start;
  const view = viewOf(bytes, end - start);
  for (const last = end - 15; at < last; at += 16) {
    const a = crc ^ view.getInt32(at, true);
    crc = step(a, view.getInt32(at + 4, true), view.getInt32(at + 8, true), view.getInt32(at + 12, true));
  }
  for (const last = end - 3; at < last; at += 4) {
    const a = crc ^ view.getInt32(at, true);
    crc =
      (T[768 | (a & 255)] as number) ^
      (T[512 | ((a >>> 8) & 255)] as number) ^
      (T[256 | ((a >>> 16) & 255)] as number) ^
      (T[a >>> 24] as number);
  }
  for (; at < end; at++) crc = (T[(crc ^ (bytes[at] as number)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
