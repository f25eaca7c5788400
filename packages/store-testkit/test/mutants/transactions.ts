/** Mutants whose transactions are torn, or see too little or too much. */

import type { StoreTransaction } from "@modelvault/core";
import type { LogStore } from "../support/log-store.ts";
import { type Mutant, miswriter, mutant, type Parts, recording, type Written } from "./mutant.ts";

/** Commits writes in a transaction of their own. */
function apply(store: LogStore, written: readonly Written[]): number {
  const transaction = store.begin();
  for (const { space, keyCopy, valueCopy } of written) {
    if (valueCopy === undefined) transaction.delete(space, keyCopy);
    else transaction.put(space, keyCopy, valueCopy);
  }
  return transaction.commit();
}

/** A mutant whose commit writes only what `kept` leaves. */
function torn(
  name: string,
  kept: (written: readonly Written[]) => readonly Written[],
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return miswriter(
    name,
    (transaction, store) => {
      let written: readonly Written[] = [];
      const recorded = recording(transaction, (all) => {
        written = all;
      });
      return {
        ...recorded,
        commit: () => {
          const returned = recorded.commit();
          if (kept(written).length === written.length) return returned;
          undo(store, written);
          return apply(store, kept(written));
        },
      };
    },
    caughtBy,
    model,
  );
}

/** Takes back every write of keys that were new. */
function undo(store: LogStore, written: readonly Written[]): void {
  const transaction = store.begin();
  for (const { space, keyCopy } of written) transaction.delete(space, keyCopy);
  transaction.commit();
}

/** Gives the store's own readers the open transaction's answers. */
function peeking(method: "get" | "scan" | "count" | "snapshot"): () => Parts {
  return () => {
    let open: StoreTransaction | undefined;
    return {
      transaction: (transaction) => {
        open = transaction;
        return {
          commit: () => {
            open = undefined;
            return transaction.commit();
          },
          abort: () => {
            open = undefined;
            transaction.abort();
          },
        };
      },
      store: (store) => ({
        ...(method === "get" && { get: (space, key) => (open ?? store).get(space, key) }),
        ...(method === "scan" && { scan: (space, range) => (open ?? store).scan(space, range) }),
        ...(method === "count" && { count: (space) => (open ?? store).count(space) }),
        ...(method === "snapshot" && {
          snapshot: () => {
            const snapshot = store.snapshot();
            return open === undefined
              ? snapshot
              : { ...snapshot, get: open.get.bind(open), scan: open.scan.bind(open) };
          },
        }),
      }),
    };
  };
}

/** Reads of a transaction that ignore its writes. */
function blind(
  method: "get" | "count",
): NonNullable<Parts["transaction"]> extends (transaction: infer T) => infer R
  ? (transaction: T, store: LogStore) => R
  : never {
  return (_, store) =>
    method === "get"
      ? { get: (space, key) => store.get(space, key) }
      : { count: (space) => store.count(space) };
}

const nothing = (): void => undefined;

