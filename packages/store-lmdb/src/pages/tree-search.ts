/**
 * Finding keys in the tree of one state. The key is put into {@link TreeSearch.key} first, with the prefix of its keyspace. Keys are
 * compared two bytes at a time, for both the key and those of nodes begin at even places.
 */
import { ModelVaultError } from "@modelvault/core";
import {
  BRANCH_PAGE,
  FLAGS_AT,
  LEAF_PAGE,
  NODE_HEAD_BYTES,
  NODES_AT,
  PAGE_HEAD_BYTES,
  TABLE_AT,
  TABLE_END_AT,
} from "./page-format.ts";
import type { Chunk, PageMap, Tree } from "./page-map.ts";

/** The way from the root to a leaf: of each branch its page, and which of its children was taken. */
export interface Path {
  readonly pages: number[];
  readonly children: number[];
}

const KEY_BYTES = 2_048;
/** LMDB's own limit. */
const DEPTH_MAX = 32;

export class TreeSearch {
  /** The key that is searched for. */
  readonly key: Uint8Array<ArrayBuffer>;
  keyLength = 0;
  readonly pageBytes: number;
  // Where the last search ended: a leaf, and, once that is searched, the first of its entries that is not below the key.
  chunk: Chunk;
  /** Where the leaf begins in the chunk. */
  offset = 0;
  /** How many entries the leaf has. */
  entries = 0;
  entry = 0;
  /** Whether that entry has the very key. */
  found = false;
  readonly #keyPairs: Uint16Array;
  readonly #map: PageMap;
  readonly #path: string;

  /** @param path of the file, for errors */
  constructor(map: PageMap, path: string) {
    const memory = new ArrayBuffer(KEY_BYTES);
    this.key = new Uint8Array(memory);
    this.#keyPairs = new Uint16Array(memory);
    this.#map = map;
    this.#path = path;
    this.pageBytes = 2 ** map.pageShift;
    this.chunk = map.chunkOf(0);
  }

  /** Where the node of the key is in `chunk`; -1: there is none. @throws store_io */
  find(tree: Tree): number {
    this.toLeaf(tree, tree.root, undefined);
    this.searchLeaf();
    return this.found ? this.nodeOf(this.entry) : -1;
  }

  /** Where the node of an entry of the leaf is in `chunk`. */
  nodeOf(entry: number): number {
    return (
      this.offset + PAGE_HEAD_BYTES + (this.chunk.pairs[(this.offset >>> 1) + TABLE_AT + entry] as number)
    );
  }

  /** Goes down from a page to the leaf where the key is, or belongs, which is not searched; what it passes is added to a path. @throws store_io */
  toLeaf(tree: Tree, from: number, path: Path | undefined): void {
    let page = from;
    for (let depth = 0; depth < DEPTH_MAX; depth++) {
      if (this.enter(tree, page)) return;
      const child = this.#childFor();
      if (path !== undefined) {
        path.pages.push(page);
        path.children.push(child);
      }
      page = this.pageBelow(child);
    }
    throw this.damaged();
  }

  /** Goes down from a page to the first leaf below it, or with step -1 to the last. @throws store_io */
  toEdge(tree: Tree, from: number, step: 1 | -1, path: Path): void {
    let page = from;
    for (let depth = path.pages.length; depth < DEPTH_MAX; depth++) {
      if (this.enter(tree, page)) return;
      const child = step > 0 ? 0 : this.entries - 1;
      path.pages.push(page);
      path.children.push(child);
      page = this.pageBelow(child);
    }
    throw this.damaged();
  }

  /** Looks at a page, of which `entries` are then known; whether it is a leaf. @throws store_io */
  enter(tree: Tree, page: number): boolean {
    if (page >= tree.pageLimit) throw this.damaged();
    const chunk = this.#map.chunkOf(page);
    const offset = this.#map.offsetOf(page);
    const at = offset >>> 1;
    const flags = (chunk.pairs[at + FLAGS_AT] as number) & (BRANCH_PAGE | LEAF_PAGE);
    this.chunk = chunk;
    this.offset = offset;
    const tableEnd = chunk.pairs[at + TABLE_END_AT] as number;
    const nodes = chunk.pairs[at + NODES_AT] as number;
    this.entries = tableEnd >>> 1;
    if (this.entries === 0 || (flags !== LEAF_PAGE && flags !== BRANCH_PAGE)) throw this.damaged();
    if (tableEnd > nodes || nodes > this.pageBytes - PAGE_HEAD_BYTES) throw this.damaged();
    return flags === LEAF_PAGE;
  }

  /** The page below a branch, by the number of the child. */
  pageBelow(child: number): number {
    const at = this.nodeOf(child) >>> 1;
    const { pairs } = this.chunk;
    return (
      (pairs[at] as number) + (pairs[at + 1] as number) * 0x1_0000 + (pairs[at + 2] as number) * 0x1_0000_0000
    );
  }

  /** Finds the first entry of the leaf that is not below the key. */
  searchLeaf(): void {
    const { bytes, pairs } = this.chunk;
    const table = (this.offset >>> 1) + TABLE_AT;
    const body = this.offset + PAGE_HEAD_BYTES;
    let low = 0;
    let high = this.entries - 1;
    this.found = false;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const order = this.#compare(bytes, pairs, body + (pairs[table + middle] as number));
      if (order > 0) {
        low = middle + 1;
      } else if (order < 0) {
        high = middle - 1;
      } else {
        this.found = true;
        low = middle;
        break;
      }
    }
    this.entry = low;
  }

  /** The last child of a branch whose key is not above the key. */
  #childFor(): number {
    const { bytes, pairs } = this.chunk;
    const table = (this.offset >>> 1) + TABLE_AT;
    const body = this.offset + PAGE_HEAD_BYTES;
    let low = 1;
    let high = this.entries - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(bytes, pairs, body + (pairs[table + middle] as number)) >= 0) low = middle + 1;
      else high = middle - 1;
    }
    return low - 1;
  }

  /** The order of the key against that of an entry of the leaf. */
  compareWith(entry: number): number {
    return this.#compare(this.chunk.bytes, this.chunk.pairs, this.nodeOf(entry));
  }

  /** The order of the key against that of a node. */
  #compare(bytes: Uint8Array, pairs: Uint16Array, node: number): number {
    const { keyLength } = this;
    const keyPairs = this.#keyPairs;
    const length = pairs[(node + 6) >>> 1] as number;
    const common = Math.min(length, keyLength);
    const at = (node + NODE_HEAD_BYTES) >>> 1;
    const whole = common >>> 1;
    for (let i = 0; i < whole; i++) {
      const a = keyPairs[i] as number;
      const b = pairs[at + i] as number;
      // The first byte is the low one of a pair.
      if (a !== b) return (a & 0xff) - (b & 0xff) || a - b;
    }
    if ((common & 1) !== 0) {
      const difference =
        (this.key[common - 1] as number) - (bytes[node + NODE_HEAD_BYTES + common - 1] as number);
      if (difference !== 0) return difference;
    }
    return keyLength - length;
  }

  damaged(): ModelVaultError {
    return new ModelVaultError("store_io", `Could not read "${this.#path}": a page of the tree is damaged.`, {
      path: this.#path,
      operation: "read",
      errno: "MDB_CORRUPTED",
    });
  }
}
