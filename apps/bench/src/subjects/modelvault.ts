/**
 * ModelVault as its README shows it: a collection with two plain indexes, rows as plain objects. Nothing is tuned. Every
 * row is validated as it is stored. What differs between our subjects is the driver alone.
 */
import { join } from "node:path";
import {
  type Collection,
  type CollectionDescriptor,
  Database,
  memoryStore,
  type StoreDriver,
} from "@modelvault/core";
import { fileStore } from "@modelvault/store-file";
import { lmdbStore } from "@modelvault/store-lmdb";
import type { City } from "../data/cities.ts";
import type { Change, Page, Subject, SubjectKind, Validator } from "./subject.ts";

export const CITIES: CollectionDescriptor = {
  name: "cities",
  primaryKey: "id",
  fields: [
    { path: "id", type: "int64" },
    { path: "name", type: "string", constraints: [{ nonempty: true }] },
    { path: "country", type: "string", constraints: [{ min_length: 2 }, { max_length: 2 }] },
    { path: "featureCode", type: "string" },
    { path: "adminCode", type: "string" },
    { path: "muni", type: { optional: "string" } },
    { path: "population", type: "int64", constraints: [{ min_i64: 0 }] },
    {
      path: "location",
      type: {
        object: [
          { path: "lat", type: "float64", constraints: [{ min_f64: -90 }, { max_f64: 90 }] },
          { path: "lon", type: "float64", constraints: [{ min_f64: -180 }, { max_f64: 180 }] },
        ],
      },
    },
  ],
  indexes: [{ path: "country" }, { path: "population" }],
};

export class ModelVaultSubject implements Subject {
  readonly #db: Database;
  readonly #cities: Collection<City>;

  constructor(driver: StoreDriver) {
    this.#db = Database.open(driver);
    this.#db.register(CITIES);
    this.#cities = this.#db.collection<City>("cities");
  }

  insert(rows: Iterable<City>): void {
    this.#cities.insertMany(rows);
  }

  commit(row: City): void {
    this.#cities.insert(row);
  }

  get(id: number): City | undefined {
    return this.#cities.get(id);
  }

  equal(population: number): City[] {
    return this.#cities.where("population", "=", population).all();
  }

  range(low: number, high: number, limit: number): City[] {
    return this.#cities
      .where("population", ">=", low)
      .where("population", "<", high)
      .orderBy("population")
      .limit(limit)
      .all();
  }

  scan(visit: (row: City) => void): void {
    for (const row of this.#cities.iterate()) visit(row);
  }

  count(country: string): number {
    return this.#cities.where("country", "=", country).count();
  }

  page(size: number, after?: unknown): Page {
    const query = this.#cities.orderBy("population").limit(size);
    return (typeof after === "string" ? query.after(after) : query).page();
  }

  update(changes: readonly Change[]): void {
    this.#db.transaction(() => {
      for (const { id, population } of changes) this.#cities.update(id, { population });
    });
  }

  delete(ids: readonly number[]): void {
    this.#db.transaction(() => {
      for (const id of ids) this.#cities.delete(id);
    });
  }

  maintain(what: "checkpoint" | "compact"): void {
    if (what === "checkpoint") this.#db.checkpoint();
    else this.#db.compact();
  }

  close(): void {
    this.#db.close();
  }
}

/** What the engine's own check of a row costs: the same rules as on insert. */
function validator(): Validator {
  const db = Database.open(memoryStore());
  db.register(CITIES);
  const cities = db.collection("cities");
  return (row) => cities.validate(row).length === 0;
}

const none = (): Readonly<Record<string, string>> => ({});

export const memory: SubjectKind = {
  name: "memory",
  ours: true,
  durable: false,
  persistent: false,
  validates: true,
  about: "memoryStore()",
  versions: none,
  validator,
  open: () => new ModelVaultSubject(memoryStore()),
};

export const file: SubjectKind = {
  name: "file",
  ours: true,
  durable: true,
  persistent: true,
  validates: true,
  vaultFile: true,
  about: "fileStore(path)",
  versions: none,
  open: (folder) => new ModelVaultSubject(fileStore(join(folder, "cities.modelvault"))),
};

export const lmdb: SubjectKind = {
  name: "lmdb",
  ours: true,
  durable: true,
  persistent: true,
  validates: true,
  about: "lmdbStore(path)",
  versions: none,
  open: (folder) => new ModelVaultSubject(lmdbStore(join(folder, "cities.lmdb"))),
};
