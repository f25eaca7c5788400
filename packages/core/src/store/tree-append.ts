/**
 * Putting entries behind all others, which is how a tree is filled from sorted entries: no search, no object for an entry, and
 * bytes are taken from where they lie. Only the usual case is done here; where a page is full, or anything else is
 * unusual, the caller puts the entry in the ordinary way, which makes the next ones usual again.
 */
import type { Branch, TreeNode } from "./branch.ts";
import { mark4 } from "./key-bytes.ts";
import { HEADER_BYTES, OUTSIDE, PACKED_BYTES_MAX, PAGE_ENTRIES_MAX, type Page, readU16 } from "./page.ts";

/** The tree being filled; its root and all on the way to its last page must be its own. */
export interface Appending {
  readonly owner: object;
  readonly root: TreeNode | null;
  readonly height: number;
  count: number;
}

/**
 * Appends the entry with key `bytes[keyStart..keyEnd)` and value `bytes[valueStart..valueEnd)` of the other array.
 * @returns false, with nothing done, when the key does not come behind all others or there is no plain room for it
 */
export function appendEntry(
  tree: Appending,
  keyBytes: Uint8Array,
  keyStart: number,
  keyEnd: number,
  valueBytes: Uint8Array,
  valueStart: number,
  valueEnd: number,
): boolean {
  const page = lastPageOf(tree);
  if (page === null) return false;
  const { slots, bytes, skip, used } = page;
  const keyLength = keyEnd - keyStart;
  const valueLength = valueEnd - valueStart;
  const size = HEADER_BYTES + keyLength + valueLength;
  const count = slots.length;
  if (
    count === 0 ||
    count >= PAGE_ENTRIES_MAX ||
    used + size > bytes.length ||
    size > PACKED_BYTES_MAX ||
    keyLength < skip
  )
    return false;
  if (!comesBehind(page, (slots[count - 1] as number) & 0xffff, keyBytes, keyStart, keyLength)) return false;
  bytes[used] = keyLength;
  bytes[used + 1] = keyLength >>> 8;
  bytes[used + 2] = valueLength;
  bytes[used + 3] = valueLength >>> 8;
  copyInto(bytes, used + HEADER_BYTES, keyBytes, keyStart, keyEnd);
  copyInto(bytes, used + HEADER_BYTES + keyLength, valueBytes, valueStart, valueEnd);
  page.used = used + size;
  page.live += size;
  page.lastInsertion = count;
  slots.push(mark4(keyBytes, keyStart + skip, keyEnd) * 0x10000 + used);
  tree.count++;
  let node = tree.root as TreeNode;
  for (let height = tree.height; height > 0; height--) {
    const branch = node as Branch;
    branch.changed(1);
    node = branch.children[branch.children.length - 1] as TreeNode;
  }
  return true;
}

/** The last page, when it and all above it are the tree's own. */
function lastPageOf(tree: Appending): Page | null {
  let node = tree.root;
  if (node === null || node.owner !== tree.owner) return null;
  for (let height = tree.height; height > 0; height--) {
    const { children } = node as Branch;
    node = children[children.length - 1] as TreeNode;
    if (node.owner !== tree.owner) return null;
  }
  return node as Page;
}

/** Whether a key comes behind that of the entry at an offset of the page, and shares what the page skips. */
function comesBehind(page: Page, at: number, key: Uint8Array, keyStart: number, keyLength: number): boolean {
  const { bytes, skip } = page;
  const length = readU16(bytes, at);
  if (length === OUTSIDE) return false;
  const start = at + HEADER_BYTES;
  const common = Math.min(length, keyLength);
  let index = 0;
  while (index < common && bytes[start + index] === key[keyStart + index]) index++;
  if (index < skip) return false;
  return index === common
    ? keyLength > length
    : (key[keyStart + index] as number) > (bytes[start + index] as number);
}

/** A view and a call of `set` cost about as much as copying this many bytes one by one. */
const COPY_BYTES = 48;

function copyInto(bytes: Uint8Array, at: number, from: Uint8Array, start: number, end: number): void {
  const length = end - start;
  if (length > COPY_BYTES) bytes.set(new Uint8Array(from.buffer, from.byteOffset + start, length), at);
  else for (let index = 0; index < length; index++) bytes[at + index] = from[start + index] as number;
}
