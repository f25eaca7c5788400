/** A call that takes longer than one slice of its thread's time, or whose rows are sent chunk by chunk. */
export interface LongCall {
  /** Whether it can go on now. */
  readonly ready: boolean;
  /** Goes on until the slice is over, or a chunk is full; false when it is done. @throws what the call is to be rejected with */
  go(): boolean;
  /** Releases what it holds. */
  close(): void;
}
