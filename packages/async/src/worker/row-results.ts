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
  /** Whether the caller takes them one by one, and may stop at any, rather than all together. */
  readonly iterated: boolean;

  constructor(
    payloads: Iterator<Uint8Array | undefined>,
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
