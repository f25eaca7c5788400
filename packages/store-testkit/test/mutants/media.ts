/** Mutants that lose or tear what they wrote: on reopening, when the machine stops, when the medium fails. */
import { ModelVaultError } from "@modelvault/core";
import { decodeFrame, encodeFrame } from "../support/log-frame.ts";
import type { LogStore } from "../support/log-store.ts";
import type { Change } from "../support/sorted-entries.ts";
import { type Mutant, mutant, type Parts } from "./mutant.ts";

type Keep = (change: Change, name: string) => Change | undefined;

/** Frames whose changes were made over when they were read back. */
function rewritten(change: Keep): (frames: readonly Uint8Array[]) => Uint8Array[] {
  return (frames) => frames.map((frame) => remade(frame, change));
}

function remade(frame: Uint8Array, change: Keep): Uint8Array {
  const { revision, changes } = decodeFrame(frame);
  const left = new Map<string, Map<string, Change>>();
  for (const [name, each] of changes) {
    const kept = [...each].flatMap(([key, one]): [string, Change][] => {
      const made = change(one, name);
      return made === undefined ? [] : [[key, made]];
    });
    left.set(name, new Map(kept));
  }
  return encodeFrame(revision, left);
}

/** A mutant that reads its log back wrongly. */
function forgetful(
  name: string,
  onMount: (frames: readonly Uint8Array[]) => Uint8Array[],
  caughtBy: readonly string[],
  model = false,
): Mutant {
  return mutant(name, { faults: { onMount }, model }, caughtBy);
}

export const reopenMutants: readonly Mutant[] = [
  forgetful(
    "loses the last commit on reopening",
    (frames) => frames.slice(0, -1),
    [
      "reopen: the last commit is there after reopening",
      "revision: the revision is kept by reopening, and goes on from there",
    ],
    true,
  ),
  forgetful(
    "loses everything on reopening",
    () => [],
    [
      "reopen: committed entries of every keyspace are there after reopening",
      "traits: data outlives close exactly when the trait `persistent` says so",
      "lifecycle: a place can be opened and closed many times",
    ],
    true,
  ),
  forgetful(
    "tears the last commit on reopening",
    (frames) =>
      frames.map((frame, at) =>
        at < frames.length - 1
          ? frame
          : remade(frame, (change, name) => (name.startsWith("index") ? undefined : change)),
      ),
    [
      "reopen: committed entries of every keyspace are there after reopening",
      "reopen: random commits and times of reopening leave what a plain map holds",
    ],
    true,
  ),
  forgetful(
    "loses deletes on reopening",
    rewritten((change) => (change.value ? change : undefined)),
    ["reopen: deleted and replaced entries stay so after reopening"],
    true,
  ),
  forgetful(
    "loses empty values on reopening",
    rewritten((change) => (change.value?.length === 0 ? undefined : change)),
    ["reopen: empty keys and values are there after reopening"],
    true,
  ),
  forgetful(
    "loses long values on reopening",
    rewritten((change) =>
      change.value && change.value.length > 65_535
        ? { ...change, value: change.value.subarray(0, 65_535) }
        : change,
    ),
    ["reopen: long keys and values are there after reopening"],
  ),
  forgetful(
    "loses the last byte of long keys on reopening",
    rewritten((change) => (change.key.length === 4 ? { ...change, key: change.key.subarray(0, 3) } : change)),
    ["reopen: order holds after reopening"],
  ),
  mutant(
    "writes an aborted transaction to its log",
    {
      parts: (store) => ({
        transaction: (transaction) => {
          let begun = false;
          return {
            put: (space, key, value) => {
              begun = true;
              transaction.put(space, key, value);
            },
            abort: () => {
              if (!begun || store.disk.writer !== store) return transaction.abort();
              begun = false;
              const { frames, syncedFrames } = store.disk;
              transaction.commit();
              // Reads of this handle do not show it; the next handle finds it.
              const last = store.disk.frames.pop();
              if (last) (store.disk as { late?: Uint8Array }).late = last;
              store.disk.frames = frames;
              store.disk.syncedFrames = syncedFrames;
            },
          };
        },
        store: (outer) => ({
          close: () => {
            outer.close();
            const { late } = store.disk as { late?: Uint8Array };
            if (late) store.disk.frames.push(late);
          },
        }),
      }),
    },
    ["reopen: an aborted transaction is not there after reopening"],
  ),
  mutant(
    "loses what was committed while a snapshot was open, when it is closed",
    {
      parts: (store) => {
        let frames = -1;
        return {
          snapshot: () => {
            if (frames < 0) frames = store.disk.frames.length;
            return {};
          },
          store: (outer) => ({
            close: () => {
              outer.close();
              if (frames >= 0) store.disk.frames.length = Math.min(frames, store.disk.frames.length);
              frames = -1;
            },
          }),
        };
      },
    },
    ["reopen: snapshots and scans open at close do not disturb reopening"],
  ),
];

