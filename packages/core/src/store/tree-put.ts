/**
 * Putting an entry into a tree: down to its page, and back up with what was split off. Pages split in the
 * middle of their bytes; but where keys arrive in ascending order they split at the newcomer, so that loading
 * sorted entries leaves full pages behind.
 */
import {
  BRANCH_CHILDREN_MAX,
  Branch,
  childFor,
  entryCountOf,
  Fence,
  knownBelow,
  ownBranch,
  type TreeNode,
} from "./branch.ts";
import { commonLength, copyBytes } from "./key-bytes.ts";
import {
  ANY_LENGTH,
  commonKeyLength,
  entryOffset,
  keyBytes,
  keyLength,
  keyStart,
  OUTSIDE,
  PAGE_ENTRIES_MAX,
  PAGE_LIVE_BYTES_MAX,
  type Page,
  packedSize,
  readU16,
  searchPage,
} from "./page.ts";
import {
  changeSkip,
  dropEntry,
  liesOutside,
  newPage,
  ownPage,
  pack,
  repack,
  replaceOutside,
  sizeInPage,
  writeEntry,
} from "./page-writing.ts";

/** The tree being changed: which nodes may be changed in place, and how many entries there are. */
export interface Editing {
  readonly owner: object;
  count: number;
}

/** A node split off to the right of another, and the separator between the two. */
export interface SplitOff {
  readonly node: TreeNode;
  readonly separator: Uint8Array;
}

/** Puts an entry somewhere below a branch that the tree owns. */
export function putBelow(
  tree: Editing,
  branch: Branch,
  height: number,
  key: Uint8Array,
  value: Uint8Array,
  known: number,
): SplitOff | null {
  const index = childFor(branch.fence, key, known);
  const shared = knownBelow(branch.fence, index, known);
  const child = branch.children[index] as TreeNode;
  const countBefore = tree.count;
  let right: SplitOff | null;
  if (height === 1) {
    const page = ownPage(child as Page, tree.owner);
    if (page !== child) branch.children[index] = page;
    right = putInPage(tree, page, key, value, shared, branch.fence, index);
  } else {
    const below = ownBranch(child as Branch, tree.owner);
    if (below !== child) branch.children[index] = below;
    right = putBelow(tree, below, height - 1, key, value, shared);
  }
  branch.changed(tree.count - countBefore);
  return right === null ? null : insertChild(branch, index, right);
}

/** Puts an entry into a page that the tree owns: child `child` of the branch with this fence, or the root. */
export function putInPage(
  tree: Editing,
  page: Page,
  key: Uint8Array,
  value: Uint8Array,
  known: number,
  fence: Fence | null,
  child: number,
): SplitOff | null {
  const size = sizeInPage(key, value);
  let index = searchPage(page, key, known);
  let replace = index >= 0;
  if (replace) {
    const at = entryOffset(page, index);
    if (readU16(page.bytes, at) === OUTSIDE && liesOutside(key, value)) {
      replaceOutside(page, at, value);
      return null;
    }
    dropEntry(page, index);
  } else {
    index = ~index;
    tree.count++;
  }
  const full = !replace && page.slots.length >= PAGE_ENTRIES_MAX;
  if (full || page.used + size > page.bytes.length) {
    if (replace) {
      page.slots.splice(index, 1);
      replace = false;
    }
    if (full || page.live + size > PAGE_LIVE_BYTES_MAX) {
      return splitPage(page, index, key, value, size, fence, child);
    }
    repack(page, size, 1, Math.max(known, page.skip));
  }
  writeEntry(page, index, replace, key, value, known);
  return null;
}

