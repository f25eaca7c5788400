/** What the service does with cities, apart from HTTP: on an `AsyncDatabase`, so that no call holds the event loop up. */
import type { AsyncCollection, AsyncDatabase } from "@modelvault/async";
import type { City, CityFilter, CityPatch } from "./city.ts";

export interface Page {
  readonly cities: readonly City[];
  /** Where the next page begins; null behind the last. */
  readonly next: string | null;
}

/** A patch as the engine takes it. */
export type Patch = Parameters<AsyncCollection<City>["update"]>[1] & object;

export interface Cities {
  /** @throws row_exists */
  create(city: City): Promise<void>;
  read(id: number): Promise<City | undefined>;
  /** @throws row_not_found */
  change(id: number, patch: CityPatch): Promise<City>;
  remove(id: number): Promise<boolean>;
  /** Largest first. */
  list(filter: CityFilter, limit: number, after: string | undefined, signal?: AbortSignal): Promise<Page>;
  /** Cities whose names begin so, by name: a range of the index on names. */
  search(prefix: string, limit: number): Promise<readonly City[]>;
  /** Every city of the filter, by id, as it was when the first was asked for. */
  each(filter: CityFilter, signal?: AbortSignal): AsyncIterable<City> | Iterable<City>;
  /** Some cities, all or none. */
  add(cities: readonly City[]): Promise<number>;
  /** Cities as they come, all or none: one transaction, open until the last has come. */
  addAll(cities: AsyncIterable<City>, signal: AbortSignal, timeoutMs: number): Promise<number>;
  count(): Promise<number>;
  revision(): Promise<number>;
  close(): Promise<void>;
}

export class AsyncCities implements Cities {
  readonly #db: AsyncDatabase;
  readonly #cities: AsyncCollection<City>;

  constructor(db: AsyncDatabase) {
    this.#db = db;
    this.#cities = db.collection<City>("cities");
  }

  async create(city: City): Promise<void> {
    await this.#cities.insert(city);
  }

  read(id: number): Promise<City | undefined> {
    return this.#cities.get(id);
  }

  change(id: number, patch: CityPatch): Promise<City> {
    return this.#cities.update(id, patch as Patch);
  }

  remove(id: number): Promise<boolean> {
    return this.#cities.delete(id);
  }

  async list(filter: CityFilter, limit: number, after?: string, signal?: AbortSignal): Promise<Page> {
    const query = narrowed(this.#cities.query(), filter)
      .orderBy("population", "desc")
      .limit(limit)
      .after(after);
    const { rows, next } = await query.page(signal === undefined ? undefined : { signal });
    return { cities: rows, next };
  }

  search(prefix: string, limit: number): Promise<readonly City[]> {
    return this.#cities.where("name", "startsWith", prefix).orderBy("name").limit(limit).all();
  }

  each(filter: CityFilter, signal?: AbortSignal): AsyncIterable<City> {
    return narrowed(this.#cities.query(), filter).iterate(signal === undefined ? undefined : { signal });
  }

  add(cities: readonly City[]): Promise<number> {
    return this.#cities.insertMany(cities);
  }

  addAll(cities: AsyncIterable<City>, signal: AbortSignal, timeoutMs: number): Promise<number> {
    return this.#db.transaction((tx) => tx.collection<City>("cities").insertMany(cities), {
      signal,
      timeoutMs,
    });
  }

  count(): Promise<number> {
    return this.#cities.count();
  }

  revision(): Promise<number> {
    return this.#db.revision();
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

/** The part of a query that filters need: it is the same on the synchronous API. */
interface Narrowing<Q> {
  where(path: string, op: "=" | ">=" | "<=", value: string | number): Q;
}

export function narrowed<Q extends Narrowing<Q>>(all: Q, filter: CityFilter): Q {
  const { country, feature, minPopulation, maxPopulation, south, north } = filter;
  let query = all;
  if (country !== undefined) query = query.where("country", "=", country);
  if (feature !== undefined) query = query.where("feature", "=", feature);
  if (minPopulation !== undefined) query = query.where("population", ">=", minPopulation);
  if (maxPopulation !== undefined) query = query.where("population", "<=", maxPopulation);
  if (south !== undefined) query = query.where("location.lat", ">=", south);
  if (north !== undefined) query = query.where("location.lat", "<=", north);
  return query;
}
