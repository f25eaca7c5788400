/**
 * Walks over rows: scanned in key order, looked up one by one, fetched by the keys of an index, filtered, or collected
 * and sorted. `next` moves to the next row; its key bytes and payload are then in `key` and `payload`. Payloads are decoded
 * by those who need values.
 */
import type { IndexState, RowDecoder } from "../collection/collection-state.ts";
import type { RowTest } from "./compile-condition.ts";
import { EntryScan } from "./entry-scan.ts";
import type { KeySet } from "./key-set.ts";
import { indexRowMissing, type KeyWalk, type RunContext } from "./key-walk.ts";
import type { Position } from "./resolved-query.ts";
import { TopItems } from "./top-items.ts";
import type { Ranking } from "./total-order.ts";

export interface RowWalk {
  readonly key: Uint8Array;
  readonly payload: Uint8Array;
  /** Moves on; false at the end, and while the run is paused. `wanted`: how many more rows the caller takes at most, so that no more are fetched ahead. */
  next(wanted: number): boolean;
  close(): void;
}

const NO_BYTES = new Uint8Array(0);
/** Rows fetched at once. More save nothing, and an iteration that ends early has fetched them in vain. */
const BATCH_ROWS = 64;

/** Rows of some ranges, in key order or backwards. */
export class ScannedRows implements RowWalk {
  key: Uint8Array = NO_BYTES;
  readonly #context: RunContext;
  readonly #entries: EntryScan;

  constructor(context: RunContext, keys: KeySet, reverse: boolean) {
    this.#context = context;
    this.#entries = new EntryScan(context.reader, context.state.rows, keys, reverse);
  }

  get payload(): Uint8Array {
    return this.#entries.value;
  }

  next(): boolean {
    if (this.#context.pause?.due() === true) return false;
    const key = this.#entries.next();
    if (key === undefined) return false;
    this.#context.examined.rows++;
    this.key = key;
    return true;
  }

  close(): void {
    this.#entries.close();
  }
}

/** Rows looked up by keys that may or may not be there. */
export class LookedUpRows implements RowWalk {
  key: Uint8Array = NO_BYTES;
  payload: Uint8Array = NO_BYTES;
  readonly #context: RunContext;
  readonly #keys: readonly Uint8Array[];
  #at = 0;

  constructor(context: RunContext, keys: readonly Uint8Array[]) {
    this.#context = context;
    this.#keys = keys;
  }

  next(): boolean {
    const { reader, state, examined, pause } = this.#context;
    while (this.#at < this.#keys.length) {
      if (pause?.due() === true) return false;
      const key = this.#keys[this.#at++] as Uint8Array;
      const payload = reader.get(state.rows, key);
      if (payload === undefined) continue;
      examined.rows++;
      this.key = key;
      this.payload = payload;
      return true;
    }
    return false;
  }

  close(): void {
    this.#at = this.#keys.length;
  }
}

/** Rows that index entries say are there. @throws index_row_missing */
export class FetchedRows implements RowWalk {
  key: Uint8Array = NO_BYTES;
  payload: Uint8Array = NO_BYTES;
  readonly #context: RunContext;
  readonly #walk: KeyWalk;
  /** Named when a row is missing; undefined where several indexes gave the keys. */
  readonly #index: IndexState | undefined;
  #keys: Uint8Array[] = [];
  #payloads: (Uint8Array | undefined)[] = [];
  #at = 0;

  constructor(context: RunContext, walk: KeyWalk, index: IndexState | undefined) {
    this.#context = context;
    this.#walk = walk;
    this.#index = index;
  }

  next(wanted: number): boolean {
    if (this.#at >= this.#keys.length && !this.#fetch(wanted)) return false;
    const key = this.#keys[this.#at] as Uint8Array;
    const payload = this.#payloads[this.#at++];
    if (payload === undefined) throw indexRowMissing(this.#context.state, this.#index, key);
    this.key = key;
    this.payload = payload;
    return true;
  }

  close(): void {
    this.#keys = [];
    this.#walk.close();
  }

  #fetch(wanted: number): boolean {
    const { reader, state, examined } = this.#context;
    const most = Math.min(wanted, BATCH_ROWS);
    const keys: Uint8Array[] = [];
    while (keys.length < most) {
      const key = this.#walk.next();
      if (key === undefined) break;
      keys.push(key);
    }
    this.#keys = keys;
    this.#payloads = reader.getMany?.(state.rows, keys) ?? keys.map((key) => reader.get(state.rows, key));
    this.#at = 0;
    examined.rows += keys.length;
    return keys.length > 0;
  }
}

/** The rows of a walk that pass a test. */
export class FilteredRows implements RowWalk {
  readonly #walk: RowWalk;
  readonly #decode: RowDecoder;
  readonly #test: RowTest;

