/**
 * A read transaction of LMDB: one state of the vault, for as long as somebody uses it. Scans keep a cursor in it, and cursors must
 * be closed before it ends; so it knows them.
 */
import type { BoundSlot } from "../format/bounds.ts";
import type { NativeCursor, NativeTxn } from "../native/addon.ts";
import type { Tree } from "../pages/page-map.ts";

export interface OpenCursor {
  readonly native: NativeCursor;
  readonly slot: BoundSlot;
}

/** Who uses a transaction beyond a call: a snapshot or a scan. */
export interface Holder {
  /** Its place among the holders of the transaction. */
  heldAt: number;
  /** The run is over and it still holds the transaction: from now on it may be forgotten. */
  outlive(): void;
}

export class ReadTxn {
  readonly address: number;
  readonly native: NativeTxn;
  readonly cursors: Set<OpenCursor> = new Set();
  /** Users that began in the present run. A set would do, but its dead tables keep what was in them until the old generation is collected. */
  readonly #holders: Holder[] = [];
  /** Snapshots, scans, and the store while it is its present one. */
  users = 0;
  /** The revision it shows; -1: not looked up yet. */
  revision = -1;
  /** The pages of its state, where they can be read without LMDB. */
  tree: Tree | undefined;
  /** When it was set aside for longer than a run, in milliseconds of the watch's clock. */
  pinnedAt = 0;
  /** Ended because it was held for too long. */
  expired = false;

  constructor(native: NativeTxn) {
    this.native = native;
    this.address = native.address;
  }

  hold(holder: Holder): void {
    holder.heldAt = this.#holders.length;
    this.#holders.push(holder);
  }

  drop(holder: Holder): void {
    const last = this.#holders.pop() as Holder;
    if (last === holder) return;
    last.heldAt = holder.heldAt;
    this.#holders[holder.heldAt] = last;
  }

  /** The run is over. */
  outliveAll(): void {
    for (const holder of this.#holders) holder.outlive();
    this.#holders.length = 0;
  }
}
