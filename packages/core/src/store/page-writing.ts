/**
 * Changing pages: taking ownership, appending entries, removing them, and packing the live ones into a new byte
 * array. Only the owner of a page object calls these on it.
 */
import { copyBytes, mark4, newMarks } from "./key-bytes.ts";
import {
  commonKeyLength,
  entryOffset,
  HEADER_BYTES,
  keyBytes,
  keyLength,
  keyStart,
  OUTSIDE,
  type OutsideEntry,
  outsideEntry,
  PACKED_BYTES_MAX,
  PAGE_BYTES_MAX,
  PAGE_BYTES_MIN,
  PAGE_ENTRIES_MAX,
  PAGE_LIVE_BYTES_MAX,
  Page,
  packedSize,
  readU16,
} from "./page.ts";

/** The writer may pack anew a page whose live bytes are below a quarter of its byte array. */
const SHRINK_FACTOR = 4;

/** A page without entries, as long as `count` entries of together `bytes` bytes suggest. */
export function newPage(owner: object, bytes: number, count: number): Page {
  return new Page(owner, newMarks(), new Uint8Array(pageCapacity(bytes, count)), 0, 0, null);
}

/** The page itself when it is the owner's already, else a copy that is: of its slots, and of its bytes only if it must. */
export function ownPage(page: Page, owner: object): Page {
  if (page.owner === owner) return page;
  let { bytes } = page;
  if (page.continued) bytes = bytes.slice();
  else page.continued = true;
  const copy = new Page(
    owner,
    page.slots.slice(),
    bytes,
    page.used,
    page.skip,
    page.outside?.slice() ?? null,
  );
  copy.live = page.live;
  copy.lastInsertion = page.lastInsertion;
  return copy;
}

/** Whether an entry is too long to be packed. */
export function liesOutside(key: Uint8Array, value: Uint8Array): boolean {
  return HEADER_BYTES + key.length + value.length > PACKED_BYTES_MAX;
}

/** Bytes that an entry would take up in a page. */
export function sizeInPage(key: Uint8Array, value: Uint8Array): number {
  return liesOutside(key, value) ? HEADER_BYTES : HEADER_BYTES + key.length + value.length;
}

/** Length of a byte array for `count` entries of `bytes` bytes together, with room to grow. */
function pageCapacity(bytes: number, count: number): number {
  const doubled = (bytes / count) * Math.min(PAGE_ENTRIES_MAX, count * 2);
  const wanted = Math.max(Math.min(doubled, PAGE_LIVE_BYTES_MAX), (bytes * 4) / 3, PAGE_BYTES_MIN);
  return Math.min((wanted + 63) & ~63, PAGE_BYTES_MAX);
}

/** Appends an entry: as slot `index`, or in place of that slot. `known` as in `searchPage`. The caller made room. */
export function writeEntry(
  page: Page,
  index: number,
  replace: boolean,
  key: Uint8Array,
  value: Uint8Array,
  known: number,
): void {
  const { slots, bytes } = page;
  if (!replace) {
    if (slots.length === 0) page.skip = Math.max(0, key.length - 4);
    else if (page.skip > known || page.skip > key.length) shortenSkip(page, key);
  }
  const at = page.used;
  const keyLength = key.length;
  const size = HEADER_BYTES + keyLength + value.length;
  if (liesOutside(key, value)) {
    writeHeader(
      bytes,
      at,
      OUTSIDE,
      keepOutside(page, { key: copyBytes(key, 0, keyLength), value: copyBytes(value, 0, value.length) }),
    );
    page.used = at + HEADER_BYTES;
    page.live += HEADER_BYTES;
  } else {
    writeHeader(bytes, at, keyLength, value.length);
    copyInto(bytes, at + HEADER_BYTES, key);
    copyInto(bytes, at + HEADER_BYTES + keyLength, value);
    page.used = at + size;
    page.live += size;
  }
  const slot = mark4(key, page.skip, keyLength) * 0x10000 + at;
  if (replace) slots[index] = slot;
  else {
    if (index === slots.length) slots.push(slot);
    else slots.splice(index, 0, slot);
    page.lastInsertion = index;
  }
}

/** Forgets the entry behind a slot, but not the slot: the caller reuses or removes it. */
export function dropEntry(page: Page, index: number): void {
  const at = entryOffset(page, index);
  page.live -= packedSize(page.bytes, at);
  if (page.outside !== null && readU16(page.bytes, at) === OUTSIDE) {
    page.outside[readU16(page.bytes, at + 2)] = null;
  }
}

/** Replaces an entry outside the page by another. The key must be the same. */
export function replaceOutside(page: Page, at: number, value: Uint8Array): void {
  if (page.outside === null) return;
  page.outside[readU16(page.bytes, at + 2)] = {
    key: outsideEntry(page, at).key,
    value: copyBytes(value, 0, value.length),
  };
}

/** Packs the page anew, in place, with room for `count` more entries of `bytes` bytes. */
export function repack(page: Page, bytes: number, count: number, skipMax: number): void {
  const packed = pack(page.owner, page, 0, page.slots.length, null, bytes, count, skipMax);
  page.slots = packed.slots;
  page.bytes = packed.bytes;
  page.buffer = packed.buffer;
  page.used = packed.used;
  page.skip = packed.skip;
  page.outside = packed.outside;
}

