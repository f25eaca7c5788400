/** Mutants that lose or bend single keys and values, and ones that confuse keyspaces. */
import type { Keyspace, StoreReader, StoreTransaction } from "@modelvault/core";
import {
  aliveCheck,
  hexOf,
  type Mutant,
  misreader,
  miswriter,
  mutant,
  type Parts,
  rescanned,
  scanOf,
} from "./mutant.ts";

/** Bends keys, values or keyspaces on the way in and on the way to a lookup. */
function bent(change: {
  key?: (key: Uint8Array) => Uint8Array;
  value?: (value: Uint8Array) => Uint8Array;
  space?: (space: Keyspace) => Keyspace;
}): Parts {
  const {
    key: bendKey = (key) => key,
    value: bendValue = (value) => value,
    space: bendSpace = (space) => space,
  } = change;
  return {
    read: (reader) => ({
      get: (space, key) => reader.get(bendSpace(space), bendKey(key)),
      scan: (space, range) => reader.scan(bendSpace(space), range),
      count: (space) => reader.count(bendSpace(space)),
    }),
    transaction: (transaction) => ({
      put: (space, key, value) => transaction.put(bendSpace(space), bendKey(key), bendValue(value)),
      delete: (space, key) => transaction.delete(bendSpace(space), bendKey(key)),
    }),
  };
}

function bender(
  name: string,
  change: Parameters<typeof bent>[0],
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(name, { parts: () => bent(change), model }, caughtBy);
}

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

const ascii = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte & 0x7f);

export const valueMutants: readonly Mutant[] = [
  misreader(
    "treats an empty key as absent",
    (reader) => ({ get: (space, key) => (key.length === 0 ? undefined : reader.get(space, key)) }),
    ["keys and values: an empty key is a key", "keys and values: an empty key may have an empty value"],
    true,
  ),
  miswriter(
    "never stores an empty key",
    (transaction) => ({
      put: (space, key, value) => (key.length === 0 ? undefined : transaction.put(space, key, value)),
    }),
    [
      "keys and values: an empty key is a key",
      "keys and values: an empty key is a bound like any other",
      "reopen: empty keys and values are there after reopening",
    ],
    true,
  ),
  misreader(
    "treats an empty value as absent",
    (reader) => ({
      get: (space, key) => {
        const value = reader.get(space, key);
        return value?.length === 0 ? undefined : value;
      },
    }),
    [
      "keys and values: an empty value is a value",
      "keyspaces: index entries are long keys with empty values",
    ],
    true,
  ),
  miswriter(
    "drops empty values",
    (transaction) => ({
      put: (space, key, value) =>
        value.length === 0 ? transaction.delete(space, key) : transaction.put(space, key, value),
    }),
    [
      "keys and values: an empty value is a value",
      "keys and values: an empty key may have an empty value",
      "keyspaces: index entries are long keys with empty values",
    ],
    true,
  ),
  misreader(
    "finds the first key at or behind the one asked for",
    (reader) => ({
      get: (space, key) => {
        const step = reader.scan(space, { gte: key }).next();
        return step.done ? undefined : step.value[1];
      },
    }),
    ["keys and values: a value is found under exactly its key"],
    true,
  ),
  bender("cuts values at 64 KiB", { value: (value) => value.subarray(0, 65_536) }, [
    "keys and values: values of every length come back as they were",
    "keys and values: an entry of the largest sizes of both is an entry",
  ]),
  bender("cuts keys at 511 bytes", { key: (key) => key.subarray(0, 511) }, [
    "keys and values: keys of every length come back as they were",
    "traits: a key of the longest length is stored, one byte more is refused",
  ]),
  bender(
    "keeps seven bits of each byte of a value",
    { value: ascii },
    [
      "keys and values: every byte may stand in a key and in a value",
      "keys and values: values of every length come back as they were",
    ],
    true,
  ),
  miswriter(
    "writes a shorter value over the old one and leaves the tail",
    (transaction) => ({
      put: (space, key, value) => {
        const before = transaction.get(space, key);
        if (before === undefined || before.length <= value.length || value.length === 0)
          return transaction.put(space, key, value);
        before.set(value);
        transaction.put(space, key, before);
      },
    }),
    ["keys and values: putting under a key again replaces its value, longer or shorter"],
    true,
  ),
  miswriter(
    "deletes every key that begins like the one given",
    (transaction) => ({
      delete: (space, key) => {
        for (const [each] of transaction.scan(space, { gte: key }))
          if (hexOf(each).startsWith(hexOf(key))) transaction.delete(space, each);
      },
    }),
    [
      "keys and values: deleting removes exactly one key",
      "keys and values: deleting an absent key changes nothing",
    ],
    true,
  ),
  miswriter(
    "deletes the next key when the one given is absent",
    (transaction) => ({
      delete: (space, key) => {
        const step = transaction.scan(space, { gte: key }).next();
        if (!step.done) transaction.delete(space, step.value[0]);
      },
    }),
    ["keys and values: deleting an absent key changes nothing"],
    true,
  ),
  miswriter(
    "throws when an absent key is deleted",
    (transaction) => ({
      delete: (space, key) => {
        if (transaction.get(space, key) === undefined) throw new Error("no such key");
        transaction.delete(space, key);
      },
    }),
    ["keys and values: deleting an absent key changes nothing"],
    true,
  ),
  mutant(
    "leaves a deleted key dead for ever",
    {
      parts: () => {
        const dead = new Set<string>();
        return {
          transaction: (transaction) => ({
            put: (space, key, value) =>
              dead.has(hexOf(key)) ? undefined : transaction.put(space, key, value),
            delete: (space, key) => {
              dead.add(hexOf(key));
              transaction.delete(space, key);
            },
          }),
        };
      },
      model: true,
    },
    [
      "keys and values: a key deleted and put again has its new value",
      "keyspaces: a keyspace that was emptied is empty, and can be filled again",
    ],
  ),
  mutant(
    "loses what a transaction writes after 65,535 operations",
    {
      parts: () => ({
        transaction: (transaction) => {
          let operations = 0;
          return {
            put: (space, key, value) =>
              ++operations > 65_535 ? undefined : transaction.put(space, key, value),
          };
        },
      }),
      heavy: true,
    },
    ["keys and values: a transaction of 100,000 operations is whole"],
  ),
  misreader(
    "hands out ordinary arrays as keys",
    (reader) => ({
      scan: (space, range) =>
        scanOf(
          [...reader.scan(space, range)].map(([key, value]) => [Object.assign([], [...key]) as never, value]),
          aliveCheck(reader),
        ),
    }),
    ["buffers: keys and values are handed out as Uint8Arrays of their own length"],
    true,
  ),
  misreader(
    "hands out entries with a third part",
    rescanned((entries) => entries.map(([key, value]) => [key, value, "more"] as never)),
    ["buffers: keys and values are handed out as Uint8Arrays of their own length"],
  ),
];

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
