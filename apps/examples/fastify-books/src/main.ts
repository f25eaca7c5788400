/**
 * The service as a program. SIGTERM and SIGINT let running requests end, take no new ones, and close the vault.
 *
 *   PORT (default 3000) · HOST (127.0.0.1) · STORE (lmdb, or file) · VAULT (its path) · DRAIN_MS (10000) · LOG (1: requests)
 */
import { fileURLToPath } from "node:url";
import { buildApp } from "./app.ts";
import { AsyncCities } from "./cities.ts";
import { openVault, type StoreName } from "./vault.ts";

const { PORT = "3000", HOST = "127.0.0.1", STORE = "lmdb", VAULT, DRAIN_MS = "10000", LOG } = process.env;
if (STORE !== "lmdb" && STORE !== "file") throw new Error(`STORE is "lmdb" or "file", not "${STORE}".`);
const store: StoreName = STORE;
const path = VAULT ?? fileURLToPath(new URL(`../.vault/cities.${store}`, import.meta.url));

const cities = await AsyncCities.of(await openVault(store, path));
const app = await buildApp({ cities, store, logger: LOG === "1", drainMs: Number(DRAIN_MS) });

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    console.log(`${signal}: draining`);
    app.close().then(
      () => console.log("closed"),
      (error: unknown) => {
        console.error(error);
        process.exitCode = 1;
      },
    );
  });
}

console.log(`cities in ${path}`);
console.log(`listening on ${await app.listen({ port: Number(PORT), host: HOST })}`);
