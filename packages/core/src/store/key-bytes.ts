/**
 * Comparing keys that lie somewhere inside larger byte arrays, without making views of them; and marks: a few
 * bytes of a key read as one number, so that most comparisons of a search are comparisons of numbers.
 */

/** Order of two keys by unsigned byte, a proper prefix first: below, at or above zero. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  return compareFrom(b, 0, b.length, a, 0);
}

/**
 * Order of `key` against the `length` bytes at `start` of `bytes` (below zero: `key` comes first), when their
 * first `from` bytes are known to be equal.
 */
export function compareFrom(
  bytes: Uint8Array,
  start: number,
  length: number,
  key: Uint8Array,
  from: number,
): number {
  const common = Math.min(length, key.length);
  for (let i = from; i < common; i++) {
    const difference = (key[i] as number) - (bytes[start + i] as number);
    if (difference !== 0) return difference;
  }
  return key.length - length;
}

/** How many leading bytes two stretches of bytes share. */
export function commonLength(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
): number {
  const limit = Math.min(aLength, bLength);
  let i = 0;
  while (i < limit && a[aStart + i] === b[bStart + i]) i++;
  return i;
}

/** A copy of a stretch of bytes. Not `slice`, which gives a view when the bytes are a Node `Buffer`. */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

/** Bytes `start` to `start + 4` as an unsigned number, big-endian; bytes at `end` and beyond count as 0. */
export function mark4(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 <= end) {
    return (
      (((bytes[start] as number) << 24) |
        ((bytes[start + 1] as number) << 16) |
        ((bytes[start + 2] as number) << 8) |
        (bytes[start + 3] as number)) >>>
      0
    );
  }
  let mark = 0;
  for (let i = start; i < start + 4; i++) mark = mark * 256 + (i < end ? (bytes[i] as number) : 0);
  return mark;
}

/** As {@link mark4}, six bytes: 48 bits, exact in a double. */
export function mark6(bytes: Uint8Array, start: number, end: number): number {
  if (start + 6 <= end) {
    return (
      mark4(bytes, start, end) * 0x10000 +
      (((bytes[start + 4] as number) << 8) | (bytes[start + 5] as number))
    );
  }
  let mark = 0;
  for (let i = start; i < start + 6; i++) mark = mark * 256 + (i < end ? (bytes[i] as number) : 0);
  return mark;
}

/** How many leading bytes, of six, two marks of {@link mark6} share. */
export function commonMarkBytes(a: number, b: number): number {
  const high = (a / 0x10000) ^ (b / 0x10000);
  if (high !== 0) return Math.clz32(high) >>> 3;
  const low = (a ^ b) & 0xffff;
  return low === 0 ? 6 : (Math.clz32(low) >>> 3) + 2;
}

/** An empty list of marks. V8 keeps lists that have held a fraction as packed doubles: 8 bytes each, no objects. */
export function newMarks(): number[] {
  const marks = [0.5];
  marks.pop();
  return marks;
}
