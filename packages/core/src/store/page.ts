/**
 * Pages: the leaves of the tree. A page packs the entries of a run of keys into one byte array.
 *
 *     bytes   [entry][entry][dead][entry] … used ▏ free …        entries lie in the order they were written
 *     entry   key length u16 · value length u16 · key · value    (little-endian)
 *             or 0xffff · place in `outside` u16                 an entry too long to be packed
 *     slots   one number per entry, in key order: mark of the key × 65536 + offset of the entry
 *
 * The mark is the four bytes of the key after the `skip` first ones, which all keys of the page share, so a
 * search compares numbers and reads key bytes only to break ties.
 *
 * Bytes below `used` are never written again: that is why views handed out stay as they are, and why a newer
 * version of a page can go on in the same byte array: it appends, and only its slots are copied. Of several
 * newer versions (after an abort) only the first may do so; `continued` says that one has. Dead bytes go when
 * the page is packed anew. A view keeps the byte array of its page (at most PAGE_BYTES) in memory.
 */
import { commonLength, compareFrom, mark4 } from "./key-bytes.ts";
import type { StoreEntry } from "./store.ts";

/** A page that is out of free bytes is packed anew if its live bytes do not exceed this, else split. */
export const PAGE_LIVE_BYTES_MAX: number = 12 * 1024;
/** Longest byte array: a packed page has at least a quarter free. Offsets must fit 16 bits. */
export const PAGE_BYTES_MAX: number = 16 * 1024;
/** Shortest byte array, so that a handful of entries is not packed anew at each write. */
export const PAGE_BYTES_MIN = 512;
/** Most entries of a page: bounds the slots that a commit copies. */
export const PAGE_ENTRIES_MAX = 192;
/** Entries longer than this lie outside their page, in byte arrays of their own. */
export const PACKED_BYTES_MAX: number = 3 * 1024;

export const HEADER_BYTES = 4;
/** Key length that marks an entry outside the page. */
export const OUTSIDE = 0xffff;

/** As a number of leading bytes: however many there are. A small integer, to keep arithmetic on integers. */
export const ANY_LENGTH = 0x3fffffff;

export const NO_BYTES: Uint8Array = new Uint8Array(0);

/** An entry too long to be packed: byte arrays of its own, so that its neighbours stay cheap. */
export interface OutsideEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export class Page {
  /** The writer that may change this object in place; everybody else copies it first. */
  owner: object;
  slots: number[];
  bytes: Uint8Array<ArrayBuffer>;
  /** `bytes.buffer`, kept because asking for it costs as much as a short search. */
  buffer: ArrayBuffer;
  /** End of the bytes written so far. */
  used: number;
  /** Bytes of the entries that slots point to. */
  live: number;
  /** Number of leading bytes that all keys share (they may share more). */
  skip: number;
  /** Slot of the last insertion, or -2: tells an ascending run, whose pages are left full. */
  lastInsertion = -2;
  /** A newer version has gone on in `bytes`. */
  continued = false;
  outside: (OutsideEntry | null)[] | null;

  constructor(
    owner: object,
    slots: number[],
    bytes: Uint8Array<ArrayBuffer>,
    used: number,
    skip: number,
    outside: (OutsideEntry | null)[] | null,
  ) {
    this.owner = owner;
    this.slots = slots;
    this.bytes = bytes;
    this.buffer = bytes.buffer;
    this.used = used;
    this.live = used;
    this.skip = skip;
    this.outside = outside;
  }
}

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** Offset of the entry behind slot `index`. */
export function entryOffset(page: Page, index: number): number {
  return (page.slots[index] as number) & 0xffff;
}

/** Bytes that the entry at an offset takes up in the page. */
export function packedSize(bytes: Uint8Array, at: number): number {
  const keyLength = readU16(bytes, at);
  return keyLength === OUTSIDE ? HEADER_BYTES : HEADER_BYTES + keyLength + readU16(bytes, at + 2);
}

/** The entry outside the page that the one at an offset stands for. */
export function outsideEntry(page: Page, at: number): OutsideEntry {
  return page.outside?.[readU16(page.bytes, at + 2)] as OutsideEntry;
}

// Where the key of an entry lies: keyBytes(page, at)[keyStart … + keyLength].

export function keyBytes(page: Page, at: number): Uint8Array {
  return readU16(page.bytes, at) === OUTSIDE ? outsideEntry(page, at).key : page.bytes;
}

