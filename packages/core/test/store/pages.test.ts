/** How many pages a tree has, shares and copies: costs told by counting, not by the clock. */
import { expect, test } from "vitest";
import type { TreeNode } from "../../src/store/branch.ts";
import type { Page } from "../../src/store/page.ts";
import { Tree } from "../../src/store/tree.ts";
import { checkTree, measureTree, nodesOf } from "../../src/store/tree-check.ts";
import { numberedKey } from "./program.ts";

const value = new Uint8Array(110).fill(5);
const nothing = new Uint8Array(0);

/** The numbers below `count`, each once, in an order without order. */
function shuffled(count: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  let state = 12345;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [numbers[i], numbers[j]] = [numbers[j] as number, numbers[i] as number];
  }
  return numbers;
}

function treeOf(numbers: readonly number[], bytes: Uint8Array = value): Tree {
  const tree = new Tree();
  for (const number of numbers) tree.put(numberedKey(number), bytes);
  return tree;
}

function nodes(tree: Tree): Set<TreeNode> {
  return new Set([...nodesOf(tree)].map(([node]) => node));
}

/** Nodes of the second tree that the first one lacks, and byte arrays of pages. */
function copied(before: Tree, after: Tree): { nodes: number; byteArrays: number } {
  const old = nodes(before);
  const oldBytes = new Set([...old].map((node) => (node as Partial<Page>).bytes));
  const fresh = [...nodes(after)].filter((node) => !old.has(node));
  const freshBytes = fresh.filter((node) => !oldBytes.has((node as Partial<Page>).bytes));
  return { nodes: fresh.length, byteArrays: freshBytes.length };
}

test("a version that changes one entry copies one node per level, however large the tree", () => {
  for (const count of [100, 10_000, 100_000]) {
    const tree = treeOf(shuffled(count));
    for (const number of [0, count >> 1, count - 1]) {
      const replaced = tree.fork();
      replaced.put(numberedKey(number), value);
      expect(copied(tree, replaced).nodes).toBe(tree.height + 1);
      const deleted = tree.fork();
      deleted.delete(numberedKey(number));
      expect(copied(tree, deleted).nodes).toBeLessThanOrEqual(tree.height + 1);
      expect([tree.count, replaced.count, deleted.count]).toEqual([count, count, count - 1]);
    }
  }
});

test("most versions of a page go on in the same byte array", () => {
  let tree = treeOf(shuffled(10_000));
  let byteArrays = 0;
  for (let i = 0; i < 1000; i++) {
    const next = tree.fork();
    next.put(numberedKey((i * 37) % 10_000), value);
    byteArrays += copied(tree, next).byteArrays - tree.height;
    tree = next;
  }
  expect(byteArrays).toBeLessThan(150);
});

test("a fork copies nothing, and deleting an absent key copies nothing", () => {
  const tree = treeOf(shuffled(5000));
  const fork = tree.fork();
  expect(fork.delete(numberedKey(5000))).toBe(false);
  expect(copied(tree, fork).nodes).toBe(0);
});

test("within one version a page is copied once", () => {
  const tree = treeOf(shuffled(20_000));
  const fork = tree.fork();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 60; i++) fork.put(numberedKey(i), value);
  }
  expect(copied(tree, fork).nodes).toBeLessThan(6);
});

test("a scan that ended before the next write costs no copy, one left open costs one per page written", () => {
  const tree = treeOf(shuffled(1000));
  const page = (): TreeNode | undefined => [...nodesOf(tree)].find(([, height]) => height === 0)?.[0];
  const before = page();
  tree.scanClosed(tree.scanOpened());
  tree.put(numberedKey(0), value);
  expect(page()).toBe(before);
  const token = tree.scanOpened();
  tree.put(numberedKey(0), value);
  const after = page();
  expect(after).not.toBe(before);
  tree.scanClosed(token);
  tree.put(numberedKey(0), value);
  expect(page()).toBe(after);
});

test("entries put in ascending order leave full pages", () => {
  const ascending = Array.from({ length: 50_000 }, (_, index) => index);
  const { pageBytes, liveBytes } = measureTree(treeOf(ascending));
  expect(liveBytes / pageBytes).toBeGreaterThan(0.95);
});

test("runs that ascend within several prefixes leave full pages too", () => {
  const tree = new Tree();
  const key = new Uint8Array(12);
  for (let i = 0; i < 40_000; i++) {
    key.set(numberedKey(i), 4);
    key[0] = 65 + (i % 10);
    tree.put(key, nothing);
  }
  const { entries, pages } = measureTree(tree);
  expect(entries / pages).toBeGreaterThan(150);
});

// A page was split right before a newcomer that came after the last insertion. Near the start of a page that leaves
// nearly everything, and the newcomer, in the right half: after two such splits an entry had no room. Now the right
// half must have room for the newcomer, or the page splits in the middle.
test("runs that ascend near the start of a full page do not overfill its right half", () => {
  const tree = treeOf(Array.from({ length: 110 }, (_, number) => number));
  for (let i = 0; i < 20; i++) {
    for (let length = 0; length < 6; length++)
      tree.put(new Uint8Array(length), new Uint8Array(1000 + 400 * length));
    for (let length = 0; length < 6; length++) tree.delete(new Uint8Array(length));
  }
  for (let length = 0; length < 8; length++) tree.put(new Uint8Array(length), new Uint8Array(3000));
  expect(checkTree(tree)).toEqual([]);
});

