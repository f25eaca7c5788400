/**
 * Walks every page of both trees of a file, the entries and the free list, without LMDB, which would trust a damaged one and may end the process:
 * that all of it can be read, that keys ascend across pages and lie where a search looks for them, that no page is used twice or used and free,
 * and that there is as much as the head says. Bytes inside of values are not looked at; LMDB keeps no checksums.
 */
import { compareKeys } from "@modelvault/core";
import { readHead, withFile } from "../open/check-head.ts";
import {
  checkLongPage,
  type Head,
  PageProblem,
  type ReadAt,
  readPage,
  refuseForeign,
  type TreeHead,
} from "../pages/checked-page.ts";
import { PAGE_HEAD_BYTES } from "../pages/page-format.ts";

/** What must hold of a page: where it is, and between which keys its own lie. */
interface Place {
  readonly number: number;
  readonly level: number;
  readonly from: Uint8Array | undefined;
  readonly below: Uint8Array | undefined;
}

/**
 * The first thing that is wrong, as a sentence; undefined: nothing is. A read transaction must be open meanwhile, so that no page of the state is put to
 * another use. Memory is a bit for each page, and the pages of one path.
 * @throws store_io, and what a head that is not sound is
 */
export function checkPages(path: string): string | undefined {
  return withFile(path, (read, size) => {
    if (size() === 0) return undefined;
    const head = readHead(path, read, size);
    try {
      const used = new PageSet(head.lastPage);
      walk(read, head, head.tree, used, compareKeys, () => undefined);
      const free: number[] = [];
      walk(read, head, head.freeList, used, compareNumbers, (value) => {
        for (const page of pagesIn(value)) free.push(page);
      });
      for (const page of free) used.add(page, "is free, and in use or free once more");
      return undefined;
    } catch (error) {
      if (error instanceof PageProblem) return error.message;
      throw error;
    }
  });
}

class PageSet {
  readonly #bits: Uint8Array;
  readonly #last: number;

  constructor(last: number) {
    this.#last = last;
    this.#bits = new Uint8Array(Math.floor(last / 8) + 1);
  }

  /** @throws PageProblem for a page that is there already, and one that cannot be */
  add(page: number, what: string): void {
    const at = Math.floor(page / 8);
    const bit = 1 << (page % 8);
    if (page < 2 || page > this.#last || ((this.#bits[at] as number) & bit) !== 0)
      throw new PageProblem(`Page ${page} ${what}.`);
    this.#bits[at] = (this.#bits[at] as number) | bit;
  }
}

type Compare = (one: Uint8Array, other: Uint8Array) => number;

function walk(
  read: ReadAt,
  head: Head,
  { root, depth, entries }: TreeHead,
  used: PageSet,
  compare: Compare,
  value: (bytes: Uint8Array) => void,
): void {
  let found = 0;
  const open: Place[] =
    root === undefined ? [] : [{ number: root, level: 1, from: undefined, below: undefined }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { number, level, from, below } = place;
    used.add(number, "is part of the tree twice");
    const { isLeaf, nodes } = readPage(read, head, number);
    if (isLeaf !== (level === depth))
      throw new PageProblem(`Page ${number} is at the wrong depth of the tree.`);
    refuseForeign(nodes, number);
    let before = from;
    for (const [at, { key }] of nodes.entries()) {
      // A branch leaves out the key of its first page.
      if (at === 0 && !isLeaf) continue;
      const order = before === undefined ? 1 : compare(key, before);
      if (order < 0 || (order === 0 && at > 0) || (below !== undefined && compare(key, below) >= 0))
        throw new PageProblem(
          `Page ${number} is damaged: its keys do not ascend, or are not where a search looks for them.`,
        );
      before = key;
    }
    if (isLeaf) {
      found += nodes.length;
      for (const node of nodes) {
        if (node.longPages === 0) {
          value(node.value);
          continue;
        }
        checkLongPage(read, head, node.page, node.longPages);
        for (let page = 0; page < node.longPages; page++)
          used.add(node.page + page, "is part of the tree twice");
        value(
          read(
            node.page * head.pageBytes + PAGE_HEAD_BYTES,
            node.longPages * head.pageBytes - PAGE_HEAD_BYTES,
          ),
        );
      }
    } else {
      // The last one first, so that the walk is in the order of the keys.
      for (let at = nodes.length - 1; at >= 0; at--) {
        const node = nodes[at] as (typeof nodes)[number];
        open.push({
          number: node.page,
          level: level + 1,
          from: at === 0 ? from : node.key,
          below: nodes[at + 1]?.key ?? below,
        });
      }
    }
  }
  if (found !== entries)
    throw new PageProblem(`The head counts ${entries} entries, and the tree holds ${found}.`);
}

/** Keys of the free list are transactions, eight bytes, lowest first. */
function compareNumbers(one: Uint8Array, other: Uint8Array): number {
  for (let at = Math.max(one.length, other.length) - 1; at >= 0; at--) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * An entry of the free list: how many words follow, of eight bytes each. A word is a page, or nothing (0), or below 0 how many pages follow one
 * another from the page in the next word. @throws PageProblem
 */
function* pagesIn(value: Uint8Array): IterableIterator<number> {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const words = value.length < 8 ? -1 : Number(view.getBigInt64(0, true));
  if (words < 0 || (words + 1) * 8 > value.length)
    throw new PageProblem("The list of free pages is damaged.");
  for (let at = 1; at <= words; at++) {
    const word = Number(view.getBigInt64(at * 8, true));
    if (word > 0) yield word;
    if (word >= 0) continue;
    at++;
    const first = at <= words ? Number(view.getBigInt64(at * 8, true)) : 0;
    for (let page = first; page < first - word; page++) yield page;
  }
}
