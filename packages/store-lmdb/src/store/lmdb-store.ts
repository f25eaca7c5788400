/** The store of an LMDB vault: LMDB's transactions and snapshots behind the contract of core. */
import {
  type BeginOptions,
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  type Store,
  type StoreMaintenance,
  type StoreScan,
  type StoreSnapshot,
  type StoreTraits,
  type StoreTransaction,
} from "@modelvault/core";
import { PREFIX_BYTES_MAX } from "../format/keys.ts";
import { readCount } from "../format/own-rows.ts";
import { lmdbMaintenance } from "../maintenance/lmdb-maintenance.ts";
import { wasGivenUp } from "../native/codes.ts";
import type { Environment } from "../native/environment.ts";
import { FileRoom } from "../native/file-room.ts";
import type { OpenFile } from "../open/open-file.ts";
import type { CheckedLmdbOptions } from "../options.ts";
import { PageScan, StorePageScanHost } from "../read/page-scan.ts";
import { SnapshotWatch } from "../read/pin-watch.ts";
import { Readers } from "../read/readers.ts";
import { LmdbScan } from "../read/scan.ts";
import { CursorPool, StoreScanHost } from "../read/scan-hosts.ts";
import { LmdbSnapshot, type SnapshotSource } from "../read/snapshot.ts";
import { StateReads } from "../read/state-reads.ts";
import { closeAtExit, closedBefore } from "./open-stores.ts";
import { OwnNumbers } from "./own-numbers.ts";
import { LmdbTransaction, type TransactionOwner, VALUE_BYTES_MAX } from "./transaction.ts";

/** How often a writer looks for readers that died. */
const STALE_READERS_MS = 10_000;
/** How often a writer looks whether the file is still where it was opened. */
const PLACE_MS = 10;

export class LmdbStore implements Store, TransactionOwner {
  readonly traits: StoreTraits;
  readonly maintenance: StoreMaintenance;
  isFormatted: boolean;
  readonly numbers: OwnNumbers;
  readonly #file: OpenFile;
  readonly #env: Environment;
  readonly #options: CheckedLmdbOptions;
  readonly #watch: SnapshotWatch;
  readonly #readers: Readers;
  readonly #cursors: CursorPool;
  readonly #reads: StateReads;
  readonly #snapshots: SnapshotSource;
  readonly #fileRoom: FileRoom;
  #transaction: LmdbTransaction | undefined;
  #poison: ModelVaultError | undefined;
  #maintaining = 0;
  #closesLater = false;
  #readersClearedAt: number = performance.now();
  #placeSeenAt: number = performance.now();

