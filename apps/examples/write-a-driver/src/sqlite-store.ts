/**
 * A vault in a SQLite file, one table of (keyspace, key, value). SQLite keeps it; a MemoryStore beside it answers
 * every read, so that snapshots cost nothing. A transaction is an overlay, whose batch goes to both at commit.
 */
import type { Keyspace, OverlayBatch, Store, StoreDriver, StoreTransaction } from "@modelvault/core";
import { MemoryStore, ModelVaultError, overlayTransaction } from "@modelvault/core";
import sqlite from "node-sqlite3-wasm";

const TRAITS = { durable: true, persistent: true, sharing: "none", busy: "fails", conflicts: false } as const;
const SCHEMA = `PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE;
  CREATE TABLE IF NOT EXISTS revision (id INTEGER PRIMARY KEY, number INTEGER);
  CREATE TABLE IF NOT EXISTS entries (space, key, value, PRIMARY KEY (space, key)) WITHOUT ROWID; COMMIT`;

/** A vault in the file at `path`, which is made when it is not there. */
export function sqliteStore(path: string): StoreDriver {
  const open = (): Store => new SqliteStore(path);
  return { name: "sqlite", moduleUrl: import.meta.url, factory: "sqliteStore", args: [path], open };
}

class SqliteStore implements Store {
  readonly traits = TRAITS;
  readonly #file: sqlite.Database;
  readonly #memory: MemoryStore = new MemoryStore();
  #writing: StoreTransaction | undefined;
  #poisoned = false;

  constructor(path: string) {
    this.#file = new sqlite.Database(path);
    try {
      this.#file.exec(SCHEMA);
      const loading = this.#memory.begin();
      for (const { space, key, value } of this.#file.all("SELECT * FROM entries"))
        loading.put(JSON.parse(String(space)) as Keyspace, key as Uint8Array, value as Uint8Array);
      const { number } = this.#file.get("SELECT max(number) AS number FROM revision") ?? {};
      loading.commit(Number(number) || undefined);
    } catch (cause) {
      this.#file.close();
      throw coded(cause);
    }
  }

  readonly get: Store["get"] = (space, key) => this.#memory.get(space, key);
  readonly scan: Store["scan"] = (space, range) => this.#memory.scan(space, range);
  readonly count: Store["count"] = (space) => this.#memory.count(space);
  readonly snapshot: Store["snapshot"] = () => this.#memory.snapshot();
  readonly revision: Store["revision"] = () => this.#memory.revision();

  begin(): StoreTransaction {
    const base = this.#memory.snapshot();
    if (this.#poisoned) throw new ModelVaultError("store_poisoned", "A commit failed; open the store again.");
    if (this.#writing) throw new ModelVaultError("store_busy", "A transaction is open on this store.");
    const { revision } = base;
    const commit = (batch: OverlayBatch): number => this.#commit(batch, revision + 1);
    const ended = (): void => {
      this.#writing = undefined;
    };
    this.#writing = overlayTransaction({ base, revision, commit, ended });
    return this.#writing;
  }

  close(): void {
    this.#writing?.abort();
    this.#memory.close();
    if (this.#file.isOpen) this.#file.close();
  }

  /** First to the file; memory follows when all of it is safe there. */
  #commit(batch: OverlayBatch, revision: number): number {
    try {
      this.#file.exec("BEGIN");
      for (const { space, puts, deletes } of batch) {
        const id = nameOf(space);
        for (const key of deletes) this.#file.run("DELETE FROM entries WHERE space=? AND key=?", [id, key]);
        for (const [key, value] of puts)
          this.#file.run("REPLACE INTO entries VALUES (?,?,?)", [id, key, value]);
      }
      this.#file.run("REPLACE INTO revision VALUES (1, ?)", [revision]);
      this.#file.exec("COMMIT");
    } catch (cause) {
      this.#poisoned = true;
      throw coded(cause);
    }
    const following = this.#memory.begin();
    for (const { space, puts, deletes } of batch) {
      for (const key of deletes) following.delete(space, key);
      for (const [key, value] of puts) following.put(space, key, value);
    }
    return following.commit(revision);
  }
}

/** The same text for the same keyspace, in whatever order its object was written. */
function nameOf(space: Keyspace): string {
  return JSON.stringify(space, ["kind", "collection", "index"]);
}

function coded(cause: unknown): ModelVaultError {
  const code = /locked/.test(String(cause)) ? "store_in_use" : "store_io";
  return new ModelVaultError(code, `SQLite refused: ${String(cause)}`, {}, { cause });
}
