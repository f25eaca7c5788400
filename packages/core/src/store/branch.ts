/**
 * Branches: the inner nodes of the tree. A branch has children and, between them, separators: every key below
 * child `i` comes before separator `i`, which comes before or is the first key below child `i + 1`.
 *
 * The separators and their marks form a fence, which is never changed: a branch that must change gets another
 * one. So a commit that only replaces children copies one list of children per level. Separators are cut to
 * the shortest key that divides its neighbours.
 *
 * A branch knows how many entries lie below it, so the entries of a range are told by going down to both of its ends.
 */
import { commonLength, commonMarkBytes, compareFrom, mark6, newMarks } from "./key-bytes.ts";
import type { Page } from "./page.ts";

/** Most children of a branch. */
export const BRANCH_CHILDREN_MAX = 128;

/** What a tree consists of: pages at height 0, branches above. */
export type TreeNode = Page | Branch;

export class Branch {
  /** The writer that may change this object in place; everybody else copies it first. */
  owner: object;
  children: TreeNode[];
  fence: Fence;
  /** Entries below, all of them. */
  count: number;
  /** Entries before each child, once somebody has asked; whoever changes anything below drops them. */
  private sums: readonly number[] | null = null;

  constructor(owner: object, children: TreeNode[], fence: Fence, count: number) {
    this.owner = owner;
    this.children = children;
    this.fence = fence;
    this.count = count;
  }

  /** Says that there are so many more (or, negative, fewer) entries below, or that children were changed. */
  changed(growth: number): void {
    this.count += growth;
    this.sums = null;
  }

  /** How many entries lie before those of child `index`. */
  countBefore(index: number): number {
    this.sums ??= runningSums(this.children);
    return this.sums[index] as number;
  }
}

/** How many entries lie in or below a node. */
export function entryCount(node: TreeNode): number {
  return node instanceof Branch ? node.count : node.slots.length;
}

/** How many entries lie in or below all these nodes. */
export function entryCountOf(nodes: readonly TreeNode[]): number {
  let sum = 0;
  for (const node of nodes) sum += entryCount(node);
  return sum;
}

function runningSums(nodes: readonly TreeNode[]): readonly number[] {
  const sums: number[] = [];
  let sum = 0;
  for (const node of nodes) {
    sums.push(sum);
    sum += entryCount(node);
  }
  return sums;
}

/** Separators in key order, and a mark of each: its six bytes after the `skip` first ones, which all share. */
export class Fence {
  readonly separators: readonly Uint8Array[];
  readonly marks: readonly number[];
  readonly skip: number;

  constructor(separators: readonly Uint8Array[]) {
    const first = separators[0];
    const last = separators[separators.length - 1];
    const skip =
      first === undefined || last === undefined || first === last
        ? 0
        : commonLength(first, 0, first.length, last, 0, last.length);
    const marks = newMarks();
    for (const separator of separators) marks.push(mark6(separator, skip, separator.length));
    this.separators = separators;
    this.marks = marks;
    this.skip = skip;
  }
}

/** The branch itself when it is the owner's already, else a copy that is. */
export function ownBranch(branch: Branch, owner: object): Branch {
  return branch.owner === owner
    ? branch
    : new Branch(owner, branch.children.slice(), branch.fence, branch.count);
}

/** The child below which `key` lies. `known`: leading bytes it is known to share with every key below the branch. */
export function childFor(fence: Fence, key: Uint8Array, known: number): number {
  const { marks, separators, skip } = fence;
  let low = 0;
  let high = marks.length;
  if (skip > known) {
    const first = separators[0] as Uint8Array;
    const common = Math.min(key.length, skip);
    for (let i = known; i < common; i++) {
      const difference = (key[i] as number) - (first[i] as number);
      if (difference !== 0) return difference < 0 ? 0 : high;
    }
  }
  const mark = mark6(key, skip, key.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = marks[middle] as number;
    if (other < mark) low = middle + 1;
    else if (other > mark) high = middle;
    else {
      const separator = separators[middle] as Uint8Array;
      if (compareFrom(separator, 0, separator.length, key, skip) >= 0) low = middle + 1;
      else high = middle;
    }
  }
  return low;
}

/**
 * How many leading bytes are known to be shared by all keys (long enough) between the separators around child
 * `index`; `known` is what is known of the whole branch. Spares the searches below from comparing them.
 */
export function knownBelow(fence: Fence, index: number, known: number): number {
  const { marks } = fence;
  if (index === 0 || index === marks.length) return known;
  const shared = fence.skip + commonMarkBytes(marks[index - 1] as number, marks[index] as number);
  return Math.max(shared, known);
}

/** What is left of a list of separators without the one at `index`. */
export function withoutSeparator(separators: readonly Uint8Array[], index: number): Uint8Array[] {
  const rest = separators.slice();
  rest.splice(index, 1);
  return rest;
}
