/** Sends the rows of one call, chunk by chunk: as many chunks as the caller gave credit for, one a turn, so that other calls come in between. */
import type { PackedShape } from "@modelvault/core";
import { CALLED_OFF, type Claim } from "../protocol/messages.ts";
import type { Outbox } from "./outbox.ts";
import { ManyRows } from "./row-results.ts";

/** A chunk ends at the first of these. */
const CHUNK_BYTES = 64 * 1024;
const CHUNK_ROWS = 512;
const CHUNK_MS = 5;
/** Rows between two looks at the clock. */
const CLOCK_ROWS = 32;

export class RowSender {
  readonly id: number;
  #rows: ManyRows;
  readonly #claim: Claim | undefined;
  #credit: number;

  constructor(id: number, rows: ManyRows, credit: number, claim: Claim | undefined) {
    this.id = id;
    this.#rows = rows;
    this.#credit = credit;
    this.#claim = claim;
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
    const payloads: (Uint8Array | undefined)[] = [];
    for (let next = this.#rows.payloads.next(); next.done !== true; next = this.#rows.payloads.next())
      payloads.push(next.value);
    const shape = this.#rows.shape();
    this.#rows = new ManyRows(payloads.values(), () => shape, this.#rows.next);
  }

  /** Releases what the rows are read from. */
  close(): void {
    this.#rows.payloads.return?.();
  }

  /** Sends one chunk; false when it was the last. @throws what reading throws */
  send(outbox: Outbox): boolean {
    if (this.#claim !== undefined && Atomics.load(this.#claim, 0) === CALLED_OFF) {
      this.close();
      return false;
    }
    const payloads: (Uint8Array | undefined)[] = [];
    let size = 0;
    let done = false;
    const until = performance.now() + CHUNK_MS;
    while (payloads.length < CHUNK_ROWS && size < CHUNK_BYTES) {
      const next = this.#rows.payloads.next();
      if (next.done === true) {
        done = true;
        break;
      }
      payloads.push(next.value);
      size += next.value?.length ?? 0;
      if (payloads.length % CLOCK_ROWS === 0 && performance.now() > until) break;
    }
    this.#credit--;
    const shape: PackedShape | undefined = this.#rows.shape();
    const number = shape === undefined ? -1 : outbox.shapes.numberOf(shape);
    const lengths = outbox.addPayloads(payloads);
    if (done) outbox.add(["chunk", this.id, number, lengths, { next: this.#rows.next }]);
    else outbox.add(["chunk", this.id, number, lengths]);
    return !done;
  }
}
