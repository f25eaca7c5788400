/**
 * A full write transaction for media that know nothing but reading and applying a batch at once. Writes are
 * staged in memory: per keyspace one tree of what was put and one of what was deleted, over a reader of the
 * last committed state. Reads, scans and counts see both together; the batch goes out in one piece at commit.
 */
import { ModelVaultError } from "../errors/error.ts";
import { KeyspaceTable } from "./keyspaces.ts";
import { Lifetime } from "./lifetime.ts";
import { mergedScan, type OpenScans } from "./overlay-scan.ts";
import { NO_BYTES } from "./page.ts";
import { checkRange } from "./range.ts";
import type {
  KeyRange,
  Keyspace,
  StoreEntry,
  StoreReader,
  StoreScan,
  StoreTraits,
  StoreTransaction,
} from "./store.ts";
import { Tree } from "./tree.ts";
import { scanTree } from "./tree-scan.ts";

/** What a transaction changes in one keyspace. No key is both put and deleted. Can be iterated again and again. */
export interface OverlayChanges {
  readonly space: Keyspace;
  /** Entries to set, in key order. */
  readonly puts: Iterable<StoreEntry>;
  readonly putCount: number;
  /** Keys to remove, all of them present, in key order. */
  readonly deletes: Iterable<Uint8Array>;
  readonly deleteCount: number;
}

/** All that a transaction changes, at least one entry, by keyspace: the catalog, then by collection, rows first. */
export type OverlayBatch = readonly OverlayChanges[];

export interface OverlayOptions {
  /** The last committed state. It must not change while the transaction lasts, and its scans must stay as they began. */
  readonly base: StoreReader;
  /** The revision of that state: what `commit` returns when nothing was changed. */
  readonly revision: number;
  /** Applies a batch, all or nothing, and returns the revision after it. What it throws, `commit` throws. */
  readonly commit: (batch: OverlayBatch) => number;
  /** Called once when the transaction is over, however it went: the place to let the next writer in. */
  readonly ended?: () => void;
  /** Limits that `put` enforces: `keyBytesMax` and `valueBytesMax`. */
  readonly traits?: Pick<StoreTraits, "keyBytesMax" | "valueBytesMax">;
}

/** A keyspace as the transaction sees it. */
interface Staged {
  readonly puts: Tree;
  readonly deletes: Tree;
  /** Entries more (or, negative, fewer) than the base has. */
  growth: number;
}

/**
 * Makes the transaction of a driver that can read (`base`) and apply a batch at once (`commit`).
 *
 * @example
 * class BatchStore implements Store {
 *   readonly traits = { durable: true, persistent: true, sharing: "none", busy: "fails", conflicts: false } as const;
 *   private busy = false;
 *   private readonly medium: Medium;
 *   constructor(medium: Medium) { this.medium = medium; }
 *   get(space: Keyspace, key: Uint8Array) { return this.medium.get(space, key); }
 *   scan(space: Keyspace, range?: KeyRange) { return this.medium.scan(space, range); }
 *   count(space: Keyspace) { return this.medium.count(space); }
 *   revision() { return this.medium.revision; }
 *   snapshot() { return this.medium.freeze(); }
 *   begin() {
 *     if (this.busy) throw new ModelVaultError("store_busy", "A transaction is open on this store.");
 *     this.busy = true;
 *     return overlayTransaction({
 *       base: this,
 *       revision: this.medium.revision,
 *       commit: (batch) => {
 *         const lines: Line[] = [];
 *         for (const { space, puts, deletes } of batch) {
 *           for (const key of deletes) lines.push({ space, key });
 *           for (const [key, value] of puts) lines.push({ space, key, value });
 *         }
 *         return this.medium.apply(lines); // at once, or not at all
 *       },
 *       ended: () => { this.busy = false; },
 *     });
 *   }
 *   close() { this.medium.close(); }
 * }
 */
export function overlayTransaction(options: OverlayOptions): StoreTransaction {
  return new OverlayTransaction(options);
}

