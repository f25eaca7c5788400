/** ModelVault on its asynchronous surface, as its README shows it. The subjects differ in the driver, and in how many threads read. */
import { join } from "node:path";
import { type AsyncCollection, AsyncDatabase, type AsyncDatabaseOptions } from "@modelvault/async";
import { memoryStore, type StoreDriver } from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import type { City } from "../../data/cities.ts";
import { CITIES } from "../modelvault.ts";
import type { SubjectKind } from "../subject.ts";
import type { AsyncSubject } from "./async-subject.ts";

export class AsyncModelVaultSubject implements AsyncSubject {
  readonly #db: AsyncDatabase;
  readonly #cities: AsyncCollection<City>;

  constructor(db: AsyncDatabase) {
    this.#db = db;
    this.#cities = db.collection<City>("cities");
  }

  static async open(
    driver: StoreDriver,
    options: AsyncDatabaseOptions = {},
  ): Promise<AsyncModelVaultSubject> {
    const db = await AsyncDatabase.open(driver, options);
    await db.register(CITIES);
    return new AsyncModelVaultSubject(db);
  }

  async insert(rows: readonly City[]): Promise<void> {
    await this.#cities.insertMany(rows);
  }

  async commit(row: City): Promise<void> {
    await this.#cities.insert(row);
  }

  async delete(ids: readonly number[]): Promise<void> {
    await this.#cities.where("id", "in", ids as number[]).delete();
  }

  get(id: number): Promise<City | undefined> {
    return this.#cities.get(id);
  }

  countNamed(low: number, high: number, prefix: string): Promise<number> {
    return this.#cities
      .where("population", "between", [low, high])
      .where("name", "startsWith", prefix)
      .count();
  }

  async scan(visit: (row: City) => void): Promise<void> {
    for await (const row of this.#cities) visit(row);
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

const common = { ours: true, validates: true, versions: () => ({}) } as const;

export const asyncMemory: SubjectKind = {
  ...common,
  name: "async-memory",
  durable: false,
  persistent: false,
  about: "AsyncDatabase over memoryStore()",
  asynchronous: { open: () => AsyncModelVaultSubject.open(memoryStore()) },
};

export const asyncFile: SubjectKind = {
  ...common,
  name: "async-file",
  durable: true,
  persistent: true,
  about: "AsyncDatabase over fileStore(path)",
  asynchronous: {
    open: (folder) => AsyncModelVaultSubject.open(fileStore(join(folder, "cities.modelvault"))),
  },
};

export const asyncLmdb: SubjectKind = withReaders("async-lmdb", 1);
export const asyncLmdb2: SubjectKind = withReaders("async-lmdb-2", 2);

function withReaders(name: string, readers: number): SubjectKind {
  return {
    ...common,
    name,
    durable: true,
    persistent: true,
    about: `AsyncDatabase over lmdbStore(path), threads that read: ${readers}`,
    asynchronous: {
      open: (folder) => AsyncModelVaultSubject.open(lmdbStore(join(folder, "cities.lmdb")), { readers }),
      readers,
    },
  };
}
