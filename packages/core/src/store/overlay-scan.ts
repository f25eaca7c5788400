/** A scan over two layers: what is staged above, what is committed below, less what was deleted. */
import { compareKeys } from "./key-bytes.ts";
import { Lifetime } from "./lifetime.ts";
import type { KeyRange, StoreEntry, StoreScan } from "./store.ts";
import type { Tree } from "./tree.ts";
import { scanTree } from "./tree-scan.ts";

/** The scans that end when their transaction does: it closes them, so that nothing stays open below. */
export type OpenScans = Set<StoreScan>;

const NO_END = new Lifetime("transaction");

/**
 * Entries of `below` and of `puts`, in the order of the range, without the keys of `deletes`. A key in both shows the value
 * put. All three are taken as they are now. `below` is a scan of the same range.
 */
export function mergedScan(
  below: StoreScan,
  puts: Tree | undefined,
  deletes: Tree | undefined,
  range: KeyRange | undefined,
  life: Lifetime,
  open: OpenScans,
): StoreScan {
  const reverse = range?.reverse === true;
  const above = puts === undefined || puts.count === 0 ? null : scanTree(puts, range, NO_END);
  const gone = deletes === undefined || deletes.count === 0 ? null : scanTree(deletes, range, NO_END);
  const scan = new MergedScan(below, above, gone, reverse, life, open);
  open.add(scan);
  return scan;
}

class MergedScan implements StoreScan {
  private readonly below: StoreScan;
  private readonly above: StoreScan | null;
  private readonly gone: StoreScan | null;
  private readonly reverse: boolean;
  private readonly life: Lifetime;
  private readonly open: OpenScans;
  private started = false;
  private done = false;
  private nextBelow: StoreEntry | undefined;
  private nextAbove: StoreEntry | undefined;
  private nextGone: Uint8Array | undefined;

  constructor(
    below: StoreScan,
    above: StoreScan | null,
    gone: StoreScan | null,
    reverse: boolean,
    life: Lifetime,
    open: OpenScans,
  ) {
    this.below = below;
    this.above = above;
    this.gone = gone;
    this.reverse = reverse;
    this.life = life;
    this.open = open;
  }

  next(): IteratorResult<StoreEntry, undefined> {
    this.life.check();
    if (this.done) return { done: true, value: undefined };
    if (!this.started) this.start();
    const { nextBelow, nextAbove } = this;
    if (nextBelow === undefined && nextAbove === undefined) return this.return();
    const order =
      nextAbove === undefined ? -1 : nextBelow === undefined ? 1 : this.compare(nextBelow[0], nextAbove[0]);
    if (order <= 0) this.nextBelow = this.takeBelow();
    if (order < 0) return { done: false, value: nextBelow as StoreEntry };
    this.nextAbove = take(this.above);
    return { done: false, value: nextAbove as StoreEntry };
  }

  return(): IteratorResult<StoreEntry, undefined> {
    if (!this.done) {
      this.done = true;
      this.open.delete(this);
      this.below.return?.();
      this.above?.return?.();
      this.gone?.return?.();
      this.nextBelow = undefined;
      this.nextAbove = undefined;
    }
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  private start(): void {
    this.started = true;
    this.nextGone = take(this.gone)?.[0];
    this.nextBelow = this.takeBelow();
    this.nextAbove = take(this.above);
  }

  /** The next committed entry that was not deleted. */
  private takeBelow(): StoreEntry | undefined {
    for (;;) {
      const entry = take(this.below);
      if (entry === undefined) return undefined;
      while (this.nextGone !== undefined && this.compare(this.nextGone, entry[0]) < 0) {
        this.nextGone = take(this.gone)?.[0];
      }
      if (this.nextGone === undefined || this.compare(this.nextGone, entry[0]) !== 0) return entry;
    }
  }

  private compare(a: Uint8Array, b: Uint8Array): number {
    return this.reverse ? compareKeys(b, a) : compareKeys(a, b);
  }
}

function take(scan: StoreScan | null): StoreEntry | undefined {
  const result = scan?.next();
  return result === undefined || result.done === true ? undefined : result.value;
}