  private constructor(file: OpenFile, options: CheckedLmdbOptions) {
    const { env } = file;
    this.#file = file;
    this.#env = env;
    this.#options = options;
    this.isFormatted = file.isFormatted;
    this.traits = {
      durable: true,
      persistent: true,
      sharing: "writers",
      busy: "blocks",
      conflicts: false,
      keyBytesMax: env.keyBytesMax - PREFIX_BYTES_MAX,
      valueBytesMax: VALUE_BYTES_MAX,
    };
    this.#watch = new SnapshotWatch(env.path, options.snapshotAgeMsMax);
    this.#readers = new Readers(env, this.#watch);
    this.#watch.attach(this.#readers);
    this.#cursors = new CursorPool(env);
    this.#reads = new StateReads(env, this.#readers, this.#cursors);
    this.#snapshots = {
      env,
      readers: this.#readers,
      watch: this.#watch,
      cursors: this.#cursors,
      reads: this.#reads,
    };
    this.#fileRoom = new FileRoom(env);
    this.numbers = new OwnNumbers(env);
    this.maintenance = lmdbMaintenance(
      file,
      this.#readers,
      () => this.#watch.size,
      (work) => this.#maintain(work),
    );
  }

  static open(file: OpenFile, options: CheckedLmdbOptions): LmdbStore {
    const store = new LmdbStore(file, options);
    closeAtExit(store);
    return store;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#reads.get(space, key, this.#readers.present());
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.#reads.getMany(space, keys, this.#readers.present());
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    const txn = this.#readers.present();
    const walk = this.#reads.walk(space, range, txn);
    if (walk === undefined)
      return new LmdbScan(this.#env, new StoreScanHost(this.#readers, this.#cursors), space, range);
    const host = new StorePageScanHost(this.#readers, txn);
    return new PageScan(host, this.#readers.direct.reader.copied, walk, space.kind !== "index");
  }

  count(space: Keyspace): number {
    return readCount(this.#reads, space, this.#readers.present());
  }

  tallyRange(space: Keyspace, range: KeyRange): number {
    return this.#reads.tally(space, range, this.#readers.present());
  }

  revision(): number {
    // While this store holds the write lock nobody commits.
    return this.#transaction === undefined ? this.#readers.present().revision : this.numbers.revision;
  }

  snapshot(): StoreSnapshot {
    return new LmdbSnapshot(this.#snapshots);
  }

  /** LMDB's lock can only be waited for; `waitMs` changes nothing. */
  begin(_options?: BeginOptions): StoreTransaction {
    this.#readers.check();
    const { path } = this.#env;
    if (this.#options.mode === "read")
      throw new ModelVaultError("store_read_only", `"${path}" was opened for reading only.`, { path });
    if (this.#poison !== undefined) throw this.#poison;
    if (this.#transaction !== undefined) {
      throw new ModelVaultError(
        "store_busy",
        "A transaction is open on this store: commit or abort it before the next one begins.",
        { path },
      );
    }
    const now = performance.now();
    if (now - this.#placeSeenAt >= PLACE_MS) {
      this.#file.refuseMoved();
      this.#placeSeenAt = now;
    }
    this.#clearStaleReaders(now);
    this.numbers.begin(this.#env.begin(true));
    try {
      this.#transaction = new LmdbTransaction(this.#env, this.#cursors, this, this.#fileRoom, this.#room());
    } catch (error) {
      this.#env.abort();
      throw error;
    }
    // What others committed while this one waited is what it builds on, and what reads beside it show.
    this.#readers.refresh();
    return this.#transaction;
  }

  ended({ revision, failure }: { readonly revision?: number; readonly failure?: ModelVaultError }): void {
    this.#transaction = undefined;
    if (revision !== undefined) {
      this.isFormatted = true;
      this.#readers.committed(revision);
    }
    if (failure !== undefined && !wasGivenUp(failure)) this.#poison = poisoned(failure);
    this.#readers.refresh();
  }

  close(): void {
    this.#closesLater = this.#maintaining > 0;
    if (!this.#closesLater) this.closeNow();
  }

  closeNow(): void {
    if (this.#readers.closed) return;
    closedBefore(this);
    try {
      this.#transaction?.abort();
    } finally {
      this.#watch.close();
      this.#readers.close();
      this.#fileRoom.close();
      this.#file.close();
    }
  }

  /** Processes that died while they read would keep the file from using pages again. */
  #clearStaleReaders(now: number): void {
    if (now - this.#readersClearedAt < STALE_READERS_MS) return;
    this.#readersClearedAt = now;
    this.#env.clearStaleReaders();
  }

  /** How many bytes the transaction may put. */
  #room(): number {
    const { dataBytesMax } = this.#options;
    if (dataBytesMax === undefined) return Number.POSITIVE_INFINITY;
    const { pagesUsed, pageBytes } = this.#env.figures();
    return dataBytesMax - pagesUsed * pageBytes;
  }

  /** Maintenance calls back, and reads on after a close in there: that comes true when it is done. */
  #maintain<T>(work: () => T): T {
    this.#readers.check();
    if (this.#transaction !== undefined) {
      throw new ModelVaultError(
        "transaction_open",
        "Maintenance needs a store without an open transaction: commit or abort it first.",
      );
    }
    this.#maintaining++;
    try {
      return work();
    } finally {
      this.#maintaining--;
      if (this.#closesLater) this.close();
    }
  }
}

function poisoned(cause: ModelVaultError): ModelVaultError {
  return new ModelVaultError(
    "store_poisoned",
    "An earlier commit failed, and what of it reached the disk is not known: close the vault and open it again.",
    cause.details,
    { cause },
  );
}
