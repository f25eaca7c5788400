/** The same service on the synchronous API, for comparison: every call runs on the event loop. */
import { Database, type StoreDriver } from "@modelvault/core";
import { collection, type ModelCollection } from "@modelvault/models";
import { type Cities, matching, type Page, type Patch } from "../cities.ts";
import { type City, type CityFilter, CityModel, type CityPatch, type NewCity } from "../city.ts";

export class SyncCities implements Cities {
  readonly #db: Database;
  readonly #cities: ModelCollection<City, NewCity, "id">;

  constructor(driver: StoreDriver) {
    this.#db = Database.open(driver);
    this.#cities = collection(this.#db, CityModel);
  }

  async create(city: City): Promise<void> {
    this.#cities.insert(city);
  }

  async read(id: number): Promise<City | undefined> {
    return this.#cities.get(id);
  }

  async change(id: number, patch: CityPatch): Promise<City> {
    return this.#cities.update(id, patch as Patch);
  }

  async remove(id: number): Promise<boolean> {
    return this.#cities.delete(id);
  }

  async list(filter: CityFilter, limit: number, after: string | undefined): Promise<Page> {
    const query = this.#cities.where(matching(filter)).orderBy("population", "desc").limit(limit);
    const { rows, next } = query.after(after).page();
    return { cities: rows, next };
  }

  async search(prefix: string, limit: number): Promise<readonly City[]> {
    return this.#cities.where("name", "startsWith", prefix).orderBy("name").limit(limit).all();
  }

  each(filter: CityFilter): Iterable<City> {
    return this.#cities.where(matching(filter)).iterate();
  }

  async add(cities: readonly City[]): Promise<number> {
    return this.#cities.insertMany(cities);
  }

  async addAll(cities: AsyncIterable<City>, signal: AbortSignal): Promise<number> {
    const all: City[] = [];
    for await (const city of cities) all.push(city);
    signal.throwIfAborted();
    return this.#cities.insertMany(all);
  }

  async count(): Promise<number> {
    return this.#cities.count();
  }

  async revision(): Promise<number> {
    return this.#db.revision();
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
