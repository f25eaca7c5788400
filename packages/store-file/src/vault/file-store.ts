/**
 * The store of a `.modelvault` file: an image in memory and the log it comes from. A commit is one framed transaction, one write and
 * one sync; then the image takes it over. Opening replays.
 */
import {
  type BeginOptions,
  type KeyRange,
  type Keyspace,
  type MemoryStore,
  ModelVaultError,
  type Store,
  type StoreMaintenance,
  type StoreScan,
  type StoreTraits,
  type StoreTransaction,
} from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import { PAYLOAD_BYTES_MAX } from "../format/layout.ts";
import { LEAD_BYTES } from "../log/spare-room.ts";
import { fileMaintenance } from "../maintenance/file-maintenance.ts";
import { FileSnapshot } from "./file-snapshot.ts";
import {
  FileTransaction,
  KEY_BYTES_MAX,
  type MemoryTransaction,
  type TransactionHost,
} from "./file-transaction.ts";
import { isNothing, type NetChanges, netChanges } from "./net-changes.ts";
import { recordsStayValid } from "./stays-readable.ts";
import type { Vault } from "./vault.ts";
import { ChangeWriter } from "./write-changes.ts";

/** A transaction is written as it is put together, in pieces of about this size; so large ones take little memory. */
export const SPILL_BYTES = 524_288;

export class FileStore implements Store {
  readonly traits: StoreTraits;
  readonly maintenance: StoreMaintenance;
  readonly #vault: Vault;
  readonly #sink = new ByteSink();
  readonly #writer = new ChangeWriter();
  #transaction: FileTransaction | undefined;
  readonly #host: TransactionHost = {
    begin: () => {
      this.#vault.prepareToWrite();
      return this.#vault.image.store.begin();
    },
    snapshot: () => this.snapshot(),
    commit: (inner) => (inner === undefined ? this.revision() : this.#commit(inner)),
    ended: () => {
      this.#transaction = undefined;
    },
  };

  constructor(vault: Vault) {
    this.#vault = vault;
    this.traits = {
      durable: vault.options.durability === "full",
      persistent: vault.port.persistent,
      sharing: vault.port.persistent ? "readers" : "none",
      busy: "fails",
      conflicts: false,
      keyBytesMax: KEY_BYTES_MAX,
      valueBytesMax: PAYLOAD_BYTES_MAX,
    };
    this.maintenance = fileMaintenance(vault, () => this.#refuseTransaction());
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    return this.#reader(space).get(space, key);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    return this.#reader(space).getMany(space, keys);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    return this.#reader(space).scan(space, range);
  }

  count(space: Keyspace): number {
    return this.#reader(space).count(space);
  }

  countRange(space: Keyspace, range: KeyRange): number {
    return this.#reader(space).countRange(space, range);
  }

  snapshot(): FileSnapshot {
    const { image } = this.#vault;
    return new FileSnapshot(image, image.store.revision());
  }

  revision(): number {
    return this.#vault.image.store.revision();
  }

  begin(_options?: BeginOptions): StoreTransaction {
    this.revision();
    const log = this.#vault.writableLog();
    log.refusePoisoned();
    if (this.#transaction !== undefined) {
      throw new ModelVaultError(
        "store_busy",
        "A transaction is open on this store: commit or abort it before the next one begins.",
        { path: this.#vault.path },
      );
    }
    this.#transaction = new FileTransaction(this.#host, this.#vault.readyToWrite);
    return this.#transaction;
  }

  close(): void {
    this.#transaction?.abort();
    this.#vault.close();
  }

  #commit(inner: MemoryTransaction): number {
    const vault = this.#vault;
    const { image } = vault;
    const before = image.store.revision();
    const changes = netChanges(image.store, inner, image.catalog);
    if (changes === undefined) return before;
    const revision = before + 1;
    if (vault.mustRewrite || !this.#staysReadable(changes)) {
      if (isNothing(changes)) return before;
      vault.rewrite(inner, changes.catalog, revision, () => this.#take(inner, changes, revision));
    } else {
      if (!this.#append(changes, inner, revision)) return before;
      vault.corrections = [];
      this.#take(inner, changes, revision);
    }
    vault.afterCommit();
    return revision;
  }

  /** The image takes over what is in the log now. */
  #take(inner: MemoryTransaction, changes: NetChanges, revision: number): void {
    inner.commit(revision);
    this.#vault.image.catalog = changes.catalog;
  }

  #staysReadable({ catalog, schemas, rows }: NetChanges): boolean {
    if (schemas.length === 0) return true;
    const { counts } = this.#vault.writableLog();
    const written = new Set(rows.map(({ collection }) => collection.id));
    for (const collection of catalog.collections.values()) {
      if ((counts.get(collection.id) ?? 0) === 0 && !written.has(collection.id)) continue;
      const before = this.#vault.image.catalog.collections.get(collection.id);
      if (!recordsStayValid(before, collection)) return false;
    }
    return true;
  }

  /** False when there is nothing to append. */
  #append(changes: NetChanges, inner: MemoryTransaction, revision: number): boolean {
    const vault = this.#vault;
    const log = vault.writableLog();
    const sink = this.#sink;
    const marks = { revision, unsynced: log.unsyncedCommits };
    try {
      sink.take(LEAD_BYTES);
      const spill = (): void => {
        if (sink.length > SPILL_BYTES) log.writeAhead(sink);
      };
      const states = { before: vault.image.store, after: inner };
      const records = this.#writer.write(sink, marks, changes, vault.corrections, states, spill);
      if (records === undefined) return false;
      log.commit(sink);
      for (const [id, count] of records) log.counts.set(id, (log.counts.get(id) ?? 0) + count);
    } finally {
      log.abandon();
      sink.clear();
    }
    log.transactions++;
    return true;
  }

  #reader(space: Keyspace): MemoryStore {
    const { image } = this.#vault;
    if (image.lacks(space)) image.build(space);
    return image.store;
  }

  #refuseTransaction(): void {
    if (this.#transaction === undefined) return;
    throw new ModelVaultError(
      "transaction_open",
      "Maintenance needs a store without an open transaction: commit or abort it first.",
    );
  }
}
