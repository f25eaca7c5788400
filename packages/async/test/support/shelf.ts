/** Databases that tests share: starting a worker takes longer than most tests. */
import type { CollectionDescriptor, StoreDriver } from "@modelvault/core";
import { afterAll, afterEach, expect } from "vitest";
import { AsyncDatabase, type AsyncDatabaseOptions } from "../../src/index.ts";

export const BOOKS: CollectionDescriptor = {
  name: "books",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "title", type: "string", constraints: [{ nonempty: true }] },
    { path: "year", type: { optional: "int64" } },
    { path: "author.name", type: { optional: "string" } },
    { path: "tags", type: { optional: { list: "string" } } },
    { path: "extra", type: { optional: "json" } },
    { path: "cover", type: { optional: "bytes" } },
  ],
  indexes: [{ path: "year" }, { path: "title", kind: "unique" }],
};

export interface Shelf {
  /** The shared database; its collections are dropped after each test. */
  readonly db: () => Promise<AsyncDatabase>;
}

/** A database in memory for all tests of a file. After each test it must verify, and is emptied. */
export function sharedShelf(options?: AsyncDatabaseOptions): Shelf {
  let opened: Promise<AsyncDatabase> | undefined;
  const db = (): Promise<AsyncDatabase> => {
    opened ??= AsyncDatabase.openInMemory(options);
    return opened;
  };
  afterEach(async () => {
    if (opened === undefined) return;
    const shared = await opened;
    expect((await shared.verify()).problems).toEqual([]);
    for (const name of await shared.collectionNames()) await shared.dropCollection(name);
  });
  afterAll(async () => {
    await (await opened)?.close();
  });
  return { db };
}

/** Databases of a test's own, closed after it. */
export function ownDatabases(): (
  driver: StoreDriver,
  options?: AsyncDatabaseOptions,
) => Promise<AsyncDatabase> {
  const opened: AsyncDatabase[] = [];
  afterEach(async () => {
    for (const db of opened.splice(0)) await db.close();
  });
  return async (driver, options) => {
    const db = await AsyncDatabase.open(driver, options);
    opened.push(db);
    return db;
  };
}

/** Rejection with a code of ModelVault. */
export function coded(code: string): unknown {
  return expect.objectContaining({ code });
}
