/**
 * lmdb-js with the very bytes that ModelVault stores: the same keys and rows, as binary, decoded by the same code. What is left of the difference
 * between it and the lmdb subject is what the driver and the engine add to reading from LMDB. Both read what was committed before the present run.
 */
import { type CollectionState, Database, memoryStore, type RowDecoder } from "@modelvault/core";
import type { City } from "../data/cities.ts";
import { peer, peerVersion } from "../peers.ts";
import { CITIES } from "./modelvault.ts";
import type { Page, Subject, SubjectKind } from "./subject.ts";

interface Root {
  get(key: Uint8Array): Uint8Array | undefined;
  put(key: Uint8Array, value: Uint8Array): Promise<boolean>;
  getRange(): Iterable<{ key: Uint8Array; value: Uint8Array }>;
  transactionSync(work: () => void): void;
  batch(work: () => void): Promise<boolean>;
  readonly flushed: Promise<boolean>;
  close(): Promise<void>;
}

class LmdbBytesSubject implements Subject {
  readonly #root: Root;
  readonly #state: CollectionState;
  readonly #decode: RowDecoder;

  constructor(folder: string) {
    const { open } = peer<{ open(options: object): Root }>("lmdb");
    this.#root = open({ path: folder, encoding: "binary", keyEncoding: "binary" });
    using db = Database.open(memoryStore());
    db.register(CITIES);
    this.#state = db.packed("cities").shape().state;
    this.#decode = this.#state.decoder("number");
  }

  async insert(rows: Iterable<City>): Promise<void> {
    await this.#root.batch(() => {
      for (const row of rows) this.#put(row);
    });
    await this.#root.flushed;
  }

  commit(row: City): void {
    this.#root.transactionSync(() => this.#put(row));
  }

  get(id: number): City | undefined {
    const bytes = this.#root.get(this.#state.encodeKey(id));
    return bytes === undefined ? undefined : this.#city(bytes);
  }

  scan(visit: (row: City) => void): void {
    for (const { value } of this.#root.getRange()) visit(this.#city(value));
  }

  equal(): City[] {
    throw noIndex();
  }

  range(): City[] {
    throw noIndex();
  }

  count(): number {
    throw noIndex();
  }

  page(): Page {
    throw noIndex();
  }

  update(): void {
    throw noIndex();
  }

  delete(): void {
    throw noIndex();
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #put(row: City): void {
    // City is a row of the collection; the state does not know its name.
    const stored = row as City & Parameters<CollectionState["encode"]>[0];
    this.#root.put(this.#state.encodeKey(row.id), this.#state.encode(stored));
  }

  #city(bytes: Uint8Array): City {
    return this.#decode(bytes) as Parameters<CollectionState["encode"]>[0] & City;
  }
}

const noIndex = (): Error =>
  new Error("lmdb-js-bytes has no indexes: it is there for point-get and ordered-scan.");

export const lmdbJsBytes: SubjectKind = {
  name: "lmdb-js-bytes",
  ours: false,
  durable: true,
  persistent: true,
  validates: false,
  about: "the bytes of ModelVault, without indexes",
  versions() {
    peer("lmdb");
    return { lmdb: peerVersion("lmdb") };
  },
  open: (folder) => new LmdbBytesSubject(folder),
};
