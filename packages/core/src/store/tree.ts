/**
 * One ordered map from bytes to bytes: a copy-on-write B+tree of pages and branches.
 *
 * A tree that is no longer written is a value: any number of readers and newer versions share its nodes. A new
 * version starts as a fork, which costs nothing; a write then copies the nodes on the way to one entry, unless
 * this fork made them itself. Which those are, the owner token says: nodes carry the token of the fork that
 * made them. A scan that is open when the fork writes on must not see it: the fork takes a new token, so the
 * nodes that the scan walks are nobody's.
 */
import { Branch, childFor, Fence, knownBelow, ownBranch, type TreeNode } from "./branch.ts";
import { findInPage, type Page, placeInPage, valueAt } from "./page.ts";
import { newPage, ownPage, sizeInPage } from "./page-writing.ts";
import { isEmptyRange } from "./range.ts";
import type { KeyRange } from "./store.ts";
import { appendEntry } from "./tree-append.ts";
import { putBelow, putInPage, type SplitOff } from "./tree-put.ts";
import { removeBelow, removeFromPage } from "./tree-remove.ts";

export class Tree {
  /** Absent: no entries. */
  root: TreeNode | null = null;
  /** Levels of branches above the pages. */
  height = 0;
  /** Number of entries. */
  count = 0;
  /** Nodes with this token may be changed in place. */
  owner: object = {};
  /** Scans open on nodes of the present owner. */
  private openScans = 0;

  /** A version that can be changed without changing this one, which must not be changed again. */
  fork(): Tree {
    const tree = new Tree();
    tree.root = this.root;
    tree.height = this.height;
    tree.count = this.count;
    return tree;
  }

  /** The value under exactly this key; a view of a page, or an array of its own when it is long. */
  get(key: Uint8Array): Uint8Array | undefined {
    const page = this.pageFor(key);
    if (page === null) return undefined;
    const index = findInPage(page, key);
    return index < 0 ? undefined : valueAt(page, index);
  }

  has(key: Uint8Array): boolean {
    const page = this.pageFor(key);
    return page !== null && findInPage(page, key) >= 0;
  }

  /** Copies key and value. */
  put(key: Uint8Array, value: Uint8Array): void {
    this.beforeWrite();
    const { owner } = this;
    if (this.root === null) this.root = newPage(owner, sizeInPage(key, value), 1);
    let right: SplitOff | null;
    if (this.height === 0) {
      const page = ownPage(this.root as Page, owner);
      this.root = page;
      right = putInPage(this, page, key, value, 0, null, 0);
    } else {
      const branch = ownBranch(this.root as Branch, owner);
      this.root = branch;
      right = putBelow(this, branch, this.height, key, value, 0);
    }
    if (right !== null) {
      this.root = new Branch(owner, [this.root, right.node], new Fence([right.separator]), this.count);
      this.height++;
    }
  }

  /** Puts an entry whose bytes lie in larger arrays; cheapest where keys come in ascending order. */
  putFrom(
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    this.beforeWrite();
    if (appendEntry(this, keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd)) return;
    this.put(viewOf(keyBytes, keyStart, keyEnd), viewOf(valueBytes, valueStart, valueEnd));
  }

  /** Whether there was such a key. An absent one copies nothing. */
  delete(key: Uint8Array): boolean {
    if (!this.has(key)) return false;
    this.beforeWrite();
    this.count--;
    if (this.count === 0) {
      this.root = null;
      this.height = 0;
    } else if (this.height === 0) {
      const page = ownPage(this.root as Page, this.owner);
      this.root = page;
      removeFromPage(page, key, 0);
    } else {
      const branch = ownBranch(this.root as Branch, this.owner);
      this.root = branch;
      removeBelow(this.owner, branch, this.height, key, 0);
      this.lower();
    }
    return true;
  }

  /** How many entries lie in a checked range. */
  countRange(range: KeyRange): number {
    if (this.root === null || isEmptyRange(range)) return 0;
    const lower = range.gt ?? range.gte;
    const upper = range.lt ?? range.lte;
    const before = lower === undefined ? 0 : this.countBefore(lower, range.gt !== undefined);
    return (upper === undefined ? this.count : this.countBefore(upper, range.lte !== undefined)) - before;
  }

  /** Says that a scan walks the present nodes, until `scanClosed` with the token returned. */
  scanOpened(): object {
    this.openScans++;
    return this.owner;
  }

  scanClosed(token: object): void {
    if (token === this.owner) this.openScans--;
  }

  private beforeWrite(): void {
    if (this.openScans === 0) return;
    this.owner = {};
    this.openScans = 0;
  }

  /** How many keys come before a bound; with `inclusive` the bound itself is counted too. */
  private countBefore(bound: Uint8Array, inclusive: boolean): number {
    let node = this.root as TreeNode;
    let known = 0;
    let before = 0;
    for (let height = this.height; height > 0; height--) {
      const branch = node as Branch;
      const turn = childFor(branch.fence, bound, known);
      known = knownBelow(branch.fence, turn, known);
      before += branch.countBefore(turn);
      node = branch.children[turn] as TreeNode;
    }
    return before + placeInPage(node as Page, bound, inclusive, known);
  }

  private pageFor(key: Uint8Array): Page | null {
    let node = this.root;
    for (let height = this.height; height > 0; height--) {
      const branch = node as Branch;
      node = branch.children[childFor(branch.fence, key, 0)] as TreeNode;
    }
    return node as Page | null;
  }

  /** Drops branches at the top that have one child. */
  private lower(): void {
    while (this.height > 0) {
      const { children } = this.root as Branch;
      if (children.length > 1) return;
      this.root = children[0] ?? null;
      this.height--;
    }
  }
}

/** A plain view, also of a Node buffer, whose own views cost more. */
function viewOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
