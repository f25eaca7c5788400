/** What operations of a worker return beside plain values: rows, as payloads with their shape, and work that is not done yet. */
import type { PackedShape, Steps } from "@modelvault/core";

/** One row, or none. */
export class OneRow {
  readonly shape: PackedShape | undefined;
  readonly payload: Uint8Array | undefined;

  constructor(shape: PackedShape | undefined, payload: Uint8Array | undefined) {
    this.shape = shape;
    this.payload = payload;
  }
}

/** Payloads as they are found: null where there is no row, undefined where the search was interrupted. */
export type Payloads = Iterator<Uint8Array | null | undefined>;

/** Rows that are sent chunk by chunk, as the caller asks for them. */
export class ManyRows {
  readonly payloads: Payloads;
  /** Known once the first payload is. */
  readonly shape: () => PackedShape | undefined;
  /** For a page: the cursor behind it. */
  readonly next: string | null;
  /** Whether the caller takes them one by one, and may stop at any, rather than all together. */
  readonly iterated: boolean;

  constructor(
    payloads: Payloads,
    shape: () => PackedShape | undefined,
    next: string | null = null,
    iterated = false,
  ) {
    this.payloads = payloads;
    this.shape = shape;
    this.next = next;
    this.iterated = iterated;
  }
}

/** Work that is interrupted when its slice is over, and what its result is given as: a value, or one of the others here. */
export class Stepped {
  readonly steps: Steps<unknown>;

  private constructor(steps: Steps<unknown>) {
    this.steps = steps;
  }

  static of<T>(steps: Steps<T>, give: (result: T) => unknown = (result) => result): Stepped {
    return new Stepped(
      (function* (): Steps<unknown> {
        return give(yield* steps);
      })(),
    );
  }
}
