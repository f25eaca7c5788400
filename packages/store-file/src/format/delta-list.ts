/**
 * Index changes as they stand in index payloads, one behind another, divided into pieces of which each fits a segment. Nothing but
 * their bytes is kept: a transaction of a hundred thousand rows makes hundreds of thousands of them.
 */
import { ByteSink } from "./byte-sink.ts";
import { type IndexDelta, writeIndexDelta } from "./index-payload.ts";

/** Segments are kept far below what the format allows, so that reading one takes little memory. */
export const INDEX_SEGMENT_BYTES = 524_288;
export const INDEX_SEGMENT_ENTRIES = 16_384;

/** A run of whole entries: `bytes[start..end)` of the list's sink. */
export interface DeltaPiece {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

export class DeltaList {
  /** Entries are appended here, each followed by a call of {@link added}. */
  readonly sink: ByteSink = new ByteSink();
  /** Entries so far. */
  count = 0;
  readonly #full: DeltaPiece[] = [];
  #start = 0;
  #countBefore = 0;

  /** Says that an entry was appended. @param start where it begins in the sink */
  added(start: number): void {
    const inPiece = this.count - this.#countBefore;
    if (
      inPiece > 0 &&
      (this.sink.length - this.#start > INDEX_SEGMENT_BYTES || inPiece >= INDEX_SEGMENT_ENTRIES)
    )
      this.#cut(start);
    this.count++;
  }

  add(delta: IndexDelta): void {
    const start = this.sink.length;
    writeIndexDelta(this.sink, delta);
    this.added(start);
  }

  /** All entries, in order. */
  pieces(): readonly DeltaPiece[] {
    const rest = this.count - this.#countBefore;
    if (rest === 0) return this.#full;
    return [...this.#full, { start: this.#start, end: this.sink.length, count: rest }];
  }

  /** Forgets all entries and gives large buffers back. */
  clear(): void {
    this.reset();
    this.sink.clear();
  }

  /** Forgets all entries. */
  reset(): void {
    this.sink.length = 0;
    this.#full.length = 0;
    this.count = 0;
    this.#start = 0;
    this.#countBefore = 0;
  }

  #cut(end: number): void {
    this.#full.push({ start: this.#start, end, count: this.count - this.#countBefore });
    this.#start = end;
    this.#countBefore = this.count;
  }
}