export function keyStart(page: Page, at: number): number {
  return readU16(page.bytes, at) === OUTSIDE ? 0 : at + HEADER_BYTES;
}

export function keyLength(page: Page, at: number): number {
  const length = readU16(page.bytes, at);
  return length === OUTSIDE ? outsideEntry(page, at).key.length : length;
}

/** Order of `key` against the key of the entry at an offset, whose first `from` bytes are known to be equal. */
export function compareWithEntry(page: Page, at: number, key: Uint8Array, from: number): number {
  const length = readU16(page.bytes, at);
  if (length !== OUTSIDE) return compareFrom(page.bytes, at + HEADER_BYTES, length, key, from);
  const { key: entryKey } = outsideEntry(page, at);
  return compareFrom(entryKey, 0, entryKey.length, key, from);
}

/** How many leading bytes the keys of two entries share. */
export function commonKeyLength(a: Page, aAt: number, b: Page, bAt: number): number {
  return commonLength(
    keyBytes(a, aAt),
    keyStart(a, aAt),
    keyLength(a, aAt),
    keyBytes(b, bAt),
    keyStart(b, bAt),
    keyLength(b, bAt),
  );
}

/**
 * The slot of `key`, or, negative, `~` of the slot where it belongs. `known` is a number of leading bytes that
 * `key` is known to share with every key of the page.
 */
export function searchPage(page: Page, key: Uint8Array, known: number): number {
  const { slots, skip } = page;
  let low = 0;
  let high = slots.length;
  if (high === 0) return ~0;
  if (skip > known) {
    const at = entryOffset(page, 0);
    const bytes = keyBytes(page, at);
    const start = keyStart(page, at);
    const common = Math.min(key.length, skip);
    for (let i = known; i < common; i++) {
      const difference = (key[i] as number) - (bytes[start + i] as number);
      if (difference !== 0) return difference < 0 ? ~0 : ~high;
    }
  }
  // A key shorter than what is skipped gets mark 0 and loses every tie by its length: it comes first, as it must.
  const from = mark4(key, skip, key.length) * 0x10000;
  const to = from + 0x10000;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const slot = slots[middle] as number;
    if (slot < from) low = middle + 1;
    else if (slot >= to) high = middle;
    else {
      const order = compareWithEntry(page, slot & 0xffff, key, skip);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
  }
  return ~low;
}

/** The slot of exactly this key, or a negative number. */
export function findInPage(page: Page, key: Uint8Array): number {
  // The prefix is not compared before the search but after it: reading the entry found is needed anyway.
  const index = searchPage(page, key, ANY_LENGTH);
  if (index < 0) return index;
  const at = entryOffset(page, index);
  const bytes = keyBytes(page, at);
  const start = keyStart(page, at);
  for (let i = 0; i < page.skip; i++) if (bytes[start + i] !== key[i]) return ~index;
  return index;
}

/** The slot of the first key at or above a bound (with `after`: above it). `known` as in {@link searchPage}. */
export function placeInPage(page: Page, bound: Uint8Array, after: boolean, known: number): number {
  const index = searchPage(page, bound, known);
  if (index < 0) return ~index;
  return after ? index + 1 : index;
}

/** The value of the entry behind a slot: a view, or an array of its own when it lies outside the page. */
export function valueAt(page: Page, index: number): Uint8Array {
  const { bytes } = page;
  const at = (page.slots[index] as number) & 0xffff;
  const length = readU16(bytes, at);
  if (length === OUTSIDE) return outsideEntry(page, at).value;
  const valueLength = readU16(bytes, at + 2);
  return valueLength === 0 ? NO_BYTES : new Uint8Array(page.buffer, at + HEADER_BYTES + length, valueLength);
}

/** Key and value of the entry behind a slot, as {@link valueAt}. */
export function entryAt(page: Page, index: number): StoreEntry {
  const { bytes, buffer } = page;
  const at = (page.slots[index] as number) & 0xffff;
  const length = readU16(bytes, at);
  if (length === OUTSIDE) {
    const { key, value } = outsideEntry(page, at);
    return [key, value];
  }
  const start = at + HEADER_BYTES;
  const valueLength = readU16(bytes, at + 2);
  return [
    new Uint8Array(buffer, start, length),
    valueLength === 0 ? NO_BYTES : new Uint8Array(buffer, start + length, valueLength),
  ];
}
