/**
 * The read transactions of one store. Reads of the store itself share the present one, which is made anew at the first read of each
 * synchronous run and let go of at its end: so they see every commit that ended before the run, and a process that idles pins nothing.
 * Snapshots, and scans that outlive their run, keep the transaction they have; it then counts as pinned, and is watched.
 */
import { ModelVaultError } from "@modelvault/core";
import { readRevision } from "../format/own-rows.ts";
import type { Environment } from "../native/environment.ts";
import type { Tree } from "../pages/page-map.ts";
import { DirectPages } from "./direct-pages.ts";
import { type Holder, ReadTxn } from "./read-txn.ts";

/** A transaction that is not in use keeps its slot among LMDB's readers, and costs a tenth of a new one. */
const IDLE_MAX = 8;

const RESOLVED: Promise<void> = Promise.resolve();

export interface PinWatch {
  pinned(txn: ReadTxn): void;
  released(txn: ReadTxn): void;
}

export class Readers {
  readonly #env: Environment;
  readonly #watch: PinWatch;
  readonly #direct: DirectPages;
  readonly #all: Set<ReadTxn> = new Set();
  readonly #idle: ReadTxn[] = [];
  #present: ReadTxn | undefined;
  /** The last commit of this store. */
  #ownRevision = 0;
  #inRun = false;
  #closed = false;
  readonly #endRun = (): void => {
    this.#inRun = false;
    this.refresh();
  };

  constructor(env: Environment, watch: PinWatch) {
    this.#env = env;
    this.#watch = watch;
    this.#direct = new DirectPages(env);
    const first = new ReadTxn(env.first);
    this.#all.add(first);
    this.#idle.push(first);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Reads the states of transactions that have a tree. */
  get direct(): DirectPages {
    return this.#direct;
  }

  /** The transaction for reads of the store in this run. @throws store_closed */
  present(): ReadTxn {
    if (!this.#inRun) this.#beginRun();
    const txn = this.#present ?? this.#makePresent();
    if (txn.revision < 0) this.#lookFirst(txn);
    return txn;
  }

  #beginRun(): void {
    this.check();
    this.#inRun = true;
    RESOLVED.then(this.#endRun);
  }

  #makePresent(): ReadTxn {
    this.check();
    const txn = this.#acquire();
    this.#present = txn;
    return txn;
  }

  /** The present transaction, if nobody has committed since, of which the caller then is a user. */
  share(): ReadTxn | undefined {
    const txn = this.present();
    if (txn.tree === undefined || !this.#direct.isNewest(txn.tree)) return undefined;
    txn.users++;
    return txn;
  }

  /** Tells of a user that may be forgotten. */
  hold(txn: ReadTxn, holder: Holder): void {
    if (txn === this.#present) txn.hold(holder);
    else holder.outlive();
  }

  /** The pages of a transaction's state, after so many more reads through LMDB. */
  treeAfter(txn: ReadTxn, reads: number): Tree | undefined {
    if (this.#direct.passed(reads)) this.#look(txn);
    return txn.tree;
  }

  /** Tells of a commit of this store, which reads show from then on. */
  committed(revision: number): void {
    this.#ownRevision = revision;
  }

  #lookFirst(txn: ReadTxn): void {
    this.#look(txn);
    if (txn.revision >= this.#ownRevision) return;
    // Somebody who opened the file has hidden the last commits.
    this.#env.showLastCommit();
    this.#env.reset(txn.native);
    this.#env.renew(txn.native);
    this.#look(txn);
  }

  #look(txn: ReadTxn): void {
    const env = this.#env;
    txn.revision = readRevision(env, txn.address);
    txn.tree = this.#direct.treeOf(txn.revision);
  }

  /** The next read of the store sees what is committed by then. */
  refresh(): void {
    const txn = this.#present;
    if (txn === undefined || this.#closed) return;
    if (txn.users === 1) {
      this.#reset(txn);
    } else {
      this.#present = undefined;
      txn.users--;
      this.#watch.pinned(txn);
      txn.outliveAll();
    }
  }

  /** A transaction at the last commit, of which the caller is a user. @throws store_closed, store_readers_full */
  take(): ReadTxn {
    this.check();
    const txn = this.#acquire();
    try {
      this.#env.renew(txn.native);
      this.#lookFirst(txn);
    } catch (error) {
      this.release(txn);
      throw error;
    }
    this.#watch.pinned(txn);
    return txn;
  }

  /** One user less. */
  release(txn: ReadTxn): void {
    if (this.#closed || txn.expired) return;
    txn.users--;
    if (txn.users > 0) return;
    this.#watch.released(txn);
    for (const cursor of txn.cursors) cursor.native.close();
    txn.cursors.clear();
    if (this.#idle.length < IDLE_MAX) {
      this.#reset(txn);
      this.#idle.push(txn);
    } else {
      this.#end(txn);
    }
  }

  /** Ends a transaction under its users, who find it expired. */
  expire(txn: ReadTxn): void {
    if (this.#closed || txn.expired) return;
    txn.expired = true;
    this.#watch.released(txn);
    this.#end(txn);
  }

  close(): void {
    this.#closed = true;
    this.#present = undefined;
    this.#direct.close();
    for (const txn of this.#all) {
      this.#watch.released(txn);
      this.#end(txn);
    }
  }

  /** @throws store_closed */
  check(): void {
    if (this.#closed)
      throw new ModelVaultError("store_closed", "The store is closed: open it again to use it.");
  }

  #acquire(): ReadTxn {
    const txn = this.#idle.pop() ?? this.#make();
    txn.users = 1;
    return txn;
  }

  #make(): ReadTxn {
    const txn = new ReadTxn(this.#env.newTxn());
    this.#all.add(txn);
    return txn;
  }

  #reset(txn: ReadTxn): void {
    txn.revision = -1;
    txn.tree = undefined;
    this.#env.reset(txn.native);
  }

  #end(txn: ReadTxn): void {
    for (const cursor of txn.cursors) cursor.native.close();
    txn.cursors.clear();
    this.#all.delete(txn);
    txn.native.abort();
  }
}
