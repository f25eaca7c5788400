/**
 * The least a driver can be: a place that holds one state and takes batches, behind core's `overlayTransaction`. It
 * has one handle at a time and outlives it.
 */
import {
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  overlayTransaction,
  type Store,
  type StoreEntry,
  type StoreReader,
  type StoreScan,
  type StoreSnapshot,
  type StoreTraits,
  type StoreTransaction,
} from "@modelvault/core";
import { type Change, type Entries, find, merge, nameOf, slice } from "./sorted-entries.ts";

type Spaces = ReadonlyMap<string, Entries>;

/** What is left of the store while it is not open. */
export interface BatchPlace {
  spaces: Spaces;
  revision: number;
  open: boolean;
}

const traits: StoreTraits = {
  durable: false,
  persistent: true,
  sharing: "none",
  busy: "fails",
  conflicts: false,
  keyBytesMax: 511,
  valueBytesMax: 2 ** 21,
};

/** Reads of whatever `spaces` gives; `check` throws once the reader has ended. */
function reader(spaces: () => Spaces, check: () => void): StoreReader {
  const entries = (space: Keyspace): Entries => {
    check();
    return spaces().get(nameOf(space)) ?? [];
  };
  return {
    get: (space, key) => find(entries(space), key)?.[1],
    count: (space) => entries(space).length,
    scan: (space, range = {}) => scanOf(slice(entries(space), checked(range)), check),
  };
}

function checked(range: KeyRange): KeyRange {
  if ((range.gt && range.gte) || (range.lt && range.lte)) {
    throw new ModelVaultError("store_range_invalid", "A scan takes one lower and one upper bound.");
  }
  return range;
}

function scanOf(entries: Entries, check: () => void): StoreScan {
  let rest: Iterator<StoreEntry> = entries[Symbol.iterator]();
  const scan: StoreScan = {
    next: () => {
      check();
      const step = rest.next();
      return step.done ? { done: true, value: undefined } : step;
    },
    return: () => {
      rest = [][Symbol.iterator]();
      return { done: true, value: undefined };
    },
    [Symbol.iterator]: () => scan,
  };
  return scan;
}

export function openBatchStore(place: BatchPlace): Store {
  if (place.open) throw new ModelVaultError("store_in_use", "The place is open already.");
  place.open = true;
  let closed = false;
  let writing: StoreTransaction | undefined;
  const check = (): void => {
    if (closed) throw new ModelVaultError("store_closed", "The store is closed.");
  };
  const reads = reader(() => place.spaces, check);
  return {
    ...reads,
    traits,
    revision: () => {
      check();
      return place.revision;
    },
    snapshot: (): StoreSnapshot => {
      check();
      const { spaces, revision } = place;
      let over = false;
      const alive = (): void => {
        if (over || closed) throw new ModelVaultError("snapshot_closed", "The snapshot is closed.");
      };
      const close = (): void => {
        over = true;
      };
      return { ...reader(() => spaces, alive), revision, close };
    },
    begin: () => {
      check();
      if (writing) throw new ModelVaultError("store_busy", "A transaction is open.");
      writing = overlayTransaction({
        base: reads,
        revision: place.revision,
        traits,
        commit: (batch) => {
          const spaces = new Map(place.spaces);
          for (const { space, puts, deletes } of batch) {
            const changes: Change[] = [];
            for (const [key, value] of puts) changes.push({ key: key.slice(), value: value.slice() });
            for (const key of deletes) changes.push({ key: key.slice(), value: undefined });
            const numbered = new Map(changes.map((change, at) => [String(at), change]));
            spaces.set(nameOf(space), merge(spaces.get(nameOf(space)) ?? [], numbered));
          }
          place.spaces = spaces;
          return ++place.revision;
        },
        ended: () => {
          writing = undefined;
        },
      });
      return writing;
    },
    close: () => {
      if (closed) return;
      writing?.abort();
      closed = true;
      place.open = false;
    },
  };
}
