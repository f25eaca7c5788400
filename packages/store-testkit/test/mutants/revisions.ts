/** Mutants that tell a wrong revision. */

import type { LogStore } from "../support/log-store.ts";
import { type Mutant, mutant, type Parts } from "./mutant.ts";

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
