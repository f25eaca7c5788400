/** Mutants whose snapshots are not frozen, not as many as wanted, or not over when closed. */
import type { StoreReader, StoreSnapshot } from "@modelvault/core";
import { lastOf, type Mutant, mutant, type Parts, scanOf } from "./mutant.ts";

/** A mutant some of whose snapshot reads come from the store. */
function leaking(
  name: string,
  leak: (snapshot: StoreSnapshot, store: StoreReader) => Partial<StoreReader>,
  caughtBy: readonly string[],
  model = true,
): Mutant {
  return mutant(
    name,
    { parts: (store) => ({ snapshot: (snapshot) => leak(snapshot, store) }), model },
    caughtBy,
  );
}

/** A closed snapshot some of whose reads go on. */
function undead(
  name: string,
  reads: (snapshot: StoreSnapshot) => Partial<StoreReader>,
  caughtBy: readonly string[],
): Mutant {
  return mutant(name, { parts: () => ({ snapshot: reads }) }, caughtBy);
}

function quiet<T>(call: () => T, instead: T): T {
  try {
    return call();
  } catch {
    return instead;
  }
}

export const snapshotMutants: readonly Mutant[] = [
  leaking(
    "shows later puts in a snapshot",
    (snapshot, store) => ({ get: (space, key) => snapshot.get(space, key) ?? store.get(space, key) }),
    ["snapshots: a later put is not in a snapshot"],
  ),
  leaking(
    "shows later replacements in a snapshot",
    (snapshot, store) => ({
      get: (space, key) => snapshot.get(space, key) && (store.get(space, key) ?? snapshot.get(space, key)),
    }),
    [
      "snapshots: a later replacement is not in a snapshot",
      "snapshots: a snapshot does not see later commits",
    ],
  ),
  leaking(
    "shows later deletes in a snapshot",
    (snapshot, store) => ({
      get: (space, key) => {
        const then = snapshot.get(space, key);
        return store.get(space, key) && then;
      },
    }),
    ["snapshots: a later delete is not in a snapshot"],
  ),
  leaking(
    "leaks later commits into scans of a snapshot",
    (snapshot, store) => ({
      scan: (space, range) => lastOf(snapshot.scan(space, range), store.scan(space, range)),
    }),
    [
      "snapshots: a snapshot does not see later commits",
      "snapshots: a snapshot outlives commits that replace or delete everything",
      "freshness: a snapshot of another handle stays frozen",
    ],
  ),
  leaking(
    "leaks later commits into counts of a snapshot",
    (snapshot, store) => ({ count: (space) => lastOf(snapshot.count(space), store.count(space)) }),
    [
      "snapshots: a later put is not in a snapshot",
      "snapshots: a snapshot of a new store is empty, and stays so",
    ],
  ),
  mutant(
    "shows every snapshot the state of the newest",
    {
      parts: () => {
        let newest: StoreSnapshot | undefined;
        return {
          snapshot: (snapshot) => {
            newest = snapshot;
            const latest = (): StoreSnapshot => newest as StoreSnapshot;
            return {
              get: (space, key) => quiet(() => latest().get(space, key), undefined),
              scan: (space, range) =>
                lastOf(
                  snapshot.count(space),
                  quiet(() => latest().scan(space, range), scanOf([])),
                ),
            };
          },
        };
      },
      model: true,
    },
    ["snapshots: many snapshots at once show a state each"],
  ),
  mutant(
    "has room for a hundred snapshots",
    {
      parts: () => {
        let open = 0;
        return {
          snapshot: (snapshot) => {
            if (++open > 100) throw new Error("too many snapshots");
            return {
              close: () => {
                open--;
                snapshot.close();
              },
            };
          },
        };
      },
    },
    ["snapshots: hundreds of snapshots of one commit may be open"],
  ),
  mutant(
    "ends a snapshot after four later commits",
    {
      parts: (store) => ({
        snapshot: (snapshot) => {
          const alive = (): void => {
            if (store.revision() > snapshot.revision + 4) throw new Error("the snapshot is too old");
          };
          return {
            get: (space, key) => lastOf(alive(), snapshot.get(space, key)),
            count: (space) => lastOf(alive(), snapshot.count(space)),
          };
        },
      }),
      model: true,
    },
    [
      "snapshots: many snapshots at once show a state each",
      "snapshots: a snapshot outlives commits that replace or delete everything",
    ],
  ),
  mutant(
    "closes another snapshot when one is closed twice",
    {
      parts: () => {
        const open: StoreSnapshot[] = [];
        return {
          snapshot: (snapshot) => {
            open.push(snapshot);
            let closed = false;
            return {
              close: () => {
                if (closed) open.find((each) => each !== snapshot)?.close();
                closed = true;
                snapshot.close();
              },
            };
          },
        };
      },
      model: true,
    },
    ["snapshots: closing a snapshot again does nothing, and nothing to others"],
  ),
  mutant(
    "throws when a snapshot is closed twice",
    {
      parts: () => ({
        snapshot: (snapshot) => ({
          close: () => {
            snapshot.count({ kind: "catalog" });
            snapshot.close();
          },
        }),
      }),
      model: true,
    },
    [
      "snapshots: closing a snapshot again does nothing, and nothing to others",
      "lifecycle: closing ends open snapshots",
    ],
  ),
  undead(
    "answers get on a closed snapshot",
    (snapshot) => ({ get: (space, key) => quiet(() => snapshot.get(space, key), undefined) }),
    ["snapshots: a closed snapshot refuses every read", "lifecycle: closing ends open snapshots"],
  ),
  undead(
    "answers scan on a closed snapshot",
    (snapshot) => ({ scan: (space, range) => quiet(() => snapshot.scan(space, range), scanOf([])) }),
    ["snapshots: a closed snapshot refuses every read"],
  ),
  undead(
    "answers count on a closed snapshot",
    (snapshot) => ({ count: (space) => quiet(() => snapshot.count(space), 0) }),
    ["snapshots: a closed snapshot refuses every read"],
  ),
  mutant(
    "tells the store's revision for a snapshot's",
    {
      parts: () => ({
        store: (store) => ({
          snapshot: () => {
            const snapshot = store.snapshot();
            const get = (): number => quiet(() => store.revision(), snapshot.revision);
            return Object.defineProperty({ ...snapshot }, "revision", { get });
          },
        }),
      }),
      model: true,
    },
    ["snapshots: a snapshot tells the revision it shows"],
  ),
  mutant(
    "shows an empty snapshot when one is taken right after a commit",
    {
      parts: () => {
        let fresh = false;
        return {
          transaction: (transaction) => ({
            commit: () => {
              fresh = true;
              return transaction.commit();
            },
          }),
          snapshot: () => {
            const was = fresh;
            fresh = false;
            return was ? { get: () => undefined } : {};
          },
        } satisfies Parts;
      },
      model: true,
    },
    ["snapshots: a snapshot shows what is committed", "freshness: a handle sees its own commits at once"],
  ),
  mutant(
    "moves a scan of a snapshot when a commit comes between",
    {
      parts: (store) => ({
        snapshot: (snapshot) => ({
          scan: (space, range) => {
            const found = [...snapshot.scan(space, range)];
            let seen = store.revision();
            function* moving(): Generator<(typeof found)[number]> {
              for (let at = 0; at < found.length; at++) {
                if (store.revision() !== seen) at++;
                seen = store.revision();
                const entry = found[at];
                if (entry) yield entry;
              }
            }
            return scanOf(moving(), () => void snapshot.count(space));
          },
        }),
      }),
    },
    ["snapshots: a snapshot may be scanned while commits go on"],
  ),
];
