/** Rows that are shown to a function of the caller while a call goes on: by the batch, and no more at a time than the caller keeps up with. */
import type { Row, Value } from "@modelvault/core";

/** A row and its key. */
export type Shown = readonly [row: Row, key: Value];

const BATCH_ROWS = 256;
/** Batches that are on their way before the caller is waited for. */
const BATCHES_MAX = 8;

export class Showing {
  readonly #send: (rows: readonly Shown[]) => void;
  readonly #catchUp: () => void;
  #rows: Shown[] = [];
  #batches = 0;

  /** `catchUp` waits until the caller has seen what was sent. */
  constructor(send: (rows: readonly Shown[]) => void, catchUp: () => void) {
    this.#send = send;
    this.#catchUp = catchUp;
  }

  /** @throws what `catchUp` throws */
  show(row: Row, key: Value): void {
    this.#rows.push([row, key]);
    if (this.#rows.length < BATCH_ROWS) return;
    this.end();
    if (++this.#batches % BATCHES_MAX === 0) this.#catchUp();
  }

  /** Sends what is left. */
  end(): void {
    if (this.#rows.length === 0) return;
    this.#send(this.#rows);
    this.#rows = [];
  }
}
