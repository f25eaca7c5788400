/** Mutants that do not close, or close too much. */

import { ModelVaultError, type Store, type StoreSnapshot, type StoreTransaction } from "@modelvault/core";
import { logHarness } from "../support/log-harness.ts";
import type { LogStore } from "../support/log-store.ts";
import { lastOf, type Mutant, mutant, type Parts, scanOf } from "./mutant.ts";

/** Runs a call of the store below after the store was closed, by way of a handle that is not. */
function lasting(parts: (outer: Store) => Partial<Store>): (store: LogStore) => Parts {
  return () => ({ store: parts });
}

/** A store that says it is closed while it holds on to everything. */
function halfClosed(
  onClose: (store: LogStore, open: StoreTransaction | undefined) => void,
): (store: LogStore) => Parts {
  return (below) => {
    let open: StoreTransaction | undefined;
    let closed = false;
    return {
      transaction: (transaction) => {
        open = transaction;
        const over = (): void => {
          open = undefined;
        };
        return {
          commit: () => {
            over();
            return transaction.commit();
          },
          abort: () => {
            over();
            transaction.abort();
          },
        };
      },
      store: () => ({
        close: () => {
          if (!closed) onClose(below, open);
          closed = true;
        },
      }),
    };
  };
}

const samePlace = (): Mutant => {
  const harness = logHarness("gives every place the same medium");
  const place = harness.newLocation();
  return {
    name: harness.name,
    harness: { ...harness, newLocation: () => place, dispose: () => undefined },
    caughtBy: ["lifecycle: two places share nothing", "lifecycle: a new place is empty"].slice(0, 1),
  };
};

export const lifecycleMutants: readonly Mutant[] = [
  mutant(
    "goes on when it is closed",
    { parts: () => ({ store: () => ({ close: () => undefined }) }), model: true },
    [
      "lifecycle: a closed store refuses every call",
      "lifecycle: closing aborts an open transaction",
      "lifecycle: closing ends open snapshots",
      "scans: a scan of the store ends with it",
    ],
  ),
  mutant(
    "reads on when it is closed",
    {
      parts: () => ({
        store: (store) => {
          let last: StoreSnapshot | undefined;
          return {
            get: (space, key) => {
              try {
                return store.get(space, key);
              } catch {
                return last && undefined;
              }
            },
            close: () => {
              last ??= undefined;
              store.close();
            },
          };
        },
      }),
    },
    ["lifecycle: a closed store refuses every call", "lifecycle: closing again does nothing"],
  ),
  mutant(
    "scans on when it is closed",
    {
      parts: lasting((store) => ({
        scan: (space, range) => {
          try {
            return store.scan(space, range);
          } catch (error) {
            if (range) throw error;
            return scanOf([]);
          }
        },
      })),
    },
    ["lifecycle: a closed store refuses every call"],
  ),
  mutant(
    "throws when it is closed a second time",
    {
      parts: lasting((store) => ({
        close: () => {
          store.revision();
          store.close();
        },
      })),
    },
    ["lifecycle: closing again does nothing"],
  ),
  mutant(
    "closes whichever handle is open when it is closed again",
    {
      parts: (() => {
        let newest: LogStore | undefined;
        return (store: LogStore): Parts => {
          newest = store;
          let closed = false;
          return {
            store: (outer) => ({
              close: () => {
                if (closed) newest?.close();
                closed = true;
                outer.close();
              },
            }),
          };
        };
      })(),
    },
    ["lifecycle: closing again does nothing"],
  ),
  mutant(
    "commits an open transaction when it is closed",
    {
      parts: halfClosed((store, open) => {
        open?.commit();
        store.close();
      }),
      model: true,
    },
    [
      "lifecycle: closing aborts an open transaction",
      "reopen: a transaction open at close is not there after reopening",
    ],
  ),
  mutant(
    "keeps the lock when it is closed in a transaction",
    {
      parts: halfClosed((store, open) => {
        store.close();
        if (open) store.disk.lock(store);
      }),
      model: true,
    },
    ["lifecycle: closing lets go of the place, whatever was open"],
  ),
  mutant(
    "leaves snapshots open when it is closed",
    {
      parts: (store) => {
        let closed = false;
        const guard = (): void => {
          if (closed) throw new ModelVaultError("store_closed", "The store is closed.");
        };
        return {
          store: (outer) => ({
            ...Object.fromEntries(
              (
                ["get", "scan", "count", "begin", "revision", "snapshot", "getMany", "countRange"] as const
              ).map((name) => [
                name,
                (...args: never[]) =>
                  lastOf(guard(), (outer[name] as (...args: never[]) => unknown)(...args)),
              ]),
            ),
            close: () => {
              closed = true;
              store.disk.unlock(store);
            },
          }),
        };
      },
    },
    ["lifecycle: closing ends open snapshots"],
  ),
  mutant(
    "can be opened five times",
    {
      parts: (() => {
        const opened = new Map<object, number>();
        return (store: LogStore): Parts => {
          const times = (opened.get(store.disk) ?? 0) + 1;
          opened.set(store.disk, times);
          if (times > 5) throw new Error("opened too often");
          return {};
        };
      })(),
    },
    ["lifecycle: a place can be opened and closed many times"],
  ),
  mutant(
    "writes though it was opened for reading",
    {
      parts: (store) => {
        store.readOnly = false;
        return {};
      },
    },
    ["lifecycle: a store opened for reading reads, and refuses to begin"],
  ),
  samePlace(),
];
