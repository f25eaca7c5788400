/** A position in a payload and checked reads from there. No length is believed before its bytes are there. */

/** What a payload reader throws; its callers know which payload it was and throw a coded error. */
export class PayloadProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export class PayloadReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(bytes: Buffer, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  u8(): number {
    return this.bytes[this.take(1)] as number;
  }

  u16(): number {
    return this.bytes.readUInt16LE(this.take(2));
  }

  u32(): number {
    return this.bytes.readUInt32LE(this.take(4));
  }

  u64(): bigint {
    return this.bytes.readBigUInt64LE(this.take(8));
  }

  /** `u32` length, then the position of so many bytes, which are passed. */
  prefixed(lengthMax: number, what: string): Buffer {
    const length = this.u32();
    if (length > lengthMax) this.fail(`${what} of ${length} bytes is longer than ${lengthMax}`);
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A count of things that take at least `widthMin` bytes each. */
  count(countMax: number, widthMin: number, what: string): number {
    const count = this.u32();
    if (count > countMax || count * widthMin > this.end - this.at) this.fail(`${count} ${what} do not fit`);
    return count;
  }

  /** Passes `count` bytes and returns where they begin. */
  take(count: number): number {
    const { at } = this;
    if (count > this.end - at) this.fail("it ends too early");
    this.at = at + count;
    return at;
  }

  finish(): void {
    if (this.at !== this.end) this.fail(`${this.end - this.at} bytes follow its end`);
  }

  fail(message: string): never {
    throw new PayloadProblem(message, this.at);
  }
}
