/** The write transaction of a MemoryStore: forks of the trees it writes, which a commit makes the store's. */
import { KeyspaceTable } from "./keyspaces.ts";
import { Lifetime } from "./lifetime.ts";
import { MemoryReader, NO_TREES, type Trees } from "./memory-reader.ts";
import type { Keyspace, StoreTransaction } from "./store.ts";
import { Tree } from "./tree.ts";

/** Takes entries: key `keyBytes[keyStart..keyEnd)`, value `valueBytes[valueStart..valueEnd)`. Both are copied. */
export interface EntryFiller {
  put(
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void;
}

/** What a transaction tells its store, once: the trees to take over, or null when there are none. */
export type TransactionEnd = (trees: Trees | null, revision: number | undefined) => number;

export class MemoryTransaction extends MemoryReader implements StoreTransaction {
  private readonly ended: TransactionEnd;
  /** Trees that this transaction may write. */
  private forks: Set<Tree> | null = null;

  constructor(store: Lifetime, trees: Trees, ended: TransactionEnd) {
    super(new Lifetime("transaction", store), trees);
    this.ended = ended;
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.life.check();
    this.forWriting(space, this.trees.get(space)).put(key, value);
  }

  /**
   * For putting many entries into one keyspace, whose bytes lie in larger arrays: as `put`, but without a view of each. Sorted ones
   * are cheapest.
   */
  filler(space: Keyspace): EntryFiller {
    let tree: Tree | undefined;
    return {
      put: (keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd) => {
        this.life.check();
        // A tree that was emptied is no longer the transaction's.
        if (tree === undefined || tree.count === 0) tree = this.forWriting(space, this.trees.get(space));
        tree.putFrom(keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd);
      },
    };
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.life.check();
    const tree = this.trees.get(space);
    if (tree === undefined || !tree.has(key)) return;
    const fork = this.forWriting(space, tree);
    fork.delete(key);
    if (fork.count === 0) this.trees.delete(space);
  }

  /**
   * As {@link StoreTransaction.commit}. A driver that keeps its revisions elsewhere, as in a log being replayed,
   * may pass the one to take, which must be above the present one.
   */
  commit(revision?: number): number {
    this.life.check();
    return this.end(this.forks === null ? null : this.trees, revision);
  }

  abort(): void {
    if (!this.life.over) this.end(null, undefined);
  }

  private end(trees: Trees | null, revision: number | undefined): number {
    this.life.end();
    this.trees = NO_TREES;
    this.forks = null;
    return this.ended(trees, revision);
  }

  /** The tree itself when it is a fork of this transaction, else a fork of it, from now on in its place. */
  private forWriting(space: Keyspace, tree: Tree | undefined): Tree {
    if (this.forks === null) {
      this.forks = new Set();
      this.trees = new KeyspaceTable(this.trees);
    }
    if (tree !== undefined && this.forks.has(tree)) return tree;
    const fork = tree === undefined ? new Tree() : tree.fork();
    this.trees.set(space, fork);
    this.forks.add(fork);
    return fork;
  }
}
