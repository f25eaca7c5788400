/** The side that is asked, in a process of its own: `server.js async|sync STORE PATH`. It measures how long its event loop is held up. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { buildApp } from "../app.ts";
import { AsyncCities } from "../cities.ts";
import { driverFor, openVault, type StoreName } from "../vault.ts";
import { SyncCities } from "./sync-cities.ts";

const [surface, store = "lmdb", path = ""] = process.argv.slice(2) as [string, StoreName, string];
const cities =
  surface === "async"
    ? await AsyncCities.of(await openVault(store, path))
    : new SyncCities(driverFor(store, path));
const app = await buildApp({ cities, store });
const url = await app.listen({ port: 0, host: "127.0.0.1" });

// A tick a millisecond: what exceeds it is delay.
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on("message", (message) => {
  if (message === "reset") {
    delay.reset();
    process.send?.("reset");
  } else if (message === "delay") {
    const over = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    process.send?.({ p99: over(delay.percentile(99)), max: over(delay.max) });
  } else if (message === "close") void app.close().then(() => process.disconnect());
});
process.send?.({ url });
