/**
 * One page of an LMDB file, read without LMDB, which trusts what it reads: a damaged page can end the process. Every offset is checked before it
 * is followed. The layout is that of `page-format.ts`.
 */
import {
  BRANCH_PAGE,
  FLAGS_AT,
  LEAF_PAGE,
  NODE_HEAD_BYTES,
  NODES_AT,
  OUTSIDE_BYTES,
  OUTSIDE_PAGE,
  PAGE_HEAD_BYTES,
  PAGE_KINDS,
  TABLE_END_AT,
  VALUE_OUTSIDE,
} from "./page-format.ts";

/** The valid one of the two first pages: what the last commit made the state of the file. */
export interface Head {
  readonly pageBytes: number;
  readonly transaction: bigint;
  readonly lastPage: number;
  readonly tree: TreeHead;
  readonly freeList: TreeHead;
}

export interface TreeHead {
  /** Its first page; undefined: it is empty. */
  readonly root: number | undefined;
  readonly depth: number;
  readonly entries: number;
}

export interface Node {
  readonly key: Uint8Array;
  /** Of a branch: the page below. Of a long value: its first page. */
  readonly page: number;
  /** How many pages a long value has; else 0. */
  readonly longPages: number;
  /** The value, where it stands in the page itself. */
  readonly value: Uint8Array;
  /** Of a kind that vaults do not have: a tree of its own, or several values under one key. */
  readonly isForeign: boolean;
}

export interface Page {
  readonly isLeaf: boolean;
  readonly nodes: readonly Node[];
}

/** What is wrong with a page, as a sentence. */
export class PageProblem extends Error {}

/** Reads bytes of the file; fewer at its end. */
export type ReadAt = (position: number, length: number) => Uint8Array<ArrayBuffer>;

const NOTHING: Uint8Array = new Uint8Array(0);

/** Reads a branch or a leaf, and makes sure that nothing in it points out of it, or beyond the last page. @throws PageProblem */
export function readPage(read: ReadAt, { pageBytes, lastPage }: Head, number: number): Page {
  const bytes = read(number * pageBytes, pageBytes);
  const fail = (what: string): never => {
    throw new PageProblem(`Page ${number} is damaged: ${what}.`);
  };
  if (bytes.length < pageBytes) return fail("the file ends before it");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getBigUint64(0, true) !== BigInt(number)) return fail("it says that it is another");
  const kind = view.getUint16(FLAGS_AT * 2, true) & PAGE_KINDS;
  if (kind !== LEAF_PAGE && kind !== BRANCH_PAGE) return fail("it is neither a leaf nor a branch");
  const isLeaf = kind === LEAF_PAGE;
  const room = pageBytes - PAGE_HEAD_BYTES;
  const [lower, upper] = [view.getUint16(TABLE_END_AT * 2, true), view.getUint16(NODES_AT * 2, true)];
  if (lower === 0 || lower % 2 !== 0 || lower > upper || upper > room)
    return fail("its bounds are not sound");
  const isPage = (page: number, pages = 1): boolean =>
    page >= 2 && pages >= 1 && page + pages - 1 <= lastPage;
  const nodes: Node[] = [];
  for (let at = PAGE_HEAD_BYTES; at < PAGE_HEAD_BYTES + lower; at += 2) {
    const offset = view.getUint16(at, true);
    const start = offset + PAGE_HEAD_BYTES;
    if (offset < upper || offset + NODE_HEAD_BYTES > room) return fail("an entry lies outside of it");
    const low = view.getUint32(start, true);
    const flags = view.getUint16(start + 4, true);
    const keyEnd = start + NODE_HEAD_BYTES + view.getUint16(start + 6, true);
    if (keyEnd > pageBytes) return fail("a key reaches beyond its end");
    const key = bytes.subarray(start + NODE_HEAD_BYTES, keyEnd);
    if (!isLeaf) {
      const page = low + flags * 2 ** 32;
      if (!isPage(page)) return fail("it points to a page that there is not");
      nodes.push({ key, page, longPages: 0, value: NOTHING, isForeign: false });
    } else if ((flags & VALUE_OUTSIDE) === 0) {
      if (keyEnd + low > pageBytes) return fail("a value reaches beyond its end");
      nodes.push({
        key,
        page: 0,
        longPages: 0,
        value: bytes.subarray(keyEnd, keyEnd + low),
        isForeign: flags !== 0,
      });
    } else {
      if (keyEnd + OUTSIDE_BYTES > pageBytes) return fail("a value reaches beyond its end");
      const [page, pages] = [
        Number(view.getBigUint64(keyEnd, true)),
        Number(view.getBigUint64(keyEnd + 16, true)),
      ];
      if (!isPage(page, pages) || low > pages * pageBytes - PAGE_HEAD_BYTES)
        return fail("a long value has not the pages it needs");
      nodes.push({ key, page, longPages: pages, value: NOTHING, isForeign: flags !== VALUE_OUTSIDE });
    }
  }
  return { isLeaf, nodes };
}

/** @throws PageProblem for entries of a kind that vaults do not have */
export function refuseForeign(nodes: readonly Node[], number: number): void {
  if (nodes.some(({ isForeign }) => isForeign))
    throw new PageProblem(`Page ${number} is damaged: an entry is of a kind that vaults do not have.`);
}

/** Makes sure that a long value begins at this page. @throws PageProblem */
export function checkLongPage(read: ReadAt, { pageBytes }: Head, number: number, pages: number): void {
  const bytes = read(number * pageBytes, PAGE_HEAD_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (
    bytes.length < PAGE_HEAD_BYTES ||
    view.getBigUint64(0, true) !== BigInt(number) ||
    (view.getUint16(FLAGS_AT * 2, true) & PAGE_KINDS) !== OUTSIDE_PAGE ||
    view.getUint32(TABLE_END_AT * 2, true) !== pages
  )
    throw new PageProblem(
      `Page ${number} is damaged: it is not the begin of the long value that it should be.`,
    );
}
