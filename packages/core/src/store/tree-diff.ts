/**
 * What differs between two versions of a tree. A newer version shares every node that it did not write, and nodes
 * are values: where both have the same one, all below it is the same and is passed over. So the cost is that of what was
 * written, however large the trees are.
 *
 * The nodes of one level stand in key order in both versions, and so do those they share. These divide each level into gaps
 * that correspond: keys that differ lie in nodes of the same gap. A gap is opened level by level, and the pages it comes to at
 * last are merged, entry by entry.
 */
import type { Branch, TreeNode } from "./branch.ts";
import { type EntryPlace, MovingPlace } from "./entry-place.ts";
import { OUTSIDE, outsideEntry, type Page, readU16 } from "./page.ts";
import type { Tree } from "./tree.ts";

/** Takes differences in key order. The places are good until the call returns. */
export interface DifferenceVisitor {
  /** An entry that is there now: a new one, or (`before` given) one whose value was another. */
  put(entry: EntryPlace, before: EntryPlace | undefined): void;
  /** An entry that was there before. */
  removed(before: EntryPlace): void;
}

/** Shows `visitor` what was put into and removed from `before` to make `after`; an absent tree has no entries. */
export function diffTrees(
  before: Tree | undefined,
  after: Tree | undefined,
  visitor: DifferenceVisitor,
): void {
  let left = nodesAtTop(before);
  let right = nodesAtTop(after);
  let height = before?.height ?? 0;
  let rightHeight = after?.height ?? 0;
  if (left.length === 0) height = rightHeight;
  if (right.length === 0) rightHeight = height;
  for (; height > rightHeight; height--) left = childrenOf(left);
  for (; rightHeight > height; rightHeight--) right = childrenOf(right);
  diffLevel(left, right, height, visitor);
}

function nodesAtTop(tree: Tree | undefined): readonly TreeNode[] {
  return tree === undefined || tree.root === null ? [] : [tree.root];
}

function childrenOf(nodes: readonly TreeNode[]): readonly TreeNode[] {
  if (nodes.length === 1) return (nodes[0] as Branch).children;
  const children: TreeNode[] = [];
  for (const node of nodes) children.push(...(node as Branch).children);
  return children;
}

/** Finds the gaps between shared nodes of one level. */
function diffLevel(
  left: readonly TreeNode[],
  right: readonly TreeNode[],
  height: number,
  visitor: DifferenceVisitor,
): void {
  let start = 0;
  const both = Math.min(left.length, right.length);
  while (start < both && left[start] === right[start]) start++;
  let leftEnd = left.length;
  let rightEnd = right.length;
  while (leftEnd > start && rightEnd > start && left[leftEnd - 1] === right[rightEnd - 1]) {
    leftEnd--;
    rightEnd--;
  }
  if (leftEnd - start > 1 && rightEnd - start > 1) {
    const newer = new Set(right.slice(start, rightEnd));
    let leftFrom = start;
    let rightFrom = start;
    for (let index = start; index < leftEnd; index++) {
      const node = left[index] as TreeNode;
      if (!newer.has(node)) continue;
      const place = right.indexOf(node, rightFrom);
      diffGap(left.slice(leftFrom, index), right.slice(rightFrom, place), height, visitor);
      leftFrom = index + 1;
      rightFrom = place + 1;
    }
    diffGap(left.slice(leftFrom, leftEnd), right.slice(rightFrom, rightEnd), height, visitor);
  } else diffGap(left.slice(start, leftEnd), right.slice(start, rightEnd), height, visitor);
}

function diffGap(
  left: readonly TreeNode[],
  right: readonly TreeNode[],
  height: number,
  visitor: DifferenceVisitor,
): void {
  if (left.length === 0 && right.length === 0) return;
  if (height === 0) mergePages(left as readonly Page[], right as readonly Page[], visitor);
  else diffLevel(childrenOf(left), childrenOf(right), height - 1, visitor);
}

/** Goes through a list of pages entry by entry, but for some at either end. */
class PageWalk {
  readonly #pages: readonly Page[];
  readonly #leftOut: number;
  #index = -1;
  #slot = 0;
  /** The present page; null behind the last one. */
  page: Page | null = null;
  /** Offset of the present entry in its page. */
  at = 0;

