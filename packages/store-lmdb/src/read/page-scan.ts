/** A scan of pages. It needs nothing of LMDB but that the transaction stays open; what the transaction's writer does, it never sees. */
import type { StoreEntry, StoreScan } from "@modelvault/core";
import type { CopiedBytes } from "../pages/copied-bytes.ts";
import { NODE_HEAD_BYTES, VALUE_OUTSIDE } from "../pages/page-format.ts";
import type { PageWalk } from "../pages/page-walk.ts";
import type { Holder, ReadTxn } from "./read-txn.ts";
import type { Readers } from "./readers.ts";
import { expiredError } from "./scan-hosts.ts";
import type { OpenWalk } from "./state-reads.ts";

/** Whose state a scan shows. */
export interface PageScanHost {
  /** Whether {@link check} would throw. */
  readonly isOver: boolean;
  /** @throws the closed error of the reader */
  check(): void;
  /** The scan is done. */
  release(): void;
}

const NO_VALUE: Uint8Array = new Uint8Array(0);
/** Fewer entries of a leaf are copied one by one. */
const LEFT_MIN = 3;
const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

export class PageScan implements StoreScan {
  readonly #host: PageScanHost;
  readonly #copied: CopiedBytes;
  readonly #prefixLength: number;
  readonly #hasValues: boolean;
  #walk: PageWalk | undefined;
  #leaf = 0;
  /** A copy of the nodes of the present leaf, if there is one, and by how much it is off. */
  #nodes: ArrayBuffer | undefined;
  /** Where they began in the chunk, and ended. */
  #nodesStart = 0;
  #nodesEnd = 0;
  #moved = 0;

  constructor(host: PageScanHost, copied: CopiedBytes, { walk, prefixLength }: OpenWalk, hasValues: boolean) {
    this.#host = host;
    this.#copied = copied;
    this.#walk = walk;
    this.#prefixLength = prefixLength;
    this.#hasValues = hasValues;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<StoreEntry, undefined> {
    const host = this.#host;
    if (host.isOver) host.check();
    const walk = this.#walk;
    if (walk === undefined) return DONE;
    const node = walk.next();
    if (node < 0) {
      this.#end();
      return DONE;
    }
    if (walk.leaf !== this.#leaf) this.#enterLeaf(walk);
    return {
      done: false,
      value: this.#nodes === undefined ? this.#copyEntry(walk, node) : this.#viewEntry(walk, node),
    };
  }

  /** Copies the nodes of a leaf at once if several of them are to come. */
  #enterLeaf(walk: PageWalk): void {
    this.#leaf = walk.leaf;
    this.#nodes = undefined;
    if (walk.leftInLeaf < LEFT_MIN) return;
    const { start, length } = walk.nodes();
    this.#nodesStart = start;
    this.#nodesEnd = start + length;
    this.#moved = this.#copied.stretch(walk.chunk, start, length) - start;
    this.#nodes = this.#copied.buffer;
  }

  #copyEntry({ chunk }: PageWalk, node: number): StoreEntry {
    const key = this.#copied.key(chunk, node, this.#prefixLength);
    return [key, this.#hasValues ? this.#copied.value(chunk, node) : NO_VALUE];
  }

  #viewEntry({ chunk }: PageWalk, node: number): StoreEntry {
    const { pairs } = chunk;
    const at = node >>> 1;
    const prefixLength = this.#prefixLength;
    const keyLength = pairs[at + 3] as number;
    const isOutside = ((pairs[at + 2] as number) & VALUE_OUTSIDE) !== 0;
    const length = isOutside ? 0 : (pairs[at] as number) + (pairs[at + 1] as number) * 0x1_0000;
    const end = node + NODE_HEAD_BYTES + keyLength + length;
    // Beyond the chunk there is nothing, and nothing compares with it.
    if (!(node >= this.#nodesStart && end <= this.#nodesEnd && keyLength >= prefixLength))
      throw this.#copied.damaged();
    const start = node + NODE_HEAD_BYTES + this.#moved;
    const key = new Uint8Array(this.#nodes as ArrayBuffer, start + prefixLength, keyLength - prefixLength);
    if (!this.#hasValues) return [key, NO_VALUE];
    if (isOutside) return [key, this.#copied.value(chunk, node)];
    return [key, new Uint8Array(this.#nodes as ArrayBuffer, start + keyLength, length)];
  }

  return(): IteratorResult<StoreEntry, undefined> {
    this.#end();
    return DONE;
  }

  #end(): void {
    if (this.#walk === undefined) return;
    this.#walk = undefined;
    this.#nodes = undefined;
    this.#host.release();
  }
}

interface Remains {
  readonly readers: Readers;
  readonly txn: ReadTxn;
}

const forgotten = new FinalizationRegistry<Remains>(({ readers, txn }) => readers.release(txn));

/** The host of a scan of the store itself: a user of the transaction that was present at its call. */
export class StorePageScanHost implements PageScanHost, Holder {
  readonly #readers: Readers;
  readonly #txn: ReadTxn;
  heldAt = 0;
  #isWatched = false;

  constructor(readers: Readers, txn: ReadTxn) {
    this.#readers = readers;
    this.#txn = txn;
    txn.users++;
    readers.hold(txn, this);
  }

  get isOver(): boolean {
    return this.#txn.expired || this.#readers.closed;
  }

  check(): void {
    this.#readers.check();
    if (this.#txn.expired) throw expiredError();
  }

  outlive(): void {
    this.#isWatched = true;
    forgotten.register(this, { readers: this.#readers, txn: this.#txn }, this);
  }

  release(): void {
    if (this.#isWatched) forgotten.unregister(this);
    else this.#txn.drop(this);
    this.#readers.release(this.#txn);
  }
}