test("entries put in any order fill two thirds of the bytes", () => {
  const { pageBytes, liveBytes } = measureTree(treeOf(shuffled(50_000)));
  expect(liveBytes / pageBytes).toBeGreaterThan(0.62);
});

test("deleting nine entries of ten, at random, gives back at least three quarters of pages and bytes", () => {
  for (const bytes of [value, nothing]) {
    const numbers = shuffled(50_000);
    const tree = treeOf(numbers, bytes);
    const before = measureTree(tree);
    for (const number of numbers.slice(0, 45_000)) tree.delete(numberedKey(number));
    const after = measureTree(tree);
    expect(after.entries).toBe(5000);
    expect(after.pages).toBeLessThan(before.pages / 4);
    expect(after.pageBytes).toBeLessThan(before.pageBytes / 4);
    expect(checkTree(tree)).toEqual([]);
  }
});

test("deleting everything leaves nothing, in any order", () => {
  const numbers = shuffled(5000);
  const ascending = [...numbers].sort((a, b) => a - b);
  for (const order of [numbers, ascending, [...ascending].reverse()]) {
    const tree = treeOf(numbers);
    for (const number of order) expect(tree.delete(numberedKey(number))).toBe(true);
    expect([tree.root, tree.height, tree.count]).toEqual([null, 0, 0]);
  }
});

test("a queue (delete the oldest, insert the newest) keeps its size", () => {
  const tree = treeOf(Array.from({ length: 5000 }, (_, index) => index));
  const before = measureTree(tree);
  for (let i = 0; i < 50_000; i++) {
    tree.delete(numberedKey(i));
    tree.put(numberedKey(i + 5000), value);
  }
  const after = measureTree(tree);
  expect(after.entries).toBe(5000);
  expect(after.pages).toBeLessThanOrEqual(before.pages + 2);
  expect(checkTree(tree)).toEqual([]);
});

test("a page without neighbours gives its bytes back too", () => {
  const tree = treeOf(shuffled(90));
  expect(tree.height).toBe(0);
  for (let number = 2; number < 90; number++) tree.delete(numberedKey(number));
  expect(measureTree(tree).pageBytes).toBeLessThan(2048);
});

test("values that shrink give their bytes back", () => {
  const tree = treeOf(shuffled(5000), new Uint8Array(1000));
  for (let i = 0; i < 5000; i++) tree.put(numberedKey(i), nothing);
  for (let i = 0; i < 5000; i++) tree.put(numberedKey(i), nothing);
  for (let i = 0; i < 5000; i += 2) tree.delete(numberedKey(i));
  expect(measureTree(tree).pageBytes).toBeLessThan(400_000);
});

test("a handful of entries takes a handful of bytes", () => {
  expect(measureTree(treeOf([1])).pageBytes).toBeLessThanOrEqual(512);
  expect(measureTree(treeOf([1, 2, 3, 4, 5, 6, 7, 8])).pageBytes).toBeLessThanOrEqual(2048);
});

test("a huge entry lies outside its page and goes when it is replaced or deleted", () => {
  const tree = treeOf(shuffled(100));
  const { pageBytes } = measureTree(tree);
  for (let i = 0; i < 50; i++) tree.put(numberedKey(50), new Uint8Array(1_000_000 + i));
  expect(measureTree(tree)).toMatchObject({ pageBytes, outsideBytes: 1_000_057 });
  tree.put(numberedKey(50), value);
  expect(measureTree(tree).outsideBytes).toBe(0);
  tree.put(numberedKey(51), new Uint8Array(1_000_000));
  const before = tree.fork();
  before.delete(numberedKey(51));
  expect(measureTree(before).outsideBytes).toBe(0);
  expect(measureTree(tree).outsideBytes).toBe(1_000_008);
});

test("huge entries put and deleted in turns leave no places behind", () => {
  const tree = treeOf([1, 2, 3]);
  for (let i = 0; i < 2000; i++) {
    tree.put(numberedKey(10 + (i % 3)), new Uint8Array(4000));
    tree.delete(numberedKey(10 + ((i + 1) % 3)));
  }
  const [page] = [...nodes(tree)] as Page[];
  expect(page?.outside?.length).toBeLessThan(5);
});

test("separators are cut to what divides their neighbours", () => {
  const tree = new Tree();
  const key = new Uint8Array(400);
  for (const number of shuffled(3000)) {
    key.set(numberedKey(number));
    tree.put(key, nothing);
  }
  for (const [node, height] of nodesOf(tree)) {
    if (height === 0) continue;
    for (const separator of (node as Exclude<TreeNode, Page>).fence.separators) {
      expect(separator.length).toBeLessThanOrEqual(8);
    }
  }
});