/** Gives back the bytes of a page that has become much too long for its entries. */
export function shrink(page: Page): void {
  if (page.live * SHRINK_FACTOR + PAGE_BYTES_MIN < page.bytes.length) repack(page, 0, 0, page.skip);
}

/**
 * A new page of the entries `from` to `to` (exclusive) of a page, then all of `more`, with room for `count` other
 * entries of `bytes` bytes. At most `skipMax` leading bytes are skipped.
 */
export function pack(
  owner: object,
  page: Page,
  from: number,
  to: number,
  more: Page | null,
  bytes: number,
  count: number,
  skipMax: number,
): Page {
  const slots = newMarks();
  const outside: OutsideEntry[] = [];
  const skip = Math.min(skipMax, sharedLength(page, from, to, more));
  let used = packInto(page, from, to, 0, skip, slots, outside);
  if (more !== null) used = packInto(more, 0, more.slots.length, used, skip, slots, outside);
  const packed = new Uint8Array(pageCapacity(used + bytes, Math.max(1, slots.length + count)));
  packed.set(scratch.subarray(0, used));
  return new Page(owner, slots, packed, used, skip, outside.length === 0 ? null : outside);
}

/** How many leading bytes all these entries share. One entry alone shares all but the four bytes of its mark. */
function sharedLength(page: Page, from: number, to: number, more: Page | null): number {
  const count = to - from + (more?.slots.length ?? 0);
  if (count === 0) return 0;
  const first = from < to ? page : (more as Page);
  const firstAt = entryOffset(first, from < to ? from : 0);
  if (count === 1) return Math.max(0, keyLength(first, firstAt) - 4);
  const last = more === null || more.slots.length === 0 ? page : more;
  return commonKeyLength(
    first,
    firstAt,
    last,
    entryOffset(last, last === page ? to - 1 : last.slots.length - 1),
  );
}

// Entries are gathered in the first half and read from the second: copying within one warm array is cheaper
// than making a view of each entry.
const SCRATCH_SOURCE = PAGE_BYTES_MAX;
const scratch = new Uint8Array(2 * PAGE_BYTES_MAX);

function packInto(
  page: Page,
  from: number,
  to: number,
  start: number,
  skip: number,
  slots: number[],
  outside: OutsideEntry[],
): number {
  scratch.set(page.bytes, SCRATCH_SOURCE);
  let used = start;
  for (let index = from; index < to; index++) {
    const at = entryOffset(page, index);
    const length = readU16(page.bytes, at);
    if (length === OUTSIDE) {
      const entry = outsideEntry(page, at);
      writeHeader(scratch, used, OUTSIDE, outside.length);
      outside.push(entry);
      slots.push(mark4(entry.key, skip, entry.key.length) * 0x10000 + used);
      used += HEADER_BYTES;
      continue;
    }
    const size = HEADER_BYTES + length + readU16(page.bytes, at + 2);
    if (size > 24) scratch.copyWithin(used, SCRATCH_SOURCE + at, SCRATCH_SOURCE + at + size);
    else for (let i = 0; i < size; i++) scratch[used + i] = page.bytes[at + i] as number;
    const key = used + HEADER_BYTES;
    slots.push(mark4(scratch, key + skip, key + length) * 0x10000 + used);
    used += size;
  }
  return used;
}

/** Computes the marks anew, after another number of leading bytes. */
export function changeSkip(page: Page, skip: number): void {
  page.skip = skip;
  for (let index = 0; index < page.slots.length; index++) {
    const at = entryOffset(page, index);
    const start = keyStart(page, at);
    const mark = mark4(keyBytes(page, at), start + skip, start + keyLength(page, at));
    page.slots[index] = mark * 0x10000 + at;
  }
}

function shortenSkip(page: Page, key: Uint8Array): void {
  const at = entryOffset(page, 0);
  const bytes = keyBytes(page, at);
  const start = keyStart(page, at);
  const limit = Math.min(page.skip, key.length);
  let shared = 0;
  while (shared < limit && bytes[start + shared] === key[shared]) shared++;
  if (shared < page.skip) changeSkip(page, shared);
}

/** Places an entry outside the page and returns its place. Places freed are used again, so the list stays short. */
function keepOutside(page: Page, entry: OutsideEntry): number {
  page.outside ??= [];
  const free = page.outside.indexOf(null);
  if (free < 0) return page.outside.push(entry) - 1;
  page.outside[free] = entry;
  return free;
}

function writeHeader(bytes: Uint8Array, at: number, first: number, second: number): void {
  bytes[at] = first;
  bytes[at + 1] = first >>> 8;
  bytes[at + 2] = second;
  bytes[at + 3] = second >>> 8;
}

/** A call of `set` costs about as much as copying this many bytes one by one. */
const COPY_BYTES = 24;

function copyInto(bytes: Uint8Array, at: number, from: Uint8Array): void {
  const { length } = from;
  if (length > COPY_BYTES) bytes.set(from, at);
  else for (let i = 0; i < length; i++) bytes[at + i] = from[i] as number;
}
