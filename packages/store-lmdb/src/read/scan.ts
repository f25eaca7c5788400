/**
 * A scan: one cursor in one transaction, one call of LMDB an entry. The cursor is made at the call, which pins the state; it moves at the first
 * `next`. In a write transaction cursors would see what is written later, so a scan there is drained before the first write after its call.
 */
import type { KeyRange, Keyspace, StoreEntry, StoreScan } from "@modelvault/core";
import { type Bounds, writeBounds } from "../format/bounds.ts";
import { WITH_VALUES } from "../native/cursor-flags.ts";
import type { Cursors } from "../native/cursors.ts";
import type { Environment } from "../native/environment.ts";
import type { OpenCursor } from "./read-txn.ts";

/** Whose state a scan shows, and who keeps the cursor. */
export interface ScanHost {
  /** @throws the closed error of the reader */
  check(): void;
  openCursor(scan: LmdbScan): OpenCursor;
  /** The scan is done with its cursor, which is still open. */
  release(cursor: OpenCursor, scan: LmdbScan): void;
}

const NO_VALUE: Uint8Array = new Uint8Array(0);
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class LmdbScan implements StoreScan {
  readonly #cursors: Cursors;
  readonly #host: ScanHost;
  readonly #bounds: Bounds;
  readonly #hasValues: boolean;
  #cursor: OpenCursor | undefined;
  #address = 0;
  #isBegun = false;
  /** What was left when the transaction wrote. */
  #drained: StoreEntry[] | undefined;
  #drainedAt = 0;

  /** @throws store_range_invalid, store_readers_full */
  constructor(env: Environment, host: ScanHost, space: Keyspace, range: KeyRange | undefined) {
    this.#cursors = env.cursors;
    this.#host = host;
    this.#hasValues = space.kind !== "index";
    const cursor = host.openCursor(this);
    this.#cursor = cursor;
    this.#address = cursor.native.address;
    try {
      this.#bounds = writeBounds(cursor.slot, space, range, env.keyBytesMax);
    } catch (error) {
      this.end();
      throw error;
    }
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<StoreEntry, undefined> {
    this.#host.check();
    const entry = this.#advance();
    return entry === undefined ? DONE : { done: false, value: entry };
  }

  return(): IteratorResult<StoreEntry, undefined> {
    this.end();
    return DONE;
  }

  /** Lets go of everything; `next` is done from here on. */
  end(): void {
    this.#drained = undefined;
    const cursor = this.#cursor;
    if (cursor === undefined) return;
    this.#cursor = undefined;
    this.#host.release(cursor, this);
  }

  /** Reads the rest, so that the cursor can go. */
  drain(): void {
    const rest: StoreEntry[] = [];
    for (let entry = this.#advance(); entry !== undefined; entry = this.#advance()) rest.push(entry);
    this.#drained = rest;
    this.#drainedAt = 0;
  }

  #advance(): StoreEntry | undefined {
    const cursor = this.#cursor;
    if (cursor === undefined) return this.#nextDrained();
    const length = this.#isBegun ? this.#cursors.next(this.#address) : this.#begin(cursor);
    if (length === 0) {
      this.end();
      return undefined;
    }
    const { prefixLength } = this.#bounds;
    // The value first: reading a long one again overwrites the key, with the same.
    const value = this.#hasValues ? this.#cursors.foundValue(this.#address) : NO_VALUE;
    return [this.#cursors.foundKey(prefixLength, length), value];
  }

  #begin({ slot }: OpenCursor): number {
    this.#isBegun = true;
    const { startLength, flags } = this.#bounds;
    return this.#cursors.position(
      this.#address,
      this.#hasValues ? flags | WITH_VALUES : flags,
      slot,
      startLength,
    );
  }

  #nextDrained(): StoreEntry | undefined {
    const drained = this.#drained;
    if (drained === undefined) return undefined;
    const entry = drained[this.#drainedAt++];
    if (entry === undefined) this.#drained = undefined;
    return entry;
  }
}
