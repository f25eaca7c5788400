/**
 * The pages of the file as arrays of this thread: LMDB's own map of it, looked at where it lies. What a read transaction sees is never written
 * again while it is open, so its pages can be read without asking LMDB, at the cost of a memory access instead of a native call.
 *
 * LMDB maps anew when the file outgrows the map, and leaves former maps where they were until the environment is closed; what was read through
 * one stays valid. `detach` takes the memory away before that: arrays of it are empty from then on, wherever they still are.
 *
 * Whatever is not as this file expects it (another data version, page sizes that do not fit those of the system, runtimes that allow no foreign
 * memory) is left to LMDB: {@link PageMap.treeOf} then knows no tree.
 */
import { native } from "../native/addon.ts";
import {
  BRANCH_PAGE,
  DATA_VERSION,
  FLAGS_AT,
  LEAF_PAGE,
  MAGIC,
  META_LAST_PAGE_AT,
  META_MAGIC_AT,
  META_PAGE_BYTES_AT,
  META_TRANSACTION_AT,
  META_TREE_AT,
  META_VERSION_AT,
  PAGE_HEAD_BYTES,
  TREE_FLAGS_AT,
  TREE_ROOT_AT,
  wordPair,
} from "./page-format.ts";

/** The tree of one state. */
export interface Tree {
  readonly root: number;
  /** The state has no page at or behind this one. */
  readonly pageLimit: number;
  /** The transaction that committed the state. */
  readonly transaction: number;
}

/** A stretch of the file. The same memory in units of one, two and four bytes. */
export interface Chunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly pairs: Uint16Array;
  readonly words: Int32Array;
}

/** LMDB's map: where page 0 is in memory, and how far the map reaches. */
export interface MapPlace {
  readonly address: number;
  readonly bytes: number;
  readonly pageBytes: number;
}

/** Says where the map is now; undefined: that cannot be told now. */
export type FindMap = () => MapPlace | undefined;

/**
 * V8 counts a chunk as memory of this thread and collects garbage for every 64 MiB of it: a chunk is made when a page of it is read, and no longer
 * than the file was then. When the file has grown beyond it, it is made anew in full.
 */
const CHUNK_BYTES_MAX = 2 ** 24;
const CHUNK_BYTES_MIN = 2 ** 20;
/** Page numbers beyond it do not fit the arithmetic of chunks. */
const PAGES_MAX = 2 ** 31;

/** LMDB's map begins at such an address; a page of at most this size is found by rounding down. */
const ALIGNMENT = process.platform === "darwin" && process.arch === "arm64" ? 16_384 : 4_096;

const LOW_BYTE_FIRST = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whether foreign memory can be looked at here at all. Runtimes with a memory cage refuse it, some by ending the process. */
const ALLOWED = LOW_BYTE_FIRST && !["electron", "deno", "bun"].some((runtime) => runtime in process.versions);

/** The address of page 0, from an address in a leaf of the map. Undefined where that is not to be told. */
export function pageZeroFrom(address: number, pageBytes: number): number | undefined {
  if (!isReadable(pageBytes)) return undefined;
  const start = Math.floor(address / pageBytes) * pageBytes;
  const { buffer } = native.createBufferForAddress(start, PAGE_HEAD_BYTES);
  const pairs = new Uint16Array(buffer);
  const words = new Uint32Array(buffer);
  const number = wordPair(words[0] as number, words[1] as number);
  const isLeaf = pairs[FLAGS_AT] === LEAF_PAGE;
  native.detachBuffer(buffer);
  return isLeaf && number >= 2 && number < PAGES_MAX ? start - number * pageBytes : undefined;
}

/** Pages must not be larger than what their map begins at a multiple of. */
function isReadable(pageBytes: number): boolean {
  return ALLOWED && pageBytes >= 512 && pageBytes <= ALIGNMENT;
}

export class PageMap {
  /** Chunks by number. A missing one is made by {@link makeChunk}. */
  readonly chunks: (Chunk | undefined)[] = [];
  /** Of a page number: how many bits say where in its chunk a page is, and how many bytes a page has as a power of two. */
  readonly chunkShift: number;
  readonly pageShift: number;
  readonly #findMap: FindMap;
  /** Walks that are under way may have chunks that were made anew since. */
  readonly #buffers: WeakRef<ArrayBuffer>[] = [];
  readonly #metas: Uint32Array;
  #place: MapPlace;
  /** Pages below it may be read: chunks that are there reach so far. */
  #pagesReadable = 0;
  /** The chunk that was made shorter than others. */
  #short = -1;

  private constructor(findMap: FindMap, place: MapPlace) {
    const { pageBytes } = place;
    this.#findMap = findMap;
    this.#place = place;
    this.pageShift = Math.log2(pageBytes);
    this.chunkShift = Math.log2(CHUNK_BYTES_MAX) - this.pageShift;
    this.#metas = new Uint32Array(this.#memory(0, 2 * pageBytes));
  }

