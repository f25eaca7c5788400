/** What the service does with cities, apart from HTTP: on an `AsyncDatabase`, so that no call holds the event loop up. */
import { type AsyncDatabase, type AsyncModelCollection, asyncCollection } from "@modelvault/async";
import type { Predicate } from "@modelvault/core";
import type { PatchOf, PredicateBuilder } from "@modelvault/models";
import { type City, type CityFilter, CityModel, type CityPatch, type NewCity } from "./city.ts";

export interface Page {
  readonly cities: readonly City[];
  /** Where the next page begins; null behind the last. */
  readonly next: string | null;
}

/** A patch as collections of the model take it. */
export type Patch = PatchOf<City, "id">;

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
  readonly #cities: AsyncModelCollection<City, NewCity, "id">;

  constructor(db: AsyncDatabase, cities: AsyncModelCollection<City, NewCity, "id">) {
    this.#db = db;
    this.#cities = cities;
  }

  static async of(db: AsyncDatabase): Promise<AsyncCities> {
    return new AsyncCities(db, await asyncCollection(db, CityModel));
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
    const query = this.#cities.where(matching(filter)).orderBy("population", "desc").limit(limit);
    const { rows, next } = await query.after(after).page(signal === undefined ? undefined : { signal });
    return { cities: rows, next };
  }

  search(prefix: string, limit: number): Promise<readonly City[]> {
    return this.#cities.where("name", "startsWith", prefix).orderBy("name").limit(limit).all();
  }

  each(filter: CityFilter, signal?: AbortSignal): AsyncIterable<City> {
    return this.#cities.where(matching(filter)).iterate(signal === undefined ? undefined : { signal });
  }

  add(cities: readonly City[]): Promise<number> {
    return this.#cities.insertMany(cities);
  }

  addAll(cities: AsyncIterable<City>, signal: AbortSignal, timeoutMs: number): Promise<number> {
    return this.#db.transaction(async (tx) => (await asyncCollection(tx, CityModel)).insertMany(cities), {
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

/** What a filter asks for. The same predicate serves either surface. */
export function matching(filter: CityFilter): (is: PredicateBuilder<City>) => Predicate {
  const { country, feature, minPopulation, maxPopulation, south, north } = filter;
  return (is) => {
    const all: Predicate[] = [];
    if (country !== undefined) all.push(is("country", "=", country));
    if (feature !== undefined) all.push(is("feature", "=", feature));
    if (minPopulation !== undefined) all.push(is("population", ">=", minPopulation));
    if (maxPopulation !== undefined) all.push(is("population", "<=", maxPopulation));
    if (south !== undefined) all.push(is("location.lat", ">=", south));
    if (north !== undefined) all.push(is("location.lat", "<=", north));
    return is.and(...all);
  };
}
