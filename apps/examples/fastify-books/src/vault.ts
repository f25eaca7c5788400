/** The vault of the service: LMDB unless told otherwise, brought to the models of this version of the program before it is served. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type AsyncDatabase, asyncOpenWith } from "@modelvault/async";
import type { StoreDriver } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import { CityModel } from "./city.ts";

export type StoreName = "lmdb" | "file";

export function driverFor(store: StoreName, path: string): StoreDriver {
  mkdirSync(dirname(path), { recursive: true });
  return store === "lmdb" ? lmdbStore(path) : fileStore(path);
}

/**
 * Opens the vault and brings it to the models. Changes that touch no stored row are made at start; others stop the start with `models_differ`,
 * whose message lists the steps, for somebody to look at.
 */
export function openVault(store: StoreName, path: string): Promise<AsyncDatabase> {
  return asyncOpenWith(driverFor(store, path), [CityModel], {
    onDiff: "apply-safe",
    program: "cities service 1",
  });
}