export const durabilityMutants: readonly Mutant[] = [
  mutant("does not sync", { faults: { ignoresSync: true } }, [
    "durability: a commit survives the machine stopping right after it",
    "durability: the revision after a crash is that of the last commit",
  ]),
  mutant(
    "writes to its log before it commits",
    {
      parts: (store) => ({
        transaction: (transaction) => {
          let early = false;
          return {
            put: (space, key, value) => {
              transaction.put(space, key, value);
              if (early) return;
              early = true;
              const change = { key: Uint8Array.from(key), value: Uint8Array.from(value) };
              store.disk.frames.push(
                encodeFrame(store.revision(), new Map([["rows 1 ", new Map([["", change]])]])),
              );
              store.disk.syncedFrames = store.disk.frames.length;
            },
          };
        },
      }),
    },
    ["durability: a crash during a transaction leaves nothing of it"],
  ),
];

/** Changes what a failing commit does. */
function onFailure(handle: (error: unknown, store: LogStore) => never | number): (store: LogStore) => Parts {
  return (store) => ({
    transaction: (transaction) => ({
      commit: () => {
        try {
          return transaction.commit();
        } catch (error) {
          return handle(error, store);
        }
      },
    }),
  });
}

const [write, sync] = ["(failed write)", "(failed sync)"];
const nothing = "failures: a commit that fails commits nothing, and reads go on";
const goesOn = "failures: after a failed commit the store writes on, or is poisoned until it is reopened";
const whole = "failures: after a failed commit and reopening, the transaction is whole or absent";

export const failureMutants: readonly Mutant[] = [
  mutant("returns from a commit that failed", { parts: onFailure((_, store) => store.revision()) }, [
    `${nothing} ${write}`,
    `${nothing} ${sync}`,
  ]),
  mutant(
    "throws a foreign error when the medium fails",
    {
      parts: onFailure((error) => {
        throw new Error(String(error));
      }),
    },
    [`${nothing} ${write}`, `${nothing} ${sync}`],
  ),
  mutant(
    "stays in the transaction when its commit fails",
    {
      parts: () => ({
        transaction: (transaction) => {
          let failed = false;
          return {
            put: (space, key, value) => (failed ? undefined : transaction.put(space, key, value)),
            commit: () => {
              try {
                return transaction.commit();
              } catch (error) {
                failed = true;
                throw error;
              }
            },
          };
        },
      }),
    },
    [`${nothing} ${write}`, `${nothing} ${sync}`],
  ),
  mutant(
    "writes on after a failed sync",
    {
      parts: (store) => ({
        ...onFailure((error) => {
          throw Object.assign(error as object, {});
        })(store),
        store: (outer) => ({
          begin: (options) => {
            try {
              return outer.begin(options);
            } catch (error) {
              if ((error as { code?: string }).code !== "store_poisoned") throw error;
              return {
                ...outer.snapshot(),
                put: () => undefined,
                delete: () => undefined,
                commit: () => outer.revision(),
                abort: () => undefined,
              };
            }
          },
        }),
      }),
    },
    [`${goesOn} ${sync}`],
  ),
  mutant(
    "stays busy after a failed write",
    {
      parts: (store) =>
        onFailure((error) => {
          store.disk.writer = {};
          throw error;
        })(store),
    },
    [`${goesOn} ${write}`],
  ),
  mutant(
    "leaves half of a failed transaction on the medium",
    {
      faults: {
        onFailure: (frame) =>
          remade(frame, (change, name) => (name.startsWith("index") ? change : undefined)),
      },
    },
    [`${whole} ${write}`, `${whole} ${sync}`],
  ),
  mutant(
    "refuses reads after a failed commit",
    {
      parts: (() => {
        let dead = false;
        return (store: LogStore): Parts => {
          dead = false;
          return {
            ...onFailure((error) => {
              dead = true;
              throw error;
            })(store),
            read: (reader) => ({
              get: (space, key) => {
                if (dead) throw new ModelVaultError("store_poisoned", "The store is poisoned.");
                return reader.get(space, key);
              },
            }),
          };
        };
      })(),
    },
    [`${nothing} ${write}`],
  ),
];
