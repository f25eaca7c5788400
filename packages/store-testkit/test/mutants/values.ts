/** Mutants that lose or bend single keys and values. */

import { bender } from "./bent.ts";
import { aliveCheck, hexOf, type Mutant, misreader, miswriter, mutant, rescanned, scanOf } from "./mutant.ts";

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
