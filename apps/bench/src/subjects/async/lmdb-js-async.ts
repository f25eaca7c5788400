/**
 * lmdb-js by its own asynchronous writes: every row in a `batch` of its own, which is atomic; batches that are made side by side share a flush, and count when it is
 * done. Its reads run on the caller's thread.
 */

import type { City } from "../../data/cities.ts";
import { LmdbJsSubject, lmdbJs } from "../lmdb-js.ts";
import type { SubjectKind } from "../subject.ts";
import type { AsyncSubject } from "./async-subject.ts";

class LmdbJsAsyncSubject implements AsyncSubject {
  readonly #sync: LmdbJsSubject;

  constructor(folder: string) {
    this.#sync = new LmdbJsSubject(folder, false);
  }

  async insert(rows: readonly City[]): Promise<void> {
    await this.#sync.insert(rows);
  }

  commit(row: City): Promise<void> {
    return this.#sync.insert([row]);
  }

  async delete(ids: readonly number[]): Promise<void> {
    await this.#sync.delete(ids);
  }

  async get(id: number): Promise<City | undefined> {
    return this.#sync.get(id);
  }

  async countNamed(): Promise<number> {
    throw new Error("Its reads run on the caller's thread; they are measured as those of lmdb-js.");
  }

  async scan(visit: (row: City) => void): Promise<void> {
    this.#sync.scan(visit);
  }

  close(): Promise<void> {
    return this.#sync.close();
  }
}

export const lmdbJsAsync: SubjectKind = {
  name: "lmdb-js-async",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "msgpack values, indexes by hand, a batch a row, one flush",
  versions: lmdbJs.versions,
  asynchronous: { open: async (folder) => new LmdbJsAsyncSubject(folder), readsHere: true },
};
