/** Keyspaces by short names. */
import type { Keyspace } from "@modelvault/core";
import { bigEndian } from "../bytes/bytes.ts";

export const catalog: Keyspace = { kind: "catalog" };

export function rows(collection: number): Keyspace {
  return { kind: "rows", collection };
}

export function index(collection: number, number: number): Keyspace {
  return { kind: "index", collection, index: number };
}

/** The key of a catalog entry: its sequence number, from 1. */
export function catalogKey(sequence: number): Uint8Array {
  return bigEndian(sequence, 8);
}

/** A keyspace of each kind, and ones whose numbers are easily taken for each other. */
export const mixedSpaces: readonly Keyspace[] = [
  rows(1),
  rows(2),
  rows(12),
  index(1, 1),
  index(1, 2),
  index(2, 1),
  index(1, 23),
  index(12, 3),
];

/** The value where a keyspace may hold one; index entries have empty values, and drivers may count on that. */
export function valueIn(space: Keyspace, value: Uint8Array): Uint8Array {
  return space.kind === "index" ? new Uint8Array(0) : value;
}
