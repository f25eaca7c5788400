/** The vault of the service: LMDB unless told otherwise, brought to the models of this version of the program before it is served. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { AsyncDatabase, asyncApply, asyncPlan } from "@modelvault/async";
import { ModelVaultError, type StoreDriver } from "@modelvault/core";
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
export async function openVault(store: StoreName, path: string): Promise<AsyncDatabase> {
  const db = await AsyncDatabase.open(driverFor(store, path));
  try {
    const changes = await asyncPlan(db, [CityModel]);
    if (changes.safety !== "safe")
      throw new ModelVaultError("models_differ", `The vault is not as this program's models say. ${changes}`);
    if (!changes.isEmpty) await asyncApply(db, changes, { program: "cities service 1" });
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}
