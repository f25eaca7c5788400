/** The keepers of cursors in read transactions: the store's own scans, and those of a snapshot. */
import { type KeyRange, type Keyspace, ModelVaultError } from "@modelvault/core";
import { type BoundSlot, writeBounds } from "../format/bounds.ts";
import { ONLY_COUNT } from "../native/cursor-flags.ts";
import type { Cursors } from "../native/cursors.ts";
import type { Environment } from "../native/environment.ts";
import type { OpenCursor, ReadTxn } from "./read-txn.ts";
import type { Readers } from "./readers.ts";
import type { LmdbScan, ScanHost } from "./scan.ts";

/** Cursors with memory for their bounds, which is used again. */
export class CursorPool {
  readonly #cursors: Cursors;
  readonly #keyBytesMax: number;
  readonly #free: BoundSlot[] = [];

  constructor({ cursors, keyBytesMax }: Environment) {
    this.#cursors = cursors;
    this.#keyBytesMax = keyBytesMax;
  }

  open(txn: number): OpenCursor {
    return { native: this.#cursors.make(txn), slot: this.#free.pop() ?? this.#cursors.newSlot() };
  }

  /** Counts the entries of a range in the transaction at an address, in one call of LMDB. @throws store_range_invalid */
  tally(txn: number, space: Keyspace, range: KeyRange): number {
    const cursor = this.open(txn);
    try {
      const { startLength, flags } = writeBounds(cursor.slot, space, range, this.#keyBytesMax);
      return this.#cursors.position(cursor.native.address, flags | ONLY_COUNT, cursor.slot, startLength);
    } finally {
      this.close(cursor);
    }
  }

  /** Memory for bounds, until the next call. */
  borrowSlot(): BoundSlot {
    let slot = this.#free[this.#free.length - 1];
    if (slot === undefined) {
      slot = this.#cursors.newSlot();
      this.#free.push(slot);
    }
    return slot;
  }

  close(cursor: OpenCursor): void {
    cursor.native.close();
    if (this.#free.length < 16) this.#free.push(cursor.slot);
  }
}

/** What a forgotten scan of the store leaves behind. */
interface Remains {
  readonly readers: Readers;
  readonly txn: ReadTxn;
}

const forgotten = new FinalizationRegistry<Remains>(({ readers, txn }) => readers.release(txn));

/** A scan of the store itself: a user of the transaction that was present at its call. */
export class StoreScanHost implements ScanHost {
  readonly #readers: Readers;
  readonly #cursors: CursorPool;
  readonly #txn: ReadTxn;

  constructor(readers: Readers, cursors: CursorPool) {
    this.#readers = readers;
    this.#cursors = cursors;
    this.#txn = readers.present();
  }

  check(): void {
    this.#readers.check();
    if (this.#txn.expired) throw expiredError();
  }

  openCursor(scan: LmdbScan): OpenCursor {
    const cursor = this.#cursors.open(this.#txn.address);
    this.#txn.cursors.add(cursor);
    this.#txn.users++;
    forgotten.register(scan, { readers: this.#readers, txn: this.#txn }, scan);
    return cursor;
  }

  release(cursor: OpenCursor, scan: LmdbScan): void {
    forgotten.unregister(scan);
    if (this.#txn.expired || this.#readers.closed) return;
    this.#txn.cursors.delete(cursor);
    this.#cursors.close(cursor);
    this.#readers.release(this.#txn);
  }
}

/** A snapshot's scans need nothing of their own: the snapshot holds the transaction, and closes what they leave open. */
export class SnapshotScanHost implements ScanHost {
  readonly #cursors: CursorPool;
  readonly #check: () => ReadTxn;

  constructor(cursors: CursorPool, check: () => ReadTxn) {
    this.#cursors = cursors;
    this.#check = check;
  }

  check(): void {
    this.#check();
  }

  openCursor(): OpenCursor {
    const txn = this.#check();
    const cursor = this.#cursors.open(txn.address);
    txn.cursors.add(cursor);
    return cursor;
  }

  release(cursor: OpenCursor): void {
    let txn: ReadTxn;
    try {
      txn = this.#check();
    } catch {
      // The snapshot was closed before, and took its cursors along.
      return;
    }
    txn.cursors.delete(cursor);
    this.#cursors.close(cursor);
  }
}

export function expiredError(): ModelVaultError {
  return new ModelVaultError(
    "snapshot_expired",
    "The snapshot, view or iteration was held open for longer than snapshotAgeMsMax allows, and was closed: take another one, or read in smaller steps.",
  );
}
