/**
 * Walks over the entries of a range of one state, leaf by leaf, forwards or backwards. Both ends are keys of the whole tree, as
 * `format/bounds.ts` writes them. Where the range ends within a leaf is found once for the leaf, so an entry costs no comparison.
 */
import { type BoundSlot, type Bounds, boundsEnd } from "../format/bounds.ts";
import { EXCLUSIVE_START, INCLUSIVE_END, REVERSE } from "../native/cursor-flags.ts";
import { NODES_AT, PAGE_HEAD_BYTES, TABLE_AT } from "./page-format.ts";
import type { Chunk, Tree } from "./page-map.ts";
import type { Path, TreeSearch } from "./tree-search.ts";

export class PageWalk {
  // The leaf that the last node is of: the chunk it lies in, where it begins there, and the how many-th leaf it is.
  chunk: Chunk;
  offset = 0;
  leaf = 0;
  readonly #search: TreeSearch;
  readonly #tree: Tree;
  readonly #path: Path = { pages: [], children: [] };
  readonly #step: 1 | -1;
  /** Behind the last key, or before it in reverse; `#hasEnd`: that key itself belongs to the range. */
  readonly #end: Uint8Array;
  readonly #hasEnd: boolean;
  /** Entries of the leaf that are still to come: from `#next` on, in steps, up to `#stop`, which is not. */
  #next = 0;
  #stop = 0;
  /** The range ends in this leaf. */
  #isLast = false;

  /** The bounds are read at once; the slot may be used again. */
  constructor(search: TreeSearch, tree: Tree, { bytes, startAt }: BoundSlot, { flags, startLength }: Bounds) {
    this.#search = search;
    this.#tree = tree;
    this.#step = (flags & REVERSE) !== 0 ? -1 : 1;
    this.#end = boundsEnd(bytes);
    this.#hasEnd = (flags & INCLUSIVE_END) !== 0;
    search.key.set(bytes.subarray(startAt, startAt + startLength));
    search.keyLength = startLength;
    search.toLeaf(tree, tree.root, this.#path);
    search.searchLeaf();
    const isExcluded = (flags & EXCLUSIVE_START) !== 0;
    this.chunk = search.chunk;
    this.#take(
      this.#step > 0
        ? search.entry + (search.found && isExcluded ? 1 : 0)
        : search.entry - (search.found && !isExcluded ? 0 : 1),
    );
  }

  /** Where the next node is in `chunk`; -1 at the end. @throws store_io */
  next(): number {
    while (this.#next === this.#stop) if (!this.#nextLeaf()) return -1;
    const node =
      this.offset +
      PAGE_HEAD_BYTES +
      (this.chunk.pairs[(this.offset >>> 1) + TABLE_AT + this.#next] as number);
    this.#next += this.#step;
    return node;
  }

  /** How many entries of the leaf are still to come. */
  get leftInLeaf(): number {
    return Math.abs(this.#stop - this.#next);
  }

  /** Where all nodes of the leaf are in the chunk. */
  nodes(): { readonly start: number; readonly length: number } {
    const first = PAGE_HEAD_BYTES + (this.chunk.pairs[(this.offset >>> 1) + NODES_AT] as number);
    return { start: this.offset + first, length: this.#search.pageBytes - first };
  }

  /** How many entries are left; they are not met. @throws store_io */
  count(): number {
    let count = 0;
    do count += this.leftInLeaf;
    while (this.#nextLeaf());
    return count;
  }

  /** Takes the leaf that the search is at, from an entry on. */
  #take(first: number): void {
    const search = this.#search;
    const { entries } = search;
    this.leaf++;
    this.chunk = search.chunk;
    this.offset = search.offset;
    this.#next = first;
    search.key.set(this.#end);
    search.keyLength = this.#end.length;
    const outermost = this.#step > 0 ? entries - 1 : 0;
    const order = search.compareWith(outermost) * this.#step;
    if (order > 0 || (order === 0 && this.#hasEnd)) {
      this.#isLast = false;
      this.#stop = outermost + this.#step;
    } else {
      this.#isLast = true;
      search.searchLeaf();
      const onEnd = search.found && this.#hasEnd;
      if (this.#step > 0) this.#stop = search.entry + (onEnd ? 1 : 0);
      else this.#stop = search.entry - (onEnd || !search.found ? 1 : 0);
    }
    // Bounds may cross.
    if ((this.#stop - first) * this.#step < 0) this.#stop = first;
  }

  #nextLeaf(): boolean {
    if (this.#isLast) return false;
    const { pages, children } = this.#path;
    const search = this.#search;
    for (let depth = pages.length - 1; depth >= 0; depth--) {
      const page = pages[depth] as number;
      const child = (children[depth] as number) + this.#step;
      search.enter(this.#tree, page);
      if (child < 0 || child >= search.entries) {
        pages.pop();
        children.pop();
        continue;
      }
      children[depth] = child;
      search.toEdge(this.#tree, search.pageBelow(child), this.#step, this.#path);
      this.#take(this.#step > 0 ? 0 : search.entries - 1);
      return true;
    }
    this.#next = this.#stop;
    this.#isLast = true;
    return false;
  }
}
