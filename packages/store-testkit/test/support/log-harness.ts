/** The log store as a driver author would hand it to the kit, with every optional part of a harness. */
import { MessageChannel } from "node:worker_threads";
import type { Store, StoreTraits } from "@modelvault/core";
import { connectStore, type StoreHarness, serveStore } from "@modelvault/store-testkit";
import { type DiskFaults, FakeDisk } from "./fake-disk.ts";
import { LogStore } from "./log-store.ts";

export interface LogHarnessOptions {
  readonly faults?: DiskFaults;
  readonly traits?: Partial<StoreTraits>;
  /** Puts something around each store that is opened. */
  readonly wrap?: (store: LogStore) => Store;
}

export function logHarness(
  name: string,
  { faults, traits, wrap = (store) => store }: LogHarnessOptions = {},
): StoreHarness<string> {
  const disks = new Map<string, FakeDisk>();
  const diskAt = (location: string): FakeDisk => disks.get(location) as FakeDisk;
  const add = (disk: FakeDisk): string => {
    const location = `disk ${disks.size}`;
    disks.set(location, disk);
    return location;
  };
  return {
    name,
    newLocation: () => add(new FakeDisk(faults)),
    open: (location) => wrap(new LogStore(diskAt(location), traits)),
    dispose: (location) => {
      diskAt(location).frames = [];
    },
    crash: (location) => add(diskAt(location).crashed()),
    failNextWrite: (location) => {
      diskAt(location).failNext = "write";
    },
    failNextSync: (location) => {
      diskAt(location).failNext = "sync";
    },
    openElsewhere: async (location) => {
      const { port1, port2 } = new MessageChannel();
      let there: LogStore | undefined;
      serveStore(() => {
        there = new LogStore(diskAt(location), traits);
        return wrap(there);
      }, port1);
      return connectStore(port2, () => {
        // Whatever a process held is free when it ends.
        if (there !== undefined) diskAt(location).unlock(there);
        port1.close();
        port2.close();
      });
    },
  };
}
