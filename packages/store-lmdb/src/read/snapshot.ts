/** A snapshot: a user of one read transaction. Forgotten ones are closed by the garbage collector, which is told of. */
import {
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  type StoreScan,
  type StoreSnapshot,
} from "@modelvault/core";
import { readCount } from "../format/own-rows.ts";
import type { Environment } from "../native/environment.ts";
import type { SnapshotWatch } from "./pin-watch.ts";
import type { ReadTxn } from "./read-txn.ts";
import type { Readers } from "./readers.ts";
import { LmdbScan } from "./scan.ts";
import { type CursorPool, expiredError, SnapshotScanHost } from "./scan-hosts.ts";

interface Remains {
  readonly readers: Readers;
  readonly watch: SnapshotWatch;
  readonly txn: ReadTxn;
}

const forgotten = new FinalizationRegistry<Remains>(({ readers, watch, txn }) => {
  if (readers.closed || txn.expired) return;
  watch.forgotten(txn);
  readers.release(txn);
});

export class LmdbSnapshot implements StoreSnapshot {
  readonly revision: number;
  readonly #env: Environment;
  readonly #readers: Readers;
  readonly #txn: ReadTxn;
  readonly #host: SnapshotScanHost;
  readonly #cursors: CursorPool;
  #closed = false;

  constructor(env: Environment, readers: Readers, watch: SnapshotWatch, cursors: CursorPool) {
    this.#env = env;
    this.#cursors = cursors;
    this.#readers = readers;
    this.#txn = readers.take();
    this.revision = this.#txn.revisionIn(env);
    this.#host = new SnapshotScanHost(cursors, () => this.#open());
    forgotten.register(this, { readers, watch, txn: this.#txn }, this);
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#env.get(space, key, this.#open().address);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    const { address } = this.#open();
    return keys.map((key) => this.#env.get(space, key, address));
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    this.#open();
    return new LmdbScan(this.#env, this.#host, space, range);
  }

  count(space: Keyspace): number {
    return readCount(this.#env, space, this.#open().address);
  }

  tallyRange(space: Keyspace, range: KeyRange): number {
    return this.#cursors.tally(this.#open().address, space, range);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    forgotten.unregister(this);
    this.#readers.release(this.#txn);
  }

  /** @throws snapshot_closed, snapshot_expired */
  #open(): ReadTxn {
    if (this.#closed)
      throw new ModelVaultError("snapshot_closed", "The snapshot is closed: take another one to read.");
    if (this.#readers.closed)
      throw new ModelVaultError(
        "snapshot_closed",
        "The snapshot is closed, for its store was closed: take another one to read.",
      );
    if (this.#txn.expired) throw expiredError();
    return this.#txn;
  }
}
