/** Mutants that let two writers in, or keep what others committed from their readers. */

import type { Store, StoreReader, StoreSnapshot } from "@modelvault/core";
import type { FakeDisk } from "../support/fake-disk.ts";
import type { LogStore } from "../support/log-store.ts";
import { lastOf, type Mutant, mutant, type Parts } from "./mutant.ts";
import { opened } from "./opened.ts";

/** Reads of the store from a snapshot that is only taken anew when `renew` is called. */
function stale(
  when: "own commit" | "never",
  methods: readonly (keyof StoreReader | "revision" | "snapshot")[],
): (store: LogStore) => Parts {
  return (below) => {
    let old: StoreSnapshot = below.snapshot();
    const alive = (): StoreSnapshot => {
      below.revision();
      return old;
    };
    const calls: Partial<Store> = {
      get: (space, key) => alive().get(space, key),
      scan: (space, range) => alive().scan(space, range),
      count: (space) => alive().count(space),
      revision: () => alive().revision,
    };
    return {
      transaction: (transaction) => ({
        commit: () => {
          const returned = transaction.commit();
          if (when === "own commit") old = below.snapshot();
          return returned;
        },
      }),
      store: () => Object.fromEntries(methods.map((name) => [name, calls[name]])),
    };
  };
}

/** A mutant whose `begin` reads the state its handle knew, not the newest. */
function staleBegin(store: LogStore): Parts {
  let old: StoreSnapshot = store.snapshot();
  return {
    transaction: (transaction) => ({
      get: (space, key) => {
        transaction.count(space);
        return old.get(space, key);
      },
      commit: () => {
        const returned = transaction.commit();
        old = store.snapshot();
        return returned;
      },
    }),
  };
}

const fresh = "freshness: another handle sees a commit after the next await";
const busy = "traits: begin on a store that another handle writes does what the trait `busy` says";

export const sharingMutants: readonly Mutant[] = [
  mutant("lets two writers in at once", { faults: { ignoresLock: true } }, [
    busy,
    "other processes: while a transaction is open here, begin elsewhere does not get past",
  ]),
  mutant("keeps the lock of a process that died", { faults: { keepsLock: true } }, [
    "other processes: a process that dies in a transaction keeps nobody out and leaves nothing",
  ]),
  mutant("never sees what others commit in get", { parts: stale("own commit", ["get"]) }, [
    fresh,
    "other processes: a commit here is seen elsewhere by the next read",
    "other processes: a commit elsewhere is seen here by the next run",
  ]),
  mutant("never sees what others commit in count", { parts: stale("own commit", ["count"]) }, [fresh]),
  mutant("never sees what others commit in scans", { parts: stale("own commit", ["scan"]) }, [fresh]),
  mutant("never tells the revision of others' commits", { parts: stale("own commit", ["revision"]) }, [
    fresh,
  ]),
  mutant("does not see its own commits", { parts: stale("never", ["get", "scan"]) }, [
    "freshness: a handle sees its own commits at once",
  ]),
  mutant("begins at the state its handle knew", { parts: staleBegin }, [
    "freshness: two handles that write in turns lose no update",
  ]),
  mutant(
    "shows another handle's commits in open snapshots",
    {
      parts: (store) => ({
        snapshot: (snapshot) => ({
          scan: (space, range) => lastOf(snapshot.count(space), store.scan(space, range)),
        }),
      }),
    },
    ["freshness: a snapshot of another handle stays frozen"],
  ),
  opened(
    "empties a place when one of its handles is closed",
    (harness, location) => {
      const store = harness.open(location) as LogStore;
      const close = store.close.bind(store);
      return Object.assign(store, {
        close: () => {
          close();
          store.disk.replace([]);
        },
      });
    },
    ["freshness: closing one handle leaves the other and its data"],
  ),
  mutant(
    "shows an open transaction to other handles",
    {
      parts: (() => {
        let shown: { reader: StoreReader; disk: FakeDisk } | undefined;
        return (store: LogStore): Parts => ({
          transaction: (transaction) => {
            shown = { reader: transaction, disk: store.disk };
            const over = (): void => {
              shown = undefined;
            };
            return {
              commit: () => lastOf(over(), transaction.commit()),
              abort: () => lastOf(over(), transaction.abort()),
            };
          },
          store: (outer) => ({
            get: (space, key) => (shown?.disk === store.disk ? shown.reader : outer).get(space, key),
          }),
        });
      })(),
    },
    ["other processes: a transaction elsewhere is not seen before its commit, nor after its abort"],
  ),
  mutant(
    "commits only in memory",
    {
      parts: (store) => ({
        transaction: (transaction) => ({
          commit: () => {
            const frames = store.disk.frames.length;
            const returned = transaction.commit();
            void store.revision();
            store.disk.frames.length = frames;
            return returned;
          },
        }),
      }),
    },
    ["other processes: a commit survives the death of the process that made it"],
  ),
];