  constructor(pages: readonly Page[], { first, last }: Shared) {
    this.#pages = pages;
    this.#leftOut = last;
    this.#nextPage(first);
  }

  next(): void {
    this.#slot++;
    this.#settle();
  }

  #nextPage(slot = 0): void {
    this.page = this.#pages[++this.#index] ?? null;
    this.#slot = slot;
    this.#settle();
  }

  #settle(): void {
    const { page } = this;
    if (page === null) return;
    const { slots } = page;
    const end = this.#index === this.#pages.length - 1 ? slots.length - this.#leftOut : slots.length;
    if (this.#slot < end) this.at = (slots[this.#slot] as number) & 0xffff;
    else this.#nextPage();
  }
}

/** How many entries at either end two lists of pages have in common. */
interface Shared {
  readonly first: number;
  readonly last: number;
}

const NOTHING_SHARED: Shared = { first: 0, last: 0 };

/**
 * What the version of a page shares with the one it was made from, told by the slots alone: the entries themselves, a page full of places in memory that
 * nobody has touched for long, are not looked at.
 */
function sharedEntries(left: readonly Page[], right: readonly Page[]): Shared {
  const [old] = left;
  const [now] = right;
  if (left.length !== 1 || right.length !== 1 || old === undefined || now === undefined)
    return NOTHING_SHARED;
  // What lies outside its page may have been replaced in its place.
  if (old.bytes !== now.bytes || old.outside !== null || now.outside !== null) return NOTHING_SHARED;
  const [a, b] = [old.slots, now.slots];
  const both = Math.min(a.length, b.length);
  let first = 0;
  while (first < both && a[first] === b[first]) first++;
  let last = 0;
  while (last < both - first && a[a.length - 1 - last] === b[b.length - 1 - last]) last++;
  return { first, last };
}

function mergePages(left: readonly Page[], right: readonly Page[], visitor: DifferenceVisitor): void {
  const shared = sharedEntries(left, right);
  const old = new PageWalk(left, shared);
  const now = new PageWalk(right, shared);
  const before = new MovingPlace();
  const after = new MovingPlace();
  while (now.page !== null && old.page !== null) {
    // Most entries of a page that was written lie where they lay in the version before.
    if (isSameEntry(old.page, old.at, now.page, now.at)) {
      old.next();
      now.next();
      continue;
    }
    before.moveTo(old.page, old.at);
    after.moveTo(now.page, now.at);
    const order = compareKeysAt(before, after);
    if (order < 0) {
      visitor.removed(before);
      old.next();
    } else if (order > 0) {
      visitor.put(after, undefined);
      now.next();
    } else {
      if (!isSameValue(before, after)) visitor.put(after, before);
      old.next();
      now.next();
    }
  }
  for (; now.page !== null; now.next()) {
    after.moveTo(now.page, now.at);
    visitor.put(after, undefined);
  }
  for (; old.page !== null; old.next()) {
    before.moveTo(old.page, old.at);
    visitor.removed(before);
  }
}

/** Whether two entries are the same bytes in memory. What lies outside its page may have been replaced in its place. */
function isSameEntry(a: Page, aAt: number, b: Page, bAt: number): boolean {
  if (aAt !== bAt || a.bytes !== b.bytes) return false;
  return readU16(a.bytes, aAt) !== OUTSIDE || outsideEntry(a, aAt) === outsideEntry(b, bAt);
}

/** Below zero: `a` comes first. */
function compareKeysAt(a: EntryPlace, b: EntryPlace): number {
  const { keyBytes: aBytes, keyStart: aStart } = a;
  const { keyBytes: bBytes, keyStart: bStart } = b;
  const aLength = a.keyEnd - aStart;
  const bLength = b.keyEnd - bStart;
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = (aBytes[aStart + i] as number) - (bBytes[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

function isSameValue(a: EntryPlace, b: EntryPlace): boolean {
  const { valueBytes: aBytes, valueStart: aStart } = a;
  const { valueBytes: bBytes, valueStart: bStart } = b;
  const length = a.valueEnd - aStart;
  if (length !== b.valueEnd - bStart) return false;
  for (let i = 0; i < length; i++) if (aBytes[aStart + i] !== bBytes[bStart + i]) return false;
  return true;
}
