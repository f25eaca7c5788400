/** Calls that wait for their answer: what is done with values, rows, errors and questions that come for them. */
import type { IntegerMode, Row } from "@modelvault/core";

/** Takes what comes for one call. */
export interface Pending {
  /** How integers in its rows are given. */
  readonly integers: IntegerMode;
  /** Nobody waits for its end: closing cuts it short. */
  readonly mayBeCut?: true;
  /** Whether it takes a moment only, whatever the data. */
  quick?: boolean;
  /** When it was made, while it is in flight. */
  madeAt?: number | undefined;
  /** Chunks of its rows that were asked for and are not there yet. Streams only. */
  chunksOwed?: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** A part of its rows, still packed; `ending` with the last part. Streams only. */
  readonly chunk?: (chunk: PackedChunk, ending: { readonly next: string | null } | undefined) => void;
  /** Puts a row through the caller's function. @throws what that throws */
  readonly apply?: (row: Row) => unknown;
  readonly progress?: ((progress: never) => void) | undefined;
  /** What the caller's function threw, in place of the worker's word that it did. */
  failure?: { readonly error: unknown };
  /** What the caller's callback for progress threw. */
  progressFailure?: { readonly error: unknown };
}

/** Rows as they came, to be decoded when they are wanted. */
export class PackedChunk {
  readonly #bytes: Uint8Array;
  readonly #lengths: readonly number[];
  readonly #decode: (payload: Uint8Array) => Row;
  #at = 0;
  #offset: number;

  constructor(
    bytes: Uint8Array,
    offset: number,
    lengths: readonly number[],
    decode: (payload: Uint8Array) => Row,
  ) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#lengths = lengths;
    this.#decode = decode;
  }

  /** Rows that are left. */
  get left(): number {
    return this.#lengths.length - this.#at;
  }

  /** Decodes the next row; undefined stands for a row that is not there. @throws integer_unsafe */
  next(): Row | undefined {
    const length = this.#lengths[this.#at++] as number;
    if (length < 0) return undefined;
    const begin = this.#offset;
    this.#offset = begin + length;
    return this.#decode(this.#bytes.subarray(begin, this.#offset));
  }
}

/** A promise and what settles it. */
export class Settling implements Pending {
  readonly integers: IntegerMode;
  readonly promise: Promise<unknown>;
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  quick = false;
  madeAt: number | undefined;
  declare apply?: (row: Row) => unknown;
  declare progress?: ((progress: never) => void) | undefined;
  declare failure?: { readonly error: unknown };
  declare progressFailure?: { readonly error: unknown };

  constructor(integers: IntegerMode) {
    this.integers = integers;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}
