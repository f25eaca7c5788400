/** Mutants that keep wrong counts. A count is kept beside the entries, so each way of changing them can be missed. */
import type { Keyspace, StoreTransaction } from "@modelvault/core";
import { hexOf, lastOf, type Mutant, misreader, mutant, type Parts } from "./mutant.ts";

const nameOf = (space: Keyspace): string => JSON.stringify(space);

/** Counts that are kept by a rule of their own; `change` says by how much a write changes the count. */
function counting(
  change: (
    transaction: StoreTransaction,
    space: Keyspace,
    key: Uint8Array,
    value: Uint8Array | undefined,
  ) => number,
  onAbort: "forget" | "keep" = "forget",
  name: (space: Keyspace) => string = nameOf,
): () => Parts {
  return () => {
    const committed = new Map<string, number>();
    let staged: Map<string, number> | undefined;
    const of = (counts: Map<string, number>, space: Keyspace): number => counts.get(name(space)) ?? 0;
    return {
      read: (reader, kind) =>
        kind === "snapshot"
          ? {}
          : {
              count: (space) =>
                lastOf(reader.count(space), of(kind === "store" ? committed : (staged ?? committed), space)),
            },
      transaction: (transaction) => {
        const own = new Map(committed);
        staged = own;
        const add = (space: Keyspace, key: Uint8Array, value: Uint8Array | undefined): void => {
          own.set(name(space), of(own, space) + change(transaction, space, key, value));
        };
        const keep = (): void => {
          for (const [each, count] of own) committed.set(each, count);
          staged = undefined;
        };
        return {
          put: (space, key, value) => {
            const by = [space, key, value] as const;
            transaction.count(space);
            add(...by);
            transaction.put(space, key, value);
          },
          delete: (space, key) => {
            transaction.count(space);
            add(space, key, undefined);
            transaction.delete(space, key);
          },
          commit: () => {
            const returned = transaction.commit();
            keep();
            return returned;
          },
          abort: () => {
            transaction.abort();
            if (onAbort === "keep" && staged === own) keep();
            staged = undefined;
          },
        };
      },
    };
  };
}

const has = (transaction: StoreTransaction, space: Keyspace, key: Uint8Array): boolean =>
  transaction.get(space, key) !== undefined;

export const countMutants: readonly Mutant[] = [
  mutant(
    "does not lower the count on delete",
    {
      parts: counting((transaction, space, key, value) => (value && !has(transaction, space, key) ? 1 : 0)),
      model: true,
    },
    [
      "count: deleting lowers the count, deleting an absent key does not",
      "keyspaces: a keyspace that was emptied is empty, and can be filled again",
    ],
  ),
  mutant(
    "lowers the count for absent keys",
    {
      parts: counting((transaction, space, key, value) =>
        value ? (has(transaction, space, key) ? 0 : 1) : -1,
      ),
      model: true,
    },
    ["count: deleting lowers the count, deleting an absent key does not"],
  ),
  mutant(
    "counts a replacement as a new entry",
    {
      parts: counting((transaction, space, key, value) =>
        value ? 1 : has(transaction, space, key) ? -1 : 0,
      ),
      model: true,
    },
    [
      "count: replacing values leaves the count",
      "keys and values: putting under a key again replaces its value, longer or shorter",
    ],
  ),
  mutant(
    "counts every other new key",
    {
      parts: () => {
        const counted = new Set<string>();
        return counting((_, space, key, value) => {
          const id = `${nameOf(space)} ${hexOf(key)}`;
          if (!value || counted.has(id)) return 0;
          counted.add(id);
          return counted.size % 2;
        })();
      },
    },
    ["count: putting new keys raises the count"],
  ),
  mutant(
    "keeps the count of an aborted transaction",
    {
      parts: counting(
        (transaction, space, key, value) =>
          value ? (has(transaction, space, key) ? 0 : 1) : has(transaction, space, key) ? -1 : 0,
        "keep",
      ),
      model: true,
    },
    [
      "count: abort leaves the count",
      "count: the count is the number of entries after every random commit and abort",
    ],
  ),
  mutant(
    "counts all indexes of a collection together",
    {
      parts: counting(
        (transaction, space, key, value) =>
          value ? (has(transaction, space, key) ? 0 : 1) : has(transaction, space, key) ? -1 : 0,
        "forget",
        (space) => (space.kind === "index" ? `index ${space.collection}` : nameOf(space)),
      ),
      model: true,
    },
    ["count: keyspaces are counted apart", "keyspaces: keyspaces of every kind are apart"],
  ),
  mutant(
    "counts a keyspace never written as 1",
    {
      parts: () => ({ read: (reader) => ({ count: (space) => Math.max(1, reader.count(space)) }) }),
      model: true,
    },
    [
      "count: a keyspace never written counts 0",
      "keyspaces: a keyspace never written is empty to every reader",
    ],
  ),
  mutant(
    "forgets its counts when it is reopened",
    {
      parts: counting((transaction, space, key, value) =>
        value ? (has(transaction, space, key) ? 0 : 1) : has(transaction, space, key) ? -1 : 0,
      ),
      model: true,
    },
    ["reopen: counts are right after reopening, and go on being right"],
  ),
  misreader(
    "counts nothing in a reverse range",
    (reader) => ({
      countRange: (space, range) => (range.reverse ? 0 : [...reader.scan(space, range)].length),
    }),
    ["count: counting a range gives as many as a scan of it, in every reader"],
    true,
  ),
  mutant(
    "counts a range without the transaction's own writes",
    {
      parts: (store) => ({
        transaction: (transaction) => ({
          countRange: (space, range) =>
            lastOf(transaction.count(space), [...store.scan(space, range)].length),
        }),
      }),
      model: true,
    },
    [
      "count: counting a range gives as many as a scan of it, in every reader",
      "count: counting a range stays right through random commits",
    ],
  ),
];
