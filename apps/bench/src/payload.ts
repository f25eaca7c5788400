/** How many bytes our record payload takes per city: the memory target is a multiple of it. */
import { Database, memoryStore, type StoreDriver, type StoreTransaction } from "@modelvault/core";
import type { City } from "./data/cities.ts";
import { CITIES } from "./subjects/modelvault.ts";

/** Stores the rows and counts what the engine hands to the store. */
export function payloadBytesPerRow(rows: readonly City[]): number {
  let bytes = 0;
  using db = Database.open(counting(memoryStore(), (count) => (bytes += count)));
  db.register(CITIES);
  bytes = 0;
  db.collection<City>("cities").insertMany(rows);
  return bytes / rows.length;
}

function counting(driver: StoreDriver, count: (bytes: number) => void): StoreDriver {
  return {
    name: driver.name,
    moduleUrl: driver.moduleUrl,
    factory: driver.factory,
    args: driver.args,
    open() {
      const store = driver.open();
      const begin = store.begin.bind(store);
      store.begin = (options) => countingTransaction(begin(options), count);
      return store;
    },
  };
}

function countingTransaction(
  transaction: StoreTransaction,
  count: (bytes: number) => void,
): StoreTransaction {
  const put = transaction.put.bind(transaction);
  transaction.put = (space, key, value) => {
    if (space.kind === "rows") count(value.length);
    put(space, key, value);
  };
  return transaction;
}
