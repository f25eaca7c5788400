/**
 * Removing an entry from a tree. A node that has become light joins a neighbour when both together leave room
 * to grow, so that what is deleted is given back; the gap between light and full keeps it from splitting and
 * joining in turns.
 */
import {
  BRANCH_CHILDREN_MAX,
  Branch,
  childFor,
  Fence,
  knownBelow,
  ownBranch,
  type TreeNode,
  withoutSeparator,
} from "./branch.ts";
import { ANY_LENGTH, PAGE_ENTRIES_MAX, PAGE_LIVE_BYTES_MAX, type Page, searchPage } from "./page.ts";
import { dropEntry, ownPage, pack, shrink } from "./page-writing.ts";

/** Below this part of what it can hold a node is light. */
const LIGHT = 1 / 4;
/** Nodes join when the result is at most this full. */
const JOINED = 3 / 4;

/** Removes a key that is present from a page that the writer owns. */
export function removeFromPage(page: Page, key: Uint8Array, known: number): void {
  const index = searchPage(page, key, known);
  dropEntry(page, index);
  page.slots.splice(index, 1);
  page.lastInsertion = -2;
  shrink(page);
}

/** Removes a key that is present from somewhere below a branch that the writer owns. */
export function removeBelow(
  owner: object,
  branch: Branch,
  height: number,
  key: Uint8Array,
  known: number,
): void {
  const index = childFor(branch.fence, key, known);
  const shared = knownBelow(branch.fence, index, known);
  const child = branch.children[index] as TreeNode;
  branch.changed(-1);
  if (height === 1) {
    const page = ownPage(child as Page, owner);
    branch.children[index] = page;
    removeFromPage(page, key, shared);
    if (page.slots.length === 0) dropChild(branch, index);
    else if (isLightPage(page)) joinPages(owner, branch, index);
  } else {
    const below = ownBranch(child as Branch, owner);
    branch.children[index] = below;
    removeBelow(owner, below, height - 1, key, shared);
    if (below.children.length === 0) dropChild(branch, index);
    else if (below.children.length < BRANCH_CHILDREN_MAX * LIGHT) joinBranches(owner, branch, index);
  }
}

function isLightPage(page: Page): boolean {
  return page.live < PAGE_LIVE_BYTES_MAX * LIGHT && page.slots.length < PAGE_ENTRIES_MAX * LIGHT;
}

/** Removes an empty child and the separator that no longer divides anything. */
function dropChild(branch: Branch, index: number): void {
  branch.children.splice(index, 1);
  branch.fence = new Fence(withoutSeparator(branch.fence.separators, Math.max(0, index - 1)));
}

/** Joins child `index` with the neighbour before or after it, if one has room. */
function joinPages(owner: object, branch: Branch, index: number): void {
  for (const left of [index - 1, index]) {
    const a = branch.children[left] as Page | undefined;
    const b = branch.children[left + 1] as Page | undefined;
    if (a === undefined || b === undefined) continue;
    if (a.live + b.live > PAGE_LIVE_BYTES_MAX * JOINED) continue;
    if (a.slots.length + b.slots.length > PAGE_ENTRIES_MAX * JOINED) continue;
    replaceTwo(branch, left, pack(owner, a, 0, a.slots.length, b, 0, 0, ANY_LENGTH));
    return;
  }
}

function joinBranches(owner: object, branch: Branch, index: number): void {
  for (const left of [index - 1, index]) {
    const a = branch.children[left] as Branch | undefined;
    const b = branch.children[left + 1] as Branch | undefined;
    if (a === undefined || b === undefined) continue;
    if (a.children.length + b.children.length > BRANCH_CHILDREN_MAX * JOINED) continue;
    const between = branch.fence.separators[left] as Uint8Array;
    const fence = new Fence([...a.fence.separators, between, ...b.fence.separators]);
    replaceTwo(branch, left, new Branch(owner, [...a.children, ...b.children], fence, a.count + b.count));
    return;
  }
}

function replaceTwo(branch: Branch, left: number, joined: TreeNode): void {
  branch.children.splice(left, 2, joined);
  branch.fence = new Fence(withoutSeparator(branch.fence.separators, left));
}