  /** Undefined: this file is not to be read so, or not now. */
  static open(findMap: FindMap): PageMap | undefined {
    const place = findMap();
    // Where another thread is making the map larger, its length is told before its place. A second look finds them together.
    const again = findMap();
    if (place === undefined || place.address !== again?.address || place.bytes !== again.bytes)
      return undefined;
    const map = new PageMap(findMap, place);
    if (map.#isKnown(0) && map.#isKnown(1)) return map;
    map.detach();
    return undefined;
  }

  /** The tree of the last commit, or of the one before; undefined: it cannot be told. */
  treeOf(which: "last" | "before"): Tree | undefined {
    const newer = this.#transactionOf(1) > this.#transactionOf(0) ? 1 : 0;
    const at = this.#metaAt(which === "last" ? newer : 1 - newer);
    const tree = this.#read(at);
    const { root, pageLimit } = tree;
    const flags = (this.#metas[at + META_TREE_AT + TREE_FLAGS_AT] as number) & 0xffff;
    if (flags !== 0 || root >= pageLimit || pageLimit > PAGES_MAX || !this.#reach(pageLimit))
      return undefined;
    // The meta page may be written at this moment, its last words last: then the root is of another transaction than it says, or it changes.
    if (!this.#isRootOf(tree)) return undefined;
    const again = this.#read(at);
    const isSame =
      again.root === root && again.pageLimit === pageLimit && again.transaction === tree.transaction;
    return isSame ? tree : undefined;
  }

  /** What a meta page says of its state. */
  #read(at: number): Tree {
    return {
      root: this.#pair(at + META_TREE_AT + TREE_ROOT_AT),
      pageLimit: this.#pair(at + META_LAST_PAGE_AT) + 1,
      transaction: this.#pair(at + META_TRANSACTION_AT),
    };
  }

  /** Whether nobody has committed since a transaction. */
  isNewest(transaction: number): boolean {
    return this.#transactionOf(0) <= transaction && this.#transactionOf(1) <= transaction;
  }

  /** The chunk of this number, which was not looked at yet or not so far. */
  makeChunk(number: number): Chunk {
    const start = number * CHUNK_BYTES_MAX;
    const needed = this.bytesReadable - start;
    const wasShort = this.#short === number;
    const bytes = wasShort ? CHUNK_BYTES_MAX : Math.ceil(needed / CHUNK_BYTES_MIN) * CHUNK_BYTES_MIN;
    if (!wasShort && bytes < CHUNK_BYTES_MAX) this.#short = number;
    const memory = this.#memory(start, Math.max(CHUNK_BYTES_MIN, Math.min(bytes, CHUNK_BYTES_MAX)));
    const chunk = {
      bytes: new Uint8Array(memory),
      pairs: new Uint16Array(memory),
      words: new Int32Array(memory),
    };
    this.chunks[number] = chunk;
    return chunk;
  }

  /** The chunk that a page of a tree is in. */
  chunkOf(page: number): Chunk {
    const number = page >>> this.chunkShift;
    return this.chunks[number] ?? this.makeChunk(number);
  }

  /** Where in its chunk a page begins. */
  offsetOf(page: number): number {
    return (page & ((1 << this.chunkShift) - 1)) << this.pageShift;
  }

  /** Beyond it there may be no file. */
  get bytesReadable(): number {
    return this.#pagesReadable * 2 ** this.pageShift;
  }

  /** Takes the memory out of all arrays. */
  detach(): void {
    for (const each of this.#buffers) {
      const buffer = each.deref();
      if (buffer !== undefined) native.detachBuffer(buffer);
    }
    this.#buffers.length = 0;
    this.chunks.length = 0;
  }

  /** Makes sure that pages below a limit can be read; false when that cannot be told now. */
  #reach(pageLimit: number): boolean {
    if (pageLimit <= this.#pagesReadable) return true;
    if (pageLimit * 2 ** this.pageShift > this.#place.bytes) {
      const place = this.#findMap();
      // A larger map is at another place, for the former one stays: else another thread is just making it.
      if (place === undefined || place.address === this.#place.address) return false;
      if (pageLimit * 2 ** this.pageShift > place.bytes) return false;
      this.chunks.length = 0;
      this.#place = place;
    }
    const first = Math.max(0, this.#pagesReadable - 1) >>> this.chunkShift;
    for (let number = first; number < this.chunks.length; number++) {
      const needed = Math.min(pageLimit * 2 ** this.pageShift - number * CHUNK_BYTES_MAX, CHUNK_BYTES_MAX);
      if ((this.chunks[number]?.bytes.length ?? 0) < needed) this.chunks[number] = undefined;
    }
    this.#pagesReadable = pageLimit;
    return true;
  }

  #memory(start: number, bytes: number): ArrayBuffer {
    const { buffer } = native.createBufferForAddress(this.#place.address + start, bytes);
    this.#buffers.push(new WeakRef(buffer));
    return buffer;
  }

  #transactionOf(meta: number): number {
    return this.#pair(this.#metaAt(meta) + META_TRANSACTION_AT);
  }

  #metaAt(number: number): number {
    return number * 2 ** (this.pageShift - 2);
  }

  #pair(at: number): number {
    return wordPair(this.#metas[at] as number, this.#metas[at + 1] as number);
  }

  #isKnown(number: number): boolean {
    const at = this.#metaAt(number);
    const metas = this.#metas;
    return (
      metas[at + META_MAGIC_AT] === MAGIC &&
      metas[at + META_VERSION_AT] === DATA_VERSION &&
      metas[at + META_PAGE_BYTES_AT] === 2 ** this.pageShift
    );
  }

  #isRootOf({ root, transaction }: Tree): boolean {
    const { pairs } = this.chunkOf(root);
    const at = this.offsetOf(root) >>> 1;
    const word = (pair: number): number =>
      (pairs[at + pair] as number) + (pairs[at + pair + 1] as number) * 0x1_0000;
    const flags = pairs[at + FLAGS_AT] as number;
    return (
      wordPair(word(0), word(2)) === root &&
      wordPair(word(4), word(6)) <= transaction &&
      (flags & (BRANCH_PAGE | LEAF_PAGE)) !== 0
    );
  }
}
