import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Database, memoryStore, type Store } from "@modelvault/core";
import { afterEach, expect, test } from "vitest";
import { diagnosticsObserver } from "../../src/index.ts";

const heard: [channel: string, report: unknown][] = [];
const listen = (report: unknown, name: string | symbol): void => {
  heard.push([String(name), report]);
};
const names = ["open", "commit", "query", "conflict"].map((name) => `modelvault:${name}`);

afterEach(() => {
  for (const name of names) unsubscribe(name, listen);
  heard.length = 0;
});

test("opens, commits, queries and conflicts are published on their channels", () => {
  for (const name of names) subscribe(name, listen);
  const stores: Store[] = [];
  const driver = memoryStore();
  const open = (): Store => {
    const store = driver.open();
    stores.push(store);
    return store;
  };
  const db = Database.open({ ...driver, open }, { observer: diagnosticsObserver() });
  db.register({ name: "t", primaryKey: "id", fields: [{ path: "id", type: "int64" }] });
  db.collection("t").where("id", "=", 1).all();
  const foreign = stores[0]?.begin();
  expect(() => db.collection("t").insert({ id: 1 })).toThrow();
  foreign?.abort();
  db.close();
  expect(heard).toMatchObject([
    ["modelvault:open", { driver: "memory", collections: 0 }],
    ["modelvault:commit", { revision: 1 }],
    ["modelvault:query", { collection: "t", rowsReturned: 0 }],
    ["modelvault:conflict", { code: "store_busy" }],
  ]);
});

test("without a listener nothing is published, and nothing breaks", () => {
  const db = Database.open(memoryStore(), { observer: diagnosticsObserver() });
  db.close();
  expect(heard).toEqual([]);
});
