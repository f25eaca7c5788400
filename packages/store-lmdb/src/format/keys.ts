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

/** A keyspace, the driver's own map, or the whole tree, whose keys have their prefixes. */
export type Space = Keyspace | { readonly kind: "own" } | { readonly kind: "tree" };

export const OWN_SPACE: Space = { kind: "own" };
export const TREE: Space = { kind: "tree" };

const CATALOG = 1;
const ROWS = 2;
const INDEX = 3;

/** Whether a key of the tree is the driver's own or of the catalog: what every opening of a vault reads. */
export function isCatalogOrBefore(key: Uint8Array): boolean {
  return key.length === 0 || (key[0] as number) <= CATALOG;
}

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
    case "tree":
      return at;
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

/** The keyspace that a key of the tree begins with; undefined for one that no driver of this format writes. */
export function parsePrefix(
  key: Uint8Array,
): { readonly space: Keyspace | { readonly kind: "own" }; readonly length: number } | undefined {
  switch (key[0]) {
    case 0:
      return { space: { kind: "own" }, length: 1 };
    case CATALOG:
      return { space: { kind: "catalog" }, length: 1 };
    case ROWS: {
      const collection = readNumber(key, 1);
      return collection && { space: { kind: "rows", collection: collection.value }, length: collection.end };
    }
    case INDEX: {
      const collection = readNumber(key, 1);
      const index = collection && readNumber(key, collection.end);
      return (
        collection &&
        index && {
          space: { kind: "index", collection: collection.value, index: index.value },
          length: index.end,
        }
      );
    }
    default:
      return undefined;
  }
}

function readNumber(
  key: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let unit = 1;
  for (let at = start; at < start + 5; at++) {
    const byte = key[at];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * unit;
    unit *= 0x80;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return undefined;
}
