/**
 * How the ordered maps of a store lie in the one tree of the environment: each key is preceded by the keyspace.
 *
 *   00                          what the driver knows: format, revision, counts
 *   01                          the catalog
 *   02  collection              the rows of a collection
 *   03  collection  index       the entries of an index
 *
 * Numbers are seven bits a byte, lowest first, the eighth bit set in all bytes but the last: one byte below 128. No prefix begins
 * another, so each map is one stretch of the tree.
 */
import type { Keyspace } from "@modelvault/core";

/** A keyspace, or the driver's own map. */
export type Space = Keyspace | { readonly kind: "own" };

export const OWN_SPACE: Space = { kind: "own" };

const CATALOG = 1;
const ROWS = 2;
const INDEX = 3;

/** Longest prefix: a kind and two numbers of 32 bits. */
export const PREFIX_BYTES_MAX = 11;

/** Below this many bytes a loop copies faster than `set`. */
const LOOPED_BYTES_MAX = 24;

/** Writes the prefix of a keyspace; returns where it ends. */
export function writePrefix(target: Uint8Array, at: number, space: Space): number {
  switch (space.kind) {
    case "rows":
      target[at] = ROWS;
      return writeNumber(target, at + 1, space.collection);
    case "index":
      target[at] = INDEX;
      return writeNumber(target, writeNumber(target, at + 1, space.collection), space.index);
    case "catalog":
      target[at] = CATALOG;
      return at + 1;
    case "own":
      target[at] = 0;
      return at + 1;
  }
}

function writeNumber(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let end = at;
  while (rest >= 0x80) {
    target[end++] = (rest & 0x7f) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target[end] = rest;
  return end + 1;
}

/** Copies bytes into the area; returns where they end. */
export function writeBytes(target: Uint8Array, at: number, bytes: Uint8Array): number {
  const { length } = bytes;
  if (length <= LOOPED_BYTES_MAX) for (let i = 0; i < length; i++) target[at + i] = bytes[i] as number;
  else target.set(bytes, at);
  return at + length;
}

/** The prefix as bytes of its own. */
export function prefixBytes(space: Space): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES_MAX);
  return bytes.slice(0, writePrefix(bytes, 0, space));
}
