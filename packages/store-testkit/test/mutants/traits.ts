/** Mutants that lie in their traits, or break the limits they name. */

import { ModelVaultError } from "@modelvault/core";
import type { LogStore } from "../support/log-store.ts";
import { type Mutant, mutant, type Parts } from "./mutant.ts";
import { opened } from "./opened.ts";

const busy = "traits: begin on a store that another handle writes does what the trait `busy` says";
const shape = "traits: the traits have the shape the contract gives them";
const second = "traits: a second handle in the same process sees the data or is refused as in use";
const elsewhere =
  "traits: where readers or writers share, a handle elsewhere opens; where none do, it is refused";

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