/** Splits a page that has no room for an entry, and puts the entry into its half. */
function splitPage(
  page: Page,
  index: number,
  key: Uint8Array,
  value: Uint8Array,
  size: number,
  fence: Fence | null,
  child: number,
): SplitOff {
  const { slots } = page;
  const at = splitsAtNewcomer(page, index, size) ? index : middleOf(page);
  const separator = separatorAt(page, at, index, key);
  // Neither half needs to skip more than its separators share: more would have to be compared at each search.
  const skipLeft = sharedWith(fence?.separators[child - 1], separator);
  const skipRight = sharedWith(fence?.separators[child], separator);
  let right: Page;
  if (at === slots.length) right = newPage(page.owner, page.live, slots.length);
  else {
    right = pack(page.owner, page, at, slots.length, null, size, 1, skipRight);
    for (let i = at; i < slots.length; i++) dropEntry(page, i);
    page.slots = slots.slice(0, at);
    const skip = Math.min(
      skipLeft,
      commonKeyLength(page, entryOffset(page, 0), page, entryOffset(page, at - 1)),
    );
    if (at > 1 && skip > page.skip + 1) changeSkip(page, skip);
  }
  page.lastInsertion = -2;
  const half = index >= at ? right : page;
  if (half.used + size > half.bytes.length) repack(half, size, 1, half === right ? skipRight : skipLeft);
  writeEntry(half, half === right ? index - at : index, false, key, value, 0);
  return { node: right, separator };
}

/**
 * Whether a page is split right before an entry at slot `index`: when it continues an ascending run, and all that
 * follows it has room in one page with it.
 */
function splitsAtNewcomer(page: Page, index: number, size: number): boolean {
  if (index === 0 || page.lastInsertion !== index - 1) return false;
  let bytes = size;
  for (let i = index; i < page.slots.length; i++) bytes += packedSize(page.bytes, entryOffset(page, i));
  return bytes <= PAGE_LIVE_BYTES_MAX;
}

/** The slot that divides the live bytes of a page in halves; at least 1, so that neither half is empty. */
function middleOf(page: Page): number {
  let bytes = 0;
  let index = 0;
  while (index < page.slots.length - 1 && bytes * 2 < page.live) {
    bytes += packedSize(page.bytes, entryOffset(page, index));
    index++;
  }
  return Math.max(1, index);
}

/** The shortest key above all before slot `at` and not above the first from there on, the newcomer counted. */
function separatorAt(page: Page, at: number, index: number, key: Uint8Array): Uint8Array {
  const left = entryOffset(page, at - 1);
  let bytes = key;
  let start = 0;
  let length = key.length;
  if (index !== at) {
    const right = entryOffset(page, at);
    bytes = keyBytes(page, right);
    start = keyStart(page, right);
    length = keyLength(page, right);
  }
  const shared = commonLength(
    keyBytes(page, left),
    keyStart(page, left),
    keyLength(page, left),
    bytes,
    start,
    length,
  );
  return copyBytes(bytes, start, start + shared + 1);
}

function sharedWith(neighbour: Uint8Array | undefined, separator: Uint8Array): number {
  return neighbour === undefined
    ? ANY_LENGTH
    : commonLength(neighbour, 0, neighbour.length, separator, 0, separator.length);
}

/** Adds what was split off child `index`; returns what the branch in turn splits off. */
function insertChild(branch: Branch, index: number, right: SplitOff): SplitOff | null {
  const { children } = branch;
  const separators = branch.fence.separators.slice();
  children.splice(index + 1, 0, right.node);
  separators.splice(index, 0, right.separator);
  if (children.length <= BRANCH_CHILDREN_MAX) {
    branch.fence = new Fence(separators);
    return null;
  }
  const last = children.length - 1;
  const at = index + 1 === last ? last : children.length >>> 1;
  const moved = children.splice(at);
  const movedCount = entryCountOf(moved);
  const node = new Branch(branch.owner, moved, new Fence(separators.slice(at)), movedCount);
  branch.changed(-movedCount);
  const separator = separators[at - 1] as Uint8Array;
  branch.fence = new Fence(separators.slice(0, at - 1));
  return { node, separator };
}
