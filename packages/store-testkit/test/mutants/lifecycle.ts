/** Mutants that do not close, close too much, or tell a wrong revision. */
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

function revisionMutant(
  name: string,
  parts: (store: LogStore) => Parts,
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(name, { parts, model }, caughtBy);
}

/** Tells other revisions: by handle, by commit and by snapshot alike. */
function renumbered(change: (revision: number, store: LogStore) => number): (store: LogStore) => Parts {
  return (store) => ({
    store: (outer) => ({ revision: () => change(outer.revision(), store) }),
    transaction: (transaction) => ({ commit: () => change(transaction.commit(), store) }),
    snapshot: (snapshot) => ({ revision: change(snapshot.revision, store) }),
  });
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

export const revisionMutants: readonly Mutant[] = [
  revisionMutant(
    "counts revisions in halves",
    renumbered((revision) => revision + 0.5),
    ["revision: the revision is a whole number from the start"],
  ),
  revisionMutant(
    "stands still",
    renumbered(() => 7),
    [
      "revision: the revision grows with every commit that changes something",
      "revision: no revision is given twice, not even across reopening",
      "reopen: committed entries of every keyspace are there after reopening",
    ].slice(0, 2),
    true,
  ),
  revisionMutant(
    "stands still for a commit that only deletes",
    (store) => {
      let behind = 0;
      return {
        ...renumbered((revision) => revision - behind)(store),
        transaction: (transaction) => {
          let puts = 0;
          let deletes = 0;
          return {
            put: (space, key, value) => {
              puts++;
              transaction.put(space, key, value);
            },
            delete: (space, key) => {
              deletes++;
              transaction.delete(space, key);
            },
            commit: () => {
              const returned = transaction.commit();
              if (puts === 0 && deletes > 0) behind++;
              return returned - behind;
            },
          };
        },
      };
    },
    ["revision: the revision grows with every commit that changes something"],
  ),
  revisionMutant(
    "counts revisions in six bits",
    renumbered((revision) => revision % 32),
    ["revision: the revision grows with every commit that changes something"],
  ),
  revisionMutant(
    "returns the revision before the commit",
    (store) => ({
      transaction: (transaction) => ({
        commit: () => {
          const before = store.revision();
          transaction.commit();
          return before;
        },
      }),
    }),
    ["revision: commit returns the revision after it"],
    true,
  ),
  revisionMutant(
    "grows with a transaction without writes",
    (store) => emptyGrowth(store, "commit"),
    [
      "revision: a transaction without writes leaves the revision",
      "transactions: a transaction without writes commits to nothing",
    ],
    true,
  ),
  revisionMutant(
    "grows with an abort",
    (store) => emptyGrowth(store, "abort"),
    ["revision: an aborted transaction leaves the revision", "transactions: abort leaves nothing behind"],
    true,
  ),
  revisionMutant(
    "grows with every snapshot",
    () => {
      let snapshots = 0;
      return {
        store: (store) => ({
          revision: () => store.revision() + snapshots,
          snapshot: () => {
            snapshots++;
            return store.snapshot();
          },
        }),
      };
    },
    ["revision: reads, scans and snapshots leave the revision"],
    true,
  ),
  revisionMutant(
    "tells the coming revision during a transaction",
    () => {
      let open = false;
      return {
        transaction: (transaction) => {
          open = true;
          return {
            commit: () => {
              open = false;
              return transaction.commit();
            },
            abort: () => {
              open = false;
              transaction.abort();
            },
          };
        },
        store: (store) => ({ revision: () => store.revision() + (open ? 1 : 0) }),
      };
    },
    [
      "revision: the revision is the committed one while a transaction is open",
      "revision: an aborted transaction leaves the revision",
    ].slice(0, 1),
    true,
  ),
  revisionMutant(
    "goes back when a commit changes nothing",
    (store) => {
      let behind = 0;
      return {
        store: (outer) => ({ revision: () => outer.revision() - behind }),
        transaction: (transaction) => ({
          commit: () => {
            const before = store.revision();
            const returned = transaction.commit();
            if (returned === before && before > 0) behind++;
            return returned - behind;
          },
        }),
      };
    },
    ["revision: a commit without a net effect never takes the revision back"],
    true,
  ),
  revisionMutant(
    "begins anew with every handle",
    (store) => {
      const start = store.revision();
      return renumbered((revision) => revision - start)(store);
    },
    [
      "revision: the revision is kept by reopening, and goes on from there",
      "revision: no revision is given twice, not even across reopening",
    ],
    true,
  ),
];

/** A revision that also counts transactions that changed nothing. */
function emptyGrowth(store: LogStore, end: "commit" | "abort"): Parts {
  let more = 0;
  return {
    store: (outer) => ({ revision: () => outer.revision() + more }),
    transaction: (transaction) => {
      let over = false;
      return {
        commit: () => {
          const before = store.revision();
          const returned = transaction.commit();
          if (end === "commit" && returned === before) more++;
          over = true;
          return returned + more;
        },
        abort: () => {
          if (end === "abort" && !over) more++;
          over = true;
          transaction.abort();
        },
      };
    },
    snapshot: (snapshot) => ({ revision: snapshot.revision + more }),
  };
}
