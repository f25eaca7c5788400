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
  type StoreSnapshot,
  type StoreTraits,
  type StoreTransaction,
} from "@modelvault/core";
import { ByteSink } from "../format/byte-sink.ts";
import type { IndexDelta } from "../format/index-payload.ts";
import { PAYLOAD_BYTES_MAX } from "../format/layout.ts";
import { OP_INSERT, OP_REPLACE } from "../format/record-head.ts";
import { taggedOfOrdered } from "../format/scalar-keys.ts";
import { FrameWriter } from "../log/frame-writer.ts";
import { fileMaintenance } from "../maintenance/file-maintenance.ts";
import { FileSnapshot } from "./file-snapshot.ts";
import { FileTransaction, KEY_BYTES_MAX } from "./file-transaction.ts";
import { type NetChanges, netChanges } from "./net-changes.ts";
import { recordsStayValid } from "./stays-readable.ts";
import type { Vault } from "./vault.ts";

export class FileStore implements Store {
  readonly traits: StoreTraits;
  readonly maintenance: StoreMaintenance;
  readonly #vault: Vault;
  readonly #sink = new ByteSink();
  #transaction: FileTransaction | undefined;

  constructor(vault: Vault) {
    this.#vault = vault;
    this.traits = {
      durable: vault.options.durability === "full",
      persistent: true,
      sharing: "readers",
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

  snapshot(): StoreSnapshot {
    const { image } = this.#vault;
    return new FileSnapshot(image, image.store.revision());
  }

  revision(): number {
    return this.#vault.image.store.revision();
  }

  begin(_options?: BeginOptions): StoreTransaction {
    const { image } = this.#vault;
    image.store.revision();
    const log = this.#vault.writableLog();
    log.refusePoisoned();
    if (this.#transaction !== undefined) {
      throw new ModelVaultError(
        "store_busy",
        "A transaction is open on this store: commit or abort it before the next one begins.",
        { path: this.#vault.path },
      );
    }
    image.build();
    this.#vault.agree();
    this.#transaction = new FileTransaction(
      image.store.begin(),
      (transaction) => this.#commit(transaction),
      () => {
        this.#transaction = undefined;
      },
    );
    return this.#transaction;
  }

  close(): void {
    this.#transaction?.abort();
    this.#vault.close();
  }

  #commit({ touched, inner }: FileTransaction): number {
    const vault = this.#vault;
    const { image } = vault;
    const before = image.store.revision();
    // A transaction that has ended says so here.
    inner.count({ kind: "catalog" });
    const changes = touched.isEmpty ? undefined : netChanges(touched, image.store, inner, image.catalog);
    if (changes === undefined || isNothing(changes)) return before;
    const revision = before + 1;
    if (vault.mustRewrite || !this.#staysReadable(changes)) {
      vault.rewrite(inner, changes.catalog, revision, () => this.#take(inner, changes, revision));
    } else {
      this.#append(changes, vault.corrections, revision);
      vault.corrections = [];
      this.#take(inner, changes, revision);
    }
    vault.afterCommit();
    return revision;
  }

  /** The image takes over what is in the log now. */
  #take(inner: StoreTransaction, changes: NetChanges, revision: number): void {
    (inner as StoreTransaction & { commit(revision?: number): number }).commit(revision);
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

  #append(changes: NetChanges, corrections: readonly IndexDelta[], revision: number): void {
    const log = this.#vault.writableLog();
    const sink = this.#sink;
    try {
      const frame = new FrameWriter(sink, revision, log.unsyncedCommits);
      for (const payload of changes.schemas) frame.schema(payload);
      frame.deltas([...corrections, ...changes.deletes, ...changes.inserts]);
      for (const { collection, key, before, after } of changes.rows) {
        if (after !== undefined) frame.record(after, before === undefined ? OP_INSERT : OP_REPLACE);
        else {
          const tagged = taggedOfOrdered(collection.primaryKind, key);
          frame.deletion(collection.nested ? 3 : 2, collection.id, collection.version, tagged);
        }
      }
      frame.commit();
      log.append(sink.view());
    } finally {
      sink.clear();
    }
    log.transactions++;
    for (const { collection } of changes.rows) {
      log.counts.set(collection.id, (log.counts.get(collection.id) ?? 0) + 1);
    }
  }

  #reader(space: Keyspace): MemoryStore {
    const { image } = this.#vault;
    if (space.kind === "index" && image.lacks(space)) image.build(space.collection);
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

function isNothing({ schemas, deletes, inserts, rows }: NetChanges): boolean {
  return schemas.length + deletes.length + inserts.length + rows.length === 0;
}
