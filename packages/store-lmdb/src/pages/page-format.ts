/**
 * LMDB's pages, as data version 2 lays them out on a machine that puts the low byte first. Offsets are in bytes.
 *
 *   page    number 8 · transaction that wrote it 8 · pad 2 · flags 2 · end of the node table 2 · start of the nodes 2
 *           table: one offset of 2 bytes for each node in key order; offsets and the two before count from the end of these 24 bytes
 *   node    in a leaf: length of the value 4 · flags 2 · length of the key 2 · key · value
 *           in a branch: page below, 6 bytes · length of the key 2 · key; the first key counts as below all others
 *   outside in the place of a long value: its first page 8 · transaction that wrote it 8 · how many pages 8
 *           the value lies behind the head of the first page, which has the number of pages in the place of the two offsets, and goes on through the others
 *   meta    behind the head of pages 0 and 1: magic 4 · data version 4 · address 8 · size of the map 8 · the free list 48 · the tree 48 · last page 8 ·
 *           transaction 8; transaction N writes number N % 2. Of the free list the first four bytes are the size of a page
 *   tree    size 4 · flags 2 · depth 2 · branch pages 8 · leaf pages 8 · pages of values 8 · entries 8 · root 8, all ones when there is none
 *
 * Nodes begin at even addresses, so everything but bytes of keys and values can be read in units of two bytes.
 */

export const PAGE_HEAD_BYTES = 24;
export const NODE_HEAD_BYTES = 8;
export const OUTSIDE_BYTES = 24;

/** Of the flags of a page. */
export const BRANCH_PAGE = 1;
export const LEAF_PAGE = 2;
export const OUTSIDE_PAGE = 4;
export const META_PAGE = 8;
/** The flags that say what a page is; others are notes of a writer to itself. */
export const PAGE_KINDS = 0x7f;
/** Of the flags of a node: the value lies in pages of its own, whose number stands in its place. */
export const VALUE_OUTSIDE = 1;

/** Offsets in a page, in units of two bytes. */
export const FLAGS_AT = 9;
export const TABLE_END_AT = 10;
export const NODES_AT = 11;
export const TABLE_AT = 12;

/** Offsets in a meta page, in units of four bytes. */
export const META_MAGIC_AT = 6;
export const META_VERSION_AT = 7;
export const META_PAGE_BYTES_AT = 12;
export const META_FREE_LIST_AT = 12;
export const META_TREE_AT = 24;
export const META_LAST_PAGE_AT = 36;
export const META_TRANSACTION_AT = 38;

/** Offsets in what a meta page says of a tree, in units of four bytes; the depth is the higher half of the flags. */
export const TREE_FLAGS_AT = 1;
export const TREE_ENTRIES_AT = 8;
export const TREE_ROOT_AT = 10;

export const MAGIC = 0xbeef_c0de;
export const DATA_VERSION = 2;

/** Two words of 32 bits, the lower one first. */
export function wordPair(low: number, high: number): number {
  return low + high * 0x1_0000_0000;
}
