/** Reads in one state, a read transaction's: from its pages where that is possible, else through LMDB. */
import type { KeyRange, Keyspace } from "@modelvault/core";
import { writeBounds } from "../format/bounds.ts";
import type { Space } from "../format/keys.ts";
import type { RowSource } from "../format/own-rows.ts";
import type { Environment } from "../native/environment.ts";
import { PageWalk } from "../pages/page-walk.ts";
import type { ReadTxn } from "./read-txn.ts";
import type { Readers } from "./readers.ts";
import type { CursorPool } from "./scan-hosts.ts";

/** What a scan or a tally counts for, in gets. */
const SCAN_READS = 8;

/** A walk, and how much of its keys is their prefix. */
export interface OpenWalk {
  readonly walk: PageWalk;
  readonly prefixLength: number;
}

export class StateReads implements RowSource<ReadTxn> {
  readonly #env: Environment;
  readonly #readers: Readers;
  readonly #cursors: CursorPool;

  constructor(env: Environment, readers: Readers, cursors: CursorPool) {
    this.#env = env;
    this.#readers = readers;
    this.#cursors = cursors;
  }

  get(space: Space, key: Uint8Array, txn: ReadTxn): Uint8Array | undefined {
    const tree = txn.tree ?? this.#readers.treeAfter(txn, 1);
    if (tree === undefined) return this.#env.get(space, key, txn.address);
    return this.#readers.direct.reader.get(space, key, tree);
  }

  getMany(space: Space, keys: readonly Uint8Array[], txn: ReadTxn): (Uint8Array | undefined)[] {
    const tree = txn.tree ?? this.#readers.treeAfter(txn, keys.length);
    if (tree === undefined) return keys.map((key) => this.#env.get(space, key, txn.address));
    return this.#readers.direct.reader.getMany(space, keys, tree);
  }

  tally(space: Keyspace, range: KeyRange, txn: ReadTxn): number {
    return this.walk(space, range, txn)?.walk.count() ?? this.#cursors.tally(txn.address, space, range);
  }

  /** Undefined: a cursor has to do it. @throws store_range_invalid */
  walk(space: Keyspace, range: KeyRange | undefined, txn: ReadTxn): OpenWalk | undefined {
    const tree = txn.tree ?? this.#readers.treeAfter(txn, SCAN_READS);
    if (tree === undefined) return undefined;
    const slot = this.#cursors.borrowSlot();
    const bounds = writeBounds(slot, space, range, this.#env.keyBytesMax);
    const { search } = this.#readers.direct.reader;
    return { walk: new PageWalk(search, tree, slot, bounds), prefixLength: bounds.prefixLength };
  }
}
