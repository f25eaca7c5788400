/** Opening a vault with the models of a service, and what becomes of it where the two differ. */
import { argumentInvalid, type StoreDriver } from "@modelvault/core";
import { type Model, type OpenOptions, openWith } from "@modelvault/models";
import { AsyncDatabase } from "../database/async-database.ts";
import type { AsyncDatabaseOptions } from "../database/options.ts";
import { checkHandle } from "./handles.ts";
import { migrating } from "./plan-and-apply.ts";
import { Notebook } from "./vault-facts.ts";

export interface AsyncOpenOptions extends Omit<OpenOptions, "database"> {
  /** For opening the database, where a driver is given. */
  readonly database?: AsyncDatabaseOptions;
  /** Ends what has begun: nothing is changed then, and a database that was opened here is closed again. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a vault, and sees to it that it has the collections of these models, as `openWith` of the synchronous API. Given an asynchronous database that is open already, it does
 * the second only. A database that was opened here is closed again when this rejects. Where the vault is as the models say, nothing is written, and no lock is asked for.
 * Rejects with models_differ with the steps that would be needed, plan_blocked, and what opening and applying reject with.
 *
 * @example
 * await using db = await asyncOpenWith(lmdbStore("shop.lmdb"), [Book, Author], { onDiff: "apply-safe", program: "shop 1.4.0" });
 * const books = await asyncCollection(db, Book);
 */
export async function asyncOpenWith(
  place: StoreDriver | AsyncDatabase,
  models: readonly Model[],
  options: AsyncOpenOptions = {},
): Promise<AsyncDatabase> {
  if (typeof options !== "object" || options === null) throw argumentInvalid("options", "an object", options);
  const { database, signal, ...how } = options;
  if (!isDriver(place)) {
    checkHandle(place, "openWith", "asynchronous database, or a store driver", "read");
    await bringAbout(place, models, how, signal);
    return place;
  }
  signal?.throwIfAborted();
  const db = await AsyncDatabase.open(place, database);
  try {
    await bringAbout(db, models, how, signal);
  } catch (error) {
    await db.close();
    throw error;
  }
  return db;
}

function isDriver(place: StoreDriver | AsyncDatabase): place is StoreDriver {
  return typeof (place as Partial<StoreDriver> | null | undefined)?.moduleUrl === "string";
}

/** Looks first, without a lock; where something is to be done, looks again inside the transaction that does it. */
async function bringAbout(
  db: AsyncDatabase,
  models: readonly Model[],
  how: Omit<OpenOptions, "database">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const limits = signal === undefined ? {} : { signal };
  const looked = await db.read(Notebook.read, limits);
  openWith(looked.handle, models, how);
  if (looked.isEmpty) return;
  await migrating(db, limits, async (tx) => {
    const notebook = await Notebook.read(tx);
    openWith(notebook.handle, models, how);
    await notebook.carryOut(tx);
  });
}
