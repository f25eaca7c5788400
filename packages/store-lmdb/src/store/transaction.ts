/**
 * The write transaction: LMDB's own, held from `begin` to its end. What it writes goes to LMDB at once, so its memory is LMDB's, which
 * spills to the file; only counts are kept here until the commit.
 */
import {
  type KeyRange,
  type Keyspace,
  ModelVaultError,
  type StoreScan,
  type StoreTransaction,
} from "@modelvault/core";
import { PREFIX_BYTES_MAX } from "../format/keys.ts";
import { writeFormat } from "../format/own-rows.ts";
import { type Environment, WRITER } from "../native/environment.ts";
import {
  type FileRoom,
  LONG_PAGES_BETWEEN_LOOKS,
  longPagesOf,
  SMALL_OPERATIONS_MAX,
} from "../native/file-room.ts";
import type { OpenCursor } from "../read/read-txn.ts";
import { LmdbScan, type ScanHost } from "../read/scan.ts";
import type { CursorPool } from "../read/scan-hosts.ts";
import type { OwnNumbers } from "./own-numbers.ts";

export const VALUE_BYTES_MAX = 67_108_864;

/** What LMDB stores beside a key and a value: a header, a pointer and the prefix. */
const ENTRY_OVERHEAD_BYTES = 14;

/** Early in a transaction, when the tree is still about what it was. */
const LOOKED_AT_OPERATION = 8;
const OPERATIONS_BETWEEN_LOOKS = 8_192;

export interface TransactionOwner {
  /** The transaction is over, LMDB's too. `revision`: what was committed; `failure`: why a commit was not. */
  ended(outcome: { readonly revision?: number; readonly failure?: ModelVaultError }): void;
  /** Whether the file says already that it is a vault. */
  readonly isFormatted: boolean;
  /** Of the transaction that was begun. */
  readonly numbers: OwnNumbers;
}

export class LmdbTransaction implements StoreTransaction, ScanHost {
  readonly #env: Environment;
  readonly #cursors: CursorPool;
  readonly #owner: TransactionOwner;
  readonly #keyBytesMax: number;
  readonly #numbers: OwnNumbers;
  /** Scans with a cursor in this transaction. */
  readonly #scans: Map<LmdbScan, OpenCursor> = new Map();
  /** How many bytes may still be put. */
  #room: number;
  readonly #fileRoom: FileRoom;
  #treePagesBefore = 0;
  #operations = 0;
  #longPages = 0;
  #longPagesNext: number = LONG_PAGES_BETWEEN_LOOKS;
  #hasWritten = false;
  #isOver = false;
  /** A write that LMDB refused: the transaction can only be given up. */
  #failure: ModelVaultError | undefined;

  /** @param room how many bytes may be put */
  constructor(
    env: Environment,
    cursors: CursorPool,
    owner: TransactionOwner,
    fileRoom: FileRoom,
    room: number,
  ) {
    this.#fileRoom = fileRoom;
    this.#room = room;
    this.#env = env;
    this.#cursors = cursors;
    this.#owner = owner;
    this.#numbers = owner.numbers;
    this.#keyBytesMax = env.keyBytesMax - PREFIX_BYTES_MAX;
  }

  get(space: Keyspace, key: Uint8Array): Uint8Array | undefined {
    this.check();
    return this.#env.get(space, key, WRITER);
  }