  constructor(walk: RowWalk, decode: RowDecoder, test: RowTest) {
    this.#walk = walk;
    this.#decode = decode;
    this.#test = test;
  }

  get key(): Uint8Array {
    return this.#walk.key;
  }

  get payload(): Uint8Array {
    return this.#walk.payload;
  }

  next(wanted: number): boolean {
    while (this.#walk.next(wanted)) if (this.#test(this.#decode(this.#walk.payload))) return true;
    return false;
  }

  close(): void {
    this.#walk.close();
  }
}

/** An ordered walk from behind a position on. */
export class RowsBehind implements RowWalk {
  readonly #walk: RowWalk;
  readonly #ranking: Ranking;
  #after: Position | undefined;

  constructor(walk: RowWalk, ranking: Ranking, after: Position) {
    this.#walk = walk;
    this.#ranking = ranking;
    this.#after = after;
  }

  get key(): Uint8Array {
    return this.#walk.key;
  }

  get payload(): Uint8Array {
    return this.#walk.payload;
  }

  next(wanted: number): boolean {
    while (this.#walk.next(wanted)) {
      if (this.#after === undefined) return true;
      const { key, payload } = this.#walk;
      if (this.#ranking.compare({ values: this.#ranking.valuesOf(payload), key }, this.#after) <= 0) continue;
      this.#after = undefined;
      return true;
    }
    return false;
  }

  close(): void {
    this.#walk.close();
  }
}

interface RankedRow extends Position {
  readonly payload: Uint8Array;
}

/** The first `most` rows of a walk, collected and sorted when the first is asked for. */
export class SortedRows implements RowWalk {
  key: Uint8Array = NO_BYTES;
  payload: Uint8Array = NO_BYTES;
  readonly #context: RunContext;
  readonly #walk: RowWalk;
  readonly #ranking: Ranking;
  readonly #after: Position | undefined;
  /** What was collected so far: the first few, where not all are wanted. */
  readonly #top: TopItems<RankedRow> | undefined;
  readonly #all: RankedRow[] = [];
  #rows: readonly RankedRow[] | undefined;
  #at = 0;

  constructor(
    context: RunContext,
    walk: RowWalk,
    ranking: Ranking,
    after: Position | undefined,
    most: number,
  ) {
    this.#context = context;
    this.#walk = walk;
    this.#ranking = ranking;
    this.#after = after;
    this.#top =
      most === Number.POSITIVE_INFINITY ? undefined : new TopItems<RankedRow>(most, ranking.compare);
  }

  next(): boolean {
    if (this.#rows === undefined && !this.#collect()) return false;
    const row = this.#rows?.[this.#at++];
    if (row === undefined) return false;
    this.key = row.key;
    this.payload = row.payload;
    return true;
  }

  close(): void {
    this.#rows = [];
    this.#walk.close();
  }

  /** False: it was interrupted. */
  #collect(): boolean {
    const { compare, valuesOf } = this.#ranking;
    while (this.#walk.next(Number.POSITIVE_INFINITY)) {
      const { key, payload } = this.#walk;
      const row: RankedRow = { values: valuesOf(payload), key, payload };
      if (this.#after !== undefined && compare(row, this.#after) <= 0) continue;
      if (this.#top === undefined) this.#all.push(row);
      else this.#top.add(row);
    }
    if (this.#context.pause?.paused === true) return false;
    this.#rows = this.#top?.sorted() ?? this.#all.sort(compare);
    return true;
  }
}

/** A walk without its first rows. */
export class SkippedRows implements RowWalk {
  readonly #walk: RowWalk;
  #left: number;

  constructor(walk: RowWalk, skipped: number) {
    this.#walk = walk;
    this.#left = skipped;
  }

  get key(): Uint8Array {
    return this.#walk.key;
  }

  get payload(): Uint8Array {
    return this.#walk.payload;
  }

  next(wanted: number): boolean {
    for (; this.#left > 0; this.#left--) if (!this.#walk.next(this.#left + wanted)) return false;
    return this.#walk.next(wanted);
  }

  close(): void {
    this.#walk.close();
  }
}
