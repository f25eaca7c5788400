/**
 * MemoryStore: ordered keyspaces in memory, and what a driver that keeps its data in memory builds on. Each
 * keyspace is a copy-on-write tree of packed pages (page.ts, tree.ts), so that beginning, aborting and taking
 * a snapshot cost the same however many entries there are, and a commit costs only what it changed.
 *
 * Bytes handed out are views of pages: a view kept keeps its page (16 KiB at most) in memory. Copy what is to
 * be kept for long. Entries longer than 3 KiB have byte arrays of their own.
 */
import { ModelVaultError } from "../errors/error.ts";
import { Lifetime } from "./lifetime.ts";
import type { StoreMaintenance } from "./maintenance.ts";
import { MemoryReader, MemorySnapshot, NO_TREES, type Trees } from "./memory-reader.ts";
import { MemoryTransaction } from "./memory-transaction.ts";
import type { BeginOptions, Store, StoreDriver, StoreTraits } from "./store.ts";
import { checkTree, measureTree } from "./tree-check.ts";

const MEMORY_TRAITS: StoreTraits = {
  durable: false,
  persistent: false,
  sharing: "none",
  busy: "fails",
  conflicts: false,
};

/** A store in memory; empty when made, gone when closed. */
export class MemoryStore extends MemoryReader implements Store {
  readonly traits: StoreTraits = MEMORY_TRAITS;
  readonly maintenance: StoreMaintenance = {
    verify: () => this.verify(),
    stats: () => this.stats(),
  };
  private present: number;
  private writer: MemoryTransaction | null = null;

  /** `revision`: the one to start at, for a driver that restores an earlier state; 0 when absent. */
  constructor(options: { readonly revision?: number } = {}) {
    super(new Lifetime("store"), NO_TREES);
    this.present = options.revision ?? 0;
  }

  /** @throws store_busy, store_closed */
  begin(_options?: BeginOptions): MemoryTransaction {
    this.life.check();
    if (this.writer !== null) {
      throw new ModelVaultError(
        "store_busy",
        "A transaction is open on this store: commit or abort it before the next one begins.",
      );
    }
    this.writer = new MemoryTransaction(this.life, this.trees, this.endTransaction);
    return this.writer;
  }

  snapshot(): MemorySnapshot {
    this.life.check();
    return new MemorySnapshot(this.life, this.trees, this.present);
  }

  revision(): number {
    this.life.check();
    return this.present;
  }

  close(): void {
    this.writer?.abort();
    this.life.end();
    this.trees = NO_TREES;
  }

  private readonly endTransaction = (trees: Trees | null, revision: number | undefined): number => {
    this.writer = null;
    if (trees !== null) this.trees = trees;
    if (trees !== null || revision !== undefined) this.present = revision ?? this.present + 1;
    return this.present;
  };

  private checkIdle(): void {
    this.life.check();
    if (this.writer !== null) {
      throw new ModelVaultError(
        "transaction_open",
        "Maintenance needs a store without an open transaction: commit or abort it first.",
      );
    }
  }

  private verify(): readonly string[] {
    this.checkIdle();
    const problems: string[] = [];
    for (const [space, tree] of this.trees.entries()) {
      for (const problem of checkTree(tree)) problems.push(`${JSON.stringify(space)}: ${problem}`);
    }
    return problems;
  }

  /** `keyspaces` and `entries` are counts; `pages` and `branches` are nodes; the rest are bytes. */
  private stats(): Readonly<Record<string, number>> {
    this.checkIdle();
    const sums = {
      keyspaces: 0,
      entries: 0,
      pages: 0,
      branches: 0,
      pageBytes: 0,
      liveBytes: 0,
      outsideBytes: 0,
    };
    for (const [, tree] of this.trees.entries()) {
      const { entries, pages, branches, pageBytes, liveBytes, outsideBytes } = measureTree(tree);
      sums.keyspaces++;
      sums.entries += entries;
      sums.pages += pages;
      sums.branches += branches;
      sums.pageBytes += pageBytes;
      sums.liveBytes += liveBytes;
      sums.outsideBytes += outsideBytes;
    }
    return sums;
  }
}

/**
 * A store in memory, for tests, caches and data that need not last. Every `open` gives a fresh, empty one.
 *
 * @example
 * const db = Database.open(memoryStore());
 */
export function memoryStore(): StoreDriver {
  return {
    name: "memory",
    moduleUrl: import.meta.url,
    factory: "memoryStore",
    args: [],
    open: () => new MemoryStore(),
  };
}
