/** Mutants whose transactions do not end, end twice, or leave something else than their net effect. */

import type { StoreTransaction } from "@modelvault/core";
import { type Mutant, misreader, miswriter, mutant, recording, scanOf } from "./mutant.ts";

const nothing = (): void => undefined;

export const transactionEndMutants: readonly Mutant[] = [
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
