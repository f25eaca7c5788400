/**
 * lmdb-js with secondary indexes maintained by hand, as its documentation shows: one `dupSort` database per index, from
 * value to primary key. Bulk writes go through `batch`, its fastest way, and count once they are flushed; a single
 * commit is `transactionSync`, which syncs before it returns and is faster here than awaiting `flushed` each time.
 */
import type { City } from "../data/cities.ts";
import { peer, peerVersion } from "../peers.ts";
import type { Change, Page, Subject, SubjectKind } from "./subject.ts";

/** The part of lmdb-js's interface that is used. */
interface Range {
  readonly start?: unknown;
  readonly end?: unknown;
  readonly limit?: number;
}
interface Tree<K, V> {
  get(key: K): V | undefined;
  put(key: K, value: V): Promise<boolean>;
  putSync(key: K, value: V): boolean;
  remove(key: K, value?: V): Promise<boolean>;
  getRange(range?: Range): Iterable<{ key: K; value: V }>;
  getValues(key: K, range?: Range): Iterable<V>;
  getValuesCount(key: K): number;
}
interface Root {
  openDB<K, V>(options: object): Tree<K, V>;
  batch(work: () => void): Promise<boolean>;
  transactionSync(work: () => void): void;
  readonly flushed: Promise<boolean>;
  close(): Promise<void>;
}

export class LmdbJsSubject implements Subject {
  readonly #root: Root;
  readonly #cities: Tree<number, City>;
  readonly #countries: Tree<string, number>;
  readonly #populations: Tree<number, number>;

  constructor(folder: string, sharedStructures: boolean) {
    const { open } = peer<{ open(options: object): Root }>("lmdb");
    this.#root = open({ path: folder });
    const structures = sharedStructures ? { sharedStructuresKey: Symbol.for("structures") } : {};
    const index = { dupSort: true, encoding: "ordered-binary" };
    this.#cities = this.#root.openDB({ name: "cities", ...structures });
    this.#countries = this.#root.openDB({ name: "cities_country", ...index });
    this.#populations = this.#root.openDB({ name: "cities_population", ...index });
  }

  async insert(rows: Iterable<City>): Promise<void> {
    await this.#batch(() => {
      for (const row of rows) {
        this.#cities.put(row.id, row);
        this.#countries.put(row.country, row.id);
        this.#populations.put(row.population, row.id);
      }
    });
  }

  commit(row: City): void {
    this.#root.transactionSync(() => {
      this.#cities.putSync(row.id, row);
      this.#countries.putSync(row.country, row.id);
      this.#populations.putSync(row.population, row.id);
    });
  }

  get(id: number): City | undefined {
    return this.#cities.get(id);
  }

  equal(population: number): City[] {
    const rows: City[] = [];
    for (const id of this.#populations.getValues(population)) rows.push(this.#row(id));
    return rows;
  }

  range(low: number, high: number, limit: number): City[] {
    const rows: City[] = [];
    for (const { value } of this.#populations.getRange({ start: low, end: high, limit }))
      rows.push(this.#row(value));
    return rows;
  }

  scan(visit: (row: City) => void): void {
    for (const { value } of this.#cities.getRange()) visit(value);
  }

  count(country: string): number {
    return this.#countries.getValuesCount(country);
  }

  page(size: number, after?: unknown): Page {
    const last = after as City | undefined;
    const rows: City[] = [];
    if (last !== undefined) {
      // The rest of the last row's population, then whatever lies above it.
      for (const id of this.#populations.getValues(last.population, { start: last.id, limit: size + 1 })) {
        if (id !== last.id && rows.length < size) rows.push(this.#row(id));
      }
    }
    const start = last === undefined ? {} : { start: last.population + 1 };
    if (rows.length < size) {
      const rest = this.#populations.getRange({ ...start, limit: size - rows.length });
      for (const { value } of rest) rows.push(this.#row(value));
    }
    return { rows, next: rows.at(-1) };
  }

  async update(changes: readonly Change[]): Promise<void> {
    await this.#batch(() => {
      for (const { id, population } of changes) {
        const row = this.#row(id);
        this.#populations.remove(row.population, id);
        this.#populations.put(population, id);
        row.population = population;
        this.#cities.put(id, row);
      }
    });
  }

  async delete(ids: readonly number[]): Promise<void> {
    await this.#batch(() => {
      for (const id of ids) {
        const row = this.#row(id);
        this.#populations.remove(row.population, id);
        this.#countries.remove(row.country, id);
        this.#cities.remove(id);
      }
    });
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #row(id: number): City {
    const row = this.#cities.get(id);
    if (row === undefined) throw new Error(`The index names the row ${id}, which is not there.`);
    return row;
  }

  async #batch(work: () => void): Promise<void> {
    await this.#root.batch(work);
    await this.#root.flushed;
  }
}

export const lmdbJs: SubjectKind = {
  name: "lmdb-js",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "msgpack values, indexes by hand",
  versions() {
    peer("lmdb");
    return { lmdb: peerVersion("lmdb") };
  },
  open: (folder) => new LmdbJsSubject(folder, false),
};

export const lmdbJsStructs: SubjectKind = {
  ...lmdbJs,
  name: "lmdb-js-structs",
  about: "msgpack values with shared structures, indexes by hand",
  open: (folder) => new LmdbJsSubject(folder, true),
};
