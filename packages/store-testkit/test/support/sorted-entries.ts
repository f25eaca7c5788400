/** Sorted arrays of entries that are never changed: finding, cutting out a range, and applying changes to a copy. */
import type { KeyRange, Keyspace } from "@modelvault/core";

export type Entry = readonly [key: Uint8Array, value: Uint8Array];
export type Entries = readonly Entry[];

/** What a transaction does to a key; without a value it is deleted. */
export interface Change {
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

export function nameOf(space: Keyspace): string {
  return space.kind === "catalog"
    ? "c"
    : `${space.kind} ${space.collection} ${space.kind === "index" ? space.index : ""}`;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** The number of entries below the key, or, with `orEqual`, up to it. */
function rank(entries: Entries, key: Uint8Array, orEqual: boolean): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareBytes((entries[middle] as Entry)[0], key);
    if (order < 0 || (orEqual && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function find(entries: Entries, key: Uint8Array): Entry | undefined {
  const entry = entries[rank(entries, key, false)];
  return entry !== undefined && compareBytes(entry[0], key) === 0 ? entry : undefined;
}

export function slice(entries: Entries, { gt, gte, lt, lte, reverse }: KeyRange): Entries {
  const from = gt ? rank(entries, gt, true) : gte ? rank(entries, gte, false) : 0;
  const to = lt ? rank(entries, lt, false) : lte ? rank(entries, lte, true) : entries.length;
  const found = entries.slice(from, Math.max(from, to));
  return reverse ? found.reverse() : found;
}

export function merge(entries: Entries, changes: ReadonlyMap<string, Change>): Entries {
  const sorted = [...changes.values()].sort((a, b) => compareBytes(a.key, b.key));
  const merged: Entry[] = [];
  let at = 0;
  for (const { key, value } of sorted) {
    for (; at < entries.length; at++) {
      const entry = entries[at] as Entry;
      const order = compareBytes(entry[0], key);
      if (order < 0) merged.push(entry);
      else if (order > 0) break;
    }
    if (value !== undefined) merged.push([key, value]);
  }
  for (; at < entries.length; at++) merged.push(entries[at] as Entry);
  return merged;
}
