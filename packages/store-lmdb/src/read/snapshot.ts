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
import { PageScan, type PageScanHost } from "./page-scan.ts";
import type { SnapshotWatch } from "./pin-watch.ts";
import type { Holder, ReadTxn } from "./read-txn.ts";
import type { Readers } from "./readers.ts";
import { LmdbScan } from "./scan.ts";
import { type CursorPool, expiredError, SnapshotScanHost } from "./scan-hosts.ts";
import type { StateReads } from "./state-reads.ts";

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

/** What the snapshots of a store have in common. */
export interface SnapshotSource {
  readonly env: Environment;
  readonly readers: Readers;
  readonly watch: SnapshotWatch;
  readonly cursors: CursorPool;
  readonly reads: StateReads;
}

export class LmdbSnapshot implements StoreSnapshot, PageScanHost, Holder {
  readonly revision: number;
  readonly #source: SnapshotSource;
  readonly #txn: ReadTxn;
  #cursorHost: SnapshotScanHost | undefined;
  #closed = false;
  heldAt = 0;
  #isWatched = false;

  /** @throws store_closed, store_readers_full */
  constructor(source: SnapshotSource) {
    const { readers } = source;
    this.#source = source;
    this.#txn = readers.share() ?? readers.take();
    this.revision = this.#txn.revision;
    readers.hold(this.#txn, this);
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    if (this.isOver) this.check();
    return this.#source.reads.get(space, key, this.#txn);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    if (this.isOver) this.check();
    return this.#source.reads.getMany(space, keys, this.#txn);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    if (this.isOver) this.check();
    const { env, readers, cursors, reads } = this.#source;
    const walk = reads.walk(space, range, this.#txn);
    if (walk !== undefined)
      return new PageScan(this, readers.direct.reader.copied, walk, space.kind !== "index");
    this.#cursorHost ??= new SnapshotScanHost(cursors, () => {
      this.check();
      return this.#txn;
    });
    return new LmdbScan(env, this.#cursorHost, space, range);
  }

  count(space: Keyspace): number {
    if (this.isOver) this.check();
    return readCount(this.#source.reads, space, this.#txn);
  }

  tallyRange(space: Keyspace, range: KeyRange): number {
    if (this.isOver) this.check();
    return this.#source.reads.tally(space, range, this.#txn);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#isWatched) forgotten.unregister(this);
    else this.#txn.drop(this);
    this.#source.readers.release(this.#txn);
  }

  // For scans, which the snapshot holds the transaction for

  get isOver(): boolean {
    return this.#closed || this.#txn.expired || this.#source.readers.closed;
  }

  /** @throws snapshot_closed, snapshot_expired */
  check(): void {
    if (this.#closed)
      throw new ModelVaultError("snapshot_closed", "The snapshot is closed: take another one to read.");
    if (this.#source.readers.closed)
      throw new ModelVaultError(
        "snapshot_closed",
        "The snapshot is closed, for its store was closed: take another one to read.",
      );
    if (this.#txn.expired) throw expiredError();
  }

  release(): void {}

  outlive(): void {
    const { readers, watch } = this.#source;
    this.#isWatched = true;
    forgotten.register(this, { readers, watch, txn: this.#txn }, this);
  }
}
