/** Sends the rows of one call, chunk by chunk: as many chunks as the caller gave credit for, one a turn, so that other calls come in between. */
import type { PackedShape } from "@modelvault/core";
import { CALLED_OFF, CHUNKS_FIRST, type Claim } from "../protocol/messages.ts";
import type { LongCall } from "./long-call.ts";
import type { Outbox } from "./outbox.ts";
import { ManyRows } from "./results.ts";
import type { Slice } from "./slice.ts";

/** A chunk ends at the first of these, or when its slice is over. */
const CHUNK_BYTES = 64 * 1024;
const CHUNK_ROWS = 512;

export class RowSender implements LongCall {
  readonly id: number;
  readonly #outbox: Outbox;
  readonly #slice: Slice;
  readonly #claim: Claim | undefined;
  #rows: ManyRows;
  #credit = CHUNKS_FIRST;

  constructor(id: number, rows: ManyRows, claim: Claim | undefined, outbox: Outbox, slice: Slice) {
    this.id = id;
    this.#rows = rows;
    this.#claim = claim;
    this.#outbox = outbox;
    this.#slice = slice;
  }

  get ready(): boolean {
    return this.#credit > 0;
  }

  grant(chunks: number): void {
    this.#credit += chunks;
  }

  /** Whether its rows are handed out one by one, rather than collected. */
  get iterated(): boolean {
    return this.#rows.iterated;
  }

  /** Reads the rest at once, for what it is read from is about to end. @throws what reading throws */
  readOut(): void {
    const payloads: (Uint8Array | null)[] = [];
    for (let next = this.#rows.payloads.next(); next.done !== true; next = this.#rows.payloads.next())
      if (next.value !== undefined) payloads.push(next.value);
    const shape = this.#rows.shape();
    this.#rows = new ManyRows(payloads.values(), () => shape, this.#rows.next);
  }

  /** Releases what the rows are read from. */
  close(): void {
    this.#rows.payloads.return?.();
  }

  /** Sends one chunk; false when it was the last. @throws what reading throws */
  go(): boolean {
    if (this.#claim !== undefined && Atomics.load(this.#claim, 0) === CALLED_OFF) {
      this.close();
      return false;
    }
    const payloads: (Uint8Array | null)[] = [];
    let size = 0;
    let done = false;
    while (payloads.length < CHUNK_ROWS && size < CHUNK_BYTES) {
      const next = this.#rows.payloads.next();
      done = next.done === true;
      if (done || next.value === undefined) break;
      payloads.push(next.value);
      size += next.value?.length ?? 0;
      if (this.#slice.isDue()) break;
    }
    if (!done && payloads.length === 0) return true;
    this.#credit--;
    const shape: PackedShape | undefined = this.#rows.shape();
    const number = shape === undefined ? -1 : this.#outbox.shapes.numberOf(shape);
    const lengths = this.#outbox.addPayloads(payloads);
    if (done) this.#outbox.add(["chunk", this.id, number, lengths, { next: this.#rows.next }]);
    else this.#outbox.add(["chunk", this.id, number, lengths]);
    return !done;
  }
}
