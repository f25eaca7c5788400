/** Mutants whose transactions are torn, see too little or too much, or never end; and ones that miscount. */
import type { StoreTransaction } from "@modelvault/core";
import type { LogStore } from "../support/log-store.ts";
import {
  type Mutant,
  misreader,
  miswriter,
  mutant,
  type Parts,
  recording,
  scanOf,
  type Written,
} from "./mutant.ts";

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
  torn("loses what a commit writes after 2,000 writes", (written) => written.slice(0, 2000), [
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
  mutant(
    "gives the open transaction to a second begin",
    {
      parts: () => {
        let open: StoreTransaction | undefined;
        return {
          store: (store) => ({
            begin: (options) => {
              try {
                open = store.begin(options);
              } catch (error) {
                if (open === undefined) throw error;
              }
              return open as StoreTransaction;
            },
          }),
        };
      },
      model: true,
    },
    ["transactions: a second begin on the same handle is busy at once"],
  ),
  mutant(
    "waits in a second begin on the same handle",
    {
      parts: () => ({
        store: (store) => ({
          begin: (options) => {
            try {
              return store.begin(options);
            } catch (error) {
              Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, options?.waitMs ?? 0);
              throw error;
            }
          },
        }),
      }),
    },
    ["transactions: a second begin on the same handle is busy at once"],
  ),
  mutant(
    "stays busy after an abort",
    {
      parts: () => ({
        transaction: (transaction) => ({
          abort: () => void transaction.delete({ kind: "rows", collection: 1 }, new Uint8Array(1)),
        }),
      }),
      model: true,
    },
    ["transactions: after a transaction has ended the next one begins"],
  ),
  misended(
    "puts in silence after commit",
    ["put", "delete"],
    [
      "transactions: a committed transaction refuses every call but abort",
      "transactions: abort of a transaction that is over does nothing to the next one",
    ],
  ),
  misended(
    "reads after its end",
    ["get", "count", "scan"],
    [
      "transactions: a committed transaction refuses every call but abort",
      "transactions: an aborted transaction refuses every call but abort",
      "lifecycle: closing aborts an open transaction",
    ],
    true,
  ),
  misended(
    "commits a second time in silence",
    ["commit"],
    ["transactions: a committed transaction refuses every call but abort"],
  ),
  miswriter(
    "throws when it is aborted after its end",
    (transaction) => ({
      abort: () => {
        transaction.count({ kind: "catalog" });
        transaction.abort();
      },
    }),
    [
      "transactions: a committed transaction refuses every call but abort",
      "transactions: an aborted transaction refuses every call but abort",
      "lifecycle: closing aborts an open transaction",
    ],
    true,
  ),
  mutant(
    "aborts whichever transaction is open",
    {
      parts: () => {
        let open: StoreTransaction | undefined;
        return {
          transaction: (transaction) => {
            open = transaction;
            return { abort: () => open?.abort() };
          },
        };
      },
    },
    ["transactions: abort of a transaction that is over does nothing to the next one"],
  ),
  miswriter(
    "ends when a read of it is refused",
    (transaction) => ({
      scan: (space, range) => {
        try {
          return transaction.scan(space, range);
        } catch (error) {
          transaction.abort();
          throw error;
        }
      },
    }),
    ["transactions: reads with bad bounds leave a transaction usable"],
  ),
  miswriter(
    "keeps the first of several puts of one key",
    (transaction, store) => ({
      put: (space, key, value) => {
        const before = transaction.get(space, key);
        if (before === undefined || Buffer.compare(before, store.get(space, key) ?? new Uint8Array(0)) === 0)
          transaction.put(space, key, value);
      },
    }),
    ["transactions: of several puts of one key in a transaction the last counts"],
    true,
  ),
  miswriter(
    "keeps a key that was put and deleted in one transaction",
    (transaction) =>
      recording(transaction, (written) => {
        for (const { space, keyCopy, valueCopy } of written)
          if (valueCopy && transaction.get(space, keyCopy) === undefined)
            transaction.put(space, keyCopy, valueCopy);
      }),
    [
      "transactions: a key put and deleted in one transaction was never there",
      "transactions: a committed key replaced and then deleted in one transaction is gone",
    ],
    true,
  ),
  miswriter(
    "deletes before it puts, so that a key deleted and put again is gone",
    (transaction) =>
      recording(transaction, (written) => {
        for (const { space, keyCopy, valueCopy } of written)
          if (!valueCopy) transaction.delete(space, keyCopy);
      }),
    ["transactions: a key deleted and put again in one transaction is replaced"],
    true,
  ),
  miswriter(
    "takes a put of the bytes that are there for a delete",
    (transaction, store) =>
      recording(transaction, (written) => {
        for (const { space, keyCopy } of written) {
          const [before, after] = [store.get(space, keyCopy), transaction.get(space, keyCopy)];
          if (before && after && before.length > 0 && Buffer.compare(before, after) === 0)
            transaction.delete(space, keyCopy);
        }
      }),
    ["transactions: putting the bytes that are there already changes no data"],
    true,
  ),
  mutant(
    "gives entries in the order of their puts",
    {
      parts: () => {
        const order: string[] = [];
        return {
          transaction: (transaction) => ({
            put: (space, key, value) => {
              order.push(Buffer.from(key).toString("hex"));
              transaction.put(space, key, value);
            },
          }),
          store: (store) => ({
            scan: (space, range) => {
              const rank = ([key]: readonly [Uint8Array, Uint8Array]): number =>
                order.indexOf(Buffer.from(key).toString("hex"));
              return scanOf(
                [...store.scan(space, range)].sort((a, b) => rank(a) - rank(b)),
                () => void store.count(space),
              );
            },
          }),
        };
      },
      model: true,
    },
    ["transactions: the order of puts means nothing"],
  ),
  mutant(
    "commits nothing as something",
    {
      parts: (store) => ({
        transaction: (transaction) => ({
          commit: () => {
            const returned = transaction.commit();
            return returned === store.revision() ? returned : returned + 1;
          },
        }),
        read: (reader, kind) =>
          kind === "transaction"
            ? { get: (space, key) => (reader.count(space) === 1 ? undefined : reader.get(space, key)) }
            : {},
      }),
    },
    ["transactions: a transaction without writes commits to nothing"],
  ),
  misreader(
    "answers getMany in the order of the keys' bytes",
    (reader) => ({
      getMany: (space, keys) => [...keys].sort(Buffer.compare).map((key) => reader.get(space, key)),
    }),
    ["transactions: getMany answers each key, in the order of the keys"],
  ),
  misreader(
    "answers getMany without the absent ones",
    (reader) => ({
      getMany: (space, keys) =>
        keys.map((key) => reader.get(space, key)).filter((value) => value !== undefined),
    }),
    ["transactions: getMany answers each key, in the order of the keys"],
  ),
  misreader(
    "answers each key of getMany once",
    (reader) => ({ getMany: (space, keys) => [...new Set(keys)].map((key) => reader.get(space, key)) }),
    ["transactions: getMany answers each key, in the order of the keys"],
  ),
];

/** A transaction some of whose calls go on without a word when it is over. */
function misended(
  name: string,
  silent: readonly ("get" | "count" | "scan" | "put" | "delete" | "commit")[],
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return miswriter(
    name,
    (transaction, store) => {
      const quiet = <T>(call: () => T, instead: () => T): T => {
        try {
          return call();
        } catch (error) {
          if ((error as { code?: string }).code === "transaction_closed") return instead();
          throw error;
        }
      };
      const calls: Partial<StoreTransaction> = {
        get: (space, key) =>
          quiet(
            () => transaction.get(space, key),
            () => undefined,
          ),
        count: (space) =>
          quiet(
            () => transaction.count(space),
            () => 0,
          ),
        scan: (space, range) =>
          quiet(
            () => transaction.scan(space, range),
            () => scanOf([]),
          ),
        put: (space, key, value) => quiet(() => transaction.put(space, key, value), nothing),
        delete: (space, key) => quiet(() => transaction.delete(space, key), nothing),
        commit: () =>
          quiet(
            () => transaction.commit(),
            () => store.revision(),
          ),
      };
      return Object.fromEntries(silent.map((method) => [method, calls[method]]));
    },
    caughtBy,
    model,
  );
}
