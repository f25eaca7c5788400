/** The value an app is handed: a place that is not yet open, which a worker thread can build again from plain data. */
import type { Store, StoreDriver } from "@modelvault/core";
import { text } from "../bytes/bytes.ts";
import { rows } from "../model/spaces.ts";
import { type Check, check, type Draft, section } from "../suite/check.ts";
import { expectBytes, expectEqual, expectRefusal, expectThat } from "../suite/expectations.ts";
import { promise } from "../suite/promises.ts";
import { putAll, type Trial } from "../suite/trial.ts";

const [space, key, value] = [rows(1), text("key"), text("value")];

function driver(
  name: string,
  promises: string | readonly string[],
  run: (value: StoreDriver, trial: Trial, place: unknown) => void | Promise<void>,
): Draft {
  return check(
    name,
    promises,
    (trial) => {
      const place = trial.place();
      const value = trial.harness.driver?.(place);
      return value === undefined ? undefined : run(value, trial, place);
    },
    { applies: ({ harness }) => harness.driver !== undefined },
  );
}

/** Runs `work` on a store of the driver, and closes it. */
function opened(driver: StoreDriver, work: (store: Store) => void): void {
  const store = driver.open();
  try {
    work(store);
  } finally {
    store.close();
  }
}

export const driverChecks: readonly Check[] = section("driver value", [
  driver(
    "a driver names its medium and its place",
    [promise.driverName, promise.driverLocation],
    (driver) => {
      const { name, location } = driver;
      expectThat(typeof name === "string" && name.length > 0, `the driver's name is ${String(name)}`);
      const named = location === undefined || (typeof location === "string" && location.length > 0);
      expectThat(named, `the driver's location is ${String(location)}`);
    },
  ),

  driver("a driver opens its place", [promise.driver, promise.driverOpen], (driver, trial, place) => {
    opened(driver, (store) => putAll(store, space, [[key, value]]));
    const store = trial.open(place);
    const expected = store.traits.persistent ? value : undefined;
    expectBytes(store.get(space, key), expected, "a value committed by a store that the driver opened");
  }),

  driver("a driver's options are plain data", promise.driverArgs, ({ args, factory, moduleUrl }) => {
    expectEqual(
      JSON.stringify(structuredClone(args)),
      JSON.stringify(args),
      "the options after a structured clone",
    );
    expectThat(
      typeof factory === "string" && typeof moduleUrl === "string",
      "factory and moduleUrl are no texts",
    );
  }),

  driver(
    "module, export and options give the driver again",
    [promise.driverModule, promise.driverWorker],
    async (driver, trial) => {
      const { moduleUrl, factory, args } = structuredClone({
        moduleUrl: driver.moduleUrl,
        factory: driver.factory,
        args: driver.args,
      });
      const module = (await trial.harness.importModule?.(moduleUrl)) as Record<string, unknown> | undefined;
      const make = module?.[factory];
      if (typeof make !== "function")
        return expectThat(false, `the module ${moduleUrl} has no function ${factory}`);
      const again = make(...args) as StoreDriver;
      expectEqual(again.name, driver.name, "the name of the driver that was built again");
      opened(driver, (store) => putAll(store, space, [[key, value]]));
      opened(again, (store) =>
        expectBytes(
          store.get(space, key),
          store.traits.persistent ? value : undefined,
          "a value read by the driver that was built again",
        ),
      );
    },
  ),

  driver(
    "a place that another thread has open on behalf of this one is not opened here for writing",
    [promise.driverElsewhere, promise.driverElsewhereRefusal],
    (driver) => {
      if (driver.openedElsewhere === undefined) return;
      opened(driver, (store) => {
        putAll(store, space, [[key, value]]);
        expectRefusal("store_in_use", "noting a place that is open here for writing", () =>
          driver.openedElsewhere?.(),
        );
      });
      const [endOne, endOther] = [driver.openedElsewhere(), driver.openedElsewhere()];
      const open = () => opened(driver, (store) => store.begin().abort());
      expectRefusal("store_in_use", "opening a place that is noted", open);
      endOne();
      endOne();
      expectRefusal("store_in_use", "opening a place that is noted a second time", open);
      endOther();
      open();
    },
  ),
]);