class OverlayTransaction implements StoreTransaction {
  private readonly options: OverlayOptions;
  private readonly base: StoreReader;
  private readonly life = new Lifetime("transaction");
  private readonly scans: OpenScans = new Set();
  private staged = new KeyspaceTable<Staged>();

  constructor(options: OverlayOptions) {
    this.options = options;
    this.base = options.base;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.life.check();
    const staged = this.staged.get(space);
    if (staged === undefined) return this.base.get(space, key);
    return staged.puts.get(key) ?? (staged.deletes.has(key) ? undefined : this.base.get(space, key));
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    this.life.check();
    if (range !== undefined) checkRange(range);
    const staged = this.staged.get(space);
    const below = this.base.scan(space, range);
    return mergedScan(below, staged?.puts, staged?.deletes, range, this.life, this.scans);
  }

  count(space: Keyspace): number {
    this.life.check();
    return this.base.count(space) + (this.staged.get(space)?.growth ?? 0);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.life.check();
    this.checkSizes(key, value);
    const staged = this.stage(space);
    const { puts, deletes } = staged;
    if (deletes.delete(key)) staged.growth++;
    else if (!puts.has(key) && this.base.get(space, key) === undefined) staged.growth++;
    puts.put(key, value);
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.life.check();
    const known = this.staged.get(space);
    if (known?.deletes.has(key)) return;
    const below = this.base.get(space, key) !== undefined;
    if (!below && !known?.puts.has(key)) return;
    const staged = known ?? this.stage(space);
    staged.puts.delete(key);
    if (below) staged.deletes.put(key, NO_BYTES);
    staged.growth--;
  }

  commit(): number {
    this.life.check();
    const batch = batchOf(this.staged);
    this.endReading();
    try {
      return batch.length === 0 ? this.options.revision : this.options.commit(batch);
    } finally {
      this.options.ended?.();
    }
  }

  abort(): void {
    if (this.life.over) return;
    this.endReading();
    this.options.ended?.();
  }

  private endReading(): void {
    this.life.end();
    this.staged = new KeyspaceTable();
    for (const scan of this.scans) scan.return?.();
    this.scans.clear();
  }

  private stage(space: Keyspace): Staged {
    let staged = this.staged.get(space);
    if (staged === undefined) {
      staged = { puts: new Tree(), deletes: new Tree(), growth: 0 };
      this.staged.set(space, staged);
    }
    return staged;
  }

  private checkSizes(key: Uint8Array, value: Uint8Array): void {
    const { keyBytesMax, valueBytesMax } = this.options.traits ?? {};
    if (keyBytesMax !== undefined && key.length > keyBytesMax) {
      throw new ModelVaultError(
        "store_key_too_long",
        `A key of ${key.length} bytes was put, but the store takes at most ${keyBytesMax}.`,
        { keyBytes: key.length, keyBytesMax },
      );
    }
    if (valueBytesMax !== undefined && value.length > valueBytesMax) {
      throw new ModelVaultError(
        "store_value_too_long",
        `A value of ${value.length} bytes was put, but the store takes at most ${valueBytesMax}.`,
        { valueBytes: value.length, valueBytesMax },
      );
    }
  }
}

function batchOf(table: KeyspaceTable<Staged>): OverlayChanges[] {
  const batch: OverlayChanges[] = [];
  const life = new Lifetime("transaction");
  for (const [space, { puts, deletes }] of table.entries()) {
    if (puts.count === 0 && deletes.count === 0) continue;
    batch.push({
      space,
      puts: { [Symbol.iterator]: () => scanTree(puts, undefined, life) },
      putCount: puts.count,
      deletes: { [Symbol.iterator]: () => keysOf(scanTree(deletes, undefined, life)) },
      deleteCount: deletes.count,
    });
  }
  return batch;
}

function* keysOf(entries: Iterable<StoreEntry>): IterableIterator<Uint8Array> {
  for (const [key] of entries) yield key;
}
