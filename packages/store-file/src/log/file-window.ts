/**
 * Reads a file through a window that moves forward with the reader, so that a log of any size is read in large pieces through little
 * memory, and a position in it costs no object. The window is one buffer that is used again: bytes handed out are good until the
 * next call.
 */
import type { OpenFile } from "../port/file-port.ts";

/** Small enough to stay in the processor's cache, large enough that a call for the next one costs nothing beside it. */
const WINDOW_BYTES = 2_097_152;

export class FileWindow {
  readonly #file: OpenFile;
  /** Length of the file as it was when the window was made. */
  length: number;
  /** The window. Read it anew after every {@link locate}. */
  bytes: Buffer = Buffer.alloc(0);
  #start = 0;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(file: OpenFile, length: number = file.identity().bytes) {
    this.#file = file;
    this.length = length;
  }

  /**
   * Makes `count` bytes from a position of the file available and returns where they begin in `bytes`; -1 when the file ends
   * before.
   */
  locate(position: number, count: number): number {
    const at = position - this.#start;
    if (at >= 0 && at + count <= this.bytes.length) return at;
    if (position + count > this.length) return -1;
    const wanted = Math.min(this.length - position, Math.max(count, WINDOW_BYTES));
    // One that was made larger for a single payload is not kept.
    if (this.#buffer.length < wanted || (this.#buffer.length > WINDOW_BYTES && wanted <= WINDOW_BYTES))
      this.#buffer = Buffer.allocUnsafeSlow(wanted);
    const read = this.#file.read(this.#buffer, 0, wanted, position);
    this.bytes = read === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, read);
    this.#start = position;
    // A file that shrank meanwhile ends here, whatever it said of its length.
    if (read < wanted) this.length = position + read;
    return read < count ? -1 : 0;
  }

  /** A view on bytes of the file, good until the next call; undefined when it ends before. */
  view(position: number, count: number): Buffer | undefined {
    const at = this.locate(position, count);
    return at < 0 ? undefined : this.bytes.subarray(at, at + count);
  }
}
