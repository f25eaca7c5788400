/** What operations of a worker return beside plain values: rows, as payloads with their shape. */
import type { PackedShape } from "@modelvault/core";

/** One row, or none. */
export class OneRow {
  readonly shape: PackedShape | undefined;
  readonly payload: Uint8Array | undefined;

  constructor(shape: PackedShape | undefined, payload: Uint8Array | undefined) {
    this.shape = shape;
    this.payload = payload;
  }
}

/** Rows that are sent chunk by chunk, as the caller asks for them. */
export class ManyRows {
  readonly payloads: Iterator<Uint8Array | undefined>;
  /** Known once the first payload is. */
  readonly shape: () => PackedShape | undefined;
  /** For a page: the cursor behind it. */
  readonly next: string | null;

  constructor(
    payloads: Iterator<Uint8Array | undefined>,
    shape: () => PackedShape | undefined,
    next: string | null = null,
  ) {
    this.payloads = payloads;
    this.shape = shape;
    this.next = next;
  }
}
