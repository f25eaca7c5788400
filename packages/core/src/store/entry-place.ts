/**
 * Where an entry lies, without a view of it: for those who go over many entries and copy their bytes somewhere
 * else. One place object serves a whole walk: what it says is right until the next entry is shown.
 */
import { HEADER_BYTES, OUTSIDE, outsideEntry, type Page, readU16 } from "./page.ts";

/** `keyBytes[keyStart..keyEnd)` is the key, `valueBytes[valueStart..valueEnd)` the value. Nobody may change the bytes. */
export interface EntryPlace {
  readonly keyBytes: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueBytes: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const NOWHERE = new Uint8Array(0);

/** A place that is moved from entry to entry. */
export class MovingPlace implements EntryPlace {
  keyBytes: Uint8Array = NOWHERE;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = NOWHERE;
  valueStart = 0;
  valueEnd = 0;

  /** Moves to the entry at an offset of a page. */
  moveTo(page: Page, at: number): void {
    const { bytes } = page;
    const keyLength = readU16(bytes, at);
    if (keyLength === OUTSIDE) {
      const { key, value } = outsideEntry(page, at);
      this.keyBytes = key;
      this.keyStart = 0;
      this.keyEnd = key.length;
      this.valueBytes = value;
      this.valueStart = 0;
      this.valueEnd = value.length;
      return;
    }
    const keyEnd = at + HEADER_BYTES + keyLength;
    this.keyBytes = bytes;
    this.keyStart = at + HEADER_BYTES;
    this.keyEnd = keyEnd;
    this.valueBytes = bytes;
    this.valueStart = keyEnd;
    this.valueEnd = keyEnd + readU16(bytes, at + 2);
  }
}