  getMany(space: Keyspace, keys: readonly Uint8Array[]): (Uint8Array | undefined)[] {
    this.check();
    return keys.map((key) => this.#env.get(space, key, WRITER));
  }

  scan(space: Keyspace, range?: KeyRange): StoreScan {
    this.check();
    return new LmdbScan(this.#env, this, space, range);
  }

  count(space: Keyspace): number {
    this.check();
    return this.#numbers.count(space);
  }

  tallyRange(space: Keyspace, range: KeyRange): number {
    this.check();
    return this.#cursors.tally(WRITER, space, range);
  }

  put(space: Keyspace, key: Uint8Array, value: Uint8Array): void {
    this.#beforeWrite();
    if (key.length > this.#keyBytesMax) throw this.#tooLong("key", key.length, this.#keyBytesMax);
    if (value.length > VALUE_BYTES_MAX) throw this.#tooLong("value", value.length, VALUE_BYTES_MAX);
    this.#takeRoom(key.length + value.length + ENTRY_OVERHEAD_BYTES);
    try {
      this.#hasWritten = true;
      this.#countOperation(value.length);
      if (!this.#env.put(space, key, value)) this.#numbers.add(space, 1);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  delete(space: Keyspace, key: Uint8Array): void {
    this.#beforeWrite();
    if (key.length > this.#keyBytesMax) return;
    try {
      this.#countOperation(0);
      if (!this.#env.remove(space, key)) return;
      this.#hasWritten = true;
      this.#numbers.add(space, -1);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  commit(): number {
    this.check();
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      this.abort();
      throw failure;
    }
    this.#closeScans();
    if (!this.#hasWritten) {
      const { revision } = this.#numbers;
      this.abort();
      return revision;
    }
    let revision: number;
    try {
      if (!this.#owner.isFormatted) writeFormat(this.#env);
      revision = this.#numbers.write();
      this.#ensureRoom();
    } catch (error) {
      const failure = this.#failed(error);
      this.abort();
      throw failure;
    }
    this.#isOver = true;
    try {
      this.#env.commit();
    } catch (error) {
      this.#numbers.failed();
      this.#owner.ended({ failure: error as ModelVaultError });
      throw error;
    }
    this.#numbers.committed();
    this.#owner.ended({ revision });
    return revision;
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#closeScans();
    this.#env.abort();
    this.#numbers.aborted();
    this.#owner.ended({});
  }

  // Scans

  /** @throws transaction_closed */
  check(): void {
    if (this.#isOver)
      throw new ModelVaultError("transaction_closed", "The transaction is over: begin another one.");
  }

  openCursor(scan: LmdbScan): OpenCursor {
    const cursor = this.#cursors.open(WRITER);
    this.#scans.set(scan, cursor);
    return cursor;
  }

  release(cursor: OpenCursor, scan: LmdbScan): void {
    if (this.#scans.delete(scan)) this.#cursors.close(cursor);
  }

  /** Scans show the state at their call: what they have not read yet is read before it changes. */
  #beforeWrite(): void {
    this.check();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#scans.size > 0) for (const scan of this.#scans.keys()) scan.drain();
  }

  #closeScans(): void {
    for (const cursor of this.#scans.values()) this.#cursors.close(cursor);
    this.#scans.clear();
  }

  #failed(error: unknown): ModelVaultError {
    this.#failure = error as ModelVaultError;
    return this.#failure;
  }

  /** A long transaction is written to the file in parts, when memory for its pages is used up. */
  #countOperation(valueBytes: number): void {
    this.#operations++;
    if (this.#operations === LOOKED_AT_OPERATION) this.#treePagesBefore = this.#env.treePages();
    this.#longPages += longPagesOf(valueBytes);
    if (this.#operations % OPERATIONS_BETWEEN_LOOKS === 0 || this.#longPages >= this.#longPagesNext) {
      this.#longPagesNext = this.#longPages + LONG_PAGES_BETWEEN_LOOKS;
      this.#ensureRoom();
    }
  }

  #ensureRoom(): void {
    // The driver's own rows come on top, and that of the format.
    const own = this.#numbers.rowsTouched + 1;
    this.#fileRoom.ensure({
      operations:
        this.#operations < LOOKED_AT_OPERATION
          ? Math.min(this.#operations + own, SMALL_OPERATIONS_MAX)
          : this.#operations + own,
      longPages: this.#longPages,
      treePagesBefore: this.#treePagesBefore,
    });
  }

  #takeRoom(bytes: number): void {
    this.#room -= bytes;
    if (this.#room >= 0) return;
    this.#room += bytes;
    throw new ModelVaultError(
      "store_full",
      `"${this.#env.path}" has grown as far as dataBytesMax allows: delete rows, or open it with a larger one.`,
      { path: this.#env.path, operation: "write to", errno: "dataBytesMax" },
    );
  }

  #tooLong(what: "key" | "value", length: number, limit: number): ModelVaultError {
    return new ModelVaultError(
      what === "key" ? "store_key_too_long" : "store_value_too_long",
      `A ${what} of ${length} bytes is longer than the ${limit} bytes that an LMDB vault takes.`,
      {
        path: this.#env.path,
        ...(what === "key"
          ? { keyBytes: length, keyBytesMax: limit }
          : { valueBytes: length, valueBytesMax: limit }),
      },
    );
  }
}
