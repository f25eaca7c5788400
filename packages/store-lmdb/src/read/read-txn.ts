/**
 * A read transaction of LMDB: one state of the vault, for as long as somebody uses it. Scans keep a cursor in it, and cursors must
 * be closed before it ends; so it knows them.
 */
import type { BoundSlot } from "../format/bounds.ts";
import { readRevision } from "../format/own-rows.ts";
import type { NativeCursor, NativeTxn } from "../native/addon.ts";
import type { Environment } from "../native/environment.ts";

export interface OpenCursor {
  readonly native: NativeCursor;
  readonly slot: BoundSlot;
}

export class ReadTxn {
  readonly address: number;
  readonly native: NativeTxn;
  readonly cursors: Set<OpenCursor> = new Set();
  /** Snapshots, scans, and the store while it is its present one. */
  users = 0;
  /** The revision it shows; -1: not looked up yet. */
  revision = -1;
  /** When it was set aside for longer than a run, in milliseconds of the watch's clock. */
  pinnedAt = 0;
  /** Ended because it was held for too long. */
  expired = false;

  constructor(native: NativeTxn) {
    this.native = native;
    this.address = native.address;
  }

  revisionIn(env: Environment): number {
    if (this.revision < 0) this.revision = readRevision(env, this.address);
    return this.revision;
  }
}
