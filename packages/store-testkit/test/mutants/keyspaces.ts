/** Mutants that take one keyspace for another, or let keys over the border. */

import type { Keyspace, StoreReader, StoreTransaction } from "@modelvault/core";
import { bender, bent } from "./bent.ts";
import {
  aliveCheck,
  hexOf,
  type Mutant,
  misreader,
  miswriter,
  mutant,
  type Parts,
  scanOf,
} from "./mutant.ts";

/** Joins keyspace and key without a border between them, in one keyspace below. */
function joined(prefixOf: (space: Keyspace) => string): Parts {
  const below: Keyspace = { kind: "rows", collection: 9 };
  const join = (space: Keyspace, key: Uint8Array): Uint8Array =>
    Uint8Array.from(Buffer.concat([Buffer.from(prefixOf(space), "hex"), key]));
  const read = (reader: StoreReader): Partial<StoreReader> => {
    const inside = (space: Keyspace): (readonly [Uint8Array, Uint8Array])[] => {
      const prefix = prefixOf(space);
      return [...reader.scan(below)]
        .filter(([key]) => hexOf(key).startsWith(prefix))
        .map(([key, value]) => [key.subarray(prefix.length / 2), value]);
    };
    return {
      get: (space, key) => reader.get(below, join(space, key)),
      scan: (space, range) =>
        scanOf(range?.reverse ? inside(space).reverse() : inside(space), aliveCheck(reader)),
      count: (space) => inside(space).length,
    };
  };
  return {
    read,
    transaction: (transaction) => ({
      put: (space, key, value) => transaction.put(below, join(space, key), value),
      delete: (space, key) => transaction.delete(below, join(space, key)),
    }),
  };
}

const numberOf = (space: Keyspace): string =>
  space.kind === "catalog" ? "00" : space.collection.toString(16).padStart(2, "0");

/** Keyspaces by another pair of numbers. */
function renumbered(
  collection: (number: number) => number,
  index: (number: number) => number = collection,
): (space: Keyspace) => Keyspace {
  return (space) => {
    if (space.kind === "catalog") return space;
    if (space.kind === "rows") return { kind: "rows", collection: collection(space.collection) };
    return { kind: "index", collection: collection(space.collection), index: index(space.index) };
  };
}

export const keyspaceMutants: readonly Mutant[] = [
  bender(
    "knows an index by its own number only",
    { space: (space) => (space.kind === "index" ? { ...space, collection: 1 } : space) },
    ["keyspaces: keyspaces of every kind are apart", "keyspaces: index numbers up to 2^32-1 are apart"],
    true,
  ),
  bender(
    "knows an index by the smaller and the larger number",
    {
      space: (space) =>
        space.kind === "index"
          ? {
              kind: "index",
              collection: Math.min(space.collection, space.index),
              index: Math.max(space.collection, space.index),
            }
          : space,
    },
    ["keyspaces: indexes with swapped numbers are apart"],
    true,
  ),
  bender(
    "knows an index by its numbers run together",
    {
      space: (space) =>
        space.kind === "index"
          ? { kind: "index", collection: Number(`${space.collection}${space.index}`), index: 1 }
          : space,
    },
    ["keyspaces: numbers that read the same when run together are apart"],
  ),
  bender(
    "keeps rows and the index of the same number together",
    {
      space: (space) =>
        space.kind === "index" && space.collection === space.index
          ? { kind: "rows", collection: space.collection }
          : space,
    },
    ["keyspaces: the rows of a collection and an index of its number are apart"],
  ),
  bender("keeps collection numbers in 16 bits", { space: renumbered((number) => number % 65_536) }, [
    "keyspaces: collection numbers up to 2^32-1 are apart",
    "keyspaces: index numbers up to 2^32-1 are apart",
  ]),
  bender(
    "keeps index numbers in 31 bits",
    {
      space: renumbered(
        (number) => number,
        (number) => number & 0x7fffffff,
      ),
    },
    ["keyspaces: index numbers up to 2^32-1 are apart"],
  ),
  bender(
    "keeps the catalog with the rows of collection 1",
    { space: (space) => (space.kind === "catalog" ? { kind: "rows", collection: 1 } : space) },
    ["keyspaces: the catalog is apart from rows and indexes with the same keys"],
  ),
  bender(
    "keeps one byte of a catalog number",
    {
      key: (key) =>
        key.length === 8 && key[6] === 1
          ? Uint8Array.from([...key.subarray(0, 6), 0, ...key.subarray(7)])
          : key,
    },
    ["keyspaces: the catalog grows by payloads in the order of their numbers"],
  ),
  mutant(
    "joins the numbers of a keyspace and the key without a border",
    {
      parts: () =>
        joined((space) =>
          space.kind === "index"
            ? `${numberOf(space)}${space.index.toString(16).padStart(2, "0")}`
            : numberOf(space),
        ),
    },
    ["keyspaces: a key cannot reach into the next keyspace"],
  ),
  mutant(
    "knows a keyspace by its object",
    {
      parts: () => {
        const seen = new WeakMap<Keyspace, Keyspace>();
        const known = (space: Keyspace): Keyspace => {
          const first = seen.get(space) ?? { ...space };
          seen.set(space, first);
          return first;
        };
        return bent({ space: known });
      },
    },
    ["keyspaces: a keyspace object is known by its content"],
  ),
  misreader(
    "throws for a keyspace that was never written",
    (reader: StoreReader) => ({
      scan: (space, range) => {
        if (reader.count(space) === 0) throw new Error("no such keyspace");
        return reader.scan(space, range);
      },
    }),
    [
      "keyspaces: a keyspace never written is empty to every reader",
      "keyspaces: a keyspace that was emptied is empty, and can be filled again",
      "lifecycle: a new place is empty",
    ],
    true,
  ),
  miswriter(
    "forgets the border: deleting the last key deletes the first of the next keyspace",
    (transaction: StoreTransaction) => ({
      delete: (space, key) => {
        transaction.delete(space, key);
        if (space.kind === "index") transaction.delete({ ...space, index: space.index + 1 }, key);
      },
    }),
    ["keyspaces: keyspaces of every kind are apart"],
  ),
  misreader(
    "counts an empty value as no entry",
    (reader) => ({
      count: (space) => [...reader.scan(space)].filter(([, value]) => value.length > 0).length,
    }),
    [
      "keyspaces: index entries are long keys with empty values",
      "keyspaces: keyspaces of every kind are apart",
    ],
    true,
  ),
];
