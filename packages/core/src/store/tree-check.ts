/** Looking over a whole tree: what it holds, and whether it keeps its own rules. For `verify`, `stats` and tests. */
import { type Branch, entryCount, entryCountOf, type TreeNode } from "./branch.ts";
import { compareKeys } from "./key-bytes.ts";
import {
  entryAt,
  entryOffset,
  OUTSIDE,
  outsideEntry,
  PAGE_BYTES_MAX,
  PAGE_ENTRIES_MAX,
  type Page,
  packedSize,
  readU16,
  searchPage,
} from "./page.ts";
import type { Tree } from "./tree.ts";

export interface TreeFigures {
  readonly entries: number;
  readonly pages: number;
  readonly branches: number;
  /** Length of the byte arrays of all pages. */
  readonly pageBytes: number;
  /** Bytes of them that hold entries. */
  readonly liveBytes: number;
  /** Bytes of entries that lie outside their pages. */
  readonly outsideBytes: number;
}

export function measureTree(tree: Tree): TreeFigures {
  const figures = { entries: 0, pages: 0, branches: 0, pageBytes: 0, liveBytes: 0, outsideBytes: 0 };
  for (const [node, height] of nodesOf(tree)) {
    if (height > 0) {
      figures.branches++;
      continue;
    }
    const page = node as Page;
    figures.pages++;
    figures.entries += page.slots.length;
    figures.pageBytes += page.bytes.length;
    figures.liveBytes += page.live;
    for (const entry of page.outside ?? []) {
      if (entry !== null) figures.outsideBytes += entry.key.length + entry.value.length;
    }
  }
  return figures;
}

/** Every node of a tree with its height, branches before their children, in key order. */
export function* nodesOf(tree: Tree): IterableIterator<readonly [node: TreeNode, height: number]> {
  if (tree.root === null) return;
  const stack: [TreeNode, number][] = [[tree.root, tree.height]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    yield top;
    const [node, height] = top;
    if (height === 0) continue;
    const { children } = node as Branch;
    for (let i = children.length - 1; i >= 0; i--) stack.push([children[i] as TreeNode, height - 1]);
  }
}

/** Rules of the tree that do not hold, as sentences; none when all is well. */
export function checkTree(tree: Tree): string[] {
  const problems: string[] = [];
  let previous: Uint8Array | null = null;
  let entries = 0;
  for (const [node, height] of nodesOf(tree)) {
    if (height > 0) {
      checkBranch(node as Branch, problems);
      continue;
    }
    const page = node as Page;
    checkPage(page, problems);
    for (let index = 0; index < page.slots.length; index++) {
      const [key] = entryAt(page, index);
      if (previous !== null && compareKeys(previous, key) >= 0) problems.push("keys are out of order");
      if (searchPage(page, key, 0) !== index || !tree.has(key))
        problems.push("a key is not found where it lies");
      previous = key;
      entries++;
    }
  }
  if (entries !== tree.count) problems.push(`the count is ${tree.count}, but there are ${entries} entries`);
  return problems;
}

function checkBranch(branch: Branch, problems: string[]): void {
  const { children, fence, count } = branch;
  if (entryCountOf(children) !== count) problems.push(`a branch counts ${count} entries wrongly`);
  let before = 0;
  for (const [index, child] of children.entries()) {
    if (branch.countBefore(index) !== before)
      problems.push("a branch counts the entries before a child wrongly");
    before += entryCount(child);
  }
  if (children.length !== fence.separators.length + 1) problems.push("a branch lacks children or separators");
  for (let i = 1; i < fence.separators.length; i++) {
    if (compareKeys(fence.separators[i - 1] as Uint8Array, fence.separators[i] as Uint8Array) >= 0) {
      problems.push("separators are out of order");
    }
  }
}

function checkPage(page: Page, problems: string[]): void {
  let live = 0;
  let outside = 0;
  for (let index = 0; index < page.slots.length; index++) {
    const at = entryOffset(page, index);
    live += packedSize(page.bytes, at);
    if (readU16(page.bytes, at) === OUTSIDE && outsideEntry(page, at) !== null) outside++;
  }
  const kept = (page.outside ?? []).filter((entry) => entry !== null).length;
  if (page.slots.length === 0) problems.push("a page is empty");
  if (page.slots.length > PAGE_ENTRIES_MAX || page.bytes.length > PAGE_BYTES_MAX)
    problems.push("a page is too large");
  if (live !== page.live) problems.push(`a page has ${live} live bytes, but counts ${page.live}`);
  if (page.used > page.bytes.length) problems.push("a page is used beyond its end");
  if (outside !== kept) problems.push("a page keeps entries outside it that it does not have");
}
