/** Reading trees by keyspace, as a store, its snapshots and its transaction all do. */
import type { EntryPlace } from "./entry-place.ts";
import { KeyspaceTable } from "./keyspaces.ts";
import { Lifetime } from "./lifetime.ts";
import { checkRange } from "./range.ts";
import { diffKeyspaces, type KeyspaceDifference } from "./state-diff.ts";
import type { KeyRange, Keyspace, StoreReader, StoreScan, StoreSnapshot } from "./store.ts";
import { Tree } from "./tree.ts";
import { diffTrees } from "./tree-diff.ts";
import { getManyFrom } from "./tree-get-many.ts";
import { scanTree } from "./tree-scan.ts";

/** The trees of a store at one commit (or, in a transaction, on the way to one). */
export type Trees = KeyspaceTable<Tree>;

/** What a keyspace never written reads as. Nobody writes it. */
const EMPTY_TREE = new Tree();

/** Trees of nothing, in place of those that an ended reader lets go of. */
export const NO_TREES: Trees = new KeyspaceTable<Tree>();

export class MemoryReader implements StoreReader {
  protected readonly life: Lifetime;
  protected trees: Trees;

  constructor(life: Lifetime, trees: Trees) {
    this.life = life;
    this.trees = trees;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.life.check();
    return this.trees.get(space)?.get(key);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    this.life.check();
    return getManyFrom(this.trees.get(space) ?? EMPTY_TREE, keys);
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    this.life.check();
    if (range !== undefined) checkRange(range);
    return scanTree(this.trees.get(space) ?? EMPTY_TREE, range, this.life);
  }

  count(space: Keyspace): number {
    this.life.check();
    return this.trees.get(space)?.count ?? 0;
  }

  countRange(space: Keyspace, range: KeyRange): number {
    this.life.check();
    checkRange(range);
    return this.trees.get(space)?.countRange(range) ?? 0;
  }

  /**
   * Keyspaces in which this state may differ from an earlier one of the same store, such as a transaction from what it
   * began with. Its cost, and that of visiting them, is that of what was written in between.
   */
  differencesFrom(before: MemoryReader): KeyspaceDifference[] {
    this.life.check();
    before.life.check();
    return diffKeyspaces(before.trees, this.trees);
  }

  /** Shows every entry of a keyspace, in key order. For going over all of it: unlike `scan` it makes no object for an entry. */
  visit(space: Keyspace, show: (entry: EntryPlace) => void): void {
    this.life.check();
    diffTrees(undefined, this.trees.get(space), { put: show, removed: show });
  }
}

/** The trees of one commit, kept readable. It costs nothing but what later commits replace. */
export class MemorySnapshot extends MemoryReader implements StoreSnapshot {
  readonly revision: number;

  constructor(store: Lifetime, trees: Trees, revision: number) {
    super(new Lifetime("snapshot", store), trees);
    this.revision = revision;
  }

  close(): void {
    this.life.end();
    this.trees = NO_TREES;
  }
}
