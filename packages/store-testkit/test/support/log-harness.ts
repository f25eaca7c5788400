/** The log store as a driver author would hand it to the kit, with every optional part of a harness. */
import { MessageChannel } from "node:worker_threads";
import { ModelVaultError, type Store, type StoreDriver, type StoreTraits } from "@modelvault/core";
import { connectStore, type StoreHarness, serveStore } from "@modelvault/store-testkit";
import { type DiskFaults, FakeDisk } from "./fake-disk.ts";
import { unsealed } from "./log-frame.ts";
import { LogStore } from "./log-store.ts";

export interface LogHarnessOptions {
  readonly faults?: DiskFaults;
  readonly traits?: Partial<StoreTraits>;
  /** Puts something around each store that is opened. */
  readonly wrap?: (store: LogStore) => Store;
}

/** Every place of the process, so that a driver value can find its own again. */
const places = new Map<string, FakeDisk>();

/** How many have a place open in another thread on behalf of this one. */
const elsewhere = new Map<string, number>();

/** Places that a driver value has opened in this thread. */
const here = new Set<string>();

function inUse(location: string): ModelVaultError {
  return new ModelVaultError("store_in_use", `"${location}" is in use by this thread.`, { path: location });
}

/** The driver value of a place: what a user of the log store would be handed. */
export function logStore(location: string): StoreDriver {
  return {
    name: "log",
    moduleUrl: import.meta.url,
    factory: "logStore",
    args: [location],
    open: () => {
      if ((elsewhere.get(location) ?? 0) > 0) throw inUse(location);
      const store = new LogStore(placeAt(location), {}, places);
      const close = store.close.bind(store);
      here.add(location);
      return Object.assign(store, {
        close: () => {
          here.delete(location);
          close();
        },
      });
    },
    openedElsewhere: () => {
      if (here.has(location)) throw inUse(location);
      elsewhere.set(location, (elsewhere.get(location) ?? 0) + 1);
      let isNoted = true;
      return () => {
        if (isNoted) elsewhere.set(location, (elsewhere.get(location) ?? 0) - 1);
        isNoted = false;
      };
    },
  };
}

function placeAt(location: string): FakeDisk {
  return places.get(location) as FakeDisk;
}

function addPlace(disk: FakeDisk): string {
  const location = `place ${places.size}`;
  places.set(location, disk);
  return location;
}

export function logHarness(
  name: string,
  { faults, traits, wrap = (store) => store }: LogHarnessOptions = {},
): StoreHarness<string> {
  const open = (location: string): LogStore => new LogStore(placeAt(location), traits, places);
  return {
    name,
    newLocation: () => addPlace(new FakeDisk(faults)),
    readOnly: true,
    open: (location, { readOnly = false } = {}) => {
      const store = open(location);
      store.readOnly = readOnly;
      return wrap(store);
    },
    dispose: (location) => {
      placeAt(location).frames = [];
    },
    crash: (location) => addPlace(placeAt(location).crashed()),
    failNextWrite: (location) => {
      placeAt(location).failNext = "write";
    },
    failNextSync: (location) => {
      placeAt(location).failNext = "sync";
    },
    newCopyTarget: () => {
      const location = addPlace(new FakeDisk(faults));
      return { destination: location, location };
    },
    openBytes: (bytes) => {
      const disk = new FakeDisk(faults);
      const frame = unsealed(bytes);
      if (frame === undefined) throw new ModelVaultError("store_io", "These bytes are not whole.");
      disk.replace([frame]);
      return wrap(new LogStore(disk, traits, places));
    },
    driver: logStore,
    importModule: async () => ({ logStore }),
    openElsewhere: async (location) => {
      const { port1, port2 } = new MessageChannel();
      let there: LogStore | undefined;
      serveStore(() => {
        there = open(location);
        return wrap(there);
      }, port1);
      return connectStore(port2, () => {
        // Whatever a process held is free when it ends.
        if (there !== undefined && faults?.keepsLock !== true) placeAt(location).unlock(there);
        port1.close();
        port2.close();
      });
    },
  };
}
