/**
 * Scans of a tree, in both directions. A scan keeps the nodes it walks, so it shows the tree as it was when the
 * scan began; both ends are found at once, so bounds are neither copied nor compared on the way. It starts with
 * two searches and allocates nothing per page.
 *
 * Iterators by hand and not generators: `next` is the hottest call of all reading.
 */
import { type Branch, childFor, knownBelow, type TreeNode } from "./branch.ts";
import type { Lifetime } from "./lifetime.ts";
import { entryAt, type Page, placeInPage } from "./page.ts";
import { isEmptyRange } from "./range.ts";
import type { KeyRange, StoreEntry, StoreScan } from "./store.ts";
import type { Tree } from "./tree.ts";

const EVERYTHING: KeyRange = {};

/** Entries of a tree between the bounds of a checked range, as they are now. `life`: the reader they belong to. */
export function scanTree(tree: Tree, range: KeyRange | undefined, life: Lifetime): StoreScan {
  const bounds = range ?? EVERYTHING;
  return bounds.reverse === true ? new ReverseScan(tree, bounds, life) : new ForwardScan(tree, bounds, life);
}

abstract class TreeScan implements StoreScan {
  private readonly life: Lifetime;
  private readonly tree: Tree;
  private readonly token: object;
  private readonly height: number;
  /** The way down to `page`: branches from the root, and which child was taken in each. */
  private readonly branches: Branch[];
  private readonly turns: number[];
  /** The page being read; null at the end. */
  protected page: Page | null = null;
  /** Slots before this one are before the place of the scan, slots from it on are behind. */
  protected place = 0;
  /** The page and slot where the scan ends; null: with the tree. */
  protected endPage: Page | null = null;
  protected endPlace = 0;

  constructor(tree: Tree, life: Lifetime) {
    this.life = life;
    this.tree = tree;
    this.height = tree.height;
    this.branches = new Array(tree.height);
    this.turns = new Array(tree.height);
    this.token = tree.scanOpened();
  }

  abstract next(): IteratorResult<StoreEntry, undefined>;

  return(): IteratorResult<StoreEntry, undefined> {
    this.release();
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  /** Goes to where a bound lies: before the first key at or above it (or, with `after`, above it). */
  protected seek(tree: Tree, bound: Uint8Array | undefined, after: boolean, last: boolean): void {
    let node = tree.root as TreeNode;
    let known = 0;
    for (let depth = 0; depth < this.height; depth++) {
      const branch = node as Branch;
      const turn =
        bound === undefined ? (last ? branch.children.length - 1 : 0) : childFor(branch.fence, bound, known);
      known = knownBelow(branch.fence, turn, known);
      this.branches[depth] = branch;
      this.turns[depth] = turn;
      node = branch.children[turn] as TreeNode;
    }
    const page = node as Page;
    this.page = page;
    if (bound === undefined) this.place = last ? page.slots.length : 0;
    else this.place = placeInPage(page, bound, after, known);
  }

  /** Notes where the other bound lies. */
  protected seekEnd(tree: Tree, bound: Uint8Array | undefined, after: boolean): void {
    if (bound === undefined) return;
    let node = tree.root as TreeNode;
    let known = 0;
    for (let depth = 0; depth < this.height; depth++) {
      const branch = node as Branch;
      const turn = childFor(branch.fence, bound, known);
      known = knownBelow(branch.fence, turn, known);
      node = branch.children[turn] as TreeNode;
    }
    this.endPage = node as Page;
    this.endPlace = placeInPage(node as Page, bound, after, known);
  }

  /** Moves to the page after (step 1) or before (step -1) the present one; without one the scan ends. */
  protected move(step: 1 | -1): Page | null {
    const { branches, turns, height } = this;
    let depth = height - 1;
    while (depth >= 0) {
      const turn = (turns[depth] as number) + step;
      if (turn >= 0 && turn < (branches[depth] as Branch).children.length) break;
      depth--;
    }
    if (depth < 0 || this.page === this.endPage) {
      this.release();
      return null;
    }
    turns[depth] = (turns[depth] as number) + step;
    let node = (branches[depth] as Branch).children[turns[depth] as number] as TreeNode;
    for (depth++; depth < height; depth++) {
      const branch = node as Branch;
      branches[depth] = branch;
      turns[depth] = step === 1 ? 0 : branch.children.length - 1;
      node = branch.children[turns[depth] as number] as TreeNode;
    }
    this.page = node as Page;
    return this.page;
  }

  /** Lets go of the pages, and lets the writer change its nodes in place again. */
  protected release(): void {
    if (this.page === null) return;
    this.page = null;
    this.endPage = null;
    this.branches.length = 0;
    this.tree.scanClosed(this.token);
  }

  /** Ends with its reader. */
  protected checkLife(): void {
    if (!this.life.over) return;
    this.release();
    this.life.check();
  }
}

class ForwardScan extends TreeScan {
  /** Slot behind the last one to show in the present page. */
  private stop = 0;

  constructor(tree: Tree, range: KeyRange, life: Lifetime) {
    super(tree, life);
    if (tree.root === null || isEmptyRange(range)) {
      tree.scanClosed(tree.owner);
      return;
    }
    this.seek(tree, range.gt ?? range.gte, range.gt !== undefined, false);
    this.seekEnd(tree, range.lt ?? range.lte, range.lte !== undefined);
    this.setStop(this.page as Page);
  }

  override next(): IteratorResult<StoreEntry, undefined> {
    this.checkLife();
    let { page } = this;
    while (page !== null) {
      if (this.place < this.stop) return { done: false, value: entryAt(page, this.place++) };
      page = this.move(1);
      if (page !== null) {
        this.place = 0;
        this.setStop(page);
      }
    }
    return { done: true, value: undefined };
  }

  private setStop(page: Page): void {
    this.stop = page === this.endPage ? this.endPlace : page.slots.length;
  }
}

class ReverseScan extends TreeScan {
  /** First slot to show in the present page. */
  private stop = 0;

  constructor(tree: Tree, range: KeyRange, life: Lifetime) {
    super(tree, life);
    if (tree.root === null || isEmptyRange(range)) {
      tree.scanClosed(tree.owner);
      return;
    }
    this.seek(tree, range.lt ?? range.lte, range.lte !== undefined, true);
    this.seekEnd(tree, range.gt ?? range.gte, range.gt !== undefined);
    this.setStop(this.page as Page);
  }

  override next(): IteratorResult<StoreEntry, undefined> {
    this.checkLife();
    let { page } = this;
    while (page !== null) {
      if (this.place > this.stop) return { done: false, value: entryAt(page, --this.place) };
      page = this.move(-1);
      if (page !== null) {
        this.place = page.slots.length;
        this.setStop(page);
      }
    }
    return { done: true, value: undefined };
  }

  private setStop(page: Page): void {
    this.stop = page === this.endPage ? this.endPlace : 0;
  }
}