export const transactionMutants: readonly Mutant[] = [
  miswriter(
    "drops deletes",
    () => ({ delete: nothing }),
    [
      "keys and values: deleting removes exactly one key",
      "count: deleting lowers the count, deleting an absent key does not",
      "transactions: a transaction sees its own writes in get",
    ],
    true,
  ),
  miswriter(
    "forgets deletes at commit",
    (transaction, store) =>
      recording(transaction, (written) => {
        for (const { space, keyCopy, valueCopy } of written) {
          const before = store.get(space, keyCopy);
          if (
            valueCopy === undefined &&
            before !== undefined &&
            transaction.get(space, keyCopy) === undefined
          )
            transaction.put(space, keyCopy, before);
        }
      }),
    [
      "transactions: commit of puts, replacements and deletes together leaves out none",
      "reopen: deleted and replaced entries stay so after reopening",
    ],
    true,
  ),
  torn(
    "loses the last write of a commit",
    (written) => (written.length > 1 ? written.slice(0, -1) : written),
    [
      "transactions: commit makes every write visible at once, in every keyspace",
      "transactions: a commit of many writes leaves out none",
      "reopen: committed entries of every keyspace are there after reopening",
    ],
    true,
  ),
  torn(
    "commits to one keyspace only",
    (written) => written.filter(({ space }) => space.kind === written[0]?.space.kind),
    ["transactions: commit makes every write visible at once, in every keyspace"],
  ),
  torn("loses what a commit writes after 1,000 writes", (written) => written.slice(0, 1000), [
    "transactions: a commit of many writes leaves out none",
  ]),
  miswriter(
    "keeps the first write of an aborted transaction",
    (transaction, store) => {
      const all: Written[] = [];
      let over = false;
      const recorded = recording(transaction, () => {
        over = true;
      });
      return {
        ...recorded,
        put: (space, key, value) => {
          recorded.put(space, key, value);
          all.push({ space, key, value, keyCopy: Uint8Array.from(key), valueCopy: Uint8Array.from(value) });
        },
        abort: () => {
          transaction.abort();
          if (!over && all.length > 0) apply(store, all.slice(0, 1));
          over = true;
        },
      };
    },
    [
      "transactions: abort leaves nothing behind",
      "reopen: an aborted transaction is not there after reopening",
      "revision: an aborted transaction leaves the revision",
    ],
    true,
  ),
  miswriter(
    "writes out a transaction early when it is large",
    (transaction, store) => {
      const pending: Written[] = [];
      return {
        put: (space, key, value) => {
          transaction.put(space, key, value);
          pending.push({
            space,
            key,
            value,
            keyCopy: Uint8Array.from(key),
            valueCopy: Uint8Array.from(value),
          });
        },
        abort: () => {
          transaction.abort();
          if (pending.length > 1000) apply(store, pending.splice(0));
        },
        commit: () => {
          pending.length = 0;
          return transaction.commit();
        },
      };
    },
    ["transactions: abort of a large transaction leaves nothing behind"],
  ),
  mutant("shows the open transaction in get of the store", { parts: peeking("get"), model: true }, [
    "transactions: the store's own get shows committed state while a transaction is open",
  ]),
  mutant("shows the open transaction in scans of the store", { parts: peeking("scan"), model: true }, [
    "transactions: the store's own scans, count and getMany show committed state while a transaction is open",
    "scans: a scan of the store does not see the open transaction, nor its end",
  ]),
  mutant("shows the open transaction in count of the store", { parts: peeking("count"), model: true }, [
    "transactions: the store's own scans, count and getMany show committed state while a transaction is open",
    "count: a transaction counts its own writes, the store does not",
  ]),
  mutant("shows the open transaction in snapshots", { parts: peeking("snapshot"), model: true }, [
    "snapshots: a snapshot taken during a transaction shows committed state only",
  ]),
  miswriter(
    "does not see its own writes in get",
    blind("get"),
    [
      "transactions: a transaction sees its own writes in get",
      "transactions: of several puts of one key in a transaction the last counts",
    ],
    true,
  ),
  miswriter(
    "does not see its own writes in forward scans",
    (transaction, store) => ({
      scan: (space, range) => (range?.reverse ? transaction : store).scan(space, range),
    }),
    ["transactions: a transaction sees its own writes in forward scans"],
    true,
  ),
  miswriter(
    "does not see its own writes in reverse scans",
    (transaction, store) => ({
      scan: (space, range) => (range?.reverse ? store : transaction).scan(space, range),
    }),
    ["transactions: a transaction sees its own writes in reverse scans"],
    true,
  ),
  miswriter(
    "does not see its own writes in count",
    blind("count"),
    [
      "transactions: a transaction sees its own writes in count",
      "count: a transaction counts its own writes, the store does not",
    ],
    true,
  ),
  miswriter(
    "forgets its own deletes after thirty writes",
    (transaction, store) => {
      let writes = 0;
      return {
        put: (space, key, value) => {
          writes++;
          transaction.put(space, key, value);
        },
        get: (space, key) => transaction.get(space, key) ?? (writes > 30 ? store.get(space, key) : undefined),
      };
    },
    ["transactions: a long random transaction reads like a plain map at every point"],
  ),
];
