/**
 * Reads of one state straight from its pages: what {@link Environment.get} does, without a call of LMDB. Several keys at once are looked for
 * side by side: a look-up is some eight waits for memory, each for a place that only the one before tells, but those of different keys can
 * overlap. For that no step may branch on what it waits for (a wrong guess of the processor throws away the loads it had begun behind it),
 * so the leaves are searched by arithmetic, on four bytes of each key. What that does not find is looked for alone.
 */
import { type Space, writeBytes, writePrefix } from "../format/keys.ts";
import { CopiedBytes } from "./copied-bytes.ts";
import { NODE_HEAD_BYTES, PAGE_HEAD_BYTES, TABLE_AT } from "./page-format.ts";
import type { Chunk, PageMap, Tree } from "./page-map.ts";
import { TreeSearch } from "./tree-search.ts";

/** Keys that go side by side. A processor keeps some ten loads under way. */
const LANES = 16;
/** Fewer are looked up one by one. */
const LANES_MIN = 3;

// Of each lane: its leaf, where four bytes of a key are looked at and how far that goes, the same four of the key, and the entries in question.
const chunks: (Chunk | undefined)[] = new Array(LANES).fill(undefined);
const tables = new Int32Array(LANES);
const marks = new Int32Array(LANES);
const ends = new Int32Array(LANES);
const wanted = new Float64Array(LANES);
const firsts = new Int32Array(LANES);
const lefts = new Int32Array(LANES);

export class PageReader {
  readonly search: TreeSearch;
  readonly copied: CopiedBytes;
  readonly #keyBytesMax: number;
  constructor(map: PageMap, path: string, keyBytesMax: number) {
    this.search = new TreeSearch(map, path);
    this.copied = new CopiedBytes(map, () => this.search.damaged());
    this.#keyBytesMax = keyBytesMax;
  }

  /** @throws store_io when the page is damaged */
  get(space: Space, key: Uint8Array, tree: Tree): Uint8Array | undefined {
    const { search } = this;
    const prefixLength = writePrefix(search.key, 0, space);
    if (prefixLength + key.length > this.#keyBytesMax) return undefined;
    search.keyLength = writeBytes(search.key, prefixLength, key);
    const node = search.find(tree);
    return node < 0 ? undefined : this.copied.value(search.chunk, node);
  }

  getMany(space: Space, keys: readonly Uint8Array[], tree: Tree): (Uint8Array | undefined)[] {
    const values: (Uint8Array | undefined)[] = [];
    for (let from = 0; from < keys.length; from += LANES) {
      const lanes = Math.min(LANES, keys.length - from);
      if (lanes < LANES_MIN)
        for (let lane = 0; lane < lanes; lane++)
          values.push(this.get(space, keys[from + lane] as Uint8Array, tree));
      else this.#getLanes(space, keys, from, lanes, tree, values);
    }
    return values;
  }

  #getLanes(
    space: Space,
    keys: readonly Uint8Array[],
    from: number,
    lanes: number,
    tree: Tree,
    values: (Uint8Array | undefined)[],
  ): void {
    const { search } = this;
    const prefixLength = writePrefix(search.key, 0, space);
    let most = 0;
    for (let lane = 0; lane < lanes; lane++) {
      const key = keys[from + lane] as Uint8Array;
      search.keyLength =
        prefixLength + key.length > this.#keyBytesMax ? 0 : writeBytes(search.key, prefixLength, key);
      search.toLeaf(tree, tree.root, undefined);
      chunks[lane] = search.chunk;
      tables[lane] = (search.offset >>> 1) + TABLE_AT;
      ends[lane] = search.offset + search.pageBytes - 4;
      firsts[lane] = 0;
      lefts[lane] = search.entries;
      most |= search.entries;
    }
    for (let lane = 0; lane < lanes; lane++) markLane(lane, keys[from + lane] as Uint8Array, prefixLength);
    for (let round = 32 - Math.clz32(most); round > 0; round--)
      for (let lane = 0; lane < lanes; lane++) halveLane(lane);
    for (let lane = 0; lane < lanes; lane++) {
      const key = keys[from + lane] as Uint8Array;
      const chunk = chunks[lane] as Chunk;
      chunks[lane] = undefined;
      const node = nodeIfThere(chunk, lane, key, search.key, prefixLength);
      values.push(node < 0 ? this.get(space, key, tree) : this.copied.value(chunk, node));
    }
  }
}

/** Finds the bytes in which the keys of a leaf first differ; they are compared from then on. */
function markLane(lane: number, key: Uint8Array, prefixLength: number): void {
  const { bytes, pairs } = chunks[lane] as Chunk;
  const table = tables[lane] as number;
  const body = (table - TABLE_AT) * 2 + PAGE_HEAD_BYTES;
  const first = body + (pairs[table] as number);
  const last = body + (pairs[table + (lefts[lane] as number) - 1] as number);
  const keyAt = NODE_HEAD_BYTES + prefixLength;
  const length =
    Math.min(
      key.length + prefixLength,
      pairs[(first + 6) >>> 1] as number,
      pairs[(last + 6) >>> 1] as number,
    ) - prefixLength;
  let same = 0;
  while (same < length && bytes[first + keyAt + same] === bytes[last + keyAt + same]) same++;
  marks[lane] = body + keyAt + same;
  wanted[lane] =
    (((key[same] as number) << 24) |
      ((key[same + 1] as number) << 16) |
      ((key[same + 2] as number) << 8) |
      (key[same + 3] as number)) >>>
    0;
}

/** Halves the entries in question: afterwards `firsts` is still not behind the first one that is not below the key. */
function halveLane(lane: number): void {
  const { bytes, pairs } = chunks[lane] as Chunk;
  const left = lefts[lane] as number;
  const half = left >> 1;
  const first = firsts[lane] as number;
  // With nothing left to halve the entry itself is looked at again, in vain.
  const probe = (tables[lane] as number) + first + half - (half > 0 ? 1 : 0);
  // Short keys end before the mark; behind the page there may be no memory.
  const at = Math.min((marks[lane] as number) + (pairs[probe] as number), ends[lane] as number);
  const mark =
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0;
  // All ones when the mark is below the wanted one, else all zeros.
  const below = Math.floor((mark - (wanted[lane] as number)) / 2) >> 31;
  firsts[lane] = first + (half & below);
  lefts[lane] = left - half;
}

/** The node of the entry a lane ended at, when it has the very key; else -1. `prefix` begins with that of the keyspace. */
function nodeIfThere(
  { bytes, pairs }: Chunk,
  lane: number,
  key: Uint8Array,
  prefix: Uint8Array,
  prefixLength: number,
): number {
  const table = tables[lane] as number;
  const node = (table - TABLE_AT) * 2 + PAGE_HEAD_BYTES + (pairs[table + (firsts[lane] as number)] as number);
  const { length } = key;
  if (pairs[(node + 6) >>> 1] !== prefixLength + length) return -1;
  const start = node + NODE_HEAD_BYTES;
  for (let i = 0; i < prefixLength; i++) if (bytes[start + i] !== prefix[i]) return -1;
  for (let i = 0; i < length; i++) if (bytes[start + prefixLength + i] !== key[i]) return -1;
  return node;
}
