/**
 * Getting many entries at once. A look-up in a large tree is four to eight waits for memory, each for a place that only the one
 * before tells; but look-ups for different keys need not wait for each other. So all keys go through one stage
 * before any goes on to the next: the waits of a stage overlap. For that no step may branch on what it waits for (a wrong guess
 * of the processor throws away the loads it had begun behind it), so pages are searched by arithmetic.
 *
 * Whatever is not as usual (a key that is not there, marks that tie, an entry outside its page) is looked up alone.
 */
import { type Branch, childFor, type TreeNode } from "./branch.ts";
import { mark4 } from "./key-bytes.ts";
import { HEADER_BYTES, NO_BYTES, type Page } from "./page.ts";
import type { Tree } from "./tree.ts";

/** Keys that go side by side. A processor keeps some ten loads under way; the rest of the lanes only spare rounds. */
const LANES = 16;

const pages: (Page | null)[] = new Array(LANES).fill(null);
const slotsOf: (readonly number[])[] = new Array(LANES).fill([]);
const wanted = new Float64Array(LANES);
const base = new Int32Array(LANES);
const left = new Int32Array(LANES);
const offset = new Int32Array(LANES);
/** Written to, so that the loads that fetch memory ahead are not taken for idle. */
const touched = new Int32Array(1);

/** The values under these keys, in their order, as `tree.get` gives them. */
export function getManyFrom(tree: Tree, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
  if (tree.root === null) return new Array(keys.length).fill(undefined);
  const values: (Uint8Array | undefined)[] = [];
  for (let from = 0; from < keys.length; from += LANES) {
    const lanes = Math.min(LANES, keys.length - from);
    if (lanes < 3)
      for (let lane = 0; lane < lanes; lane++) values.push(tree.get(keys[from + lane] as Uint8Array));
    else getLanes(tree, keys, from, lanes, values);
  }
  return values;
}

function getLanes(
  tree: Tree,
  keys: readonly Uint8Array[],
  from: number,
  lanes: number,
  values: (Uint8Array | undefined)[],
): void {
  findPages(tree, keys, from, lanes);
  searchPages(keys, from, lanes);
  for (let lane = 0; lane < lanes; lane++) {
    const slots = slotsOf[lane] as readonly number[];
    const at = (slots[base[lane] as number] as number) & 0xffff;
    offset[lane] = at;
    const { bytes } = pages[lane] as Page;
    // An entry of a row spans two or three lines of memory, which whoever decodes it needs.
    touched[0] = (bytes[at] as number) | (bytes[Math.min(at + 64, bytes.length - 1)] as number);
  }
  for (let lane = 0; lane < lanes; lane++) {
    const key = keys[from + lane] as Uint8Array;
    const page = pages[lane] as Page;
    pages[lane] = null;
    slotsOf[lane] = NO_SLOTS;
    values.push(valueIfThere(page, offset[lane] as number, key) ?? tree.get(key));
  }
}

const NO_SLOTS: readonly number[] = [];

function findPages(tree: Tree, keys: readonly Uint8Array[], from: number, lanes: number): void {
  for (let lane = 0; lane < lanes; lane++) {
    const key = keys[from + lane] as Uint8Array;
    let node = tree.root;
    for (let height = tree.height; height > 0; height--) {
      const branch = node as Branch;
      node = branch.children[childFor(branch.fence, key, 0)] as TreeNode;
    }
    pages[lane] = node as Page;
  }
}

/** Leaves in `base` the slot of the first entry whose mark is not below the key's, or the last slot. */
function searchPages(keys: readonly Uint8Array[], from: number, lanes: number): void {
  let rounds = 0;
  for (let lane = 0; lane < lanes; lane++) {
    const { slots, skip } = pages[lane] as Page;
    const key = keys[from + lane] as Uint8Array;
    slotsOf[lane] = slots;
    wanted[lane] = mark4(key, skip, key.length) * 0x10000;
    base[lane] = 0;
    left[lane] = slots.length;
    rounds |= slots.length;
  }
  for (let round = 32 - Math.clz32(rounds); round > 0; round--) {
    for (let lane = 0; lane < lanes; lane++) {
      const half = (left[lane] as number) >> 1;
      const slot = slotsOf[lane]?.[(base[lane] as number) + half] as number;
      // All ones when the slot's mark is below the wanted one or the same with nothing before it, else all zeros.
      const below = Math.floor((slot - (wanted[lane] as number) - 0x10000) * SIGN_SCALE) >> 31;
      base[lane] = (base[lane] as number) + (half & below);
      left[lane] = (left[lane] as number) - half;
    }
  }
}

/** Brings differences of slots, below 2^49, into the range of 32 bits without losing their sign when rounded down. */
const SIGN_SCALE = 1 / 0x40000;

/** The value of the entry at an offset of a page when its key is this one and it lies in the page. */
function valueIfThere(page: Page, at: number, key: Uint8Array): Uint8Array | undefined {
  const { bytes } = page;
  const { length } = key;
  if ((bytes[at] as number) !== (length & 0xff) || (bytes[at + 1] as number) !== length >> 8)
    return undefined;
  const start = at + HEADER_BYTES;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== key[i]) return undefined;
  const valueLength = (bytes[at + 2] as number) | ((bytes[at + 3] as number) << 8);
  return valueLength === 0 ? NO_BYTES : new Uint8Array(page.buffer, start + length, valueLength);
}
