/** Mutants whose maintenance does harm, and ones whose driver value opens something else. */
import type { StoreDriver, StoreMaintenance } from "@modelvault/core";
import { logHarness } from "../support/log-harness.ts";
import { LogStore } from "../support/log-store.ts";
import { type Mutant, mutant } from "./mutant.ts";

type Name = keyof StoreMaintenance;
const parts: readonly Name[] = ["checkpoint", "compact", "copyTo", "snapshotBytes", "verify", "stats"];

/** A mutant with some of its maintenance replaced. */
function handyman(
  name: string,
  replaced: (maintenance: StoreMaintenance, store: LogStore) => object,
  caughtBy: readonly string[],
): Mutant {
  return mutant(
    name,
    {
      parts: (store) => ({
        store: () => ({ maintenance: { ...store.maintenance, ...replaced(store.maintenance, store) } }),
      }),
    },
    caughtBy,
  );
}

/** Runs a call again without its refusal. */
function fearless(code: string): (maintenance: StoreMaintenance) => object {
  return (maintenance) =>
    Object.fromEntries(
      parts.map((name) => [
        name,
        (...args: never[]) => {
          try {
            return (maintenance[name] as ((...args: never[]) => unknown) | undefined)?.(...args);
          } catch (error) {
            if ((error as { code?: string }).code === code) return name === "stats" ? {} : [];
            throw error;
          }
        },
      ]),
    );
}

const during = (name: Name): string => `maintenance: ${name} is refused while a transaction is open`;
const closed = (name: Name): string => `maintenance: ${name} is refused on a closed store`;

export const maintenanceMutants: readonly Mutant[] = [
  handyman("offers a part that is no function", () => ({ checkpoint: true }), [
    "maintenance: what a driver can do is known before it is asked",
  ]),
  handyman(
    "loses the newest commit at a checkpoint",
    (maintenance, { disk }) => ({
      checkpoint: () => {
        maintenance.checkpoint?.();
        disk.replace(disk.frames.slice(0, -1));
      },
    }),
    ["maintenance: checkpoint changes no data"],
  ),
  handyman(
    "begins its revisions anew when it compacts",
    (maintenance, { disk }) => ({
      compact: () => {
        maintenance.compact?.();
        const [frame] = disk.frames;
        if (frame) {
          const again = frame.slice();
          again.set([0, 0, 0, 1]);
          disk.replace([again]);
        }
      },
    }),
    ["maintenance: compact changes neither data nor revision"],
  ),
  handyman(
    "goes back in its progress",
    (maintenance) => ({
      compact: (onProgress?: (progress: object) => void) => {
        maintenance.compact?.();
        for (const done of [5, 3]) onProgress?.({ done, total: 5, unit: "rows" });
      },
    }),
    ["maintenance: compact tells how far it has come"],
  ),
  handyman(
    "copies one commit too few",
    (maintenance, { disk }) => ({
      copyTo: (destination: string) => {
        const { frames } = disk;
        disk.replace(frames.slice(0, -1));
        maintenance.copyTo?.(destination);
        disk.replace(frames);
      },
    }),
    ["maintenance: copyTo copies the last committed state"],
  ),
  handyman(
    "hands out its own bytes as a snapshot",
    (maintenance, { disk }) => ({
      snapshotBytes: () => {
        disk.replace([maintenance.snapshotBytes?.().slice(4) ?? new Uint8Array(0)]);
        return disk.frames[0];
      },
    }),
    ["maintenance: snapshotBytes changes no data, and gives the caller bytes of its own"],
  ),
  handyman(
    "leaves the newest commit out of a snapshot",
    (_, { disk }) => ({
      snapshotBytes: () => {
        const { frames } = disk;
        disk.replace(frames.slice(0, -1));
        const bytes = new LogStore(disk, {}, new Map()).maintenance.snapshotBytes?.();
        disk.replace(frames);
        return bytes;
      },
    }),
    [
      "maintenance: what snapshotBytes gives opens as the last committed state, revision included, and nothing that is shorter does",
    ],
  ),
  handyman(
    "throws its problems",
    (maintenance) => ({
      verify: () => {
        maintenance.verify?.();
        throw new Error("page 3 is odd");
      },
    }),
    ["maintenance: verify finds nothing in a sound store, and changes nothing"],
  ),
  handyman(
    "finds problems that are not there",
    (maintenance) => ({
      verify: () => {
        maintenance.verify?.();
        return ["page 3 is odd"];
      },
    }),
    ["maintenance: verify finds nothing in a sound store, and changes nothing"],
  ),
  handyman(
    "has figures that are no numbers",
    (maintenance) => ({ stats: () => ({ ...maintenance.stats?.(), fileBytes: Number.NaN }) }),
    ["maintenance: stats gives numbers by name, and changes nothing"],
  ),
  handyman("maintains itself during a transaction", fearless("transaction_open"), parts.map(during)),
  handyman("maintains itself when it is closed", fearless("store_closed"), parts.map(closed)),
];

/** A mutant with a wrong driver value. */
function misdriven(
  name: string,
  change: (driver: StoreDriver) => Partial<StoreDriver>,
  caughtBy: readonly string[],
): Mutant {
  const harness = logHarness(name);
  const driver = (location: string): StoreDriver => {
    const right = harness.driver?.(location) as StoreDriver;
    return { ...right, ...change(right) };
  };
  return { name, harness: { ...harness, driver }, caughtBy };
}

export const driverMutants: readonly Mutant[] = [
  misdriven("has a driver without a name", () => ({ name: "" }), [
    "driver value: a driver names its medium and its place",
  ]),
  misdriven("has a driver that opens another place", () => {
    const { newLocation, open } = logHarness("elsewhere");
    const place = newLocation();
    return { open: () => open(place) };
  }, ["driver value: a driver opens its place"]),
  misdriven("has a driver with options that cannot be cloned", ({ args }) => ({ args: [...args, () => 1] }), [
    "driver value: a driver's options are plain data",
  ]),
  misdriven(
    "has a driver with options that lose their class",
    ({ args }) => ({ args: [...args, new URL("file:///place")] }),
    ["driver value: a driver's options are plain data"],
  ),
  misdriven(
    "opens a place that is noted as open elsewhere",
    () => ({ openedElsewhere: () => () => undefined }),
    [
      "driver value: a place that another thread has open on behalf of this one is not opened here for writing",
    ],
  ),
  misdriven(
    "notes a place as open elsewhere for ever",
    ({ openedElsewhere }) => ({
      openedElsewhere: () => {
        openedElsewhere?.();
        return () => undefined;
      },
    }),
    [
      "driver value: a place that another thread has open on behalf of this one is not opened here for writing",
    ],
  ),
  misdriven("has a driver whose export is misspelt", () => ({ factory: "logstore" }), [
    "driver value: module, export and options give the driver again",
  ]),
];
