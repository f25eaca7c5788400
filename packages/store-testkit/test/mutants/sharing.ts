/** Mutants that let two writers in, keep what others committed from their readers, or lie in their traits. */
import { ModelVaultError, type Store, type StoreReader, type StoreSnapshot } from "@modelvault/core";
import type { FakeDisk } from "../support/fake-disk.ts";
import { logHarness } from "../support/log-harness.ts";
import type { LogStore } from "../support/log-store.ts";
import { lastOf, type Mutant, mutant, type Parts } from "./mutant.ts";

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
const shape = "traits: the traits have the shape the contract gives them";
const second = "traits: a second handle in the same process sees the data or is refused as in use";
const elsewhere =
  "traits: where readers or writers share, a handle elsewhere opens; where none do, it is refused";

/** A log harness whose places are opened by another rule. */
function opened(
  name: string,
  open: (harness: ReturnType<typeof logHarness>, location: string) => Store,
  caughtBy: readonly string[],
): Mutant {
  const harness = logHarness(name);
  return { name, harness: { ...harness, open: (location) => open(harness, location) }, caughtBy };
}

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

const limits: Partial<LogStore["traits"]> = { keyBytesMax: 100, valueBytesMax: 1000 };

/** Lies about one trait; the store behaves as before. */
function liar(
  name: string,
  told: (traits: LogStore["traits"]) => object,
  caughtBy: readonly string[],
): Mutant {
  return mutant(
    name,
    {
      parts: (store) => ({
        store: () => ({ traits: { ...store.traits, ...told(store.traits) } as LogStore["traits"] }),
      }),
    },
    caughtBy,
  );
}

export const traitMutants: readonly Mutant[] = [
  liar("says durable without persistent", () => ({ persistent: false }), [
    shape,
    "traits: data outlives close exactly when the trait `persistent` says so",
  ]),
  liar("says yes for true", () => ({ durable: "yes" }), [shape]),
  liar("names a limit of nothing", () => ({ keyBytesMax: 0 }), [shape]),
  mutant(
    "changes its traits with every handle",
    {
      parts: (() => {
        let handles = 0;
        return (store: LogStore): Parts => ({
          store: () => ({ traits: { ...store.traits, keyBytesMax: 1000 + handles++ } }),
        });
      })(),
    },
    ["traits: every handle tells the same traits, always"],
  ),
  liar("says nobody shares, and shares", () => ({ sharing: "none" }), [second, elsewhere]),
  opened(
    "gives a second handle a place of its own",
    (harness, location) => {
      const store = harness.open(location) as LogStore;
      return store.revision() > 0 && store.disk.writer === undefined
        ? harness.open(harness.newLocation())
        : store;
    },
    [second],
  ),
  opened(
    "refuses a second handle without a code",
    (harness, location) => {
      const store = harness.open(location);
      if (store.revision() > 0) throw new Error("in use");
      return store;
    },
    [second],
  ),
  liar("says it waits, and fails at once", () => ({ busy: "waits" }), [busy]),
  mutant(
    "says it fails at once, and waits",
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
    [busy],
  ),
  mutant(
    "conflicts though it says it never does",
    {
      parts: () => {
        let commits = 0;
        return {
          transaction: (transaction) => ({
            commit: () => {
              if (++commits % 7 === 0) {
                transaction.abort();
                throw new ModelVaultError("store_conflict", "Lost against another writer.");
              }
              return transaction.commit();
            },
          }),
        };
      },
    },
    ["traits: commits of one writer at a time never conflict where the trait says they cannot"],
  ),
  mutant(
    "stores keys one byte longer than it says",
    {
      traits: { ...limits, keyBytesMax: 101 },
      parts: (store) => ({ store: () => ({ traits: { ...store.traits, ...limits } }) }),
    },
    ["traits: a key of the longest length is stored, one byte more is refused"],
  ),
  mutant(
    "stores keys one byte shorter than it says",
    {
      traits: { ...limits, keyBytesMax: 99 },
      parts: (store) => ({ store: () => ({ traits: { ...store.traits, ...limits } }) }),
    },
    ["traits: a key of the longest length is stored, one byte more is refused"],
  ),
  mutant(
    "throws when it is asked for a key that is too long",
    {
      parts: (store) => ({
        read: (reader) => ({
          get: (space, key) => {
            if (key.length > (store.traits.keyBytesMax ?? 0))
              throw new ModelVaultError("store_key_too_long", "The key is too long.");
            return reader.get(space, key);
          },
        }),
      }),
    },
    ["traits: a key longer than any that can be stored reads as absent"],
  ),
  mutant(
    "stores values longer than it says",
    {
      traits: { ...limits, valueBytesMax: 2000 },
      parts: (store) => ({ store: () => ({ traits: { ...store.traits, ...limits } }) }),
    },
    ["traits: a value of the longest length is stored, one byte more is refused"],
  ),
  mutant(
    "names no limits, and cuts at 32 MiB",
    {
      traits: { ...limits, keyBytesMax: 2 ** 27, valueBytesMax: 2 ** 27 },
      heavy: true,
      parts: (store) => ({
        store: () => {
          const { keyBytesMax: _key, valueBytesMax: _value, ...traits } = store.traits;
          return { traits };
        },
        transaction: (transaction) => ({
          put: (space, key, value) => transaction.put(space, key, value.subarray(0, 2 ** 25)),
        }),
      }),
    },
    ["traits: where no limit is named, a key and a value just below 64 MiB are stored"],
  ),
  mutant("commits more operations than it says", { traits: { transactionOperationsMax: 500 }, heavy: true }, [
    "traits: a transaction of as many operations as the trait allows is committed, one more is refused",
  ]),
];
